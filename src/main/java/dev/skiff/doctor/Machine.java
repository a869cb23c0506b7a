package dev.skiff.doctor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be read of a machine without a native call. */
interface Machine {
  /**
   * A file's kind and whose it is: stat(2).
   *
   * @param mode type and permissions, as in {@code st_mode}
   * @param major of a device's number
   * @param minor of a device's number
   */
  record Stat(int mode, int major, int minor, int uid, int gid) {
    private static final int TYPE = 0170000;
    private static final int CHARACTER_DEVICE = 0020000;

    boolean isCharacterDevice() {
      return (mode & TYPE) == CHARACTER_DEVICE;
    }
  }

  /**
   * How a program ended.
   *
   * @param exitCode -1 if there is no such program
   */
  record Ran(int exitCode, String output) {
    static final Ran NO_PROGRAM = new Ran(-1, "");
  }

  /** A file's text without the blanks at its end; null if it is not there or may not be read. */
  @Nullable String read(String path);

  /** What a file is, links followed; null if there is none. */
  @Nullable Stat stat(String path);

  /** Whether we may write to a directory. */
  boolean isWritable(String path);

  /** The names in a directory; empty if there is none, or it may not be read. */
  List<String> list(String path);

  /** Where a symbolic link points; empty if it is none, or may not be read. */
  String link(String path);

  /** A system property of this Java; empty if there is none. */
  String property(String name);

  /** A variable of the environment; empty if there is none. */
  String environment(String name);

  /** Whether this Java was told that native code may be used. */
  boolean nativeAccess();

  /** Runs a program that only looks, for a few seconds at most. */
  Ran run(String... command);

  /** The first word of a file that has one number or word; empty if it cannot be read. */
  default String word(String path) {
    String text = read(path);
    return text == null ? "" : text.strip();
  }
}
