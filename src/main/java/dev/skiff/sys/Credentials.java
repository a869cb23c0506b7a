package dev.skiff.sys;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Who a thread is to the kernel, and what it may: credentials(7) and capabilities(7), as {@code
 * /proc/PID/task/TID/status} tells. The kernel keeps all of it for each thread by itself.
 *
 * @param thread the thread's name, cut to 15 bytes
 * @param uids its user: real, effective, saved, and for files
 * @param gids its group: real, effective, saved, and for files
 * @param groups supplementary groups
 * @param effective the capabilities that it has, a bit each
 * @param permitted those that it can have
 * @param inheritable those that it may hand on to a program with the same in its file
 * @param bounding those that a program it starts can get at all
 * @param noNewPrivs whether no program that it starts can get more than it has itself
 */
public record Credentials(
    String thread,
    List<Integer> uids,
    List<Integer> gids,
    List<Integer> groups,
    long effective,
    long permitted,
    long inheritable,
    long bounding,
    boolean noNewPrivs) {
  /** {@code CAP_CHOWN}. */
  public static final int CHOWN = 0;

  /** {@code CAP_DAC_OVERRIDE}. */
  public static final int DAC_OVERRIDE = 1;

  /** {@code CAP_SETGID}. */
  public static final int SETGID = 6;

  /** {@code CAP_SETUID}. */
  public static final int SETUID = 7;

  /** {@code CAP_NET_ADMIN}. */
  public static final int NET_ADMIN = 12;

  private static final Path TASKS = Path.of("/proc/self/task");

  /** By number: {@code linux/capability.h}. */
  private static final List<String> NAMES =
      List.of(
          "chown",
          "dac_override",
          "dac_read_search",
          "fowner",
          "fsetid",
          "kill",
          "setgid",
          "setuid",
          "setpcap",
          "linux_immutable",
          "net_bind_service",
          "net_broadcast",
          "net_admin",
          "net_raw",
          "ipc_lock",
          "ipc_owner",
          "sys_module",
          "sys_rawio",
          "sys_chroot",
          "sys_ptrace",
          "sys_pacct",
          "sys_admin",
          "sys_boot",
          "sys_nice",
          "sys_resource",
          "sys_time",
          "sys_tty_config",
          "mknod",
          "lease",
          "audit_write",
          "audit_control",
          "setfcap",
          "mac_override",
          "mac_admin",
          "syslog",
          "wake_alarm",
          "block_suspend",
          "audit_read",
          "perfmon",
          "bpf",
          "checkpoint_restore");

  /**
   * The calling thread's.
   *
   * @throws IOException if there is no {@code /proc}
   */
  public static Credentials ofThisThread() throws IOException {
    return parse(Files.readAllLines(Path.of("/proc/thread-self/status")));
  }

  /**
   * Those of every thread of the process, those of the JVM too. One that begins or ends meanwhile
   * may be missing: it has what the thread that began it has.
   *
   * @throws IOException if there is no {@code /proc}
   */
  public static List<Credentials> ofAllThreads() throws IOException {
    List<Credentials> all = new ArrayList<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        try {
          all.add(parse(Files.readAllLines(task.resolve("status"))));
        } catch (NoSuchFileException e) {
          // It has ended.
        } catch (IOException e) {
          if (Files.exists(task)) { // ESRCH: it ended between open and read.
            throw e;
          }
        }
      }
    }
    return all;
  }

  /** Reads a {@code status} file; what is not there, as on an old kernel, counts as nothing. */
  static Credentials parse(List<String> lines) {
    Map<String, String> fields = new HashMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    return new Credentials(
        fields.getOrDefault("Name", ""),
        ids(fields.getOrDefault("Uid", "")),
        ids(fields.getOrDefault("Gid", "")),
        ids(fields.getOrDefault("Groups", "")),
        set(fields.getOrDefault("CapEff", "0")),
        set(fields.getOrDefault("CapPrm", "0")),
        set(fields.getOrDefault("CapInh", "0")),
        set(fields.getOrDefault("CapBnd", "0")),
        fields.getOrDefault("NoNewPrivs", "0").equals("1"));
  }

  private static List<Integer> ids(String text) {
    return text.isEmpty()
        ? List.of()
        : List.of(text.split("\\s+", -1)).stream().map(Integer::parseUnsignedInt).toList();
  }

  private static long set(String hex) {
    return Long.parseUnsignedLong(hex, 16);
  }

  /** The effective user. */
  public int uid() {
    return uids.size() < 2 ? -1 : uids.get(1);
  }

  /** The effective group. */
  public int gid() {
    return gids.size() < 2 ? -1 : gids.get(1);
  }

  /** Whether it has a capability, and not only could. */
  public boolean has(int capability) {
    return (effective >>> capability & 1) != 0;
  }

  /** The capabilities that it has or can have, by name, as in "net_admin"; by number if newer. */
  public List<String> capabilities() {
    long all = effective | permitted;
    return IntStream.range(0, Long.SIZE)
        .filter(i -> (all >>> i & 1) != 0)
        .mapToObj(i -> i < NAMES.size() ? NAMES.get(i) : "cap_" + i)
        .toList();
  }

  /** Whether it is this user and this group in every way, in no other group, and may nothing. */
  public boolean isOnly(int uid, int gid) {
    return uids.stream().allMatch(id -> id == uid)
        && gids.stream().allMatch(id -> id == gid)
        && groups.isEmpty()
        && effective == 0
        && permitted == 0;
  }
}
