package dev.skiff.daemon;

import dev.skiff.control.LogLevels;
import dev.skiff.control.Streams;
import dev.skiff.log.Journal;
import dev.skiff.log.Levels;
import dev.skiff.log.LineWriter;
import dev.skiff.log.Log;
import dev.skiff.log.LogText;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The daemon's log: all that is said by SLF4J or java.util.logging, and what anybody prints on
 * {@code System.err}, goes to standard error by a thread of its own and to those who read it over
 * the control socket. One at a time in a process.
 *
 * <p>Any thread; {@link #close} is the main thread's.
 */
public final class DaemonLog implements LogLevels, AutoCloseable {
  /** How long standard error may take at the end to take what is left. */
  private static final Duration END_TIMEOUT = Duration.ofMillis(500);

  /** What the daemon says to people of itself, and not of one of its parts. */
  static final String OPERATOR = "skiff";

  private static final Duration SETTLE = Duration.ofMillis(200);

  private final Log log = new Log();
  private final Logger root = Logger.getLogger("");
  private final Levels levels = new Levels(root, List.of("dev.skiff", OPERATOR));
  private final LineWriter writer;
  private final PrintStream standardError = System.err;
  private final Thread.@Nullable UncaughtExceptionHandler uncaught =
      Thread.getDefaultUncaughtExceptionHandler();

  private DaemonLog(LogLevel level) {
    writer =
        new LineWriter(
            log.ring(), new FileOutputStream(FileDescriptor.err), Journal.hasStandardError());
    setLevel(level);
    log.start();
    writer.start();
    for (Handler other : root.getHandlers()) {
      root.removeHandler(other);
    }
    root.addHandler(log.handler());
    org.slf4j.Logger operator = LoggerFactory.getLogger(OPERATOR);
    System.setErr(new PrintStream(new ErrorLines(operator), true, StandardCharsets.UTF_8));
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> operator.error("a bug: thread {} has ended", thread.getName(), e));
  }

  /** Takes over what is logged, and {@code System.err}, until it is closed. */
  static DaemonLog open(LogLevel level) {
    return new DaemonLog(level);
  }

  /** Everybody logs so much from now on. */
  public void setLevel(LogLevel level) {
    levels.setAll(level(level));
  }

  private static Level level(LogLevel level) {
    return switch (level) {
      case ERROR -> Level.SEVERE;
      case WARN -> Level.WARNING;
      case INFO -> Level.INFO;
      case DEBUG -> Level.FINE;
      case TRACE -> Level.FINEST;
    };
  }

  @Override
  public String level() {
    return word(levels.level());
  }

  private static String word(Level level) {
    return LogText.word(level).toLowerCase(Locale.ROOT);
  }

  @Override
  public Map<String, String> exceptions() {
    Map<String, String> words = new TreeMap<>();
    levels.exceptions().forEach((name, level) -> words.put(LogText.shortName(name), word(level)));
    return words;
  }

  @Override
  public void set(String level, @Nullable String logger) {
    LogLevel wanted = LogLevel.parse(level);
    if (logger == null) {
      setLevel(wanted);
    } else {
      levels.set(logger, level(wanted));
    }
  }

  /** Its counters by name, for {@code skiff stat}. */
  Map<String, Long> counters() {
    Map<String, Long> counters = new LinkedHashMap<>(log.counters());
    counters.put("StderrLost", writer.lost());
    return counters;
  }

  /**
   * The last records, and those that follow.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  Streams.Stream open(dev.skiff.control.Command.Log command) {
    log.settle(SETTLE);
    String level = command.level();
    return new LogStream(
        log,
        command.count(),
        command.follow(),
        level == null ? Level.ALL : level(LogLevel.parse(level)));
  }

  /** Says something that standard error is told in another way. */
  void sayToReaders(Level level, String message) {
    log.sayToReaders(level, OPERATOR, message);
  }

  /**
   * Writes what is left, as far as standard error takes it within half a second, and gives {@code
   * System.err} back.
   */
  @Override
  public void close() {
    System.err.flush();
    log.close();
    try {
      var _ = writer.join(END_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    root.removeHandler(log.handler());
    System.setErr(standardError);
    Thread.setDefaultUncaughtExceptionHandler(uncaught);
  }
}
