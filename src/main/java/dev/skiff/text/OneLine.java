package dev.skiff.text;

/** Messages that quote what somebody wrote. Any thread. */
public final class OneLine {
  private OneLine() {}

  /**
   * A text on one line: line ends become a blank, and what is no character that people see, control
   * and direction characters among them, becomes a question mark.
   */
  public static String of(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
  }
}
