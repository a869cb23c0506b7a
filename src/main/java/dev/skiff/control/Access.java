package dev.skiff.control;

import dev.skiff.sys.Sys;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the control socket, whatever its mode: root, the user that the daemon runs as, and
 * the one that it was started as. Thread: the socket's.
 */
final class Access {
  private final UserPrincipal root;
  private final UserPrincipal starter;
  private int runsAs;
  private UserPrincipal own;

  private Access(UserPrincipal root, int user) throws IOException {
    this.root = root;
    runsAs = user;
    own = principal(user);
    starter = own;
  }

  /** That of a daemon that is started by the user this process is now. */
  static Access ofStarter() throws IOException {
    return new Access(principal(0), Sys.effectiveUser());
  }

  private static UserPrincipal principal(int user) throws IOException {
    return FileSystems.getDefault()
        .getUserPrincipalLookupService()
        .lookupPrincipalByName(Integer.toString(user)); // As Java reads it: 32 bits with a sign.
  }

  /**
   * Asks the kernel who is at the other end, {@code SO_PEERCRED}.
   *
   * @return null if he may, or one line that says why not
   */
  @Nullable String refusal(SocketChannel client) throws IOException {
    return refusal(client.getOption(ExtendedSocketOptions.SO_PEERCRED).user(), Sys.effectiveUser());
  }

  @Nullable String refusal(UserPrincipal peer, int runsAsNow) throws IOException {
    if (runsAsNow != runsAs) { // Privileges were dropped.
      runsAs = runsAsNow;
      own = principal(runsAsNow);
    }
    if (peer.equals(root) || peer.equals(own) || peer.equals(starter)) {
      return null;
    }
    return "user "
        + peer.getName()
        + " may not ask this daemon: only root, its own user and the one that started it may";
  }
}
