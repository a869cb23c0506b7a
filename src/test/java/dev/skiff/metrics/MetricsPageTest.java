package dev.skiff.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.NoLeaks;
import dev.skiff.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * That docs/metrics.md lists the metrics that there are, as they describe themselves; {@code
 * -Dskiff.golden.update=true} writes the list anew.
 */
@ExtendWith(NoLeaks.class)
class MetricsPageTest {
  private static final Path PAGE = Path.of("docs/metrics.md");
  private static final String BEGIN = "<!-- metrics:begin -->\n";
  private static final String END = "<!-- metrics:end -->";

  private final Rig rig = new Rig();
  private final List<Family> families =
      StackMetrics.of(rig.stack(), Rig.loopOf(rig.skiff), rig.clock, "1.2.3")
          .withLog(Map::of)
          .families();

  private String table() {
    StringBuilder table = new StringBuilder("| metric | type | labels | |\n|---|---|---|---|\n");
    for (Family family : families) {
      table
          .append("| `" + family.name() + "` | " + family.type() + " | ")
          .append(String.join(", ", family.labels()))
          .append(" | " + family.help() + " |\n");
    }
    return table.toString();
  }

  @Test
  void thePageListsThemAll() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    assertTrue(begin >= BEGIN.length() && end >= begin, "docs/metrics.md has no list");
    if (Boolean.getBoolean("skiff.golden.update")) {
      Files.writeString(PAGE, page.substring(0, begin) + table() + page.substring(end));
    } else {
      assertEquals(
          table(), page.substring(begin, end), "-Dskiff.golden.update=true writes it anew");
    }
  }

  /** In examples of alerts and queries too. */
  @Test
  void itNamesNoMetricThatIsNotThere() throws IOException {
    Set<String> there = families.stream().map(Family::name).collect(Collectors.toSet());
    Set<String> unknown = new TreeSet<>();
    Matcher names = Pattern.compile("\\b(?:skiff|process)_\\w+").matcher(Files.readString(PAGE));
    while (names.find()) {
      String name = names.group();
      String family = name.replaceFirst("_(bucket|sum|count)$", "");
      boolean isPart = name.endsWith("_") && there.stream().anyMatch(one -> one.startsWith(name));
      if (!isPart && !there.contains(name) && !there.contains(family)) {
        unknown.add(name);
      }
    }
    assertEquals(Set.of(), unknown);
  }
}
