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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * That docs/conformance.md has every line once, and that each line that is done has a test which
 * exists and names it.
 */
class ConformanceTest {
  private static final Path PAGE = Path.of("docs/conformance.md");
  private static final Path TESTS = Path.of("src/test/java");

  /** The numbers of its lines: X01 to X39, and those with a letter behind the last. */
  private static final int LAST = 39;

  private static final String LETTERS = "abcdef";

  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
  private static final Pattern ROW = Pattern.compile("^\\| (X\\w+) \\|(.*)\\|$");
  private static final Pattern LEVEL = Pattern.compile("M|MN|S|SN|Y|L");
  private static final Pattern STATE =
      Pattern.compile("(done|deviation|not applicable|not yet): (.+)");
  private static final Pattern JAVADOC = Pattern.compile("/\\*\\*.*?\\*/", Pattern.DOTALL);

  private record Row(String id, String level, String asked, String source, String state) {
    boolean isDone() {
      return state.startsWith("done:");
    }

    List<String[]> tests() {
      return TEST.matcher(state)
          .results()
          .map(result -> new String[] {result.group(1), result.group(2)})
          .toList();
    }
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        String[] cells = row.group(2).split("\\|", -1);
        assertEquals(4, cells.length, line);
        rows.add(
            new Row(
                row.group(1),
                cells[0].strip(),
                cells[1].strip(),
                cells[2].strip(),
                cells[3].strip()));
      }
    }
    return rows;
  }

  /** The text of each test class, by its name. */
  private static Map<String, String> classes() throws IOException {
    Map<String, String> text = new TreeMap<>();
    try (Stream<Path> files = Files.walk(TESTS)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        text.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
      }
    }
    return text;
  }

  @Test
  void everyLineIsThereOnceAndInOrder() throws IOException {
    List<String> wanted = new ArrayList<>();
    for (int i = 1; i <= LAST; i++) {
      wanted.add(String.format("X%02d", i));
    }
    LETTERS.chars().forEach(letter -> wanted.add("X" + LAST + (char) letter));
    assertEquals(wanted, rows().stream().map(Row::id).toList());
  }

  @Test
  void everyLineHasALevelWhatIsAskedASourceAndAState() throws IOException {
    for (Row row : rows()) {
      assertTrue(LEVEL.matcher(row.level()).matches(), row.id() + " level " + row.level());
      assertTrue(!row.asked().isEmpty(), row.id() + " asks nothing");
      assertTrue(!row.source().isEmpty(), row.id() + " has no source");
      Matcher state = STATE.matcher(row.state());
      assertTrue(state.matches(), row.id() + " state: " + row.state());
      boolean saysWhy = !TEST.matcher(state.group(2)).replaceAll("").isBlank();
      assertTrue(row.isDone() || saysWhy, row.id() + " does not say why");
    }
  }

  @Test
  void whatIsDoneHasATestAndEveryTestNamedExists() throws IOException {
    Map<String, String> tests = classes();
    List<String> missing = new ArrayList<>();
    for (Row row : rows()) {
      if (row.isDone() && row.tests().isEmpty()) {
        missing.add(row.id() + " names no test");
      }
      for (String[] test : row.tests()) {
        String text = tests.getOrDefault(test[0], "");
        if (!Pattern.compile("\\bvoid " + test[1] + "\\(").matcher(text).find()) {
          missing.add(row.id() + " " + test[0] + "#" + test[1]);
        }
      }
    }
    assertEquals(List.of(), missing);
  }

  @Test
  void theClassOfEachTestNamesItsLineInItsJavadoc() throws IOException {
    Map<String, String> tests = classes();
    List<String> missing = new ArrayList<>();
    for (Row row : rows()) {
      Pattern id = Pattern.compile("\\b" + row.id() + "\\b");
      for (String[] test : row.tests()) {
        String text = tests.getOrDefault(test[0], "");
        if (JAVADOC.matcher(text).results().noneMatch(doc -> id.matcher(doc.group()).find())) {
          missing.add(row.id() + " in " + test[0]);
        }
      }
    }
    assertEquals(List.of(), missing);
  }
}
