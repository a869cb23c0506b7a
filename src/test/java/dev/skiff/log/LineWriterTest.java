package dev.skiff.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.loop.Agent;
import dev.skiff.loop.PollLoop;
import dev.skiff.stats.Faults;
import dev.skiff.sys.PollSet;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the log where standard error takes all, nothing, or nothing for a while. */
class LineWriterTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Log log = new Log();

  private void say(String text) {
    LogRecord record = new LogRecord(Level.WARNING, text);
    record.setLoggerName("skiff");
    log.handler().publish(record);
  }

  /** Counts writes, and takes nothing as long as it is full. */
  private static final class Stderr extends OutputStream {
    private final List<String> writes = new ArrayList<>();
    private boolean full;
    private int refused;

    @Override
    public synchronized void write(int b) {
      throw new AssertionError("a line is one write");
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int n) throws IOException {
      if (full) {
        refused++;
        notifyAll();
        throw new IOException("No space left on device");
      }
      writes.add(new String(bytes, offset, n, StandardCharsets.UTF_8));
      notifyAll();
    }

    synchronized void setFull(boolean full) {
      this.full = full;
    }

    synchronized void awaitRefused() throws InterruptedException {
      while (refused == 0) {
        wait();
      }
    }

    synchronized List<String> awaitWrites(int n) throws InterruptedException {
      while (writes.size() < n) {
        wait();
      }
      return List.copyOf(writes);
    }
  }

  @Test
  void eachLineIsOneWrite() throws InterruptedException {
    Stderr stderr = new Stderr();
    LineWriter writer = new LineWriter(log.ring(), stderr, true);
    LogRecord bug = new LogRecord(Level.SEVERE, "a bug");
    bug.setLoggerName("skiff.fault");
    bug.setThrown(new Exception("x"));
    log.start();
    writer.start();
    log.handler().publish(bug);
    log.close();
    assertTrue(writer.join(LONG));
    List<String> writes = stderr.awaitWrites(3);
    assertEquals("<3>fault: a bug\n", writes.get(0));
    assertEquals("<3>    java.lang.Exception: x\n", writes.get(1));
    assertTrue(writes.stream().allMatch(line -> line.indexOf('\n') == line.length() - 1));
  }

  @Test
  void whatIsForReadersAloneIsNotWritten() throws InterruptedException {
    Stderr stderr = new Stderr();
    LineWriter writer = new LineWriter(log.ring(), stderr, true);
    log.sayToReaders(Level.SEVERE, "skiff", "told in another way");
    say("told here");
    log.start();
    writer.start();
    log.close();
    assertTrue(writer.join(LONG));
    assertEquals(List.of("<4>skiff: told here\n"), stderr.awaitWrites(1));
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenLater() throws InterruptedException {
    Stderr stderr = new Stderr();
    stderr.setFull(true);
    LineWriter writer = new LineWriter(log.ring(), stderr, true);
    log.start();
    writer.start();
    say("one");
    stderr.awaitRefused();
    say("two");
    stderr.setFull(false);
    assertEquals(List.of("<4>skiff: one\n", "<4>skiff: two\n"), stderr.awaitWrites(2));
    assertEquals(0, writer.lost());
    log.close();
    assertTrue(writer.join(LONG));
  }

  @Test
  void whatIsPushedOutMeanwhileIsCountedAndToldOf() throws InterruptedException {
    Stderr stderr = new Stderr();
    stderr.setFull(true);
    LineWriter writer = new LineWriter(log.ring(), stderr, true);
    log.start();
    writer.start();
    say("one");
    stderr.awaitRefused();
    for (int i = 0; i < LogRing.MAX_ENTRIES + 4; i++) {
      log.ring().add(LogTextTest.entry(Level.INFO, "skiff", "" + i));
    }
    stderr.setFull(false);
    List<String> writes = stderr.awaitWrites(2);
    assertEquals("<4>log: 5 records were lost here: standard error took nothing\n", writes.get(0));
    assertEquals("<6>skiff: 4\n", writes.get(1));
    assertEquals(5, writer.lost());
    log.close();
    assertTrue(writer.join(LONG));
  }

  @Test
  void aFullDeviceKeepsNobody() throws Exception {
    try (FileOutputStream full = new FileOutputStream("/dev/full")) {
      LineWriter writer = new LineWriter(log.ring(), full, false);
      log.start();
      writer.start();
      for (int i = 0; i < 100; i++) {
        say("text");
      }
      log.close();
      assertTrue(writer.join(LONG));
    }
  }

  /** A loop whose agent logs in each turn. */
  private static final class Talkative implements Agent {
    private static final int TURNS = 10_000;
    private static final int RECORDS_A_TURN = 10;

    private final Runnable say;
    private final CountDownLatch done = new CountDownLatch(1);
    private int turns;
    private long waitsBefore;
    private volatile long waits = -1;

    Talkative(Runnable say) {
      this.say = say;
    }

    @Override
    public int doWork(long nowNs) {
      if (turns == 0) {
        waitsBefore = waitsSoFar();
      }
      for (int i = 0; i < RECORDS_A_TURN; i++) {
        say.run();
      }
      if (++turns == TURNS) {
        waits = waitsSoFar() - waitsBefore;
        done.countDown();
      }
      return 1;
    }

    private static long waitsSoFar() {
      ThreadInfo info =
          ManagementFactory.getThreadMXBean().getThreadInfo(Thread.currentThread().threadId());
      return info.getBlockedCount() + info.getWaitedCount();
    }

    @Override
    public long nextDeadlineNs() {
      return Long.MAX_VALUE;
    }

    @Override
    public void pollFds(PollSet set) {}

    @Override
    public boolean isDone() {
      return turns == TURNS;
    }

    @Override
    public void onClose() {}
  }

  @Test
  void aPipeThatNobodyReadsIsNothingToTheLoopAndTheLogEndsInTime(@TempDir Path directory)
      throws Exception {
    Path fifo = directory.resolve("stderr");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    // Open at both ends, and read by nobody: after 64 KiB a write does not return.
    try (RandomAccessFile both = new RandomAccessFile(fifo.toFile(), "rw")) {
      LineWriter writer = new LineWriter(log.ring(), new FileOutputStream(both.getFD()), false);
      log.start();
      writer.start();
      for (int i = 0; i < 100; i++) {
        log.ring().add(LogTextTest.entry(Level.INFO, "skiff", "x".repeat(1000)));
      }
      Talkative agent = new Talkative(() -> say("from the loop"));
      PollLoop loop = new PollLoop(Clock.system(), new TimerQueue(), agent, new Faults());
      loop.start("talkative", () -> {});
      assertTrue(agent.done.await(LONG.toSeconds(), TimeUnit.SECONDS), "the loop is stuck");
      assertTrue(loop.join(LONG));
      assertEquals(0, agent.waits, "how often the loop waited for somebody");

      long startNs = System.nanoTime();
      log.close();
      assertFalse(writer.join(Duration.ofMillis(100)), "it was to be stuck");
      assertTrue(System.nanoTime() - startNs < LONG.toNanos());
      long told = log.counters().values().stream().mapToLong(count -> count).sum();
      assertTrue(told >= Talkative.TURNS * Talkative.RECORDS_A_TURN, log.counters().toString());

      byte[] some = new byte[1 << 16];
      do {
        assertTrue(both.read(some) > 0);
      } while (!writer.join(Duration.ofMillis(100)));
    }
  }

  @Test
  void nothingIsWrittenTwice() throws InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    LineWriter writer = new LineWriter(log.ring(), bytes, true);
    log.start();
    writer.start();
    for (int i = 0; i < 9; i++) {
      say("" + i);
    }
    log.close();
    assertTrue(writer.join(LONG));
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      expected.add("<4>skiff: " + i);
    }
    assertEquals(expected, bytes.toString(StandardCharsets.UTF_8).lines().toList());
  }
}
