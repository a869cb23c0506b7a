package dev.skiff.cli;

import dev.skiff.text.OneLine;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How java.util.logging is set up until the daemon does so, and for all other commands: warnings
 * and what is worse, a line each, as a command's own. Made by java.util.logging when it is used
 * first, which most commands never do.
 */
public final class PlainLog {
  /** Sets it up. */
  public PlainLog() {
    Logger root = Logger.getLogger("");
    root.setLevel(Level.WARNING);
    root.addHandler(new Lines());
  }

  private static final class Lines extends Handler {
    private final Formatter formatter =
        new Formatter() {
          @Override
          public String format(LogRecord record) {
            return "skiff: " + formatMessage(record);
          }
        };

    @Override
    public void publish(@Nullable LogRecord record) {
      if (record != null && isLoggable(record)) {
        System.err.println(OneLine.of(formatter.format(record)));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
