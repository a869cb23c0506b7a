package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code skiff run --idle}: a daemon with each strategy, and what its counters say of it. */
@Tag("netns")
class IdleIT {
  private static final int PINGS = 2000;

  @TempDir Path directory;
  Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private SkiffProcess start(String... idle) throws IOException {
    String[] arguments = {
      "--tap", "skiff0", "--ip", SkiffProcess.IP + "/24", "--host-ip", SkiffProcess.HOST_IP + "/24"
    };
    String[] all = new String[arguments.length + idle.length];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    System.arraycopy(idle, 0, all, arguments.length, idle.length);
    return SkiffProcess.start(netns, directory, all);
  }

  private void pings(SkiffProcess skiff) throws IOException {
    String out = netns.exec("ping", "-q", "-f", "-c", "" + PINGS, SkiffProcess.IP);
    assertTrue(out.contains(PINGS + " received, 0% packet loss"), out);
    assertEquals(PINGS, skiff.counter("Icmp", "OutEchoReps"));
    assertEquals(0, skiff.now("Loop", "Faults"));
  }

  @Test
  void withoutTheOptionItBlocksAndNeverSpins() throws Exception {
    try (SkiffProcess skiff = start()) {
      pings(skiff);
      assertEquals(0, skiff.counter("Loop", "Spins"));
      long waits = skiff.now("Loop", "Waits");
      long wakeups = skiff.now("Loop", "Wakeups");
      assertTrue(wakeups > 0 && wakeups <= waits + 1, wakeups + " of " + waits);
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void aSpinningDaemonNeverWaitsAndEndsWhenItIsTold() throws Exception {
    try (SkiffProcess skiff = start("--idle", "spin")) {
      pings(skiff);
      assertEquals(0, skiff.counter("Loop", "Waits"));
      assertTrue(skiff.now("Loop", "Spins") > PINGS);
      assertTrue(skiff.ask("neigh").startsWith(SkiffProcess.HOST_IP), "commands are carried out");
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void anAdaptiveDaemonAnswersAndSleepsOnceTheWireIsSilent() throws Exception {
    netns.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    try (SkiffProcess skiff = start("--idle", "adaptive")) {
      pings(skiff);
      Await.until("it has announced itself", () -> skiff.now("acd", "announcements") == 2);
      long turns = skiff.now("Loop", "Turns");
      long waits = skiff.now("Loop", "Waits");
      assertTrue(waits > 0);
      Thread.sleep(1000); // The silence itself is what is tested.
      // A bare spin would have made hundreds of thousands.
      assertTrue(skiff.now("Loop", "Turns") - turns < 10_000, () -> skiff.ask("stat"));
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void whatTheLoopAllocatesIsSeenAndNotForAPacket() throws Exception {
    try (SkiffProcess skiff = start()) {
      // Until it is warm: what the compilers have not come to yet may allocate.
      long perPacket = Long.MAX_VALUE;
      for (int i = 0; i < 20 && perPacket > 0; i++) {
        long before = skiff.now("Loop", "AllocatedBytes");
        assertTrue(before > 0);
        netns.exec("ping", "-q", "-f", "-c", "" + 5 * PINGS, SkiffProcess.IP);
        perPacket = (skiff.now("Loop", "AllocatedBytes") - before) / (5 * PINGS);
      }
      assertEquals(0, perPacket, "bytes for a packet");
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void whatIsNoStrategyIsRefusedInOneLine() {
    Netns.Result refused =
        netns.run(
            SkiffProcess.SKIFF, "run", "--tap", "t", "--ip", "198.51.100.2/24", "--idle", "sleep");
    assertEquals(2, refused.exitCode());
    assertEquals(
        "skiff run: --idle: 'sleep' is no way to be idle: use one of block, adaptive, spin",
        refused.output().strip());
  }
}
