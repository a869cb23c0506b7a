package dev.skiff.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes the log to standard error, one {@code write(2)} a line. What cannot be written now is
 * tried again, later and later; what is pushed out of the ring meanwhile is lost, and counted. A
 * write that never returns keeps nobody but the thread that is in it.
 *
 * <p>Thread: its own.
 */
public final class LineWriter {
  private static final long FOR_EVER_NS = Duration.ofHours(1).toNanos();
  private static final long FIRST_PAUSE_NS = Duration.ofMillis(100).toNanos();
  private static final long LAST_PAUSE_NS = Duration.ofSeconds(5).toNanos();

  private final LogRing.Reader reader;
  private final LogRing.Reader pause;
  private final OutputStream out;
  private final boolean journal;
  private final AtomicLong lost = new AtomicLong();
  private final Thread thread = new Thread(this::run, "skiff-log-stderr");

  /**
   * A writer that has not begun.
   *
   * @param out without a buffer
   * @param journal whether that is journald's
   */
  public LineWriter(LogRing ring, OutputStream out, boolean journal) {
    reader = ring.fromFirst();
    pause = ring.fromFirst();
    this.out = out;
    this.journal = journal;
    thread.setDaemon(true);
  }

  /** Starts its thread. */
  public void start() {
    thread.start();
  }

  /** How many records were pushed out of the ring before they could be written. Any thread. */
  public long lost() {
    return lost.get();
  }

  private void run() {
    try {
      long pauseNs = FIRST_PAUSE_NS;
      while (reader.await(FOR_EVER_NS) || !reader.isEnding()) {
        if (writeNext()) {
          pauseNs = FIRST_PAUSE_NS;
        } else if (reader.isEnding()) {
          return; // Whoever takes nothing now gets nothing any more.
        } else {
          pause(pauseNs);
          pauseNs = Math.min(2 * pauseNs, LAST_PAUSE_NS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pause(long ns) throws InterruptedException {
    pause.skip(Integer.MAX_VALUE);
    long startNs = System.nanoTime();
    long leftNs = ns;
    // A new record is no reason to try sooner; the end is.
    while (leftNs > 0 && !pause.isEnding()) {
      var _ = pause.await(leftNs);
      pause.skip(Integer.MAX_VALUE);
      leftNs = ns - (System.nanoTime() - startNs);
    }
  }

  /** Writes one record; says whether that could be done. */
  private boolean writeNext() {
    long gone = reader.takeLost();
    lost.addAndGet(gone);
    try {
      if (gone > 0) {
        write(Log.ownWord(gone + " records were lost here: standard error took nothing"));
      }
      for (Entry entry : reader.look(1)) {
        if (entry.printed()) {
          write(entry);
        }
        reader.skip(1);
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void write(Entry entry) throws IOException {
    for (String line : journal ? LogText.journalLines(entry) : LogText.lines(entry)) {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Waits until all is written, once the log has ended, or so long.
   *
   * @return whether it is
   */
  public boolean join(Duration most) throws InterruptedException {
    return thread.join(most);
  }
}
