package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.neigh.NeighbourTable;
import dev.skiff.wire.IoMode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a packet costs in figures that are the same on every machine: system calls, allocations, and
 * wake-ups. Times are not; docs/performance.md has those. The bounds are what it takes today: who
 * needs less lowers them.
 */
@Tag("netns")
class CallsIT {
  private static final int BURST = 64;
  private static final int PINGS = 300;

  @TempDir Path directory;
  private final Netns netns = new Netns();

  @BeforeEach
  void makeQuiet() {
    // Nobody else's frames are to be counted.
    netns.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  /** A stack whose turns the test calls, and a station that sends to it while it does not look. */
  private final class Bursts implements AutoCloseable {
    private final Station station;
    private final Skiff skiff;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private Map<String, Long> before = Map.of();
    private long allocated;

    Bursts(IoMode mode) throws IOException {
      netns.exec("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
      netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
      netns.exec("ip", "link", "set", "skiff0", "master", "br0", "up");
      netns.exec("ip", "link", "set", "br0", "up");
      station = Station.on(netns);
      skiff =
          Skiff.builder()
              .tap("skiff0")
              .netns(netns.name())
              .io(mode)
              .ip(Ip4Addr.format(Rig.OUR_IP) + "/24")
              .mac(MacAddr.format(Rig.OUR_MAC))
              .acd("off")
              .paranoid(false)
              .build();
      skiff
          .neighbours()
          .add(
              skiff.device(),
              Rig.PEER_IP,
              Rig.PEER_MAC,
              NeighbourState.PERMANENT,
              NeighbourTable.IfThere.REPLACE,
              skiff.nowNs());
      settle();
    }

    private void settle() {
      while (!skiff.turn()) {
        Thread.onSpinWait();
      }
    }

    /** So many pings wait when it looks; it must answer them all. */
    void burst(int n) {
      for (int i = 0; i < n; i++) {
        station.send(Frames.echoRequest(7, i, Frames.data(56)));
      }
      before = io();
      long bytes = threads.getCurrentThreadAllocatedBytes();
      settle();
      allocated = threads.getCurrentThreadAllocatedBytes() - bytes;
      int answered = 0;
      for (byte[] frame = station.receive(); frame.length > 0; frame = station.receive()) {
        answered++;
      }
      assertEquals(n, answered);
    }

    private Map<String, Long> io() {
      return skiff.counters().getOrDefault("io_skiff0", Map.of());
    }

    /** How often it did something for the last burst. */
    long calls(String... names) {
      long calls = 0;
      for (String name : names) {
        calls += io().getOrDefault(name, 0L) - before.getOrDefault(name, 0L);
      }
      return calls;
    }

    @Override
    public void close() {
      skiff.close();
      station.close();
    }
  }

  private static void assertAtMost(long most, long calls, String what) {
    assertTrue(calls <= most, calls + " " + what + ", and it was " + most);
  }

  @Test
  void aBurstTakesFewCallsFromTheFirstOneOn() throws IOException {
    try (Bursts bursts = new Bursts(IoMode.URING)) {
      bursts.burst(BURST);
      assertAtMost(11, bursts.calls("Reads", "Writes", "Enters"), "calls for the first burst");
      assertEquals(BURST, bursts.calls("RingWrites"), "each reply is written once");
      bursts.burst(BURST);
      assertAtMost(6, bursts.calls("Reads", "Writes", "Enters"), "calls for the next");
      assertEquals(0, bursts.calls("Reads", "Writes"), "calls for one frame");
      assertAtMost(BURST / 3, bursts.calls("RingReads") - BURST, "reads in vain");
    }
  }

  @Test
  void withoutARingABurstTakesTwoCallsAFrame() throws IOException {
    try (Bursts bursts = new Bursts(IoMode.SYSCALL)) {
      bursts.burst(BURST);
      assertEquals(BURST, bursts.calls("Writes"));
      assertEquals(BURST + 1, bursts.calls("Reads"), "and one that finds nothing");
      assertEquals(0, bursts.calls("Enters"));
    }
  }

  @Test
  void aBurstAllocatesNothing() throws IOException {
    for (IoMode mode : new IoMode[] {IoMode.URING, IoMode.SYSCALL}) {
      try (Bursts bursts = new Bursts(mode)) {
        int inARow = 0;
        for (int i = 0; i < 5000 && inARow < 100; i++) {
          bursts.burst(BURST);
          inARow = bursts.allocated == 0 ? inARow + 1 : 0;
        }
        assertEquals(100, inARow, "bursts without an allocation, by " + mode);
      }
      netns.exec("ip", "link", "del", "skiff0");
      netns.exec("ip", "link", "del", "br0");
    }
  }

  @Test
  void aPingIsOneWaitAndTwoCalls() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      Await.until("it has announced itself", () -> skiff.now("acd", "announcements") == 2);
      netns.exec("ping", "-q", "-c", "1", SkiffProcess.IP); // They know each other.
      long waits = skiff.now("Loop", "Waits");
      long turns = skiff.now("Loop", "Turns");
      long calls = calls(skiff);
      String out = netns.exec("ping", "-q", "-i", "0.002", "-c", "" + PINGS, SkiffProcess.IP);
      assertTrue(out.contains(PINGS + " received"), out);
      // A tenth more is for timers, ARP and the two questions of this test.
      assertAtMost(PINGS + PINGS / 10, skiff.now("Loop", "Waits") - waits, "waits");
      assertAtMost(2 * PINGS + PINGS / 10, skiff.now("Loop", "Turns") - turns, "turns");
      assertAtMost(2 * PINGS + PINGS / 10, calls(skiff) - calls, "calls");
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  private static long calls(SkiffProcess skiff) throws IOException {
    return skiff.now("io_skiff0", "Reads")
        + skiff.now("io_skiff0", "Writes")
        + skiff.now("io_skiff0", "Enters");
  }
}
