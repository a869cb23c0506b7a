package dev.skiff.netns;

import static dev.skiff.netns.Tool.count;
import static dev.skiff.netns.Tool.has;
import static dev.skiff.netns.Tool.hasNot;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Alone;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The system's ping with all its options against one daemon, of which each must leave nothing that
 * the next could see; the other tools are {@link ToolsIT}'s.
 *
 * <p>X64, X70, X110, X112, X119.
 */
@Tag("netns")
class PingOptionsIT {
  private static final String IP = SkiffProcess.IP;
  private static final String HOST_IP = SkiffProcess.HOST_IP;
  private static final String BROADCAST = "198.51.100.255";

  @TempDir static Path directory;
  private static Netns netns;
  private static SkiffProcess skiff;

  @BeforeAll
  static void start() throws IOException {
    netns = new Netns();
    skiff = SkiffProcess.usual(netns, directory);
    // The first answer, with ARP, may take longer than some wait here.
    netns.exec("ping", "-c", "1", "-W", "5", IP);
  }

  @AfterEach
  void assertNothingIsLeft() throws Exception {
    skiff.assertBooksAddUp(1);
    assertEquals("", skiff.stderr());
  }

  @AfterAll
  static void stop() {
    skiff.close();
    netns.close();
  }

  private static String say(String... command) {
    return Tool.say(netns, command);
  }

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
    long before = skiff.dropped("ICMP_ECHO_BROADCAST");
    has(say("ping", "-c", "2", "-i", "0.1", "-W", "1", "-b", BROADCAST), "0 received");
    assertEquals(before + 2, skiff.dropped("ICMP_ECHO_BROADCAST"));
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
  @Alone
  void aHundredOfTheLongestPingsLoseNothing() {
    String out = say("ping", "-q", "-c", "100", "-i", "0.02", "-W", "3", "-s", "65507", IP);
    has(out, "100 received, 0% packet loss");
  }
}
