package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table in native-config/README.md: every file, and the test that looks at it. */
class NativeConfigTest {
  private static final Path DIRECTORY = Path.of("native-config");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|.*\\|([^|]*)\\|$");
  private static final Pattern NAME = Pattern.compile("`(\\w+(?:Test|IT))`");

  /** File, and the names of its tests. */
  private static Map<String, Set<String>> rows() throws IOException {
    Map<String, Set<String>> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(DIRECTORY.resolve("README.md")));
    while (row.find()) {
      Set<String> tests = new TreeSet<>();
      NAME.matcher(row.group(2)).results().map(r -> r.group(1)).forEach(tests::add);
      rows.put(row.group(1), tests);
    }
    return rows;
  }

  @Test
  void everyFileHasItsRow() throws IOException {
    try (Stream<Path> files = Files.walk(DIRECTORY)) {
      Set<String> there =
          files
              .filter(Files::isRegularFile)
              .map(file -> DIRECTORY.relativize(file).toString())
              .filter(name -> !name.equals("README.md"))
              .collect(Collectors.toCollection(TreeSet::new));

      assertEquals(there, rows().keySet());
    }
  }

  @Test
  void everyFileHasATestThatNamesIt() throws IOException {
    for (Map.Entry<String, Set<String>> row : rows().entrySet()) {
      assertFalse(row.getValue().isEmpty(), row.getKey() + " is checked by no test");
      for (String test : row.getValue()) {
        assertTrue(names(test, row.getKey()), test + " does not look at " + row.getKey());
      }
    }
  }

  /**
   * Whether there is such a test and its source, or what it reads files by, has the file's folder
   * or name.
   */
  private static boolean names(String test, String file) throws IOException {
    String last = file.substring(file.lastIndexOf('/') + 1);
    try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
      for (Path source : sources.filter(path -> path.endsWith(test + ".java")).toList()) {
        String text = Files.readString(source);
        if (text.contains(last) || (file.startsWith("abi/") && text.contains("Abi.read("))) {
          return true;
        }
      }
    }
    return false;
  }
}
