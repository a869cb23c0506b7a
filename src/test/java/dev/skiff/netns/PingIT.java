package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real thing: the kernel's own IP stack and the system's ping and arping against the daemon.
 */
@Tag("netns")
class PingIT {
  private static final long KIB_40_MB = 40 * 1024;
  private static final long SILENCE_MS = 10_000;

  @TempDir Path directory;
  Netns netns;

  /** What every Skiff here is started with besides. */
  List<String> options() {
    return List.of();
  }

  private SkiffProcess usual() throws IOException {
    return start(
        "--tap",
        "skiff0",
        "--ip",
        SkiffProcess.IP + "/24",
        "--host-ip",
        SkiffProcess.HOST_IP + "/24");
  }

  private SkiffProcess start(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(options());
    return SkiffProcess.start(netns, directory, all.toArray(String[]::new));
  }

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  @Test
  void fiveOfFivePingsAreAnsweredTheFirstToo() throws IOException {
    try (SkiffProcess skiff = usual()) {
      String out = netns.exec("ping", "-c", "5", "-i", "0.2", SkiffProcess.IP);
      assertTrue(out.contains("icmp_seq=1 "), out);
      assertTrue(out.contains("5 received, 0% packet loss"), out);
      assertEquals(5, skiff.counter("Icmp", "OutEchoReps"));
    }
  }

  @Test
  void everySizeUpToTheMtuIsAnswered() throws IOException {
    try (SkiffProcess skiff = usual()) {
      // ping itself compares the data that come back.
      String out =
          netns.exec(
              "sh",
              "-c",
              "n=0; while [ $n -le 1472 ]; do ping -q -c 1 -W 2 -p a55a3c -s $n "
                  + SkiffProcess.IP
                  + " >/dev/null || echo lost $n; n=$((n+1)); done");
      assertEquals("", out);
      assertEquals(1473, skiff.counter("Icmp", "OutEchoReps"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 56, 1472})
  void floodOfTwentyThousandLosesNothing(int size) throws IOException {
    try (SkiffProcess skiff = usual()) {
      String out = netns.exec("ping", "-q", "-f", "-c", "20000", "-s", "" + size, SkiffProcess.IP);
      assertTrue(out.contains("20000 received, 0% packet loss"), out);
      assertEquals(20000, skiff.counter("Icmp", "OutEchoReps"));
      assertEquals(0, skiff.counter("Loop", "Faults"));
    }
  }

  @Test
  void memoryAfterAFloodIsThatOfABareProgramAndFortyMegabytes() throws Exception {
    try (SkiffProcess skiff = usual()) {
      netns.exec("ping", "-q", "-f", "-c", "20000", SkiffProcess.IP);
      long rss = skiff.status("VmRSS");
      long bare = bareRss();
      assertTrue(rss <= bare + KIB_40_MB, "daemon " + rss + " kB, bare program " + bare + " kB");
    }
  }

  private static long bareRss() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin/java");
    Path classes =
        Path.of(PingIT.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Process bare =
        new ProcessBuilder(
                java.toString(),
                "@" + SkiffProcess.HOME.resolve("native-config/jvm.options"),
                "-cp",
                SkiffProcess.HOME.resolve("target/skiff.jar") + ":" + classes,
                "dev.skiff.sys.BareJnr")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertNotEquals(-1, bare.getInputStream().read(), "it says that it is ready");
      return SkiffProcess.statusOf(Path.of("/proc/" + bare.pid() + "/status"), "VmRSS");
    } finally {
      bare.destroyForcibly();
      bare.waitFor();
    }
  }

  @Test
  void onASilentWireTheLoopThreadDoesNotWake() throws Exception {
    netns.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    try (SkiffProcess skiff = usual()) {
      Await.until("it has announced itself", () -> skiff.now("acd", "announcements") == 2);
      Path status = loopThread(skiff.pid()).resolve("status");
      Thread.sleep(500); // The test waits for silence itself; no timer of Skiff's is waited for.
      long before = SkiffProcess.statusOf(status, "voluntary_ctxt_switches");
      Thread.sleep(SILENCE_MS);
      assertEquals(before, SkiffProcess.statusOf(status, "voluntary_ctxt_switches"));
      netns.exec("ping", "-c", "1", "-W", "2", SkiffProcess.IP);
      assertNotEquals(before, SkiffProcess.statusOf(status, "voluntary_ctxt_switches"));
    }
  }

  private static Path loopThread(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads.toList()) {
        if (Files.readString(thread.resolve("comm")).strip().equals("skiff-loop")) {
          return thread;
        }
      }
    }
    throw new AssertionError("no thread called skiff-loop");
  }

  @Test
  void arpingFindsTheMacOfTheStartLineAndTheDuplicate() throws IOException {
    try (SkiffProcess skiff = usual()) {
      String out = netns.exec("arping", "-c", "2", "-I", "skiff0", SkiffProcess.IP);
      assertTrue(out.toLowerCase(java.util.Locale.ROOT).contains(skiff.mac()), out);
      // RFC 5227: a probe for an address that somebody has is answered; arping -D then exits with
      // 1.
      assertEquals(
          1, netns.run("arping", "-D", "-c", "2", "-I", "skiff0", SkiffProcess.IP).exitCode());
    }
  }

  @Test
  void bothNeighbourTablesAgree() throws IOException {
    try (SkiffProcess skiff = usual()) {
      netns.exec("ping", "-c", "1", SkiffProcess.IP);
      String hosts = netns.exec("ip", "neigh", "show", SkiffProcess.IP);
      assertTrue(hosts.contains(skiff.mac()), hosts);
      String mac = netns.exec("cat", "/sys/class/net/skiff0/address").strip();
      String ours = skiff.ask("neigh");
      assertTrue(ours.startsWith("198.51.100.1 dev skiff0 lladdr " + mac), ours);
    }
  }

  @Test
  void macAddressStaysTheSameFromStartToStart() throws Exception {
    String first;
    try (SkiffProcess skiff = usual()) {
      first = skiff.mac();
      assertEquals(0, skiff.stop("TERM"));
    }
    try (SkiffProcess skiff = usual()) {
      assertEquals(first, skiff.mac());
      netns.exec("ping", "-c", "1", "-W", "2", SkiffProcess.IP);
    }
  }

  @Test
  void jumboFramesAndAMacOfTheUsersChoice() throws IOException {
    try (SkiffProcess skiff =
        start(
            "--tap",
            "jumbo",
            "--ip",
            "198.51.100.2/24",
            "--host-ip",
            "198.51.100.1/24",
            "--mtu",
            "9000",
            "--mac",
            "02:00:5e:10:00:77")) {
      assertEquals("02:00:5e:10:00:77", skiff.mac());
      netns.exec("ping", "-M", "do", "-c", "2", "-i", "0.2", "-s", "8972", SkiffProcess.IP);
    }
  }

  @Test
  void anOffLinkHostIsAnsweredThroughTheGateway() throws IOException {
    try (SkiffProcess skiff =
        start(
            "--tap",
            "skiff0",
            "--ip",
            "198.51.100.2/24",
            "--host-ip",
            "198.51.100.1/24",
            "--gateway",
            "198.51.100.1")) {
      netns.exec("ip", "addr", "add", "203.0.113.9/32", "dev", "lo");
      netns.exec("ping", "-c", "2", "-i", "0.2", "-W", "2", "-I", "203.0.113.9", SkiffProcess.IP);
      assertTrue(skiff.ask("neigh").contains("198.51.100.1 dev skiff0 lladdr"), skiff.ask("neigh"));
    }
  }

  @Test
  void commandsAnswerInWordsAndInJson() throws IOException {
    try (SkiffProcess skiff = usual()) {
      netns.exec("ping", "-c", "1", SkiffProcess.IP);
      for (String command : new String[] {"status", "stat", "drops", "neigh"}) {
        assertTrue(!skiff.ask(command).isBlank(), command);
        Map<String, Object> reply = skiff.json(command);
        assertEquals(1, reply.get("v"), command);
        assertEquals(true, reply.get("ok"), command);
        assertTrue(reply.containsKey(command), command);
      }
      assertEquals("600", netns.exec("stat", "-c", "%a", skiff.socket().toString()).strip());
    }
  }
}
