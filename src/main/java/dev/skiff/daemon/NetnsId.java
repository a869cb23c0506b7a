package dev.skiff.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Which network namespace it is, whatever its name: namespaces(7), "device ID and inode number
 * together". Any thread.
 *
 * @param dev the number of the file system that namespaces are files of
 * @param ino the number of this one
 */
record NetnsId(long dev, long ino) {
  /** The one that this thread is in. */
  static NetnsId ofThisThread() throws IOException {
    return of(Path.of("/proc/thread-self/ns/net"));
  }

  /**
   * The one that a file stands for.
   *
   * @throws IOException if there is no such file
   */
  static NetnsId of(Path file) throws IOException {
    Map<String, Object> numbers = Files.readAttributes(file, "unix:dev,ino");
    return new NetnsId(number(numbers, "dev"), number(numbers, "ino"));
  }

  private static long number(Map<String, Object> numbers, String name) {
    return ((Number) Objects.requireNonNull(numbers.get(name))).longValue();
  }
}
