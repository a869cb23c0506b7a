package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every link of the documents leads somewhere, and every page is in docs/README.md. */
class LinksTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```|`[^`\\n]*`");

  private static List<Path> pages() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String place : List.of("", "docs", "docs/adr", "native-config")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(place))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(all::add);
      }
    }
    return all;
  }

  @Test
  void everyRelativeLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int n = 0;
    for (Path page : pages()) {
      Matcher link = LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll(""));
      while (link.find()) {
        String target = link.group(1);
        if (!target.matches("[a-z]+:.*")) {
          n++;
          if (!resolves(page, target)) {
            broken.add(ROOT.relativize(page) + ": " + target);
          }
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(n > 50, "links: " + n);
  }

  private static boolean resolves(Path page, String target) throws IOException {
    String file = target.replaceFirst("#.*", "");
    Path path = file.isEmpty() ? page : page.resolveSibling(file);
    int hash = target.indexOf('#');
    return Files.exists(path)
        && (hash < 0 || anchors(Files.readString(path)).contains(target.substring(hash + 1)));
  }

  /** What GitHub calls the headings of a page. */
  private static Set<String> anchors(String page) {
    Set<String> all = new HashSet<>();
    for (String line : page.lines().toList()) {
      if (line.startsWith("#")) {
        all.add(
            line.replaceFirst("^#+ ", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\w\\- ]", "")
                .replace(' ', '-'));
      }
    }
    return all;
  }

  @Test
  void everyPageIsInTheIndex() throws IOException {
    String index = Files.readString(ROOT.resolve("docs/README.md"));
    List<String> missing = new ArrayList<>();
    try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".md")
            && !name.equals("README.md")
            && !index.contains("](" + name + ")")) {
          missing.add(name);
        }
      }
    }
    assertEquals(List.of(), missing, "pages that docs/README.md lacks");
  }
}
