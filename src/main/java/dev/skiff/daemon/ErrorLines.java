package dev.skiff.daemon;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;

/**
 * What {@code System.err} is while the daemon runs: each line becomes a record of the log, so that
 * nobody who prints there waits for whoever reads it. Any thread, under its lock.
 */
final class ErrorLines extends OutputStream {
  /** A line that is longer than this is cut in several. */
  private static final int MAX_LINE = 2000;

  private static final String OURS = "skiff: ";

  private final Logger log;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  ErrorLines(Logger log) {
    this.log = log;
  }

  @Override
  public synchronized void write(int b) {
    if (b == '\n') {
      end();
      return;
    }
    line.write(b);
    if (line.size() == MAX_LINE) {
      end();
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int n) {
    for (int i = offset; i < offset + n; i++) {
      write(bytes[i]);
    }
  }

  private void end() {
    String text = line.toString(StandardCharsets.UTF_8).stripTrailing();
    line.reset();
    if (!text.isEmpty()) {
      log.warn(text.startsWith(OURS) ? text.substring(OURS.length()) : text);
    }
  }
}
