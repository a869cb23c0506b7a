package dev.skiff.doctor;

import java.util.Locale;

/**
 * The container that we are in.
 *
 * @param engine docker, podman and so on; empty if we are in none that is known
 */
record Container(String engine) {
  private static final String[] IN_CGROUPS = {"docker", "libpod", "kubepods", "lxc", "containerd"};

  static Container of(Machine machine) {
    if (machine.stat("/run/.containerenv") != null) {
      return new Container("podman");
    }
    if (machine.stat("/.dockerenv") != null) {
      return new Container("docker");
    }
    String said = machine.environment("container");
    if (!said.isEmpty()) {
      return new Container(said);
    }
    String cgroup = machine.word("/proc/1/cgroup").toLowerCase(Locale.ROOT);
    for (String word : IN_CGROUPS) {
      if (cgroup.contains(word)) {
        return new Container(word);
      }
    }
    return new Container("");
  }

  boolean isOne() {
    return !engine.isEmpty();
  }
}
