package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.ip.FragParms;
import dev.skiff.ip.IcmpParms;
import dev.skiff.ip.IpParms;
import dev.skiff.skb.DropReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That docs/ipv4.md names all settings with their defaults and ranges, and reasons that exist. */
class Ipv4PageTest {
  private static final Path PAGE = Path.of("docs/ipv4.md");

  /** A row of the table of settings: key=default, what it is, and the values. */
  private static final Pattern SETTING =
      Pattern.compile("^\\| `((\\w+)=(\\w+))` \\|.*\\| ([^|]+) \\|$");

  private static final Pattern RANGE = Pattern.compile("(\\d+)(s?) to (\\d+)s?");
  private static final Pattern REASON = Pattern.compile("`([A-Z0-9]+_[A-Z0-9_]+)`");

  private static List<Matcher> settings() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .map(SETTING::matcher)
        .filter(Matcher::matches)
        .toList();
  }

  @Test
  void everySettingIsThereWithItsDefault() throws IOException {
    // The two that are records themselves are not settings.
    int components =
        IpParms.class.getRecordComponents().length
            - 2
            + IcmpParms.class.getRecordComponents().length
            + FragParms.class.getRecordComponents().length;
    assertEquals(components, settings().size());
    for (Matcher row : settings()) {
      assertEquals(IpParms.USUAL, IpParms.USUAL.with(row.group(1)), row.group(1));
    }
  }

  @Test
  void everyRangeIsTheOneThatIsEnforced() throws IOException {
    for (Matcher row : settings()) {
      Matcher range = RANGE.matcher(row.group(4));
      if (!range.matches()) {
        continue;
      }
      String key = row.group(2) + "=";
      long least = Long.parseLong(range.group(1));
      long most = Long.parseLong(range.group(3));
      String unit = range.group(2);
      assertTrue(IpParms.USUAL.with(key + least + unit).ttl() > 0);
      assertTrue(IpParms.USUAL.with(key + most + unit).ttl() > 0);
      for (long wrong : new long[] {least - 1, most + 1}) {
        assertThrows(
            IllegalArgumentException.class, () -> IpParms.USUAL.with(key + wrong + unit), key);
      }
    }
  }

  @Test
  void everyReasonThatItNamesExists() throws IOException {
    Matcher matcher = REASON.matcher(Files.readString(PAGE));
    int n = 0;
    while (matcher.find()) {
      assertEquals(matcher.group(1), DropReason.valueOf(matcher.group(1)).name());
      n++;
    }
    assertTrue(n > 10, "reasons on the page: " + n);
  }
}
