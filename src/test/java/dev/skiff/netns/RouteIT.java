package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * X120, X122, X123: routes and addresses of a running daemon. The host behind the TAP is a gateway,
 * and behind it is another one; and the words are those of the kernel's own tool.
 */
@Tag("netns")
class RouteIT {
  private static final String IP = SkiffProcess.IP;
  private static final String GATEWAY = SkiffProcess.HOST_IP;
  private static final String FAR = "203.0.113.9";

  @TempDir Path directory;
  private Netns gateway;
  private Netns far;

  @BeforeEach
  void makeNamespaces() {
    gateway = new Netns();
    far = new Netns();
    gateway.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1", "net.ipv4.ip_forward=1");
    gateway.exec(
        "ip", "link", "add", "far0", "type", "veth", "peer", "name", "eth0", "netns", far.name());
    gateway.exec("ip", "addr", "add", "203.0.113.1/24", "dev", "far0");
    gateway.exec("ip", "link", "set", "far0", "up");
    far.exec("ip", "addr", "add", FAR + "/24", "dev", "eth0");
    far.exec("ip", "link", "set", "eth0", "up");
    far.exec("ip", "route", "add", "default", "via", "203.0.113.1");
  }

  @AfterEach
  void deleteNamespaces() {
    far.close();
    gateway.close();
  }

  private SkiffProcess start(String... more) throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of("--tap", "skiff0", "--ip", IP + "/24", "--host-ip", GATEWAY + "/24"));
    all.addAll(List.of(more));
    return SkiffProcess.start(gateway, directory, all.toArray(String[]::new));
  }

  private static boolean answers(Netns from, String ip) {
    return from.run("ping", "-q", "-c", "1", "-W", "0.5", ip).exitCode() == 0;
  }

  /** X120: RFC 1122 3.3.1.1, off the link the gateway is asked for and not the host itself. */
  @Test
  void aHostBeyondTheGatewayIsAnsweredAndTheGatewayIsAskedFor() throws Exception {
    try (SkiffProcess skiff = start("--route", "203.0.113.0/24 via " + GATEWAY + " metric 10")) {
      far.exec("ping", "-q", "-c", "3", "-i", "0.1", "-W", "1", IP);
      assertEquals(3, skiff.now("Icmp", "OutEchoReps"));
      assertFalse(skiff.neighbour(GATEWAY, "lladdr").isEmpty());
      assertEquals("", skiff.neighbour(FAR, "state"));
      assertEquals(
          FAR + " via " + GATEWAY + " dev skiff0 src " + IP + "\n", skiff.ask("route", "get", FAR));
      assertEquals("", skiff.stderr());
      skiff.assertBooksAddUp(1);
    }
  }

  @Test
  void routesComeAndGoWhileItRuns() throws Exception {
    try (SkiffProcess skiff = start()) {
      assertFalse(answers(far, IP), "there is no way back");
      assertEquals("", skiff.ask("route", "add", "default", "via", GATEWAY, "metric", "5"));
      assertTrue(answers(far, IP));
      for (String type : new String[] {"blackhole", "unreachable", "prohibit"}) {
        assertEquals("", skiff.ask("route", "replace", type, "203.0.113.0/24"));
        assertFalse(answers(far, IP), type);
        assertTrue(answers(gateway, IP), "others are answered all the same");
      }
      skiff.refuses("goes nowhere, by the route 'prohibit", "route", "get", FAR);
      assertEquals("", skiff.ask("route", "del", "203.0.113.0/24"));
      assertTrue(answers(far, IP));
      skiff.refuses("there is no route", "route", "del", "203.0.113.0/24");
      skiff.refuses(
          "already: say replace", "route", "add", "default", "dev", "skiff0", "metric", "5");
      skiff.refuses("Nexthop has invalid gateway", "route", "add", "default", "via", FAR);
      assertEquals(2, skiff.run("route", "add", "default", "vai", GATEWAY).exitCode());
      assertEquals("1 routes deleted\n", skiff.ask("route", "flush", "all", "-s"));
      assertFalse(answers(far, IP));
      skiff.assertBooksAddUp(1);
    }
  }

  /** X122, X123. */
  @Test
  void addressesComeAndGoWhileItRuns() throws Exception {
    try (SkiffProcess skiff = start()) {
      assertFalse(answers(gateway, "198.51.100.3"));
      gateway.exec("ip", "addr", "add", "198.18.0.0/31", "dev", "skiff0");
      assertEquals("", skiff.ask("addr", "add", "198.51.100.3/24"));
      assertEquals("", skiff.ask("addr", "add", "198.18.0.1/31", "dev", "skiff0"));
      gateway.exec("ip", "neigh", "flush", "all");
      for (String ip : new String[] {IP, "198.51.100.3", "198.18.0.1"}) {
        assertTrue(answers(gateway, ip), ip);
      }
      String addr = skiff.ask("addr");
      assertTrue(addr.contains("inet 198.51.100.3/24 brd 198.51.100.255 scope global secondary"));
      assertTrue(addr.contains("inet 198.18.0.1/31 scope global skiff0"), addr);
      assertEquals(
          "198.18.0.0 dev skiff0 src 198.18.0.1\n", skiff.ask("route", "get", "198.18.0.0"));

      assertEquals("", skiff.ask("addr", "del", IP));
      assertEquals(
          "198.51.100.0/24 dev skiff0 proto kernel scope link src 198.51.100.3\n",
          skiff.ask("route", "show", "198.51.100.0/24"));
      assertFalse(answers(gateway, IP));
      assertTrue(answers(gateway, "198.51.100.3"));
      assertEquals("2 addresses deleted\n", skiff.ask("addr", "flush", "-s"));
      assertFalse(answers(gateway, "198.51.100.3"));
      assertEquals("", skiff.ask("route"));
    }
  }

  // ---- Beside the kernel's own ------------------------------------------------------------------

  /**
   * The same commands to both: they fail or do not together, and the tables are the same. Not among
   * them: a gateway that is our own address, which Linux takes, and to delete a connected route.
   */
  @Test
  void theWordsAndTheTablesAreThoseOfIpRoute() throws Exception {
    far.exec("ip", "addr", "flush", "dev", "eth0");
    far.exec("ip", "link", "set", "eth0", "down");
    far.exec("ip", "link", "set", "eth0", "name", "skiff0", "up");
    far.exec("ip", "addr", "add", IP + "/24", "dev", "skiff0");
    String[] commands = {
      "addr add 198.51.100.3/24 dev skiff0",
      "addr add 198.18.0.1/31 dev skiff0",
      "addr add 198.18.7.1/32 dev skiff0",
      "addr add 198.51.100.3/24 dev skiff0",
      "addr del 198.51.100.77/24 dev skiff0",
      "route add default via 198.51.100.1",
      "route add default via 198.51.100.4",
      "route append default via 198.51.100.4",
      "route add default via 198.51.100.4 metric 100",
      "route add 203.0.113.0/24 via 198.51.100.1 metric 10 src 198.51.100.3",
      "route add 203.0.113.0/24 via 198.51.100.1 metric 10",
      "route replace 203.0.113.0/24 via 198.18.0.0 metric 10",
      "route change 203.0.113.0/24 dev skiff0 metric 11",
      "route add 203.0.113.128/25 dev skiff0 proto static",
      "route add 203.0.113.129 via 198.51.100.9",
      "route add blackhole 203.0.113.64/26",
      "route add unreachable 203.0.113.32/27 metric 4",
      "route add prohibit 203.0.113.16/28",
      "route add 203.0.113.1/24 dev skiff0",
      "route add 192.0.2.0/24 via 198.51.100.255",
      "route add 192.0.2.0/24 via 203.0.113.7",
      "route add 192.0.2.0/24 via 203.0.113.200",
      "route add 192.0.2.0/24 via 198.51.100.1 src 192.0.2.1",
      "route add 192.0.2.0/24",
      "route del 203.0.113.0/24 metric 9",
      "route del 203.0.113.128/25 via 198.51.100.1",
      "route del default via 198.51.100.4",
      "route change 203.0.113.64/26 via 198.51.100.4",
    };
    try (SkiffProcess skiff = start()) {
      for (String command : commands) {
        List<String> words = List.of(command.split(" ", -1));
        List<String> linux = new ArrayList<>(List.of("ip"));
        linux.addAll(words);
        Netns.Result theirs = far.run(linux.toArray(String[]::new));
        Netns.Result ours = skiff.run(words.toArray(String[]::new));
        assertEquals(
            theirs.exitCode() == 0,
            ours.exitCode() == 0,
            command + ": " + theirs.output() + " / " + ours.output());
      }
      assertEquals(stripped(far.exec("ip", "route")), stripped(skiff.ask("route")));
      for (String to :
          new String[] {
            "192.0.2.1",
            "198.51.100.9",
            "203.0.113.1",
            "203.0.113.129",
            "203.0.113.70",
            "203.0.113.200",
            "198.18.0.0"
          }) {
        String theirs = far.exec("ip", "route", "get", to).replaceAll("(?s) uid.*", "");
        assertEquals(theirs.strip(), skiff.ask("route", "get", to).strip());
      }
    }
  }

  private static List<String> stripped(String lines) {
    return lines.lines().map(String::strip).toList();
  }

  // ---- At the start -----------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default via 203.0.113.1 | --route 'default via 203.0.113.1': Nexthop has invalid gateway",
        "default via 198.51.100.2 | is an address of our own",
        "default dev skiff9 | no device is called 'skiff9': there are skiff0",
        "default vai 198.51.100.1 | 'vai' is no word of route: did you mean 'via'?",
        "default | say via a gateway or dev NAME",
      })
  void aBadRouteEndsWithTwoAndLeavesNothing(String route, String part) {
    Netns.Result result =
        gateway.run(
            SkiffProcess.SKIFF, "run", "--tap", "skiff0", "--ip", IP + "/24", "--route", route);
    assertEquals(2, result.exitCode(), result.output());
    assertEquals(1, result.output().lines().count(), result.output());
    assertTrue(result.output().contains(part), result.output());
    assertFalse(gateway.has("skiff0"));
  }

  @Test
  void withProbesARouteIsGoodBeforeItsAddressIs() throws Exception {
    try (SkiffProcess skiff = start("--acd", "probe", "--route", "default via " + GATEWAY)) {
      Await.until("its address is used", 15, () -> skiff.addressState("skiff0").equals("valid"));
      assertTrue(answers(far, IP));
    }
  }
}
