package dev.skiff.dev;

import dev.skiff.text.Suggest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is done about other stations with an address of ours: RFC 5227. */
public enum Acd {
  /** Nothing: no announcement, no defence; a conflict is counted. */
  OFF,

  /**
   * An address is used at once and announced twice; whoever claims it is answered by an
   * announcement, one in 10 s at most, and it is never given up: RFC 5227 2.4 (c), without the
   * probes of 2.1.
   */
  DEFEND,

  /**
   * All of RFC 5227: an address is used once three probes were not answered, is announced twice,
   * defended once, and given up if it is claimed again within 10 s: 2.4 (b).
   */
  PROBE;

  /** How people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a {@link #word}.
   *
   * @throws IllegalArgumentException with one line that says what there is
   */
  public static Acd parse(String text) {
    for (Acd acd : values()) {
      if (acd.word().equals(text)) {
        return acd;
      }
    }
    List<String> words = Arrays.stream(values()).map(Acd::word).toList();
    throw new IllegalArgumentException(
        "'" + text + "' is no way to detect conflicts" + Suggest.among(text, words));
  }
}
