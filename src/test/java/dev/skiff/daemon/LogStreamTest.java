package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.control.Json;
import dev.skiff.log.Log;
import dev.skiff.log.LogRing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogStreamTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Log log = new Log();

  LogStreamTest() {
    log.start();
  }

  @AfterEach
  void end() {
    log.close();
  }

  private void say(Level level, String text) {
    LogRecord record = new LogRecord(level, text);
    record.setLoggerName("dev.skiff.neigh.Claim");
    log.handler().publish(record);
    log.settle(LONG);
  }

  private static List<Map<String, Object>> lines(ByteArrayOutputStream out) {
    return out.toString(StandardCharsets.UTF_8).lines().map(Json::parse).toList();
  }

  private List<Map<String, Object>> read(int count, Level least) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new LogStream(log, count, false, least).writeTo(out);
    List<Map<String, Object>> lines = new ArrayList<>(lines(out));
    assertEquals(Map.of("end", true), lines.removeLast());
    return lines;
  }

  private static List<Object> messages(List<Map<String, Object>> lines) {
    return lines.stream().map(line -> line.get("message")).toList();
  }

  @Test
  void itIsTheLastThatAreBadEnough() throws IOException {
    say(Level.WARNING, "one");
    say(Level.FINE, "two");
    say(Level.SEVERE, "three");
    say(Level.INFO, "four");
    assertEquals(List.of("one", "two", "three", "four"), messages(read(1000, Level.ALL)));
    assertEquals(List.of("three", "four"), messages(read(2, Level.ALL)));
    assertEquals(List.of("three"), messages(read(1, Level.WARNING)));
    assertEquals(List.of("one", "three"), messages(read(9, Level.WARNING)));
    assertEquals(List.of(), messages(read(0, Level.ALL)));
  }

  @Test
  void aRecordIsAnObjectThatSaysAll() throws IOException {
    LogRecord record = new LogRecord(Level.SEVERE, "a bug");
    record.setLoggerName("skiff.fault");
    record.setThrown(new Exception("x"));
    log.handler().publish(record);
    log.settle(LONG);
    Map<String, Object> line = read(1, Level.ALL).getFirst();
    assertEquals(
        List.of("time", "level", "logger", "message", "thread", "trace"),
        List.copyOf(line.keySet()));
    assertTrue(
        String.valueOf(line.get("time"))
            .matches("\\d{4}(-\\d\\d){2}T(\\d\\d:){2}\\d\\d\\.\\d{3}Z"));
    assertEquals("ERROR", line.get("level"));
    assertEquals("skiff.fault", line.get("logger"));
    assertEquals(Thread.currentThread().getName(), line.get("thread"));
    assertTrue(
        String.valueOf(line.get("trace"))
            .startsWith("[java.lang.Exception: x,     at dev.skiff.daemon.LogStreamTest."),
        line.toString());
  }

  /** What is written waits at {@code gate} after the first line. */
  private static final class Slow extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);

    @Override
    public void write(int b) {
      throw new AssertionError("a line is one write");
    }

    @Override
    public void write(byte[] line, int offset, int n) throws IOException {
      bytes.write(line, offset, n);
      begun.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  @Test
  void aSlowReaderLosesRecordsIsToldHowManyAndReadsOn() throws Exception {
    say(Level.WARNING, "first");
    Slow out = new Slow();
    LogStream stream = new LogStream(log, 10, true, Level.WARNING);
    List<IOException> failures = new ArrayList<>();
    Thread client =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    stream.writeTo(out);
                  } catch (IOException e) {
                    failures.add(e);
                  }
                });
    out.begun.await();
    for (int i = 0; i < LogRing.MAX_ENTRIES + 3; i++) {
      log.sayToReaders(i % 2 == 0 ? Level.WARNING : Level.FINE, "test." + i, "text"); // No limit.
      if (i % 500 == 0) {
        log.settle(LONG);
      }
    }
    log.settle(LONG);
    out.gate.countDown();
    stream.stop();
    assertTrue(client.join(LONG));
    assertEquals(List.of(), failures);
    List<Map<String, Object>> lines = lines(out.bytes);
    assertEquals("first", lines.getFirst().get("message"));
    assertEquals(Map.of("lost", 3), lines.get(1));
    assertEquals("test.4", lines.get(2).get("logger"));
    assertEquals("test." + (LogRing.MAX_ENTRIES + 2), lines.get(lines.size() - 2).get("logger"));
    assertEquals(Map.of("end", true), lines.getLast());
  }

  @Test
  void aFollowerIsToldWhatIsSaidUntilTheEndOfTheLog() throws Exception {
    Slow out = new Slow();
    out.gate.countDown();
    LogStream stream = new LogStream(log, 10, true, Level.ALL);
    Thread client =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    stream.writeTo(out);
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    say(Level.WARNING, "one");
    out.begun.await();
    say(Level.WARNING, "two");
    log.close();
    assertTrue(client.join(LONG));
    List<Map<String, Object>> lines = lines(out.bytes);
    assertEquals(List.of("one", "two"), messages(lines.subList(0, 2)));
    assertEquals(Map.of("end", true), lines.get(2));
  }
}
