package dev.skiff.log;

import java.time.Instant;
import java.util.List;
import java.util.logging.Level;

/**
 * One record of the log, as it is kept and shown. Any thread.
 *
 * @param time when it was said, by the machine's clock
 * @param level how bad it is
 * @param logger the whole name of who said it
 * @param thread the name of the thread that said it
 * @param message one line, cleaned by {@link LogText#clean}
 * @param trace the stack trace that belongs to it, a line each; empty if there is none
 * @param printed whether it goes to standard error, too
 */
public record Entry(
    Instant time,
    Level level,
    String logger,
    String thread,
    String message,
    List<String> trace,
    boolean printed) {
  private static final int OVERHEAD = 100;

  /** Takes a list of its own. */
  public Entry {
    trace = List.copyOf(trace);
  }

  /** Roughly what it takes of the heap, in bytes. */
  int bytes() {
    int bytes = OVERHEAD + message.length();
    for (String line : trace) {
      bytes += OVERHEAD + line.length();
    }
    return bytes;
  }

  /** The same at the same time, with another message and no trace. */
  Entry saying(String other) {
    return new Entry(time, level, logger, thread, other, List.of(), printed);
  }
}
