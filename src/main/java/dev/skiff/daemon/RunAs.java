package dev.skiff.daemon;

import dev.skiff.control.HeldEntry;
import dev.skiff.control.Reply;
import dev.skiff.sys.Accounts;
import dev.skiff.sys.Credentials;
import dev.skiff.sys.Privileges;
import dev.skiff.sys.SysException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom the daemon runs as once all is open: as root it becomes somebody who may nothing, where it
 * can, and says why where it cannot. Thread: the main thread; {@link #credentials} is for any.
 */
final class RunAs {
  private static final Logger LOG = LoggerFactory.getLogger(RunAs.class);
  private static final String OWN_ACCOUNT = "skiff";
  private static final String NOBODY = "nobody";

  /** {@code nobody} where there is no such account: the kernel's {@code overflowuid}. */
  private static final int OVERFLOW_UID = 65_534;

  private static final Path USUAL_DIRECTORY = Path.of("/run/skiff");
  private static final Set<PosixFilePermission> MODE_0750 =
      PosixFilePermissions.fromString("rwxr-x---");

  private final int uid;
  private final boolean asked;

  private volatile boolean dropped;
  private volatile String kept = "it has not come to that yet";

  private RunAs(int uid, boolean asked) {
    this.uid = uid;
    this.asked = asked;
  }

  /**
   * Before anything is opened.
   *
   * @param user whom it was told to become, by name or number; null for the usual one
   * @throws IllegalArgumentException with one line, if there is no such user
   */
  static RunAs of(@Nullable String user) throws IOException {
    if (user != null) {
      try {
        return new RunAs(Accounts.user(user), true);
      } catch (SysException e) {
        throw new IllegalArgumentException("--user: " + e.getMessage(), e);
      }
    }
    if (Credentials.ofThisThread().uid() != 0) {
      return new RunAs(OVERFLOW_UID, false); // It can become nobody: the accounts need no look.
    }
    for (String name : new String[] {OWN_ACCOUNT, NOBODY}) {
      int there = Accounts.userIfThere(name);
      if (there != -1) {
        return new RunAs(there, false);
      }
    }
    return new RunAs(OVERFLOW_UID, false);
  }

  /**
   * Becomes that user if it can. What must be removable at the end is given to him before.
   *
   * @param ours files and directories that were made, and are to be gone at the end
   * @throws IOException if it went wrong half-way: the daemon must end
   */
  void drop(List<HeldEntry> ours) throws IOException {
    if (uid == 0) {
      kept = "--user root";
      return;
    }
    int gid = Accounts.groupOf(uid);
    String obstacle = Privileges.obstacle(uid, gid);
    if (obstacle != null) {
      kept = obstacle;
      return;
    }
    // Without the second a root that starts later, and one who asks, would stand before what is
    // that user's.
    Credentials now = Credentials.ofThisThread();
    if (now.has(Credentials.CHOWN) && now.has(Credentials.DAC_OVERRIDE)) {
      for (HeldEntry entry : ours) {
        if (!isDirectory(entry.path())) {
          give(entry, gid);
        }
      }
      for (Path directory : directories(ours)) {
        giveDirectory(directory, gid);
      }
    }
    Privileges.become(uid, gid);
    kept = "";
    dropped = true;
  }

  /** Those that were made, and the usual one, whoever made it. */
  private static Set<Path> directories(List<HeldEntry> ours) {
    Set<Path> all = new LinkedHashSet<>();
    for (HeldEntry entry : ours) {
      Path path = entry.path().toAbsolutePath();
      if (isDirectory(path)) {
        all.add(path);
      } else if (path.startsWith(USUAL_DIRECTORY)) {
        all.add(USUAL_DIRECTORY);
      }
    }
    return all;
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private void give(HeldEntry entry, int gid) {
    try {
      entry.giveTo(uid, gid);
    } catch (IOException e) {
      // Then it is left behind, which is said at the end.
      LOG.debug("{} stays root's: {}", entry.path(), e.toString());
    }
  }

  private void giveDirectory(Path path, int gid) {
    try (HeldEntry directory = HeldEntry.of(path)) {
      // Whose it is not any more cannot be told its mode, but for CAP_FOWNER.
      PosixFileAttributeView mode =
          Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      if (!mode.readAttributes().permissions().equals(MODE_0750)) {
        mode.setPermissions(MODE_0750); // Not of what a link there leads to.
      }
      directory.giveTo(uid, gid);
    } catch (IOException e) {
      LOG.debug("{} stays root's: {}", path, e.toString());
    }
  }

  /**
   * What the start line says of it: empty if there is nothing that should be otherwise, else as in
   * "runs on as root (no CAP_SETUID)".
   */
  String reproach() throws IOException {
    Credentials now = Credentials.ofThisThread();
    boolean notAsTold = asked && now.uid() != uid;
    if (dropped || uid == 0 || (now.capabilities().isEmpty() && now.uid() != 0 && !notAsTold)) {
      return "";
    }
    return "runs on as " + Accounts.userName(now.uid()) + " (" + kept + ")";
  }

  /** Who the process is, as of now; null if the system does not tell. Any thread. */
  Reply.@Nullable Credentials credentials() {
    try {
      Credentials now = Credentials.ofThisThread();
      return new Reply.Credentials(
          Accounts.userName(now.uid()),
          Integer.toUnsignedLong(now.uid()),
          Integer.toUnsignedLong(now.gid()),
          dropped,
          kept,
          now.capabilities(),
          now.noNewPrivs());
    } catch (IOException e) {
      LOG.debug("credentials: {}", e.toString());
      return null;
    }
  }
}
