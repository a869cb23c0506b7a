package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.neigh.AcdStat;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.neigh.NeighbourStat;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.skb.DropReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * That docs/neighbours.md names all states, settings, counters and reasons, with their defaults.
 */
class NeighboursPageTest {
  private static final Path PAGE = Path.of("docs/neighbours.md");

  /** A row of a table of settings: key=default, what it is, and the last cell. */
  private static final Pattern SETTING =
      Pattern.compile("^\\| `((\\w+)=(\\w+))` \\|.*\\| ([^|]+) \\|$");

  private static final Pattern RANGE = Pattern.compile("(\\d+)(s?) to (\\d+)s?");

  private static List<Matcher> settings(Predicate<String> lastCell) throws IOException {
    return Files.readAllLines(PAGE).stream()
        .map(SETTING::matcher)
        .filter(Matcher::matches)
        .filter(row -> lastCell.test(row.group(4)))
        .toList();
  }

  private static boolean isRange(String cell) {
    return RANGE.matcher(cell).matches();
  }

  @Test
  void everySettingOfTheTableIsThereWithItsDefault() throws IOException {
    List<Matcher> rows = settings(NeighboursPageTest::isRange);
    assertEquals(NeighbourParms.class.getRecordComponents().length, rows.size());
    for (Matcher row : rows) {
      assertEquals(NeighbourParms.USUAL, NeighbourParms.USUAL.with(row.group(1)), row.group(1));
    }
  }

  @Test
  void everyRangeIsTheOneThatIsEnforced() throws IOException {
    for (Matcher row : settings(NeighboursPageTest::isRange)) {
      Matcher range = RANGE.matcher(row.group(4));
      assertTrue(range.matches());
      String key = row.group(2);
      long least = Long.parseLong(range.group(1));
      long most = Long.parseLong(range.group(3));
      // (A threshold may not be beyond the next: for those the message says which it is.)
      assertTrue(isInRange(key + "=" + least + range.group(2)), key + " " + least);
      assertTrue(isInRange(key + "=" + most + range.group(2)), key + " " + most);
      assertTrue(!isInRange(key + "=" + (least - 1) + range.group(2)), key + " below " + least);
      assertTrue(!isInRange(key + "=" + (most + 1) + range.group(2)), key + " above " + most);
    }
  }

  private static boolean isInRange(String setting) {
    try {
      return NeighbourParms.USUAL.with(setting) != null;
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage()).contains("none may be greater than the next");
    }
  }

  @Test
  void everySwitchOfArpIsThereWithItsDefault() throws IOException {
    List<Matcher> rows = settings(cell -> !isRange(cell));
    assertEquals(ArpConf.class.getRecordComponents().length - 1, rows.size(), "all but acd");
    for (Matcher row : rows) {
      assertEquals(ArpConf.USUAL, ArpConf.USUAL.with(row.group(1)), row.group(1));
    }
  }

  @Test
  void everyStateCounterAndReasonIsThere() throws IOException {
    String page = Files.readString(PAGE);
    List<String> missing = new ArrayList<>();
    for (NeighbourStat stat : NeighbourStat.values()) {
      want(page, "`" + stat.statName() + "`", missing);
    }
    for (AcdStat stat : AcdStat.values()) {
      want(page, "`" + stat.statName() + "`", missing);
    }
    for (Acd acd : Acd.values()) {
      want(page, "| `" + acd.word() + "`", missing);
    }
    for (NeighbourState state : NeighbourState.values()) {
      want(page, "| " + state + " |", missing);
    }
    for (DropReason reason : DropReason.values()) {
      if (reason.name().startsWith("ARP_") || reason.name().startsWith("NEIGH_")) {
        want(page, "`" + reason + "`", missing);
      }
    }
    assertEquals(List.of(), missing);
  }

  private static void want(String page, String text, List<String> missing) {
    if (!page.contains(text)) {
      missing.add(text);
    }
  }
}
