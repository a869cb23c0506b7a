package dev.skiff.doctor;

import dev.skiff.skb.DropReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A daemon that runs: whether it answers, and whether what it counts means trouble. */
final class DaemonCheck implements Check {
  private static final String TOPIC = "daemon";

  @Override
  public List<Finding> look(Patient patient) {
    RunningDaemon daemon = patient.daemon();
    List<Path> sockets = daemon.sockets();
    if (sockets.isEmpty()) {
      return List.of(Finding.ok(TOPIC, "none of yours runs"));
    }
    if (sockets.size() > 1) {
      String names = sockets.stream().map(Path::toString).collect(Collectors.joining(", "));
      return List.of(Finding.skip(TOPIC, "several, name one with --tap (" + names + ")"));
    }
    if (!daemon.answers()) {
      return List.of(silent(sockets.getFirst(), daemon.error()));
    }
    List<Finding> all = new ArrayList<>();
    all.add(health(daemon));
    devices(daemon, all);
    drops(daemon, all);
    return all;
  }

  private static Finding silent(Path socket, String error) {
    if (error.contains("refused") || error.contains("left it behind")) {
      return Finding.warn(
          TOPIC,
          socket + " is left from a daemon that was killed",
          "start it again: skiff run removes it (its TAP is gone with it, unless persistent)");
    }
    if (error.contains("No such file")) {
      return Finding.fail(
          TOPIC, "there is no socket " + socket, "name the one that skiff run uses");
    }
    if (error.contains("denied")) {
      return Finding.fail(TOPIC, socket + " is not yours", "ask as the daemon's user, or as root");
    }
    return Finding.fail(TOPIC, error, "jstack PID shows where it is; then start it anew");
  }

  private static Finding health(RunningDaemon daemon) {
    String found =
        "skiff "
            + RunningDaemon.text(daemon.status(), "version")
            + ", pid "
            + daemon.pid()
            + ", up "
            + RunningDaemon.text(daemon.status(), "uptime_s")
            + " s, faults "
            + RunningDaemon.text(daemon.status(), "faults");
    return RunningDaemon.number(daemon.status().get("faults")) == 0
        ? Finding.ok(TOPIC, found)
        : Finding.warn(
            TOPIC, found, "a fault is a bug in Skiff or in a handler of yours: see its log");
  }

  private static void devices(RunningDaemon daemon, List<Finding> all) {
    for (Object item : RunningDaemon.list(daemon.status().get("devices"))) {
      Map<?, ?> dev = RunningDaemon.map(item);
      String name = RunningDaemon.text(dev, "name");
      String failure = RunningDaemon.text(dev, "failure");
      Map<?, ?> link = daemon.link(name);
      if (!failure.isEmpty()) {
        all.add(Finding.fail(name, "has failed: " + failure, "start the daemon anew"));
      } else if (Boolean.FALSE.equals(dev.get("up"))) {
        all.add(Finding.fail(name, "is down in Skiff", "skiff link set " + name + " up"));
      } else if (RunningDaemon.list(link.get("flags")).contains("NO-CARRIER")) {
        all.add(
            Finding.fail(
                name, "has no carrier: the host has it down", "ip link set " + name + " up"));
      }
      Map<?, ?> host = RunningDaemon.map(daemon.stat().get("host_" + name));
      long lost = RunningDaemon.number(host.get("tx_dropped"));
      if (lost > 0) {
        all.add(
            Finding.warn(
                name,
                lost + " frames were lost in the host's queue before Skiff could take them",
                "give it a longer one: ip link set " + name + " txqueuelen 1000"));
      }
    }
  }

  private static void drops(RunningDaemon daemon, List<Finding> all) {
    for (Object item : daemon.drops()) {
      Map<?, ?> drop = RunningDaemon.map(item);
      String name = RunningDaemon.text(drop, "reason");
      for (DropReason reason : DropReason.values()) {
        if (reason.name().equals(name) && reason.meansTrouble()) {
          all.add(
              Finding.warn(
                  "drops",
                  name + " " + RunningDaemon.text(drop, "count") + ": " + reason.text(),
                  reason.advice()));
        }
      }
    }
  }
}
