package dev.skiff.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rounds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultSpecTest {
  private static final long MS = 1_000_000;
  private static final String KEYS =
      " (keys: loss, burst, dup, reorder, corrupt, delay, jitter, rate, dir, seed)";

  private static String error(String text) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> FaultSpec.parse(text), text);
    String message = Objects.requireNonNull(e.getMessage());
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  @Test
  void everyKeyIsRead() {
    FaultSpec spec =
        FaultSpec.parse(
            "loss=3%,burst=0.5%/7,dup=1%,reorder=2.25%,corrupt=100%,delay=20ms,jitter=5us,"
                + "rate=10mbit,dir=out,seed=-9");
    assertEquals(
        new FaultSpec(3, 0.5, 7, 1, 2.25, 100, 20 * MS, 5000, 10_000_000, FaultDirection.OUT, -9),
        spec);
    assertEquals(
        "loss=3%,burst=0.5%/7,dup=1%,reorder=2.25%,corrupt=100%,delay=20ms,jitter=5us,"
            + "rate=10mbit,dir=out,seed=-9",
        spec.toString());
    assertFalse(spec.isOff());
  }

  @ParameterizedTest
  @CsvSource({
    "1ns, 1",
    "1us, 1000",
    "1ms, 1000000",
    "1s, 1000000000",
    "0.5us, 500",
    "1.5s, 1500000000",
    "3600s, 3600000000000",
    "20 ms, 20000000"
  })
  void timesAreInNanoseconds(String time, long ns) {
    assertEquals(ns, FaultSpec.parse("delay=" + time).delayNs());
  }

  @ParameterizedTest
  @CsvSource({
    "1bit, 1",
    "9kbit, 9000",
    "10mbit, 10000000",
    "1gbit, 1000000000",
    "1.5kbit, 1500",
    "1000gbit, 1000000000000",
    "10Mbit, 10000000"
  })
  void ratesAreInBitsPerSecond(String rate, long bits) {
    assertEquals(bits, FaultSpec.parse("rate=" + rate).rateBits());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "off", "none", " off "})
  void nothingIsOff(String text) {
    assertEquals(FaultSpec.OFF, FaultSpec.parse(text));
    assertEquals("off", FaultSpec.OFF.toString());
    assertTrue(FaultSpec.OFF.isOff());
  }

  @ParameterizedTest
  @ValueSource(strings = {"loss=0%", "burst=0%/5", "delay=0ms", "seed=5", "dir=in,seed=5"})
  void whatDoesNothingIsOffToo(String text) {
    FaultSpec spec = FaultSpec.parse(text);
    assertTrue(spec.isOff(), text);
    assertEquals(spec, FaultSpec.parse(spec.toString()));
  }

  @Test
  void blanksDoNotMatter() {
    assertEquals(
        FaultSpec.parse("loss=3%,burst=1%/5,delay=20ms,seed=7"),
        FaultSpec.parse("  loss = 3 % , burst= 1% / 5 ,delay=20 ms,  seed=7 "));
  }

  @Test
  void aSeedIsChosenWhereNoneIsNamedAndShown() {
    Set<Long> seeds =
        IntStream.range(0, 20)
            .mapToObj(i -> FaultSpec.parse("loss=3%").seed())
            .collect(Collectors.toSet());
    assertTrue(seeds.size() > 10, "chosen anew each time: " + seeds);
    FaultSpec chosen = FaultSpec.parse("loss=3%");
    assertTrue(chosen.toString().matches("loss=3%,seed=[1-9][0-9]{0,5}"), chosen.toString());
    assertEquals(chosen, FaultSpec.parse(chosen.toString()));
  }

  @Test
  void whatIsShownIsReadAsTheSame() {
    Random random = new Random(7);
    for (int i = 0; i < Rounds.of(20_000); i++) {
      FaultSpec spec = anySpec(random);
      String shown = spec.toString();
      assertEquals(spec, FaultSpec.parse(shown), shown);
      List<String> parts = new ArrayList<>(List.of(shown.split(",")));
      if (!spec.equals(FaultSpec.OFF)) {
        Collections.shuffle(parts, random);
        assertEquals(spec, FaultSpec.parse(String.join(", ", parts)), "in any order: " + parts);
      }
    }
  }

  private static FaultSpec anySpec(Random random) {
    long delayNs = some(random, FaultSpec.MAX_DELAY_NS);
    return new FaultSpec(
        percent(random),
        percent(random),
        1 + random.nextInt(FaultSpec.MAX_BURST),
        percent(random),
        percent(random),
        percent(random),
        delayNs,
        delayNs == 0 ? 0 : some(random, FaultSpec.MAX_DELAY_NS),
        some(random, FaultSpec.MAX_RATE_BITS),
        FaultDirection.values()[random.nextInt(3)],
        random.nextBoolean() ? random.nextLong() : random.nextInt(100));
  }

  private static double percent(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(101);
      case 2 -> random.nextInt(1000) / 1e9;
      default -> random.nextDouble() * 100;
    };
  }

  /** 0, or a round number or any, up to {@code most}. */
  private static long some(Random random, long most) {
    long unit = (long) Math.pow(1000, random.nextInt(4));
    return random.nextInt(3) == 0 ? 0 : random.nextLong(most / unit + 1) * unit;
  }

  @Test
  void anyTextIsReadOrRefusedInOneLineWithItsColumn() {
    Random random = new Random(8);
    String[] pieces = {
      "loss", "burst", "delay", "seed", "dir", "=", ",", "%", "/", "3", "0.5", "ms", "\n", " ", "x",
      "é", "\u2028", "-", ".", "off"
    };
    for (int i = 0; i < Rounds.of(100_000); i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(8); n >= 0; n--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      try {
        var _ = FaultSpec.parse(text.toString());
      } catch (IllegalArgumentException e) {
        String message = Objects.requireNonNull(e.getMessage());
        assertTrue(message.matches("at column [0-9]+: .+"), text + " -> " + message);
        int column = Integer.parseInt(message.split("[ :]")[2]);
        assertTrue(column >= 1 && column <= text.length() + 1, text + " -> " + message);
      }
    }
  }

  // ---- Mistakes ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "loss=3                  | at column 7: '3' has no percent sign: say 3%",
        "loss=3ms                | at column 7: 'ms' is not a percent sign: say loss=3%",
        "loss=x                  | at column 6: 'x' does not begin with a number: say loss=3%",
        "dup=1%,loss=-3%         | at column 13: '-3%' does not begin with a number: say loss=3%",
        "loss=1.2.3%             | at column 6: '1.2.3%' does not begin with a number: say loss=3%",
        "loss=.5%                | at column 6: '.5%' does not begin with a number: say loss=3%",
        "loss=100.1%             | at column 6: 100.1% is out of range: use 0% to 100%",
        "loss                    | at column 5: 'loss' has no value: say loss=3%",
        "dup=1%,loss=            | at column 13: 'loss' has no value: say loss=3%",
        "loss=3%,loss=4%         | at column 9: 'loss' is set twice, first at column 1: say it once",
        "delay=20                | at column 9: '20' has no unit (ns, us, ms, s): say delay=20ms",
        "delay=20mz              | at column 9: unknown unit 'mz': use one of ns, us, ms, s",
        "delay=2h                | at column 8: unknown unit 'h': use one of ns, us, ms, s",
        "delay=3601s             | at column 7: 3601s is out of range: use 0s to 3600s",
        "rate=0mbit              | at column 6: 0mbit is out of range: use 1bit to 1000gbit",
        "rate=1001gbit           | at column 6: 1001gbit is out of range: use 1bit to 1000gbit",
        "rate=10mbps | at column 8: unknown unit 'mbps': use one of bit, kbit, mbit, gbit",
        "rate=10                 | at column 8: '10' has no unit (bit, kbit, mbit, gbit): say rate=10mbit",
        "jitter=5ms              | at column 1: jitter needs a delay: say delay=20ms,jitter=5ms",
        "jitter=5ms,delay=0s     | at column 1: jitter needs a delay: say delay=20ms,jitter=5ms",
        "burst=1%                | at column 9: how many frames a burst loses is missing: say burst=1%/5",
        "burst=1%/0              | at column 10: a burst loses 1 to 1000000 frames, not '0': say burst=1%/5",
        "burst=1%/x              | at column 10: a burst loses 1 to 1000000 frames, not 'x': say burst=1%/5",
        "burst=1%/1000001        | at column 10: a burst loses 1 to 1000000 frames, not '1000001': say burst=1%/5",
        "burst=1/5               | at column 8: '1' has no percent sign: say 1%",
        "dir=up                  | at column 5: unknown direction 'up': use one of in, out, both",
        "LOSS=3% | at column 1: unknown key 'LOSS': did you mean 'loss'? (keys: loss, burst, dup, reorder, corrupt, delay, jitter, rate, dir, seed)",
        "dir=OUT | at column 5: unknown direction 'OUT': did you mean 'out'?",
        "dir=ou                  | at column 5: unknown direction 'ou': did you mean 'out'?",
        "seed=x                  | at column 6: seed 'x' is no whole number of 64 bits: say seed=7",
        "seed=9223372036854775808 | at column 6: seed '9223372036854775808' is no whole number of 64 bits: say seed=7",
        "off,loss=3%             | at column 1: 'off' stands alone: say it without the rest, or leave it out",
        "loss=3%,none            | at column 9: 'none' stands alone: say it without the rest, or leave it out",
      })
  void mistakesAreNamedWithTheirColumnAndWhatToSay(String text, String message) {
    assertEquals(message, error(text));
  }

  @Test
  void anUnknownKeyIsAnsweredWithTheNearestAndAll() {
    assertEquals(
        "at column 10: unknown key 'los': did you mean 'loss'?" + KEYS, error("dup=1%,  los=3%"));
    assertEquals(
        "at column 1: unknown key 'zzzzzz': use one of "
            + KEYS.substring(" (keys: ".length(), KEYS.length() - 1),
        error("zzzzzz=3%"));
  }

  @Test
  void aMissingSettingIsAMistake() {
    for (String text : List.of("loss=3%,,dup=1%", "loss=3%,")) {
      assertEquals("at column 9: a setting is missing: say loss=3%" + KEYS, error(text));
    }
  }

  @Test
  void noMessageShowsWhatCouldSpoilATerminal() {
    String message = error("lo\u001b[31m\n\u2028s".repeat(20) + "=3%");
    assertTrue(message.chars().allMatch(c -> c >= 0x20 && c < 0x7f), message);
    assertTrue(message.length() < 300, message);
  }

  @Test
  void aProgramsOwnSpecsAreCheckedToo() {
    Stream.<Supplier<FaultSpec>>of(
            () -> spec(-1, 0, 0, 0, 0),
            () -> spec(Double.NaN, 0, 0, 0, 0),
            () -> spec(101, 0, 0, 0, 0),
            () -> spec(0, 1, 0, 0, 0),
            () -> spec(0, 1, FaultSpec.MAX_BURST + 1, 0, 0),
            () -> spec(0, 0, 0, -1, 0),
            () -> spec(0, 0, 0, 0, 1))
        .forEach(wrong -> assertThrows(IllegalArgumentException.class, wrong::get));
    assertEquals(spec(0, 0, 0, 0, 0), spec(-0.0, 0, 9, 0, 0), "the same faults, the same spec");
    assertNotEquals(spec(1, 0, 0, 0, 0), spec(2, 0, 0, 0, 0));
  }

  private static FaultSpec spec(
      double loss, double burst, int frames, long delayNs, long jitterNs) {
    return new FaultSpec(
        loss, burst, frames, 0, 0, 0, delayNs, jitterNs, 0, FaultDirection.BOTH, 7);
  }
}
