package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private static final Map<String, Object> BUG =
      Map.of(
          "time", "2026-11-27T08:00:00.123Z",
          "level", "ERROR",
          "logger", "skiff.fault",
          "message", "a bug",
          "thread", "skiff-loop",
          "trace", List.of("E: x", "    at here"));

  @Test
  void aRecordIsShownAsTheDaemonWritesIt() {
    assertEquals(
        List.of("2026-11-27T08:00:00.123Z ERROR fault: a bug", "    E: x", "        at here"),
        new LogLines(false).of(BUG));
  }

  @Test
  void onATerminalWhatIsBadHasAColour() {
    assertEquals(
        "\u001b[31m2026-11-27T08:00:00.123Z ERROR fault: a bug\u001b[0m",
        new LogLines(true).of(BUG).getFirst());
    assertEquals(
        List.of("t INFO  link: up"),
        new LogLines(true)
            .of(Map.of("time", "t", "level", "INFO", "logger", "skiff.link", "message", "up")));
  }

  @Test
  void whatASlowReaderLostIsSaid() {
    assertEquals(
        List.of("(12 more were lost: the reader was too slow)"),
        new LogLines(false).of(Map.of("lost", 12)));
  }

  @Test
  void aDaemonThatLiesCannotWriteToTheTerminal() {
    assertEquals(
        List.of("t WARN  a: x\\u001b[2J"),
        new LogLines(false)
            .of(Map.of("time", "t", "level", "WARN", "logger", "a", "message", "x\u001b[2J")));
  }
}
