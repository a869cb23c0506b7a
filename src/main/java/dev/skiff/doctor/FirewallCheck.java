package dev.skiff.doctor;

import java.util.ArrayList;
import java.util.List;

/** Rules of the host's that may drop what Skiff and the host say to each other. */
final class FirewallCheck implements Check {
  private static final String TOPIC = "firewall";
  private static final String CURE =
      "let ICMP pass on the TAP, as in: nft insert rule TABLE CHAIN iifname NAME accept";

  @Override
  public List<Finding> look(Patient patient) {
    String tap = patient.tap();
    List<Finding> all = new ArrayList<>(rules(patient.machine(), tap == null ? "" : tap));
    services(patient.machine(), all);
    return all;
  }

  private static List<Finding> rules(Machine machine, String tap) {
    Machine.Ran nft = machine.run("nft", "-j", "list", "ruleset");
    if (nft.exitCode() == 0) {
      return judge("nft", NftRules.obstacles(nft.output(), tap));
    }
    Machine.Ran iptables = machine.run("iptables-save");
    if (iptables.exitCode() == 0) {
      return judge("iptables", IptablesRules.obstacles(iptables.output(), tap));
    }
    boolean none = nft.exitCode() < 0 && iptables.exitCode() < 0;
    return List.of(
        Finding.skip(
            TOPIC, none ? "there is neither nft nor iptables-save here" : "it needs root"));
  }

  private static List<Finding> judge(String program, List<String> obstacles) {
    if (obstacles.isEmpty()) {
      return List.of(Finding.ok(TOPIC, program + ": no rule that drops ICMP or ARP"));
    }
    return obstacles.stream()
        .map(obstacle -> Finding.warn(TOPIC, program + ": " + obstacle, CURE))
        .toList();
  }

  /** Front ends that put rules back after a change by hand. */
  private static void services(Machine machine, List<Finding> all) {
    if (machine.stat("/run/firewalld") != null) {
      all.add(
          Finding.warn(
              TOPIC,
              "firewalld is there",
              "put the TAP into a zone that lets ICMP pass: firewall-cmd --zone=trusted"
                  + " --add-interface=NAME"));
    }
    String ufw = machine.read("/etc/ufw/ufw.conf");
    if (ufw != null && ufw.lines().anyMatch(line -> line.strip().equals("ENABLED=yes"))) {
      all.add(Finding.warn(TOPIC, "ufw is on", "ufw allow in on NAME"));
    }
  }
}
