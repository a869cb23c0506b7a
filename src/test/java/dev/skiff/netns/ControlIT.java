package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.control.ControlServer;
import dev.skiff.control.Json;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control socket of a real daemon, and the commands that use it. */
@Tag("netns")
class ControlIT {
  /** Neither root nor whom the daemon becomes. */
  private static final String STRANGER = "54321";

  private static final int HOSTILE = 100;

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

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  /** What a daemon says to one line, and nothing where it is cut off at once. */
  private static Netns.Result askAs(String user, Path socket) {
    String script = "$s = IO::Socket::UNIX->new(Peer => shift) or die qq($!\\n); print scalar <$s>";
    return Netns.Result.of(
        List.of(
            "setpriv",
            "--reuid",
            user,
            "--regid",
            user,
            "--clear-groups",
            "perl",
            "-MIO::Socket::UNIX",
            "-e",
            script,
            socket.toString()));
  }

  @Test
  void whoeverIsNotMeantIsRefusedWhateverTheModes() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      Path lock = Path.of(skiff.socket() + ".lock");
      assertEquals("rw-------", mode(skiff.socket()));
      assertEquals("rw-------", mode(lock));
      assertEquals(skiff.pid() + "\n", Files.readString(lock));
      assertTrue(askAs(STRANGER, skiff.socket()).output().contains("Permission denied"));
      for (Path path : List.of(directory, skiff.socket())) {
        Netns.Result.of(List.of("chmod", "a+rwx", path.toString()));
      }
      assertEquals(
          "{\"v\":1,\"ok\":false,\"error\":\"user 54321 may not ask this daemon: only root, its own"
              + " user and the one that started it may\"}\n",
          askAs(STRANGER, skiff.socket()).output());
      assertTrue(skiff.ask("status").contains("198.51.100.2/24"));
      assertEquals(0, skiff.stop("TERM"));
      assertFalse(Files.exists(lock));
    }
  }

  @Test
  void afterAKillTheNextStartWorksAndOneBesideItDoesNot() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      Path lock = Path.of(skiff.socket() + ".lock");
      assertEquals(1, Netns.Result.of(List.of("flock", "-n", lock.toString(), "true")).exitCode());
      skiff.stop("KILL");
      assertTrue(Files.exists(skiff.socket()) && Files.exists(lock));
      assertEquals(0, Netns.Result.of(List.of("flock", "-n", lock.toString(), "true")).exitCode());
      skiff.refuses("no daemon answers at " + skiff.socket(), "status");
    }
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      assertTrue(skiff.ask("status").contains("198.51.100.2/24"));
      Netns.Result second =
          netns.run(
              SkiffProcess.SKIFF,
              "run",
              "--tap",
              "skiff0",
              "--ip",
              "198.51.100.2/24",
              "--socket",
              directory.resolve("other.sock").toString());
      assertEquals(1, second.exitCode(), second.output());
      assertEquals(1, second.output().lines().count(), second.output());
      assertFalse(Files.exists(directory.resolve("other.sock")));
      assertFalse(Files.exists(directory.resolve("other.sock.lock")));
      assertTrue(skiff.ask("status").contains("UP"), "the first is not disturbed");
    }
  }

  /** Silent ones, half lines, ones that do not read, ones that ask without end. */
  @Test
  @dev.skiff.Alone
  void aHundredHostileClientsCostNoPing() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      netns.exec("ping", "-c", "1", "-W", "5", SkiffProcess.IP);
      List<SocketChannel> hostile = new ArrayList<>();
      byte[] neigh = "{\"v\":1,\"cmd\":\"neigh\"}\n".repeat(1000).getBytes(StandardCharsets.UTF_8);
      try {
        for (int i = 0; i < HOSTILE; i++) {
          SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(skiff.socket()));
          hostile.add(channel);
          var _ = channel.configureBlocking(false);
          if (i % 2 == 0) {
            var _ = channel.write(ByteBuffer.wrap(neigh));
          }
        }
        String pings = netns.exec("ping", "-q", "-c", "100", "-i", "0.01", SkiffProcess.IP);
        assertTrue(pings.contains(" 0% packet loss"), pings);
        assertTrue(skiff.ask("status").contains("198.51.100.2/24"));
        assertTrue(HOSTILE > ControlServer.MAX_CLIENTS);
      } finally {
        for (SocketChannel channel : hostile) {
          channel.close();
        }
      }
      assertEquals(0, skiff.counter("Loop", "Faults"));
      assertEquals("", skiff.stderr());
    }
  }

  // ---- Commands ---------------------------------------------------------------------------------

  private Netns.Result shell(SkiffProcess skiff, String script) {
    return netns.run(
        "bash",
        "-c",
        script.replace("skiff ", SkiffProcess.SKIFF + " ").replace("SOCKET", "" + skiff.socket()));
  }

  @Test
  void countersAreWatchedWithTheirRates() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      netns.exec("ping", "-c", "3", "-i", "0.1", SkiffProcess.IP);
      List<String> looks =
          skiff.ask("stat", "-w", "0.2", "-n", "2", "Icmp.InEchos").lines().toList();
      assertEquals(5, looks.size(), looks.toString());
      assertTrue(looks.get(0).matches("# [0-9:]+ +total +per second"), looks.toString());
      assertTrue(looks.get(1).matches("Icmp\\.InEchos +3 +-"), looks.toString());
      assertEquals("", looks.get(2));
      assertTrue(looks.get(4).matches("Icmp\\.InEchos +3 +0\\.0"), looks.toString());
      List<String> json =
          skiff.ask("stat", "-w0.2", "-n", "2", "--json", "Icmp.InEchos").lines().toList();
      assertEquals(2, json.size());
      assertEquals(
          Map.of("Icmp", Map.of("InEchos", Map.of("total", 3, "per_s", 0.0))),
          Json.parse(json.getLast()).get("stat"));
      String drops = skiff.ask("drops", "-w", "0.1", "-n", "1");
      assertTrue(drops.startsWith("# "), drops);
      skiff.refuses(
          "there is no counter 'Icmp.InEcho': did you mean 'Icmp.InEchos'?", "stat", "Icmp.InEcho");
    }
  }

  @Test
  void aClosedPipeEndsAWatchAndAFullDiskFailsEachCommand() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      Netns.Result head =
          shell(skiff, "skiff stat -w 0.1 -z --socket SOCKET | head -1; echo ${PIPESTATUS[0]}");
      assertEquals(2, head.output().lines().count(), head.output());
      assertTrue(head.output().endsWith("\n0\n"), head.output());
      for (String command : List.of("status", "stat -w -n 3", "link --json")) {
        Netns.Result full = shell(skiff, "skiff " + command + " --socket SOCKET > /dev/full");
        assertEquals("skiff: standard output: No space left on device\n", full.output());
        assertEquals(1, full.exitCode());
      }
    }
  }

  @Test
  void aWatchEndsWithTheDaemon() throws Exception {
    Path out = directory.resolve("watched");
    Path errors = directory.resolve("said");
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      Process watch =
          new ProcessBuilder(
                  SkiffProcess.SKIFF, "stat", "-w", "0.1", "--socket", skiff.socket().toString())
              .redirectOutput(out.toFile())
              .redirectError(errors.toFile())
              .start();
      Await.until("it has begun", 30, () -> Files.size(out) > 0);
      assertEquals(0, skiff.stop("TERM"));
      assertEquals(0, watch.waitFor());
      assertEquals("skiff: the daemon has ended\n", Files.readString(errors));
    }
  }
}
