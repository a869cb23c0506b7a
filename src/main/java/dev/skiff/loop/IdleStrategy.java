package dev.skiff.loop;

import dev.skiff.text.Suggest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a loop does while there is nothing to do. */
public enum IdleStrategy {
  /** It waits in {@code ppoll(2)} at once: no processor time on a silent wire. */
  BLOCK,

  /**
   * It turns on for a short time, which it learns from what comes, and waits only then; never while
   * others want its processor: {@link AdaptiveSpin}.
   */
  ADAPTIVE,

  /** It never waits: the quickest answer, for a processor of its own. */
  SPIN;

  /** How people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a {@link #word}.
   *
   * @throws IllegalArgumentException with one line that says what there is
   */
  public static IdleStrategy parse(String text) {
    for (IdleStrategy idle : values()) {
      if (idle.word().equals(text)) {
        return idle;
      }
    }
    List<String> words = Arrays.stream(values()).map(IdleStrategy::word).toList();
    throw new IllegalArgumentException(
        "'" + text + "' is no way to be idle" + Suggest.among(text, words));
  }
}
