package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The messages that the pages on what goes wrong quote are ones that Skiff prints. */
class TroubleshootingPageTest {
  /** A line of its own, of Skiff's. */
  private static final Pattern QUOTED = Pattern.compile("(?m)^    skiff(?: \\w+)*: (.*)$");

  /** The same in a cell of a table. */
  private static final Pattern QUOTED_IN_A_CELL = Pattern.compile("`skiff(?: \\w+)*: ([^`]*)`");

  /** What stands for a value in a quoted message. */
  private static final Pattern VALUE =
      Pattern.compile(
          "\\b[A-Z][A-Z0-9]*\\b|\\bskiff\\d|\\d[\\d./]*|/dev/net/tun"
              + "|File descriptor in bad state|Connection refused");

  /** What the sources say, string constants put together. */
  private static String sources() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        all.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
      }
    }
    return all.toString();
  }

  @Test
  void everyQuotedMessageIsInTheSources() throws IOException {
    everyOneIsInTheSources(QUOTED, "troubleshooting.md", 12);
    everyOneIsInTheSources(QUOTED_IN_A_CELL, "containers-engines.md", 9);
  }

  private static void everyOneIsInTheSources(Pattern pattern, String page, int atLeast)
      throws IOException {
    String sources = sources();
    Matcher quoted = pattern.matcher(Files.readString(Golden.DOCS.resolve(page)));
    List<String> unknown = new ArrayList<>();
    int n = 0;
    while (quoted.find()) {
      n++;
      for (String part : fixedParts(quoted.group(1))) {
        if (!sources.contains(part)) {
          unknown.add(part);
        }
      }
    }
    assertEquals(List.of(), unknown, page);
    assertTrue(n >= atLeast, page + ", quoted messages: " + n);
  }

  /** What is in a message whatever its values: the pieces between words in capitals. */
  private static List<String> fixedParts(String message) {
    List<String> parts = new ArrayList<>();
    for (String part : VALUE.split(message)) {
      String fixed = part.replaceFirst("^[:;, ]+", "").strip();
      if (fixed.length() > 5) {
        parts.add(fixed);
      }
    }
    return parts;
  }
}
