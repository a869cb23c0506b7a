package dev.skiff.doctor;

import java.util.ArrayList;
import java.util.List;

/** Settings of the host's kernel that keep a ping from being answered: ip-sysctl.rst. */
final class SysctlCheck implements Check {
  private static final String IPV4 = "/proc/sys/net/ipv4/";

  @Override
  public List<Finding> look(Patient patient) {
    List<Finding> all = new ArrayList<>();
    echo(patient, all);
    arp(patient, all);
    bridge(patient, all);
    ipv6(patient, all);
    pingGroup(patient, all);
    if (all.stream().allMatch(finding -> finding.verdict() == Verdict.OK)) {
      all.addFirst(Finding.ok("sysctl", "nothing in the way of ARP and ping"));
    }
    return all;
  }

  private static void echo(Patient patient, List<Finding> all) {
    String name = "icmp_echo_ignore_all";
    if (patient.number(IPV4 + name) != 0) {
      all.add(
          Finding.warn(
              "sysctl",
              "net.ipv4." + name + " is 1: the host answers no ping, skiff ping to it included",
              "sysctl -w net.ipv4." + name + "=0"));
    }
  }

  private static void arp(Patient patient, List<Finding> all) {
    int ignore = patient.greaterOf("arp_ignore");
    if (ignore >= 2) {
      all.add(
          Finding.warn(
              "sysctl",
              "arp_ignore is " + ignore + ": the host may not answer Skiff's ARP requests",
              "sysctl -w net.ipv4.conf.all.arp_ignore=1, or 0"));
    }
    if (patient.greaterOf("arp_filter") != 0) {
      all.add(
          Finding.warn(
              "sysctl",
              "arp_filter is 1: the host answers Skiff's ARP requests only if its route back is by"
                  + " the TAP",
              "sysctl -w net.ipv4.conf.all.arp_filter=0, or see 'ip route get "
                  + patient.anAddress()
                  + "'"));
    }
  }

  private static void bridge(Patient patient, List<Finding> all) {
    String tap = patient.tap();
    String master = tap == null ? "" : TapCheck.master(patient, tap);
    boolean filtered = patient.number("/proc/sys/net/bridge/bridge-nf-call-iptables") != 0;
    if (filtered && !master.isEmpty()) {
      all.add(
          Finding.warn(
              "sysctl",
              "net.bridge.bridge-nf-call-iptables is 1: what crosses bridge "
                  + master
                  + " passes iptables, and --sndbuf bounds nothing",
              "sysctl -w net.bridge.bridge-nf-call-iptables=0"));
    }
  }

  private static void ipv6(Patient patient, List<Finding> all) {
    String tap = patient.tap();
    String path = "/proc/sys/net/ipv6/conf/" + tap + "/disable_ipv6";
    if (tap != null && patient.machine().word(path).equals("0")) {
      all.add(
          Finding.ok(
              "sysctl",
              "IPv6 is on for "
                  + tap
                  + ": the host sends some unasked, counted as IPV6DISABLED (sysctl -w"
                  + " net.ipv6.conf."
                  + tap
                  + ".disable_ipv6=1 stops it)"));
    }
  }

  /** A ping that is not setuid and has no capability opens an ICMP socket: icmp(7). */
  private static void pingGroup(Patient patient, List<Finding> all) {
    Credentials us = patient.credentials();
    String[] range = patient.machine().word(IPV4 + "ping_group_range").split("\\s+", -1);
    if (us.isRoot() || range.length != 2 || !(range[0] + range[1]).matches("\\d+")) {
      return;
    }
    boolean inside = Long.parseLong(range[0]) <= us.gid() && us.gid() <= Long.parseLong(range[1]);
    if (!inside) {
      all.add(
          Finding.warn(
              "sysctl",
              "ping_group_range is "
                  + range[0]
                  + " to "
                  + range[1]
                  + ": your ping works only if the program has CAP_NET_RAW itself",
              "sysctl -w net.ipv4.ping_group_range='0 2147483647', if ping says it may not"));
    }
  }
}
