package dev.skiff.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether a command shows something once, or again and again. */
final class WatchOptions {
  private static final double LEAST_S = 0.1;
  private static final double MOST_S = 86_400;
  private static final String ONE = "1";

  @Option(
      names = {"-w", "--watch"},
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = ONE,
      description =
          "Show it again each SECONDS, 1 if it is not said, with what each has grown by in a second"
              + " since the last look; until Ctrl-C.")
  private @Nullable String seconds;

  @Option(names = "-n", paramLabel = "COUNT", description = "With -w: end after COUNT looks.")
  private @Nullable Long count;

  /** Whether it is to be shown again and again. */
  boolean isOn() {
    return seconds != null || count != null;
  }

  private boolean isNumber() {
    return seconds == null || seconds.matches("[0-9.,+-]+.*");
  }

  /** These patterns, and before them what stood behind -w and is no number of seconds. */
  List<String> withStray(List<String> patterns) {
    List<String> all = new ArrayList<>();
    if (seconds != null && !isNumber()) {
      all.add(seconds);
    }
    all.addAll(patterns);
    return all;
  }

  /**
   * Seconds between two looks.
   *
   * @throws IllegalArgumentException with one line
   */
  double seconds() {
    String text = seconds == null || !isNumber() ? ONE : seconds;
    try {
      double value = Double.parseDouble(text);
      if (value >= LEAST_S && value <= MOST_S) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException("-w " + text + ": give 0.1 to 86400 seconds");
  }

  /**
   * How many looks.
   *
   * @throws IllegalArgumentException with one line
   */
  long count() {
    if (count != null && count < 1) {
      throw new IllegalArgumentException("-n " + count + ": give 1 or more");
    }
    return count == null ? Long.MAX_VALUE : count;
  }
}
