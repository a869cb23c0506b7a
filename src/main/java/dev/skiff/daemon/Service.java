package dev.skiff.daemon;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff run} was told of itself as a program among others.
 *
 * @param user whom it becomes once all is open, by name or number; null for the usual one
 * @param pidFile where its process number is written, or null
 * @param metrics where metrics are served, or null for nowhere
 * @param logLevel how much is logged
 */
public record Service(
    @Nullable String user,
    @Nullable Path pidFile,
    @Nullable InetSocketAddress metrics,
    LogLevel logLevel) {
  /** Nothing was told. */
  public static final Service USUAL = new Service(null, null, null, LogLevel.WARN);

  /**
   * @throws IllegalArgumentException with one line that says what is wrong: a mistake of usage
   */
  public Service {
    if (user != null && user.isBlank()) {
      throw new IllegalArgumentException("--user is empty: name a user, or leave it out");
    }
    if (pidFile != null && pidFile.toString().isEmpty()) {
      throw new IllegalArgumentException("--pid-file is empty: name a file to write");
    }
  }
}
