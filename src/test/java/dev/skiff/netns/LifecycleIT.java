package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the daemon begins and ends, and what it leaves: nothing. */
@Tag("netns")
class LifecycleIT {
  private static final int NOBODY = 65534;
  private static final String FLOOD = "ping -q -f -c 2000000 -w 20 " + SkiffProcess.IP;

  @TempDir Path directory;
  private Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private void assertNothingIsLeft(SkiffProcess skiff) {
    assertFalse(netns.has("skiff0"), "the TAP");
    assertFalse(Files.exists(skiff.socket()), "the socket");
    assertFalse(netns.exec("ip", "addr").contains(SkiffProcess.HOST_IP), "the host's address");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void aSignalEndsItCleanly(String signal) throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      netns.exec("ping", "-c", "1", SkiffProcess.IP);
      assertEquals(0, skiff.stop(signal));
      assertEquals("", skiff.stderr());
      assertNothingIsLeft(skiff);
    }
  }

  @Test
  void aSignalEndsItCleanlyUnderLoad() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory);
        Load load = new Load()) {
      load.await(skiff);
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertNothingIsLeft(skiff);
    }
  }

  @Test
  void aDeletedTapEndsItWithAClearWord() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      netns.exec("ip", "link", "del", "skiff0");
      assertEquals(1, skiff.exitCode());
      assertOneLine("somebody deleted it", skiff);
      assertNothingIsLeft(skiff);
    }
  }

  @Test
  void aTapDeletedUnderLoadEndsItWithAClearWord() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory);
        Load load = new Load()) {
      load.await(skiff);
      netns.exec("ip", "link", "del", "skiff0");
      assertEquals(1, skiff.exitCode());
      assertOneLine("somebody deleted it", skiff);
      assertNothingIsLeft(skiff);
    }
  }

  private static void assertOneLine(String part, SkiffProcess skiff) throws IOException {
    List<String> lines = skiff.stderr().lines().toList();
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().contains(part), lines.toString());
  }

  @Test
  void theHostsSideMayGoDownAndComeBack() throws IOException {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      netns.exec("ping", "-c", "1", SkiffProcess.IP);
      netns.exec("ip", "link", "set", "skiff0", "down");
      netns.exec("ip", "link", "set", "skiff0", "up");
      netns.exec("ping", "-c", "2", "-i", "0.2", "-W", "2", SkiffProcess.IP);
      assertEquals(0, skiff.counter("Loop", "Faults"));
    }
  }

  @Test
  void aPersistentTapIsGivenBackAsItWas() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    netns.exec("ip", "link", "set", "skiff0", "mtu", "1400");
    try (SkiffProcess skiff =
        SkiffProcess.start(
            netns,
            directory,
            "--tap",
            "skiff0",
            "--ip",
            "198.51.100.2/24",
            "--host-ip",
            "198.51.100.1/24",
            "--mtu",
            "1500",
            "--user",
            "root")) {
      netns.exec("ping", "-c", "1", "-W", "2", "-s", "1472", "-M", "do", SkiffProcess.IP);
      assertEquals(0, skiff.stop("TERM"));
      String link = netns.exec("ip", "addr", "show", "dev", "skiff0");
      assertTrue(link.contains("mtu 1400"), link);
      assertFalse(link.contains("inet "), link);
      assertFalse(link.contains("UP"), link);
    }
  }

  @Test
  void aPersistentTapThatIsUpGetsNoRouteToAWholeClass() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    netns.exec("ip", "link", "set", "skiff0", "up");
    Process monitor =
        new ProcessBuilder(netns.inside("ip", "-o", "monitor", "route"))
            .redirectOutput(directory.resolve("routes").toFile())
            .start();
    try (SkiffProcess skiff =
        SkiffProcess.start(
            netns,
            directory,
            "--tap",
            "skiff0",
            "--ip",
            "198.18.0.2/15",
            "--host-ip",
            "198.18.0.1/15",
            "--user",
            "root")) {
      netns.exec("ping", "-c", "1", "-W", "2", "198.18.0.2");
      assertEquals(0, skiff.stop("TERM"));
      assertTrue(netns.exec("ip", "link", "show", "dev", "skiff0").contains(",UP"), "up as before");
    } finally {
      monitor.descendants().forEach(ProcessHandle::destroyForcibly);
      monitor.destroyForcibly();
      monitor.waitFor();
    }
    String routes = Files.readString(directory.resolve("routes"));
    assertTrue(routes.contains("198.18.0.0/15"), routes);
    assertFalse(routes.contains("198.18.0.0/24"), routes);
  }

  @Test
  void anAddressThatWasOnThePersistentTapStays() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    netns.exec("ip", "addr", "add", "198.51.100.1/24", "dev", "skiff0");
    netns.exec("ip", "link", "set", "skiff0", "up");
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      netns.exec("ping", "-c", "1", "-W", "2", SkiffProcess.IP);
      assertEquals(0, skiff.stop("TERM"));
      String link = netns.exec("ip", "addr", "show", "dev", "skiff0");
      assertTrue(link.contains("inet 198.51.100.1/24"), link);
      assertTrue(link.contains("UP"), link);
    }
  }

  @Test
  void theOwnerOfAPersistentTapNeedsNoRoot() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap", "user", "" + NOBODY);
    netns.exec("ip", "addr", "add", "198.51.100.1/24", "dev", "skiff0");
    netns.exec("ip", "link", "set", "skiff0", "up");
    Path own =
        Files.createTempDirectory(
            Path.of("/tmp"),
            "skiff-it",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      Netns.Result.of(List.of("chown", "" + NOBODY, own.toString()));
      try (SkiffProcess skiff =
          SkiffProcess.start(
              netns, own, asNobody(own), "--tap", "skiff0", "--ip", "198.51.100.2/24")) {
        netns.exec("ping", "-c", "1", "-W", "2", SkiffProcess.IP);
        assertEquals(0, skiff.stop("TERM"));
        assertTrue(netns.has("skiff0"), "a persistent TAP stays");
      }
    } finally {
      Netns.Result.of(List.of("rm", "-rf", own.toString()));
    }
  }

  /**
   * The launcher as an ordinary user without any capability, in a mount namespace where everybody
   * may open /dev/net/tun, as is usual (on this machine root alone may), and where the checkout can
   * be read wherever it stands.
   */
  private List<String> asNobody(Path own) {
    String home = SkiffProcess.HOME.toString();
    String script =
        "mkdir "
            + own
            + "/dev "
            + own
            + "/home && mount -t tmpfs -o mode=755 skiff-it "
            + own
            + "/dev && mknod -m 666 "
            + own
            + "/dev/tun c 10 200 && mount --bind "
            + own
            + "/dev/tun /dev/net/tun && mount --bind "
            + home
            + " "
            + own
            + "/home && exec setpriv --reuid "
            + NOBODY
            + " --regid "
            + NOBODY
            + " --clear-groups --inh-caps=-all --bounding-set=-all "
            + own
            + "/home/scripts/skiff \"$@\"";
    List<String> command = new ArrayList<>(netns.inside("unshare", "-m", "sh", "-c", script, "sh"));
    return command;
  }

  @Test
  void theSocketOfAKilledDaemonIsReplaced() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      skiff.stop("KILL");
      assertTrue(Files.exists(skiff.socket()), "a killed daemon cannot clear up");
    }
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      assertTrue(skiff.ask("status").contains("198.51.100.2/24"));
    }
  }

  /** A flood of pings, beside the test. */
  private final class Load implements AutoCloseable {
    private final Process ping;

    Load() throws IOException {
      List<String> command = netns.inside(FLOOD.split(" ", -1));
      ping =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    }

    /** Waits until the daemon has answered a thousand. */
    void await(SkiffProcess skiff) throws Exception {
      Await.until("the flood reaches the daemon", () -> skiff.now("Icmp", "OutEchoReps") >= 1000);
    }

    @Override
    public void close() throws InterruptedException {
      ping.descendants().forEach(ProcessHandle::destroyForcibly);
      ping.destroyForcibly();
      ping.waitFor();
    }
  }
}
