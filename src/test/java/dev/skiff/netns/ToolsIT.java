package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What people look at a network with, against the daemon: ping with all its options, fping,
 * traceroute, mtr, nping, nmap and hping3 must say of Skiff what they say of a host.
 *
 * <p>X53, X64, X70, X95, X110, X112, X115, X116, X119.
 */
@Tag("netns")
class ToolsIT {
  private static final String IP = SkiffProcess.IP;
  private static final String HOST_IP = SkiffProcess.HOST_IP;
  private static final String BROADCAST = "198.51.100.255";

  /** The tools that not every system has, and what Debian has them in. */
  private static final Map<String, String> PACKAGES =
      Map.of(
          "fping", "fping",
          "traceroute", "traceroute",
          "mtr", "mtr-tiny",
          "nping", "nmap",
          "nmap", "nmap",
          "hping3", "hping3");

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

  /** What a tool prints, whatever its exit code; the test is left out if there is no such tool. */
  private String say(String... command) {
    String debian = PACKAGES.get(command[0]);
    boolean isThere =
        debian == null
            || Stream.of("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/")
                .anyMatch(path -> Files.isExecutable(Path.of(path + command[0])));
    Assumptions.assumeTrue(isThere, "no " + command[0] + " (Debian: " + debian + ")");
    return netns.run(command).output();
  }

  private static void has(String output, String part) {
    assertTrue(output.contains(part), () -> "no '" + part + "' in:\n" + output);
  }

  private static void hasNot(String output, String part) {
    assertFalse(output.contains(part), () -> "'" + part + "' in:\n" + output);
  }

  private static int count(String output, String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(output);
    int n = 0;
    while (matcher.find()) {
      n++;
    }
    return n;
  }

  // ---- ping -------------------------------------------------------------------------------------

  /** X110, X70, X119: ping itself compares what comes back. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 55, 56, 1471, 1472, 1473, 2953, 8000, 65_506, 65_507})
  void pingOfEverySizeComesBack(int size) {
    String out = say("ping", "-c", "3", "-i", "0.1", "-W", "2", "-s", "" + size, IP);
    has(out, "3 received, 0% packet loss");
    assertEquals(3, count(out, "(?m)^" + (size + 8) + " bytes from 198\\.51\\.100\\.2: icmp_seq="));
    hasNot(out, "wrong data");
    hasNot(out, "DUP!");
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "ff", "a55a3c", "0123456789abcdef"})
  void pingsPatternComesBack(String pattern) {
    for (String size : List.of("56", "57", "4001")) {
      String out = say("ping", "-c", "2", "-i", "0.1", "-p", pattern, "-s", size, IP);
      has(out, "2 received, 0% packet loss");
      hasNot(out, "wrong data");
    }
  }

  /** X64. */
  @Test
  void pingShowsTheRouteThatWasRecorded() {
    String out = say("ping", "-c", "2", "-i", "0.1", "-R", IP);
    has(out, "2 received, 0% packet loss");
    has(out, "(same route)");
    List<String> route = out.lines().filter(l -> l.matches("(RR: )?\t[0-9.]+")).toList();
    assertEquals(
        List.of("RR: \t" + HOST_IP, "\t" + IP, "\t" + IP, "\t" + HOST_IP), route, () -> out);
  }

  /** X64: whoever is on the way writes the time down, and does it once a direction. */
  @Test
  void pingShowsTheTimesThatWereRecorded() {
    String only = say("ping", "-c", "2", "-i", "0.1", "-T", "tsonly", IP);
    has(only, "2 received, 0% packet loss");
    assertEquals(2, count(only, "(?m)^TS: \t\\d+ absolute(\n\t-?\\d+){3}$"), only);
    hasNot(only, "not-standard"); // ping's word for times that are none
    String both = say("ping", "-c", "2", "-i", "0.1", "-T", "tsandaddr", IP);
    has(both, "2 received, 0% packet loss");
    for (String place : List.of("TS: \t" + HOST_IP, "\t" + IP, "\t" + HOST_IP)) {
      has(both, place + "\t");
    }
    String given = say("ping", "-c", "1", "-T", "tsprespec", HOST_IP, IP, IP);
    has(given, "1 received, 0% packet loss");
    assertEquals(1, count(given, "(?m)^\t198\\.51\\.100\\.2\t-?\\d+$"), given);
  }

  @Test
  void pingOfTheWholeMtuIsAnsweredAndOfMoreNotSent() throws IOException {
    has(say("ping", "-c", "1", "-M", "do", "-s", "1472", IP), "1 received, 0% packet loss");
    long before = skiff.now("Ip", "InReceives");
    has(say("ping", "-c", "1", "-W", "1", "-M", "do", "-s", "1473", IP), "message too long");
    assertEquals(before, skiff.now("Ip", "InReceives"));
  }

  /** X112. */
  @Test
  void pingOfABroadcastAddressIsNotAnswered() throws IOException {
    has(say("ping", "-c", "2", "-i", "0.1", "-W", "1", "-b", BROADCAST), "0 received");
    assertEquals(2, skiff.dropped("ICMP_ECHO_BROADCAST"));
    has(say("ping", "-c", "1", "-W", "1", "-I", "skiff0", "224.0.0.1"), "0 received");
  }

  @Test
  void pingWithOtherTtlAndTosIsAnswered() {
    String out = say("ping", "-c", "1", "-t", "1", "-Q", "0xb8", IP);
    has(out, "1 received, 0% packet loss");
    has(out, " ttl=64 ");
  }

  /**
   * Each in 45 fragments, of which the host's side of the TAP holds 500: it must not be hurried.
   */
  @Test
  void aHundredOfTheLongestPingsLoseNothing() {
    String out = say("ping", "-q", "-c", "100", "-i", "0.02", "-W", "3", "-s", "65507", IP);
    has(out, "100 received, 0% packet loss");
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
