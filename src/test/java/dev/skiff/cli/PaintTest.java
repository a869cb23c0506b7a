package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class PaintTest {
  private static String up(boolean terminal, Map<String, String> environment) {
    return Paint.of(terminal, environment).state("UP");
  }

  @Test
  void coloursAreForATerminalWhoseUserWantsThem() {
    assertEquals("\033[32mUP\033[0m", up(true, Map.of("TERM", "xterm")));
    assertEquals("\033[32mUP\033[0m", up(true, Map.of("TERM", "xterm", "NO_COLOR", "")));
    assertEquals("UP", up(false, Map.of("TERM", "xterm")));
    assertEquals("UP", up(true, Map.of("TERM", "xterm", "NO_COLOR", "1")));
    assertEquals("UP", up(true, Map.of("TERM", "dumb")));
    assertEquals("UP", up(true, Map.of()));
  }

  @Test
  void whatIsGoodBadAndDownHaveEachTheirOwn() {
    Paint paint = Paint.of(true, Map.of("TERM", "xterm"));
    assertEquals("\033[33mDOWN\033[0m", paint.state("DOWN"));
    assertEquals("\033[31mFAILED\033[0m", paint.state("FAILED"));
    assertEquals("UNKNOWN", paint.state("UNKNOWN"));
    assertEquals("\033[31m7\033[0m", paint.bad(7));
  }
}
