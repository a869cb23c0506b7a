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

  /** The level of each line, from the number that each row begins with. */
  private static final String LEVELS =
      """
      01 M S Y MN M M M MN MN M M M M M M L L S L
      20 M M M M M M M M S M S L L L L L L L S M
      40 S M M M M M S M M MN M MN MN M M S M M
      60 M M M MN S M M
      70 M M S M M L L L L L L Y M M M S
      90 M M M S MN S M M SN M S S S
      110 M M Y S L Y SN L L M
      120 M S M Y MN S M M S M
      """;

  /** Those with a letter behind X39, and their levels. */
  private static final String LETTERS = "a M b M c SN d L e S f S";

  private static final int AFTER_LETTERS = 40;
  private static final int LINES = 119;

  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
  private static final Pattern ROW = Pattern.compile("^\\| (X\\w+) \\|(.*)\\|$");
  private static final Pattern STATE = Pattern.compile("(done|deviation|not applicable): (.+)");
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

  /** "X01 M" and so on. */
  private static List<String> wanted() {
    List<String> wanted = new ArrayList<>();
    for (String line : LEVELS.strip().lines().toList()) {
      String[] words = line.split(" ", -1);
      int first = Integer.parseInt(words[0]);
      if (first == AFTER_LETTERS) {
        Pattern.compile("(\\w) (\\w+)")
            .matcher(LETTERS)
            .results()
            .forEach(one -> wanted.add("X39" + one.group(1) + " " + one.group(2)));
      }
      for (int i = 1; i < words.length; i++) {
        wanted.add(String.format("X%02d %s", first + i - 1, words[i]));
      }
    }
    return wanted;
  }

  @Test
  void everyLineIsThereOnceAndInOrderWithItsLevel() throws IOException {
    List<String> wanted = wanted();
    assertEquals(LINES, wanted.size());
    assertEquals(wanted, rows().stream().map(row -> row.id() + " " + row.level()).toList());
  }

  @Test
  void everyLineHasWhatIsAskedASourceAndAState() throws IOException {
    for (Row row : rows()) {
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
