package dev.skiff.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The privileges of a process that began as root, and how it lets go of them: setresuid(2),
 * user_namespaces(7). Any thread, once.
 *
 * <p>Linux knows credentials of threads alone. What changes those of a process is glibc, whose
 * functions have every thread make the call; a raw system call would leave the JVM's threads root.
 */
public final class Privileges {
  private static final Path PROC = Path.of("/proc/self");

  private Privileges() {}

  /**
   * Why this process cannot become that user, for good: null if it can.
   *
   * @throws IOException if there is no {@code /proc}
   */
  public static @Nullable String obstacle(int uid, int gid) throws IOException {
    Credentials now = Credentials.ofThisThread();
    if (now.uid() != 0) {
      return "it was not started as root";
    }
    if (!now.has(Credentials.SETUID) || !now.has(Credentials.SETGID)) {
      return "no " + (now.has(Credentials.SETUID) ? "CAP_SETGID" : "CAP_SETUID");
    }
    if (!isMapped(uid, Files.readAllLines(PROC.resolve("uid_map")))) {
      return "this user namespace has no user " + Integer.toUnsignedString(uid);
    }
    if (!isMapped(gid, Files.readAllLines(PROC.resolve("gid_map")))) {
      return "this user namespace has no group " + Integer.toUnsignedString(gid);
    }
    Path setgroups = PROC.resolve("setgroups");
    if (Files.exists(setgroups) && !Files.readString(setgroups).strip().equals("allow")) {
      return "this user namespace denies setgroups";
    }
    return null;
  }

  /** Whether a {@code uid_map} or {@code gid_map} has this number inside: first, outside, count. */
  static boolean isMapped(int id, List<String> map) {
    long number = Integer.toUnsignedLong(id);
    for (String line : map) {
      String[] field = line.strip().split("\\s+", -1);
      long first = Long.parseLong(field[0]);
      if (number >= first && number - first < Long.parseLong(field[2])) {
        return true;
      }
    }
    return false;
  }

  /**
   * Becomes another user in all threads: no supplementary groups, this group, this user; and makes
   * sure that nothing is left and that there is no way back.
   *
   * @param uid a user other than root
   * @throws IOException if anything of this is not so: then the process may be half of each, and
   *     must end
   */
  public static void become(int uid, int gid) throws IOException {
    if (uid == 0) {
      throw new IllegalArgumentException("root is no user to drop to");
    }
    // The user last: who is not root may not set groups.
    must("setgroups", Sys.clearGroups());
    must("setresgid", Sys.setGroup(gid));
    must("setresuid", Sys.setUser(uid));
    if (Sys.setUser(0) >= 0) {
      throw new IOException("the privileges were not dropped: the way back to root is open");
    }
    for (Credentials thread : Credentials.ofAllThreads()) {
      if (!thread.isOnly(uid, gid)) {
        throw new IOException("the privileges were not dropped in thread " + thread.thread());
      }
    }
  }

  private static void must(String call, int result) throws SysException {
    if (result < 0) {
      throw new SysException(
          "the privileges cannot be dropped: " + call + ": " + Errno.text(-result), -result);
    }
  }
}
