package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code skiff ping} and a daemon of its own: what is counted, what changes it, and how either
 * ends. What needs no daemon of its own is {@link PingWordsIT}'s. X113.
 */
@Tag("netns")
class PingClientIT {
  private static final String FAR = "203.0.113.9";

  @TempDir Path directory;
  private Netns netns;
  private SkiffProcess skiff;

  @BeforeEach
  void start() throws IOException {
    netns = new Netns();
    skiff =
        SkiffProcess.start(
            netns,
            directory,
            "--tap",
            "skiff0",
            "--ip",
            SkiffProcess.IP + "/24",
            "--host-ip",
            SkiffProcess.HOST_IP + "/24",
            "--gateway",
            SkiffProcess.HOST_IP);
  }

  @AfterEach
  void end() {
    skiff.close();
    netns.close();
  }

  private Netns.Result ping(String arguments) {
    return new BothPings(netns, skiff).ours(arguments);
  }

  private void assertAlike(String arguments) {
    new BothPings(netns, skiff).assertAlike(arguments);
  }

  @Test
  void threeOfThreeAreAnsweredTheFirstToo() throws Exception {
    Netns.Result result = ping("-c 3 -i 0.2 " + SkiffProcess.HOST_IP);
    assertEquals(0, result.exitCode(), result.output());
    assertTrue(result.output().contains("64 bytes from 198.51.100.1: icmp_seq=1 ttl=64 time="));
    assertTrue(result.output().contains("3 packets transmitted, 3 received, 0% packet loss"));
    assertEquals(3, netns.counter("IcmpInEchos"));
    assertEquals(3, skiff.counter("Icmp", "OutEchos"));
    assertEquals(3, skiff.counter("Icmp", "InEchoReps"));
    skiff.assertBooksAddUp(1);
  }

  @Test
  void tosAndTimeToLiveAreThoseAskedFor() throws Exception {
    Path file = directory.resolve("out.pcap");
    try (Listening capture =
        Listening.start(
            netns,
            skiff,
            directory,
            "capture",
            "-c",
            "1",
            "-w",
            file.toString(),
            "out",
            "and",
            "icmp")) {
      assertEquals(0, ping("-c 1 -t 9 -Q 0x10 " + SkiffProcess.HOST_IP).exitCode());
      assertEquals(0, capture.exitCode());
    }
    assertEquals(List.of(List.of("9", "0x10")), Tshark.read(file, "icmp", "ip.ttl", "ip.dsfield"));
  }

  /** X70, X110. */
  @Test
  void theLongestThereIsGoesInFragmentsBothWays() throws Exception {
    assertAlike("-c 3 -i 0.2 -s 65507 PEER");
    assertEquals(6, netns.counter("IpReasmOKs"), "its own replies and our requests");
    assertEquals(0, netns.counter("IcmpInCsumErrors"));
    assertEquals(3, skiff.counter("Icmp", "InEchoReps"));
    skiff.assertBooksAddUp(1);
  }

  @Test
  void whatARouterSaysIsTold() {
    netns.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
    netns.exec("sysctl", "-qw", "net.ipv4.conf.all.send_redirects=0");
    netns.exec("sysctl", "-qw", "net.ipv4.conf.skiff0.send_redirects=0");
    netns.exec("ip", "route", "add", "203.0.113.0/25", "dev", "skiff0");
    netns.exec("ip", "route", "add", "prohibit", "203.0.113.64/26");
    netns.exec("ip", "route", "add", "203.0.113.128/25", "dev", "skiff0", "mtu", "1400");
    assertTold("-c 1 -t 1 " + FAR, "From 198.51.100.1 icmp_seq=1 Time to live exceeded");
    assertTold("-c 1 203.0.113.70", "From 198.51.100.1 icmp_seq=1 Packet filtered");
    Netns.Result tooLong =
        assertTold(
            "-c 2 -i 0.2 -M do -s 1400 203.0.113.130",
            "From 198.51.100.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)");
    String local = "ping: local error: message too long, mtu=1400";
    assertTrue(tooLong.output().contains(local), tooLong.output());
  }

  @ParameterizedTest
  @ValueSource(strings = {"blackhole", "unreachable", "prohibit"})
  void aRouteThatGoesNowhereIsToldOfAsTheKernelDoes(String type) {
    var _ = skiff.ask("route", "add", type, "203.0.113.0/24");
    if (type.equals("prohibit")) {
      // Of EACCES ping only asks whether this is a broadcast address.
      Netns.Result result = ping("-c 1 " + FAR);
      assertEquals("ping: connect: Permission denied\n", result.output());
      assertEquals(2, result.exitCode());
    } else {
      netns.exec("ip", "route", "add", type, "203.0.113.0/24");
      assertAlike("-c 1 " + FAR);
    }
  }

  private Netns.Result assertTold(String arguments, String line) {
    Netns.Result result = ping(arguments);
    assertTrue(result.output().lines().anyMatch(line::equals), result.output());
    assertEquals(1, result.exitCode());
    return result;
  }

  @Test
  void withoutADaemonItIsTwo() throws Exception {
    assertEquals(0, skiff.stop("TERM"));
    Netns.Result result = ping("-c 1 " + SkiffProcess.HOST_IP);
    assertEquals(2, result.exitCode());
    assertTrue(result.output().startsWith("ping: no daemon at "), result.output());
  }

  private Process background(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(netns.inside(SkiffProcess.SKIFF, "ping"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--socket", skiff.socket().toString()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private long sent() throws IOException {
    return skiff.now("Icmp", "OutEchos");
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void aSignalEndsItWithItsStatistics(String signal) throws Exception {
    Process ping = background("-i", "0.05", SkiffProcess.HOST_IP);
    BufferedReader out = ping.inputReader(StandardCharsets.UTF_8);
    assertTrue(out.readLine().startsWith("PING 198.51.100.1 "));
    assertTrue(out.readLine().startsWith("64 bytes from "));
    Netns.Result.of(List.of("kill", "-" + signal, Long.toString(ping.pid())));
    String output = String.join("\n", out.readAllLines());
    assertTrue(ping.waitFor(5, TimeUnit.SECONDS));
    assertEquals(0, ping.exitValue(), output);
    assertTrue(output.contains("--- 198.51.100.1 ping statistics ---"), output);
    assertTrue(output.contains("\nrtt min/avg/max/mdev = "), output);
  }

  @Test
  void whenItsReaderIsKilledTheDaemonPingsNoMore() throws Exception {
    Process ping = background("-i", "0.01", SkiffProcess.HOST_IP);
    Await.until("it pings", 10, () -> sent() >= 20);
    ping.destroyForcibly();
    ping.waitFor();
    Await.until(
        "it pings no more",
        () -> {
          long before = sent();
          Thread.sleep(100); // Ten would be sent.
          return sent() == before;
        });
    skiff.assertBooksAddUp(1);
    assertEquals(0, ping("-c 1 " + SkiffProcess.HOST_IP).exitCode());
  }

  @Test
  void whenTheDaemonEndsItTellsWhatThereWas() throws Exception {
    Process ping = background("-i", "0.05", SkiffProcess.HOST_IP);
    Await.until("it pings", 10, () -> skiff.now("Icmp", "InEchoReps") >= 3);
    assertEquals(0, skiff.stop("TERM"));
    String output = String.join("\n", ping.inputReader(StandardCharsets.UTF_8).readAllLines());
    assertTrue(ping.waitFor(5, TimeUnit.SECONDS));
    assertEquals(0, ping.exitValue(), output);
    assertTrue(output.contains(" 0% packet loss"), output);
  }

  @Test
  void eachEventIsALineOfJson() throws Exception {
    Netns.Result result = ping("--json -c 1 " + SkiffProcess.HOST_IP);
    List<Object> events = new ArrayList<>();
    for (String line : result.output().lines().toList()) {
      Map<String, Object> event = JSON.std.mapFrom(line);
      events.add(event.get("event"));
    }
    assertEquals(List.of("start", "sent", "reply", "summary"), events);
  }
}
