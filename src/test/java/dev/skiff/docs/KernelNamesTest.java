package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * That docs/kernel-names.md names tests that exist, has every line, and a Java name that exists.
 */
class KernelNamesTest {
  private static final Path PAGE = Path.of("docs/kernel-names.md");
  private static final Path TESTS = Path.of("src/test/java");
  private static final Path SOURCES = Path.of("src/main/java");

  /** The contract's lines: a letter, and how many there are. */
  private static final Map<String, Integer> LINES =
      new TreeMap<>(Map.of("A", 6, "B", 18, "L", 12, "D", 2, "F", 2, "E", 6, "N", 21, "Q", 9));

  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
  private static final Pattern ROW = Pattern.compile("^\\| ([A-Z]\\d\\d) \\|(.*)\\|$");
  private static final Pattern JAVA_NAME =
      Pattern.compile("`([A-Z]\\w+)\\.([a-zA-Z]\\w*)\\b[^`]*`");

  private static Map<String, String> classes(Path root) throws IOException {
    Map<String, String> text = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        text.put(name, Files.readString(file));
      }
    }
    return text;
  }

  @Test
  void everyTestOnThePageExists() throws IOException {
    Map<String, String> tests = classes(TESTS);
    List<String> missing = new ArrayList<>();
    Matcher matcher = TEST.matcher(Files.readString(PAGE));
    int n = 0;
    while (matcher.find()) {
      n++;
      String text = tests.getOrDefault(matcher.group(1), "");
      if (!Pattern.compile("\\bvoid " + matcher.group(2) + "\\(").matcher(text).find()) {
        missing.add(matcher.group());
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(n > 100, "tests on the page: " + n);
  }

  @Test
  void everyLineIsThereWithATestAndADifference() throws IOException {
    TreeSet<String> wanted = new TreeSet<>();
    LINES.forEach(
        (letter, n) -> {
          for (int i = 1; i <= n; i++) {
            wanted.add(String.format("%s%02d", letter, i));
          }
        });
    TreeSet<String> found = new TreeSet<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertTrue(found.add(row.group(1)), row.group(1) + " is there twice");
        String[] cells = row.group(2).split("\\|", -1);
        assertEquals(4, cells.length, line);
        assertTrue(TEST.matcher(cells[2]).find(), row.group(1) + " names no test");
        assertTrue(!cells[3].isBlank(), row.group(1) + " says nothing of differences");
      }
    }
    assertEquals(wanted, found);
  }

  @Test
  void theFirstTestOfEachLineNamesIt() throws IOException {
    Map<String, String> tests = classes(TESTS);
    List<String> missing = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      Matcher test = TEST.matcher(line);
      if (row.matches() && test.find()) {
        String text = tests.getOrDefault(test.group(1), "");
        if (!Pattern.compile("\\b" + row.group(1) + "\\b").matcher(text).find()) {
          missing.add(row.group(1) + " in " + test.group(1));
        }
      }
    }
    assertEquals(List.of(), missing);
  }

  @Test
  void everyJavaNameOnThePageExists() throws IOException {
    Map<String, String> sources = classes(SOURCES);
    List<String> missing = new ArrayList<>();
    Matcher matcher = JAVA_NAME.matcher(Files.readString(PAGE));
    while (matcher.find()) {
      String text = sources.getOrDefault(matcher.group(1), "");
      if (!Pattern.compile("\\b" + matcher.group(2) + "\\b").matcher(text).find()) {
        missing.add(matcher.group());
      }
    }
    assertEquals(List.of(), missing);
  }
}
