package dev.skiff.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether standard error goes to journald. Any thread. */
public final class Journal {
  private Journal() {}

  /** Whether this process's standard error does. */
  public static boolean hasStandardError() {
    return isAt(System.getenv("JOURNAL_STREAM"), Path.of("/proc/self/fd/2"));
  }

  /**
   * Whether a file is the one that {@code $JOURNAL_STREAM} names by its device and inode: a process
   * that inherited the variable may have been given another standard error, systemd.exec(5).
   */
  static boolean isAt(@Nullable String journalStream, Path file) {
    if (journalStream == null) {
      return false;
    }
    try {
      Map<String, Object> stat = Files.readAttributes(file, "unix:dev,ino");
      return journalStream.equals(stat.get("dev") + ":" + stat.get("ino"));
    } catch (IOException | RuntimeException e) {
      return false; // No standard error, or no /proc.
    }
  }
}
