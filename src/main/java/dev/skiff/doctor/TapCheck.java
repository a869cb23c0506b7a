package dev.skiff.doctor;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.skiff.doctor.Credentials.Capability;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The TAP, if it is there: what it is, whose, who holds it, and how the host has set it. */
final class TapCheck implements Check {
  private static final int FEW_FRAMES = 100;

  /** {@code ip -j -d link show}; empty if there is no such interface, or no such program. */
  static Map<?, ?> link(Patient patient, String name) {
    Machine.Ran ran = patient.machine().run("ip", "-j", "-d", "link", "show", "dev", name);
    return ran.exitCode() == 0 ? parse(ran.output()) : Map.of();
  }

  static Map<?, ?> parse(String output) {
    try {
      List<?> links = RunningDaemon.list(JSON.std.anyFrom(output));
      return links.isEmpty() ? Map.of() : RunningDaemon.map(links.getFirst());
    } catch (IOException e) {
      return Map.of(); // An older ip, or another's.
    }
  }

  /** The bridge that an interface is in; empty if in none. */
  static String master(Patient patient, String name) {
    return name.isEmpty() ? "" : RunningDaemon.text(link(patient, name), "master");
  }

  @Override
  public List<Finding> look(Patient patient) {
    String name = patient.tap();
    if (name == null) {
      return List.of(Finding.skip("the TAP", "no --tap, and no daemon that has one"));
    }
    Machine machine = patient.machine();
    String devices = machine.read("/proc/thread-self/net/dev");
    if (devices == null || !isIn(devices, name)) {
      return List.of(
          patient.daemon().answers()
              ? Finding.skip(name, "the daemon has it in another network namespace, see --netns")
              : Finding.ok(name, "is not there yet: skiff run makes it"));
    }
    Map<?, ?> link = link(patient, name);
    if (link.isEmpty()) {
      return List.of(Finding.skip(name, "there is no ip (iproute2) to ask"));
    }
    return judge(
        patient, name, link, TapHolder.find(machine, name, patient.asked().netns() == null));
  }

  /** Whether an interface has a line in {@code /proc/net/dev}. */
  static boolean isIn(String devices, String name) {
    return devices.lines().anyMatch(line -> line.strip().startsWith(name + ":"));
  }

  static List<Finding> judge(
      Patient patient, String name, Map<?, ?> link, List<TapHolder> holders) {
    Map<?, ?> info = RunningDaemon.map(link.get("linkinfo"));
    Map<?, ?> data = RunningDaemon.map(info.get("info_data"));
    String kind = RunningDaemon.text(info, "info_kind");
    if (!kind.equals("tun")) {
      return List.of(
          Finding.fail(
              name,
              kind.isEmpty() ? "is no TAP" : "is a " + kind + ", no TAP",
              "choose another --tap"));
    }
    if (!RunningDaemon.text(data, "type").equals("tap")) {
      return List.of(
          Finding.fail(
              name,
              "is a TUN device (IP without Ethernet), no TAP",
              "choose another --tap, or make it anew: ip tuntap del dev " + name + " mode tun"));
    }
    if (Boolean.TRUE.equals(data.get("multi_queue"))) {
      return List.of(
          Finding.fail(
              name,
              "is a multi-queue TAP, and Skiff reads one queue",
              "make it without multi_queue: skiff tap create " + name));
    }
    List<Finding> all = new ArrayList<>();
    all.add(owner(patient, name, data));
    all.add(holder(patient, name, link, holders));
    all.add(state(patient, name, link));
    return all;
  }

  private static Finding owner(Patient patient, String name, Map<?, ?> data) {
    Credentials us = patient.credentials();
    String user = RunningDaemon.text(data, "user");
    String group = RunningDaemon.text(data, "group");
    String found =
        (Boolean.TRUE.equals(data.get("persist")) ? "a persistent TAP" : "a TAP")
            + (user.isEmpty() ? "" : " of user " + user)
            + (group.isEmpty() ? "" : " of group " + group);
    boolean mine =
        user.equals(patient.machine().property("user.name")) || user.equals("" + us.uid());
    if (us.has(Capability.NET_ADMIN) || mine || (user.isEmpty() && !group.isEmpty())) {
      return Finding.ok(name, found);
    }
    return Finding.fail(
        name,
        found + ", which you may not attach to",
        "run as " + (user.isEmpty() ? "root" : user + ", or as root"));
  }

  private static Finding holder(
      Patient patient, String name, Map<?, ?> link, List<TapHolder> holders) {
    RunningDaemon daemon = patient.daemon();
    if (holders.stream().anyMatch(holder -> holder.pid() == daemon.pid())) {
      return Finding.ok(name, "held by the running daemon, pid " + daemon.pid());
    }
    if (!holders.isEmpty()) {
      TapHolder first = holders.getFirst();
      return Finding.fail(
          name,
          "busy: pid " + first.pid() + " (" + first.command() + ") holds it",
          "stop that program, or choose another --tap");
    }
    boolean lowerUp = RunningDaemon.list(link.get("flags")).contains("LOWER_UP");
    if (lowerUp && !daemon.answers()) {
      return Finding.fail(
          name,
          "busy: a program that may not be looked at holds it",
          "see as root who: skiff doctor --tap " + name);
    }
    return Finding.ok(name, daemon.answers() ? "held by the running daemon" : "held by nobody");
  }

  private static Finding state(Patient patient, String name, Map<?, ?> link) {
    List<?> flags = RunningDaemon.list(link.get("flags"));
    String master = RunningDaemon.text(link, "master");
    long queue = RunningDaemon.number(link.get("txqlen"));
    String found =
        (flags.contains("UP") ? "UP" : "DOWN")
            + (flags.contains("NO-CARRIER") ? ", NO-CARRIER" : "")
            + ", mtu "
            + RunningDaemon.text(link, "mtu")
            + ", txqueuelen "
            + queue
            + (master.isEmpty() ? "" : ", in bridge " + master);
    if (!flags.contains("UP")) {
      String cure = "ip link set " + name + " up";
      return patient.daemon().answers()
          ? Finding.fail(name, found + ": no frame passes", cure)
          : Finding.warn(name, found, cure + ", or let run --host-ip do it");
    }
    if (flags.contains("NO-CARRIER") && patient.daemon().answers()) {
      return Finding.fail(
          name, found + ": Skiff's device is down", "skiff link set " + name + " up");
    }
    if (queue < FEW_FRAMES) {
      return Finding.warn(
          name,
          found + ": bursts are lost before Skiff sees them",
          "ip link set " + name + " txqueuelen 1000");
    }
    return Finding.ok(name, found);
  }
}
