package dev.skiff.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a daemon's control socket stands. Any thread. */
public final class ControlPath {
  private ControlPath() {}

  /**
   * The directory of control sockets: {@code /run/skiff} for root, {@code $XDG_RUNTIME_DIR/skiff}
   * for others.
   *
   * @return null for an ordinary user without {@code XDG_RUNTIME_DIR}
   */
  public static @Nullable Path directory() {
    if (isRoot()) {
      return Path.of("/run/skiff");
    }
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    return runtime == null || runtime.isEmpty() ? null : Path.of(runtime, "skiff");
  }

  /** The socket of the daemon on TAP {@code name}, or null where {@link #directory} is. */
  public static @Nullable Path of(String name) {
    Path directory = directory();
    return directory == null ? null : directory.resolve(name + ".sock");
  }

  /** Whether this process runs as root. Loads nothing native: a command should start quickly. */
  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid
          && uid == 0;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
