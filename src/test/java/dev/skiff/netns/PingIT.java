package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The real thing: the kernel's own IP stack and the system's ping and arping against the daemon.
 */
@Tag("netns")
class PingIT extends Answered {
  private static final long SILENCE_MS = 10_000;

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
      // It is counted once it waits again, which may be after the answer is there.
      Await.until(
          "a packet wakes it",
          () -> SkiffProcess.statusOf(status, "voluntary_ctxt_switches") != before);
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
      Object icmp = SkiffProcess.member(skiff.json("stat").get("stat"), "Icmp");
      assertEquals(1, SkiffProcess.member(icmp, "OutEchoReps"));
      assertEquals("600", netns.exec("stat", "-c", "%a", skiff.socket().toString()).strip());
    }
  }
}
