package dev.skiff.wire;

import dev.skiff.text.Suggest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How a {@link TapWire} asks the kernel for frames. */
public enum IoMode {
  /** {@link #URING} where the kernel lets us, else {@link #SYSCALL}. */
  AUTO,
  /** What is to be sent and what there is to receive go through an io_uring, many in one call. */
  URING,
  /** A {@code read(2)} and a {@code write(2)} for each frame. */
  SYSCALL;

  /** The word that people use. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a {@link #word}.
   *
   * @throws IllegalArgumentException with one line that says what there is
   */
  public static IoMode parse(String text) {
    for (IoMode mode : values()) {
      if (mode.word().equals(text)) {
        return mode;
      }
    }
    List<String> words = Arrays.stream(values()).map(IoMode::word).toList();
    throw new IllegalArgumentException(
        "'" + text + "' is no I/O mode" + Suggest.among(text, words));
  }
}
