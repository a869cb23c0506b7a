package dev.skiff.log;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;

/** How an {@link Entry} is written: a line for each record, and more only for a stack trace. */
public final class LogText {
  /** The most bytes of UTF-8 in a line, its end included: {@code PIPE_BUF}, which stays in one. */
  public static final int MAX_LINE = 4096;

  /** The most bytes of a message: the rest of a line has room beside it. */
  static final int MAX_MESSAGE = 3500;

  /** The most lines of a stack trace. */
  static final int MAX_TRACE = 100;

  private static final String OURS = "dev.skiff.";
  private static final String OTHERS = "skiff.";
  private static final int WORD_WIDTH = 5;
  private static final int BYTES_OF_MANY = 3;

  // Priorities of syslog(3).
  private static final int LOG_ERR = 3;
  private static final int LOG_WARNING = 4;
  private static final int LOG_INFO = 6;
  private static final int LOG_DEBUG = 7;

  private LogText() {}

  // ---- Lines ------------------------------------------------------------------------------------

  /** As for a terminal or a file: {@code 2026-11-27T08:00:00.123Z WARN stack: text}. */
  public static List<String> lines(Entry entry) {
    return lines(
        time(entry.time()),
        word(entry.level()),
        shortName(entry.logger()),
        entry.message(),
        entry.trace());
  }

  /** The same of what has been made text already. */
  public static List<String> lines(
      String time, String word, String name, String message, List<String> trace) {
    String padded = word + " ".repeat(Math.max(0, WORD_WIDTH - word.length()));
    return lines("", time + " " + padded + " " + name + ": " + message, trace);
  }

  /**
   * As for journald, which has a clock and takes a priority from the front of each line: {@code
   * <4>stack: text}, sd-daemon(3).
   */
  public static List<String> journalLines(Entry entry) {
    String priority = "<" + priority(entry.level()) + ">";
    String first = priority + shortName(entry.logger()) + ": " + entry.message();
    return lines(priority, first, entry.trace());
  }

  private static List<String> lines(String inFront, String first, List<String> trace) {
    List<String> lines = new ArrayList<>(1 + trace.size());
    lines.add(first);
    for (String line : trace) {
      lines.add(inFront + "    " + line);
    }
    return lines;
  }

  /** In UTC, to the millisecond, as RFC 3339 has it. By hand: a formatter takes 10 ms to load. */
  public static String time(Instant time) {
    LocalDateTime at =
        LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
    StringBuilder text = new StringBuilder();
    digits(text, at.getYear(), 4).append('-');
    digits(text, at.getMonthValue(), 2).append('-');
    digits(text, at.getDayOfMonth(), 2).append('T');
    digits(text, at.getHour(), 2).append(':');
    digits(text, at.getMinute(), 2).append(':');
    digits(text, at.getSecond(), 2).append('.');
    return digits(text, at.getNano() / 1_000_000, 3).append('Z').toString();
  }

  private static StringBuilder digits(StringBuilder text, int value, int width) {
    String digits = Integer.toString(value);
    return text.append("0".repeat(Math.max(0, width - digits.length()))).append(digits);
  }

  /** ERROR, WARN, INFO, DEBUG or TRACE. */
  public static String word(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (value >= Level.WARNING.intValue()) {
      return "WARN";
    }
    if (value >= Level.CONFIG.intValue()) {
      return "INFO";
    }
    return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
  }

  private static int priority(Level level) {
    return switch (word(level)) {
      case "ERROR" -> LOG_ERR;
      case "WARN" -> LOG_WARNING;
      case "INFO" -> LOG_INFO;
      default -> LOG_DEBUG;
    };
  }

  /** The package of one of our classes; of {@code skiff.fault} the end; other names as they are. */
  public static String shortName(String logger) {
    if (logger.startsWith(OURS) && logger.length() > OURS.length()) {
      int end = logger.indexOf('.', OURS.length());
      String name = logger.substring(OURS.length(), end < 0 ? logger.length() : end);
      return Character.isUpperCase(name.charAt(0)) ? "skiff" : name; // Of the root package.
    }
    return logger.startsWith(OTHERS) ? logger.substring(OTHERS.length()) : logger;
  }

  // ---- What others say --------------------------------------------------------------------------

  /**
   * One line, whoever wrote the text: control characters, line ends of any kind and marks that turn
   * the direction of writing are shown as what they are, and what is too long is cut.
   */
  public static String clean(String text) {
    StringBuilder line = null; // None while all is well, as it nearly always is.
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      bytes += c < 0x80 ? 1 : BYTES_OF_MANY;
      boolean shown = !isUnseen(c);
      if (!shown && line == null) {
        line = new StringBuilder(text.substring(0, i));
      }
      if (bytes > MAX_MESSAGE) {
        return (line == null ? text.substring(0, i) : line) + "... (cut)";
      }
      if (line != null) {
        if (shown) {
          line.append(c);
        } else {
          String escape = escape(c);
          bytes += escape.length();
          line.append(escape);
        }
      }
    }
    return line == null ? text : line.toString();
  }

  private static boolean isUnseen(char c) {
    return Character.isISOControl(c)
        || c == '\u2028' // Ends a line, as does the next one.
        || c == '\u2029'
        || Character.getType(c) == Character.FORMAT; // Turns what follows round, or hides.
  }

  private static String escape(char c) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> "\\u" + Integer.toHexString(0x10000 | c).substring(1);
    };
  }

  /** A stack trace, a line each, cleaned and of no more than {@link #MAX_TRACE} lines. */
  static List<String> trace(Throwable thrown) {
    List<String> lines = new ArrayList<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    add(lines, "", thrown, new StackTraceElement[0], seen);
    if (lines.size() > MAX_TRACE) {
      int more = lines.size() - MAX_TRACE + 1;
      lines.subList(MAX_TRACE - 1, lines.size()).clear();
      lines.add("... " + more + " more lines");
    }
    return lines;
  }

  private static void add(
      List<String> lines,
      String how,
      Throwable thrown,
      StackTraceElement[] around,
      Set<Throwable> seen) {
    lines.add(clean(how + thrown));
    if (!seen.add(thrown)) {
      return;
    }
    StackTraceElement[] frames = thrown.getStackTrace();
    int common = common(frames, around);
    for (int i = 0; i < frames.length - common; i++) {
      lines.add(clean("    at " + frames[i]));
    }
    if (common > 0) {
      lines.add("    ... " + common + " more");
    }
    for (Throwable other : thrown.getSuppressed()) {
      add(lines, "Suppressed: ", other, frames, seen);
    }
    if (thrown.getCause() != null) {
      add(lines, "Caused by: ", thrown.getCause(), frames, seen);
    }
  }

  /** How many frames at the end are those of the stack trace around it. */
  private static int common(StackTraceElement[] frames, StackTraceElement[] around) {
    int n = 0;
    while (n < Math.min(frames.length, around.length)
        && frames[frames.length - 1 - n].equals(around[around.length - 1 - n])) {
      n++;
    }
    return n;
  }
}
