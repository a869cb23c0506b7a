package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Alone;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes in and is answered, by however it is that frames are received. */
abstract class Answered {
  private static final long KIB_40_MB = 40 * 1024;

  @TempDir Path directory;
  Netns netns;

  /** What every Skiff here is started with besides. */
  List<String> options() {
    return List.of();
  }

  final SkiffProcess usual() throws IOException {
    return start(
        "--tap",
        "skiff0",
        "--ip",
        SkiffProcess.IP + "/24",
        "--host-ip",
        SkiffProcess.HOST_IP + "/24");
  }

  final SkiffProcess start(String... arguments) throws IOException {
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
  @Alone // Under load the compilers of a JVM are behind, and hold memory.
  void memoryAfterAFloodIsThatOfABareProgramAndFortyMegabytes() throws Exception {
    try (SkiffProcess skiff = usual()) {
      netns.exec("ping", "-q", "-f", "-c", "20000", SkiffProcess.IP);
      long bare = bareRss();
      // The flood is over in a third of a second, and what the compilers of the start have used is
      // given back every 5 s.
      Await.until(
          "no more than a bare program's " + bare + " kB and 40 MB",
          15,
          () -> skiff.status("VmRSS") <= bare + KIB_40_MB);
    }
  }

  private static long bareRss() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin/java");
    Path classes =
        Path.of(Answered.class.getProtectionDomain().getCodeSource().getLocation().toURI());
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
      assertTrue(
          skiff.ask("neigh").contains("198.51.100.1 dev skiff0 lladdr"), () -> skiff.ask("neigh"));
    }
  }
}
