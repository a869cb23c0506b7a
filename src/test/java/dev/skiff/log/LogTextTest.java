package dev.skiff.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Mutator;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogTextTest {
  private static final Instant TIME = Instant.parse("2026-11-27T08:00:00.001999999Z");

  static Entry entry(Level level, String logger, String message, String... trace) {
    return new Entry(TIME, level, logger, "main", message, List.of(trace), true);
  }

  // ---- Lines ------------------------------------------------------------------------------------

  @Test
  void aRecordIsALineWithItsTimeInUtcAndItsLevelInAColumn() {
    assertEquals(
        List.of("2026-11-27T08:00:00.001Z WARN  stack: text"),
        LogText.lines(entry(Level.WARNING, "dev.skiff.stack.NetStack", "text")));
    assertEquals(
        List.of("2026-11-27T08:00:00.001Z ERROR skiff: text"),
        LogText.lines(entry(Level.SEVERE, "skiff", "text")));
  }

  @ParameterizedTest
  @CsvSource({"SEVERE,ERROR,3", "WARNING,WARN,4", "INFO,INFO,6", "FINE,DEBUG,7", "FINEST,TRACE,7"})
  void eachLevelHasAWordAndAPriorityOfSyslog(String jul, String word, int priority) {
    Entry entry = entry(Level.parse(jul), "skiff", "text");
    assertEquals(word, LogText.word(entry.level()));
    assertEquals(List.of("<" + priority + ">skiff: text"), LogText.journalLines(entry));
  }

  @Test
  void aStackTraceIsIndentedAndForJournaldEachOfItsLinesHasThePriority() {
    Entry bug = entry(Level.SEVERE, "skiff.fault", "a bug", "E: x", "    at here");
    assertEquals(
        List.of("2026-11-27T08:00:00.001Z ERROR fault: a bug", "    E: x", "        at here"),
        LogText.lines(bug));
    assertEquals(
        List.of("<3>fault: a bug", "<3>    E: x", "<3>        at here"), LogText.journalLines(bug));
  }

  @ParameterizedTest
  @CsvSource({
    "1970-01-01T00:00:00Z,1970-01-01T00:00:00.000Z",
    "2000-02-29T23:59:59.999Z,2000-02-29T23:59:59.999Z",
    "2026-12-31T09:05:07.050Z,2026-12-31T09:05:07.050Z"
  })
  void aTimeIsThatOfRfc3339(String time, String text) {
    assertEquals(text, LogText.time(Instant.parse(time)));
  }

  @ParameterizedTest
  @CsvSource({
    "dev.skiff.stack.NetStack,stack",
    "dev.skiff.neigh,neigh",
    "dev.skiff.Skiff,skiff",
    "skiff,skiff",
    "skiff.fault,fault",
    "dev.skiff.,dev.skiff.",
    "com.sun.net.httpserver,com.sun.net.httpserver",
    "'',''"
  })
  void aLoggerIsCalledByItsPackageOrAsItIs(String logger, String name) {
    assertEquals(name, LogText.shortName(logger));
  }

  // ---- What others say --------------------------------------------------------------------------

  @Test
  void noTextFromOutsideBeginsALineOfItsOwnOrTurnsOneRound() {
    assertEquals(
        "a\\n2026-11-27T08:00:00.123Z ERROR skiff: forged\\r\\u0000\\u001b[31m\\u0085\\u2028\\u2029"
            + "\\u202e\\u2066\\u200b\\u007f\\t",
        LogText.clean(
            "a\n2026-11-27T08:00:00.123Z ERROR skiff: forged\r\0\u001b[31m\u0085\u2028\u2029"
                + "\u202e\u2066\u200b\u007f\t"));
    assertEquals("Grüße, 世界 \\ \"x\"", LogText.clean("Grüße, 世界 \\ \"x\""));
  }

  @Test
  void aLineFitsInWhatAPipeTakesAtOnce() {
    for (String unit : List.of("a", "\n", "\u202e", "世", "\ud83d\ude00", "ab\0")) {
      String message = LogText.clean(unit.repeat(5000));
      assertTrue(message.endsWith("... (cut)"), message);
      String name = "some.library.with.a.long.name.".repeat(5);
      for (String line : LogText.lines(entry(Level.INFO, name, message))) {
        int bytes = line.getBytes(StandardCharsets.UTF_8).length + 1;
        assertTrue(bytes <= LogText.MAX_LINE, bytes + " bytes of " + unit);
      }
    }
  }

  @Test
  void anyTextBecomesOneLineThatIsTheSameWhenCleanedAgain() {
    Mutator mutator = new Mutator(2026_11_27);
    for (int i = 0; i < 20_000; i++) {
      String text =
          new String(
              mutator.mutate(
                  "02:00:5e:10:00:01 has\n198.51.100.2 \u001b[0m \u2028世"
                      .getBytes(StandardCharsets.UTF_8)),
              StandardCharsets.UTF_8);
      String clean = LogText.clean(text);
      assertEquals(1, Math.max(1, clean.lines().count()), clean);
      assertFalse(clean.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == 0x85), clean);
      assertEquals(clean, LogText.clean(clean));
    }
  }

  // ---- Stack traces -----------------------------------------------------------------------------

  @Test
  void aStackTraceHasItsCausesAndNoLineOfAnybodyElse() {
    RuntimeException cause = new RuntimeException("two\nlines");
    Exception bug = new IllegalStateException("x", cause);
    bug.addSuppressed(new Exception("beside"));
    List<String> lines = LogText.trace(bug);
    assertEquals("java.lang.IllegalStateException: x", lines.getFirst());
    assertTrue(lines.get(1).startsWith("    at dev.skiff.log.LogTextTest."), lines.get(1));
    assertTrue(lines.contains("Suppressed: java.lang.Exception: beside"), lines.toString());
    assertTrue(lines.getLast().matches(" {4}\\.\\.\\. \\d+ more"), lines.getLast());
    assertTrue(
        lines.contains("Caused by: java.lang.RuntimeException: two\\nlines"), lines.toString());
  }

  @Test
  void aStackTraceEndsHoweverDeepItIsAndIfItIsItsOwnCause() {
    Exception a = new Exception("a");
    Exception b = new Exception("b", a);
    a.initCause(b);
    assertTrue(LogText.trace(a).size() <= LogText.MAX_TRACE);
    StackTraceElement frame = new StackTraceElement("C", "m", "C.java", 1);
    Exception deep = new Exception("deep");
    StackTraceElement[] frames = new StackTraceElement[1024];
    java.util.Arrays.fill(frames, frame);
    deep.setStackTrace(frames);
    List<String> lines = LogText.trace(deep);
    assertEquals(LogText.MAX_TRACE, lines.size());
    assertEquals("... 926 more lines", lines.getLast());
  }
}
