package dev.skiff.log;

import java.lang.StackWalker.StackFrame;
import java.util.Arrays;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * The place in a program that said something: what {@link RateLimit} counts by. Of a bug the stack
 * trace belongs to it, so that one bug does not hide another.
 *
 * @param trace a hash of the stack trace; 0 without one
 */
record Site(String logger, int level, String method, int index, int trace) {
  private static final StackWalker WALKER = StackWalker.getInstance();

  /** What logs for others, System.err too. */
  private static final String[] NOT_THE_PLACE = {
    "dev.skiff.log.Log$",
    "dev.skiff.log.Site",
    "dev.skiff.daemon.ErrorLines",
    "org.slf4j.",
    "java.util.logging.",
    "sun.util.logging.",
    "jdk.internal.logger.",
    "java.io.",
    "sun.nio.cs."
  };

  /** Where this thread is: in a handler, with the caller further down. */
  static Site ofCaller(LogRecord record) {
    StackFrame frame = WALKER.walk(all -> all.filter(Site::isThePlace).findFirst()).orElse(null);
    return new Site(
        String.valueOf(record.getLoggerName()),
        record.getLevel().intValue(),
        frame == null ? "" : frame.getClassName() + "." + frame.getMethodName(),
        frame == null ? 0 : frame.getByteCodeIndex(),
        trace(record.getThrown()));
  }

  private static boolean isThePlace(StackFrame frame) {
    String name = frame.getClassName();
    return !name.equals(Log.class.getName())
        && Arrays.stream(NOT_THE_PLACE).noneMatch(name::startsWith);
  }

  private static int trace(@Nullable Throwable thrown) {
    return thrown == null
        ? 0
        : 31 * thrown.getClass().hashCode() + Arrays.hashCode(thrown.getStackTrace());
  }
}
