package dev.skiff.cli;

import dev.skiff.control.ControlClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Shows something again and again: on a terminal in the same place, else one below the other. Ends
 * on a signal, with the daemon, or when the reader of a pipe wants no more. Thread: the main
 * thread.
 */
final class Watch {
  private static final double NS_PER_S = 1e9;
  private static final String CLEAR = "\033[H\033[2J";

  private final Sink sink;
  private final boolean inPlace;
  private final int rows;
  private final Thread thread = Thread.currentThread();
  private volatile boolean ended;

  /**
   * A watch that has not begun.
   *
   * @param inPlace whether each look takes the place of the last
   * @param rows how many lines there is room for then
   */
  Watch(Sink sink, boolean inPlace, int rows) {
    this.sink = sink;
    this.inPlace = inPlace;
    this.rows = rows;
  }

  /** One look: its lines. */
  interface Look {
    /**
     * Looks.
     *
     * @throws IOException with one line that says what to do
     */
    List<String> lines(long nowNs) throws IOException;
  }

  /** Has it end soon. Any thread. */
  void end() {
    ended = true;
    LockSupport.unpark(thread);
  }

  /** Looks {@code count} times, the first time at once. */
  void run(double seconds, long count, Look look) throws IOException {
    long intervalNs = Math.round(seconds * NS_PER_S);
    long dueNs = System.nanoTime();
    for (long n = 0; n < count && !ended; n++) {
      List<String> lines;
      try {
        lines = look.lines(System.nanoTime());
      } catch (ControlClient.NoDaemon e) {
        if (n == 0) {
          throw e;
        }
        System.err.println("skiff: the daemon has ended");
        return;
      }
      show(lines, n == 0);
      // One that took longer than the interval is not made up for: there would be no pause at all.
      dueNs = Math.max(dueNs + intervalNs, System.nanoTime());
      for (long left = dueNs - System.nanoTime();
          n + 1 < count && left > 0 && !ended;
          left = dueNs - System.nanoTime()) {
        LockSupport.parkNanos(this, left);
      }
    }
  }

  private void show(List<String> lines, boolean first) throws IOException {
    StringBuilder text = new StringBuilder(inPlace ? CLEAR : "");
    int shown = inPlace && lines.size() >= rows ? Math.max(1, rows - 2) : lines.size();
    if (!inPlace && !first && lines.size() > 1) {
      text.append('\n');
    }
    for (String line : lines.subList(0, shown)) {
      text.append(line).append('\n');
    }
    if (shown < lines.size()) {
      text.append("(").append(lines.size() - shown).append(" more: name those you want)\n");
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    sink.write(bytes, bytes.length);
    sink.flush();
  }
}
