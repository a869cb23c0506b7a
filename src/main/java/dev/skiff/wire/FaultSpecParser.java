package dev.skiff.wire;

import dev.skiff.text.Suggest;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Reads a {@link FaultSpec}; used once. Thread: any. */
final class FaultSpecParser {
  private static final Set<String> NO_FAULTS = Set.of("", "off", "none");

  /** Chosen seeds are short, for people to type. */
  private static final int MOST_SEEDS = 1_000_000;

  /** What can be set, with an example of each. */
  private enum Key {
    LOSS("loss=3%"),
    BURST("burst=1%/5"),
    DUP("dup=1%"),
    REORDER("reorder=1%"),
    CORRUPT("corrupt=0.5%"),
    DELAY("delay=20ms"),
    JITTER("jitter=5ms"),
    RATE("rate=10mbit"),
    DIR("dir=in"),
    SEED("seed=7");

    private static final List<String> WORDS = Stream.of(values()).map(Key::word).toList();

    private final String example;

    Key(String example) {
      this.example = example;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final String text;
  private final Map<Key, Integer> seen = new EnumMap<>(Key.class);
  private double loss;
  private double burst;
  private int burstFrames;
  private double dup;
  private double reorder;
  private double corrupt;
  private long delayNs;
  private long jitterNs;
  private long rateBits;
  private FaultDirection direction = FaultDirection.BOTH;
  private long seed;

  FaultSpecParser(String text) {
    this.text = text;
  }

  FaultSpec parse() {
    if (NO_FAULTS.contains(text.strip())) {
      return FaultSpec.OFF;
    }
    for (int begin = 0; begin <= text.length(); ) {
      int comma = text.indexOf(',', begin);
      int end = comma < 0 ? text.length() : comma;
      setting(FaultText.of(text, begin, end));
      begin = end + 1;
    }
    Integer jitterAt = seen.get(Key.JITTER);
    if (jitterAt != null && delayNs == 0) {
      throw FaultText.wrong(jitterAt, "jitter needs a delay: say delay=20ms,jitter=5ms");
    }
    if (!seen.containsKey(Key.SEED)) {
      seed = new SplittableRandom().nextInt(1, MOST_SEEDS);
    }
    return new FaultSpec(
        loss,
        burst,
        burstFrames,
        dup,
        reorder,
        corrupt,
        delayNs,
        jitterNs,
        rateBits,
        direction,
        seed);
  }

  private void setting(FaultText setting) {
    if (setting.isEmpty()) {
      throw setting.wrong("a setting is missing: say loss=3%" + keys());
    }
    int equals = setting.text().indexOf('=');
    FaultText word = equals < 0 ? setting : setting.until(equals);
    if (NO_FAULTS.contains(word.text()) && !word.isEmpty()) {
      throw word.wrong(
          "'" + word.text() + "' stands alone: say it without the rest, or leave it out");
    }
    Key key = key(word);
    FaultText value = equals < 0 ? setting.from(setting.text().length()) : setting.from(equals + 1);
    if (value.isEmpty()) {
      throw FaultText.wrong(
          setting.end(), "'" + word.text() + "' has no value: say " + key.example);
    }
    Integer first = seen.putIfAbsent(key, word.at());
    if (first != null) {
      throw word.wrong(
          "'" + word.text() + "' is set twice, first at column " + (first + 1) + ": say it once");
    }
    set(key, value);
  }

  private static Key key(FaultText word) {
    for (Key key : Key.values()) {
      if (key.word().equals(word.text())) {
        return key;
      }
    }
    String near = Suggest.among(word.shown().toLowerCase(Locale.ROOT), Key.WORDS);
    String all = near.endsWith("?") ? keys() : "";
    throw word.wrong("unknown key '" + word.shown() + "'" + near + all);
  }

  private static String keys() {
    return " (keys: " + String.join(", ", Key.WORDS) + ")";
  }

  private void set(Key key, FaultText value) {
    switch (key) {
      case LOSS -> loss = value.percent(key.example);
      case BURST -> burst(value, key.example);
      case DUP -> dup = value.percent(key.example);
      case REORDER -> reorder = value.percent(key.example);
      case CORRUPT -> corrupt = value.percent(key.example);
      case DELAY -> delayNs = time(value, key.example);
      case JITTER -> jitterNs = time(value, key.example);
      case RATE ->
          rateBits =
              value.units(
                  FaultText.RATES, 1, FaultSpec.MAX_RATE_BITS, "1bit to 1000gbit", key.example);
      case DIR -> direction = direction(value);
      case SEED -> seed = seed(value, key.example);
    }
  }

  private static long time(FaultText value, String example) {
    return value.units(FaultText.TIMES, 0, FaultSpec.MAX_DELAY_NS, "0s to 3600s", example);
  }

  private void burst(FaultText value, String example) {
    int slash = value.text().indexOf('/');
    FaultText share = slash < 0 ? value : value.until(slash);
    burst = share.percent(example);
    if (slash < 0) {
      throw FaultText.wrong(
          value.end(),
          "how many frames a burst loses is missing: say burst=" + share.shown() + "/5");
    }
    FaultText frames = value.from(slash + 1);
    burstFrames = frames.text().matches("[0-9]{1,7}") ? Integer.parseInt(frames.text()) : 0;
    if (burstFrames < 1 || burstFrames > FaultSpec.MAX_BURST) {
      throw frames.wrong(
          "a burst loses 1 to "
              + FaultSpec.MAX_BURST
              + " frames, not '"
              + frames.shown()
              + "': say "
              + example);
    }
  }

  private static FaultDirection direction(FaultText value) {
    for (FaultDirection candidate : FaultDirection.values()) {
      if (candidate.settingName().equals(value.text())) {
        return candidate;
      }
    }
    List<String> names =
        Stream.of(FaultDirection.values()).map(FaultDirection::settingName).toList();
    throw value.wrong(
        "unknown direction '"
            + value.shown()
            + "'"
            + Suggest.among(value.shown().toLowerCase(Locale.ROOT), names));
  }

  private static long seed(FaultText value, String example) {
    try {
      return Long.parseLong(value.text());
    } catch (NumberFormatException e) {
      throw value.wrong(
          "seed '" + value.shown() + "' is no whole number of 64 bits: say " + example);
    }
  }
}
