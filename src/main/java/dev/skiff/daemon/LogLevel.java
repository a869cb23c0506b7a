package dev.skiff.daemon;

import dev.skiff.text.Suggest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How much is logged: what is at least this bad. Any thread. */
public enum LogLevel {
  /** Bugs, and what keeps Skiff from its work. */
  ERROR,
  /** What somebody should look at. */
  WARN,
  /** What has been done. */
  INFO,
  /** What may explain something. */
  DEBUG,
  /** Everything. */
  TRACE;

  /** How people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a {@link #word}.
   *
   * @throws IllegalArgumentException with one line that says what there is
   */
  public static LogLevel parse(String text) {
    List<String> words = Arrays.stream(values()).map(LogLevel::word).toList();
    int at = words.indexOf(text.strip().toLowerCase(Locale.ROOT));
    if (at < 0) {
      throw new IllegalArgumentException("'" + text + "' is no level" + Suggest.among(text, words));
    }
    return values()[at];
  }
}
