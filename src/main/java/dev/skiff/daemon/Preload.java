package dev.skiff.daemon;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.sys.ThreadMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads what Java reads from its own directory at the first use of something, since that directory
 * may be closed to the user that the daemon becomes: native libraries, the time zones. (The classes
 * are in files that are open.) Any thread, once.
 */
final class Preload {
  private static final Logger LOG = LoggerFactory.getLogger(Preload.class);

  private Preload() {}

  /**
   * Does it.
   *
   * @param socket where our control socket answers already, or null
   */
  static void all(@Nullable Path socket) {
    var _ = ThreadMemory.allocatedBytes(Thread.currentThread());
    var _ = TimeZone.getTimeZone("UTC");
    var _ = ZonedDateTime.now(ZoneId.systemDefault());
    try {
      // For SO_PEERCRED; a runtime may lack the module.
      var _ = Class.forName("jdk.net.ExtendedSocketOptions");
    } catch (ClassNotFoundException e) {
      LOG.debug("no jdk.net", e);
    }
    if (socket != null) {
      try {
        var _ = ControlClient.ask(socket, new Command.Stat());
      } catch (IOException e) {
        LOG.debug("our own control socket", e);
      }
    }
  }
}
