package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.control.NeighRequest;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The neighbour table and a {@link Station} that says what is not so. */
@Tag("netns")
class NeighFloodIT {
  /** In a network that has room for many neighbours. */
  private static final String IP = "198.18.0.2";

  private static final String HOST_IP = "198.18.0.1";
  private static final String NOBODY = "198.18.7.7";
  private static final int FIRST_SPOOFED = Ip4Addr.parse("198.18.100.1");
  private static final long FIRST_MAC = MacAddr.parse("02:00:5e:20:00:00");
  private static final int SPOOFED = 5_000;
  private static final int OTHERS = 65_536;
  private static final int BURST = 500;
  private static final int GC_THRESH3 = 1024;
  private static final int ENDLESS = 1_000_000;

  @TempDir Path directory;
  private Netns netns;
  private Station station;

  @BeforeEach
  void makeNamespace() throws IOException {
    netns = new Netns();
    var _ = Bridge.in(netns, HOST_IP + "/15");
    station = Station.on(netns);
  }

  @AfterEach
  void deleteNamespace() {
    station.close();
    netns.close();
  }

  private SkiffProcess start() throws IOException {
    return SkiffProcess.start(netns, directory, "--tap", "skiff0", "--ip", IP + "/15");
  }

  private void ping(int count) throws Exception {
    try (Flood flood = Flood.start(netns, directory, IP, count)) {
      flood.assertNothingLost();
    }
  }

  /** Waits until all that was sent has come: no more than the TAP holds is ever on its way. */
  private static void await(SkiffProcess skiff, String counter, long n) throws Exception {
    Await.until(n + " " + counter, () -> skiff.now("arp_cache", counter) >= n);
  }

  private static void assertHostIsKnown(SkiffProcess skiff) throws IOException {
    assertEquals(Bridge.MAC, skiff.neighbour(HOST_IP, "lladdr"));
  }

  @Test
  void fiveThousandSpoofedNeighboursChangeNothingForTheRealOne() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping(200);
      long memory = skiff.now("sk_buff", "pool_bytes");
      long before = skiff.now("arp_cache", "rcv_requests");
      try (Flood flood = Flood.start(netns, directory, IP, ENDLESS, "-i", "0.005")) {
        long answered = skiff.now("Icmp", "OutEchoReps");
        Await.until("it arrives", () -> skiff.now("Icmp", "OutEchoReps") > answered);
        for (int i = 1; i <= SPOOFED; i++) {
          station.send(Frames.arpRequest(FIRST_MAC + i, FIRST_SPOOFED + i, Ip4Addr.parse(IP)));
          if (i % BURST == 0) {
            await(skiff, "rcv_requests", before + i);
            int entries = skiff.neigh(NeighRequest.SHOW).size();
            assertTrue(entries <= GC_THRESH3, entries + " entries");
            assertHostIsKnown(skiff);
          }
        }
        assertTrue(flood.isRunning(), "pings ran across it");
        flood.end();
        flood.assertNothingLost();
      }
      assertEquals(memory, skiff.now("sk_buff", "pool_bytes"));
      assertEquals(0, skiff.now("arp_cache", "table_fulls"));
      assertEquals(0, skiff.now("arp_cache", "unres_queued"));
      assertHostIsKnown(skiff);
      ping(200);
      String hosts = netns.exec("ip", "neigh", "show", IP, "dev", "br0");
      assertTrue(hosts.startsWith(IP + " lladdr " + skiff.mac() + " "), hosts);
      skiff.assertBooksAddUp(1);
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void requestsForOthersAddressesCostNoEntry() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping(10);
      long made = skiff.now("arp_cache", "allocs");
      long memory = skiff.now("sk_buff", "pool_bytes");
      long before = skiff.now("skiff0", "rx_packets");
      int first = Ip4Addr.parse("198.19.0.0");
      for (int i = 1; i <= OTHERS; i++) {
        station.send(Frames.arpRequest(Station.MAC, FIRST_SPOOFED, first + i - 1));
        if (i % BURST == 0) {
          int sent = i;
          Await.until(i + " have come", () -> skiff.now("skiff0", "rx_packets") >= before + sent);
        }
      }
      ping(10);
      assertEquals(made, skiff.now("arp_cache", "allocs"));
      assertEquals(1, skiff.neigh(NeighRequest.SHOW).size());
      assertEquals(memory, skiff.now("sk_buff", "pool_bytes"));
      assertEquals(OTHERS, skiff.dropped("ARP_NOT_FOR_US"));
      assertHostIsKnown(skiff);
    }
  }

  /** X32: a request a second, three times; then it has failed, and what waits is given up. */
  @Test
  void aNeighbourThatIsNotThereIsAskedForThreeTimesAndHasFailed() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping(1);
      byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
      byte[] datagram = Frames.ipv4(Ip4Addr.parse(NOBODY), Ip4Addr.parse(IP), 1, 64, icmp);
      long startNs = System.nanoTime();
      station.send(Frames.ethernet(MacAddr.parse(skiff.mac()), Station.MAC, 0x0800, datagram));
      Await.until("it is asked for", () -> skiff.neighbour(NOBODY, "state").equals("INCOMPLETE"));
      assertEquals("1", skiff.neighbour(NOBODY, "queued"));
      ping(50); // One that is dead delays no other.
      Await.until("it has failed", () -> skiff.neighbour(NOBODY, "state").equals("FAILED"));
      long tookNs = System.nanoTime() - startNs;
      assertTrue(tookNs >= 3_000_000_000L, "after " + tookNs + " ns");
      assertEquals("0", skiff.neighbour(NOBODY, "queued"));
      assertEquals(1, skiff.now("arp_cache", "unreachables"));
      List<Station.Arp> heard = station.heardOf(skiff.mac());
      assertEquals(3, heard.stream().filter(arp -> arp.asksFor(NOBODY)).count(), heard.toString());
      assertTrue(
          skiff.ask("neigh").contains(NOBODY + " dev skiff0 FAILED\n"), () -> skiff.ask("neigh"));
      skiff.assertBooksAddUp(1);
    }
  }
}
