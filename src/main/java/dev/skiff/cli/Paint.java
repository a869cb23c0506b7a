package dev.skiff.cli;

import java.util.Map;

/**
 * Colours, on a terminal alone: green for what is as it should be, red for what failed or was lost,
 * yellow for what is down. Any thread.
 */
final class Paint {
  /** None. */
  static final Paint NONE = new Paint(false);

  private static final String RED = "31";
  private static final String GREEN = "32";
  private static final String YELLOW = "33";

  private final boolean on;

  private Paint(boolean on) {
    this.on = on;
  }

  /**
   * What standard output can show, and the user wants to see.
   *
   * @param environment NO_COLOR (no-color.org), unless it is empty, and TERM=dumb turn it off
   */
  static Paint of(boolean terminal, Map<String, String> environment) {
    return new Paint(
        terminal
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb"));
  }

  private String in(String colour, Object text) {
    return on ? "\033[" + colour + "m" + text + "\033[0m" : text.toString();
  }

  String good(Object text) {
    return in(GREEN, text);
  }

  String bad(Object text) {
    return in(RED, text);
  }

  /** A state as {@code ip} writes it: UP, DOWN, or another word. */
  String state(Object state) {
    return switch (state.toString()) {
      case "UP" -> good(state);
      case "DOWN" -> in(YELLOW, state);
      case "FAILED" -> bad(state);
      default -> state.toString();
    };
  }
}
