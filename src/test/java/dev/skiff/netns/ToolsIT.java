package dev.skiff.netns;

import static dev.skiff.netns.Tool.count;
import static dev.skiff.netns.Tool.has;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What people look at a network with, against the daemon: fping, traceroute, mtr, nping, nmap and
 * hping3 must say of Skiff what they say of a host. Ping is {@link PingOptionsIT}'s.
 *
 * <p>X53, X70, X95, X115, X116.
 */
@Tag("netns")
class ToolsIT {
  private static final String IP = SkiffProcess.IP;

  /** It waits no longer for the last answer, of a daemon that has just begun. */
  private static final String NPING_WAITS = "500ms";

  @TempDir Path directory;
  private Netns netns;
  private SkiffProcess skiff;

  @BeforeEach
  void start() throws IOException {
    netns = new Netns();
    skiff = SkiffProcess.usual(netns, directory);
    // These tools wait for an answer as long as they like: the first, with ARP, is none of theirs.
    netns.exec("ping", "-c", "1", "-W", "5", IP);
  }

  @AfterEach
  void stop() throws Exception {
    try (Netns inside = netns;
        SkiffProcess daemon = skiff) {
      daemon.assertBooksAddUp(1);
      assertEquals("", daemon.stderr(), inside.name());
    }
  }

  private String say(String... command) {
    return Tool.say(netns, command);
  }

  /** Unless it is told, fping waits no longer for an answer than until its next request. */
  @Test
  void fpingFindsNothingLost() {
    has(say("fping", "-t", "2000", "-c", "20", "-p", "20", IP), "xmt/rcv/%loss = 20/20/0%");
    has(
        say("fping", "-t", "2000", "-c", "5", "-p", "20", "-b", "3000", IP),
        "xmt/rcv/%loss = 5/5/0%");
    has(
        say("fping", "-t", "2000", "-c", "2", "-p", "20", "-R", "-b", "1001", IP),
        "xmt/rcv/%loss = 2/2/0%");
  }

  // ---- The way ----------------------------------------------------------------------------------

  /** X95: port unreachable is what ends a traceroute. */
  @ParameterizedTest
  @ValueSource(strings = {"", "-I", "-U", "-F"})
  void tracerouteEndsAtOnce(String how) {
    // Unless it is told, it waits three times as long as the first answer took.
    List<String> command = new ArrayList<>(List.of("traceroute", "-n", "-w", "5,0,0", IP));
    if (!how.isEmpty()) {
      command.add(1, how);
    }
    String out = say(command.toArray(String[]::new));
    List<String> hops = out.lines().skip(1).toList();
    assertEquals(1, hops.size(), () -> out);
    assertTrue(
        hops.getFirst().matches(" 1  198\\.51\\.100\\.2  [0-9.]+ ms  [0-9.]+ ms  [0-9.]+ ms"),
        () -> out);
  }

  @Test
  void mtrFindsOneHopAndNothingLost() {
    for (List<String> how : List.of(List.<String>of(), List.of("--udp"))) {
      List<String> command = new ArrayList<>(List.of("mtr", "-n", "-r"));
      command.addAll(how);
      command.addAll(List.of("-c", "4", "-i", "0.3", "-G", "1", IP));
      String out = say(command.toArray(String[]::new));
      List<String> hops = out.lines().filter(line -> line.contains("|--")).toList();
      assertEquals(1, hops.size(), () -> out);
      assertTrue(
          hops.getFirst().matches(" *1\\.\\|-- 198\\.51\\.100\\.2 +0\\.0% +4 .*"), () -> out);
    }
  }

  // ---- Scanners ---------------------------------------------------------------------------------

  @Test
  void npingSeesRepliesAndUnreachables() {
    String echo = say("nping", "--icmp", "-c", "2", "--delay", NPING_WAITS, IP);
    assertEquals(2, count(echo, "RCVD .*Echo reply \\(type=0/code=0\\)"), echo);
    String udp = say("nping", "--udp", "-p", "9", "-c", "2", "--delay", NPING_WAITS, IP);
    assertEquals(2, count(udp, "RCVD .*Port unreachable \\(type=3/code=3\\)"), udp);
    String tcp = say("nping", "--tcp", "-p", "80", "-c", "2", "--delay", NPING_WAITS, IP);
    assertEquals(2, count(tcp, "RCVD .*Protocol .*unreachable \\(type=3/code=2\\)"), tcp);
  }

  /** X115, X116: timestamps are off by default, information and masks are never told. */
  @Test
  void npingAndHpingGetNoTimeMaskOrInformation() {
    for (String type : List.of("timestamp", "information", "mask")) {
      String out = say("nping", "--icmp", "--icmp-type", type, "-c", "2", "--delay", "50ms", IP);
      has(out, "Rcvd: 0 (0B) | Lost: 2 (100.00%)");
    }
    for (String type : List.of("13", "17")) {
      String out = say("hping3", "-n", "-1", "-C", type, "-c", "2", "-i", "u50000", IP);
      has(out, "0 packets received, 100% packet loss");
    }
  }

  @Test
  void npingWithAWrongChecksumGetsNothing() {
    String udp = say("nping", "--udp", "-p", "9", "--badsum", "-c", "2", "--delay", "50ms", IP);
    has(udp, "Lost: 2 (100.00%)");
  }

  /** X53, X95, X70: hping3 makes 16-byte fragments of what it sends with -f. */
  @Test
  void hpingIsAnsweredInFragmentsToo() {
    String echo = say("hping3", "-n", "-1", "-c", "3", "-i", "u50000", IP);
    has(echo, "3 packets received, 0% packet loss");
    String tiny = say("hping3", "-n", "-1", "-f", "-d", "100", "-c", "3", "-i", "u50000", IP);
    has(tiny, "3 packets received, 0% packet loss");
    assertEquals(3, count(tiny, "len=128 ip=198\\.51\\.100\\.2 ttl=64 "), tiny);
    String large = say("hping3", "-n", "-1", "-d", "3000", "-c", "3", "-i", "u50000", IP);
    has(large, "3 packets received, 0% packet loss");
    String udp = say("hping3", "-n", "-2", "-p", "9", "-c", "2", "-i", "u50000", IP);
    assertEquals(2, count(udp, "ICMP Port Unreachable from ip=198\\.51\\.100\\.2"), udp);
    String other = say("hping3", "-n", "-0", "-H", "253", "-c", "2", "-i", "u50000", IP);
    assertEquals(2, count(other, "ICMP Protocol Unreachable from ip=198\\.51\\.100\\.2"), other);
  }

  @Test
  void nmapSeesWhichProtocolsAndPortsThereAre() {
    String protocols = say("nmap", "-sO", "-p", "1,253", "-n", "-Pn", IP);
    assertEquals(1, count(protocols, "(?m)^1 +open +icmp"), protocols);
    assertEquals(1, count(protocols, "(?m)^253 +closed "), protocols);
    String ports = say("nmap", "-sU", "-p", "9,53", "-n", "-Pn", IP);
    assertEquals(2, count(ports, "(?m)^(9|53)/udp +closed "), ports);
  }
}
