package dev.skiff.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * A process that has a TAP open: its descriptors tell, in {@code /proc/PID/fdinfo}, as far as we
 * may read them.
 */
record TapHolder(long pid, String command) {
  /**
   * Those that hold a TAP of this name. There may be one of the name in another network namespace,
   * too, and a descriptor does not say in which it is.
   *
   * @param here whether only processes are meant that are in our own network namespace
   */
  static List<TapHolder> find(Machine machine, String name, boolean here) {
    String ours = machine.link("/proc/self/ns/net");
    List<TapHolder> all = new ArrayList<>();
    for (String pid : machine.list("/proc")) {
      if (pid.matches("\\d+")
          && holds(machine, pid, name)
          && (!here || machine.link("/proc/" + pid + "/ns/net").equals(ours))) {
        all.add(new TapHolder(Long.parseLong(pid), machine.word("/proc/" + pid + "/comm")));
      }
    }
    return all;
  }

  private static boolean holds(Machine machine, String pid, String name) {
    for (String fd : machine.list("/proc/" + pid + "/fd")) {
      if (machine.link("/proc/" + pid + "/fd/" + fd).endsWith("/net/tun")) {
        String info = machine.read("/proc/" + pid + "/fdinfo/" + fd);
        if (info != null
            && info.lines().anyMatch(line -> line.matches("iff:\\s*\\Q" + name + "\\E"))) {
          return true;
        }
      }
    }
    return false;
  }
}
