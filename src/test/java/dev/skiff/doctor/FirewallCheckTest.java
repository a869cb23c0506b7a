package dev.skiff.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Which rules of the host are taken to be in the way. */
class FirewallCheckTest extends CheckCase {
  private static String nft(String... items) {
    return "{\"nftables\":[" + String.join(",", items) + "]}";
  }

  private static String chain(String family, String name, String hook, String policy) {
    return "{\"chain\":{\"family\":\""
        + family
        + "\",\"table\":\"t\",\"name\":\""
        + name
        + "\",\"hook\":\""
        + hook
        + "\",\"policy\":\""
        + policy
        + "\"}}";
  }

  private static String rule(String family, String chain, String expr) {
    return "{\"rule\":{\"family\":\""
        + family
        + "\",\"table\":\"t\",\"chain\":\""
        + chain
        + "\",\"handle\":5,\"expr\":["
        + expr
        + "]}}";
  }

  private static String on(String key, String device) {
    return "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\""
        + key
        + "\"}},\"right\":\""
        + device
        + "\"}},";
  }

  @Test
  void rulesOfNftThatAreInTheWay() {
    String input = chain("ip", "in", "input", "accept");
    String icmp =
        "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ip\",\"field\":"
            + "\"protocol\"}},\"right\":\"icmp\"}},";
    String drop = "{\"drop\":null}";
    assertObstacle(0, nft(input, rule("ip", "in", icmp + "{\"accept\":null}")));
    assertObstacle(1, nft(chain("ip", "in", "input", "drop")));
    assertObstacle(0, nft(chain("ip", "fwd", "forward", "drop")));
    assertObstacle(1, nft(input, rule("ip", "in", icmp + drop)));
    assertObstacle(1, nft(input, rule("ip", "in", icmp + "{\"reject\":{}}")));
    assertObstacle(1, nft(input, rule("ip", "in", drop)));
    assertObstacle(0, nft(input, rule("ip", "jumped-to", drop)));
    assertObstacle(1, nft(input, rule("ip", "in", on("iifname", "skiff0") + drop)));
    assertObstacle(0, nft(input, rule("ip", "in", on("iifname", "eth0") + icmp + drop)));
    assertObstacle(1, nft(input, rule("ip", "in", on("iifname", "skiff0") + icmp + drop)));
    assertObstacle(1, nft(rule("arp", "in", on("iifname", "skiff0") + drop)));
    String icmpv6 = icmp.replace("\"right\":\"icmp\"", "\"right\":\"ipv6-icmp\"");
    assertObstacle(0, nft(input, rule("ip6", "in", icmpv6 + drop)));
    assertObstacle(1, "{not json");
  }

  private static void assertObstacle(int n, String json) {
    List<String> found = NftRules.obstacles(json, "skiff0");
    assertEquals(n, found.size(), () -> json + "\n" + found);
  }

  @Test
  void rulesOfIptablesThatAreInTheWay() {
    String save =
        String.join(
            "\n",
            "*filter",
            ":INPUT DROP [0:0]",
            ":FORWARD DROP [0:0]",
            ":OUTPUT ACCEPT [0:0]",
            "-A INPUT -i eth0 -p icmp -j DROP",
            "-A INPUT ! -i eth0 -p icmp -j DROP",
            "-A INPUT -p tcp -j DROP",
            "-A INPUT -i skiff0 -j REJECT --reject-with icmp-port-unreachable",
            "-A OUTPUT -j DROP",
            "-A logged -j DROP",
            "-A INPUT -p icmp -j ACCEPT");
    List<String> found = IptablesRules.obstacles(save, "skiff0");
    assertEquals(
        List.of(
            "chain INPUT drops what no rule of it accepts",
            "a rule drops ICMP or all: -A INPUT ! -i eth0 -p icmp -j DROP",
            "a rule drops ICMP or all: -A INPUT -i skiff0 -j REJECT --reject-with"
                + " icmp-port-unreachable",
            "a rule drops ICMP or all: -A OUTPUT -j DROP"),
        found);
  }

  @TestFactory
  Stream<DynamicTest> theFirewall() {
    Check check = new FirewallCheck();
    String list = "nft -j list ruleset";
    return Stream.of(
            row(check, "no program", m -> {}, "SKIP firewall|neither"),
            row(check, "no rules", m -> m.program(nft(), list), "OK firewall|nft"),
            row(
                check,
                "not root",
                m -> m.programs.put(list, new Machine.Ran(1, "not permitted")),
                "SKIP firewall|root"),
            row(
                check,
                "iptables alone",
                m -> m.program("", "iptables-save"),
                "OK firewall|iptables"),
            row(
                check,
                "a rule",
                m -> m.program(nft(chain("ip", "in", "input", "drop")), list),
                "WARN firewall|chain ip t in"),
            row(
                check,
                "ufw",
                m -> m.files.put("/etc/ufw/ufw.conf", "# x\nENABLED=yes\n"),
                "WARN firewall|ufw"),
            row(
                check,
                "firewalld",
                m -> m.stats.put("/run/firewalld", new Machine.Stat(0040755, 0, 0, 0, 0)),
                "WARN firewall|firewalld"))
        .map(row -> row.test(RunningDaemon.NONE));
  }
}
