package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.control.NeighRequest;
import dev.skiff.header.Ip4Addr;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The neighbour table against the kernel's own, and {@code skiff neigh}. */
@Tag("netns")
class NeighIT {
  private static final String IP = SkiffProcess.IP;
  private static final String HOST_IP = SkiffProcess.HOST_IP;
  private static final String NOBODY = "198.51.100.77";
  private static final String FIRST_MAC = "02:00:5e:10:00:0a";
  private static final String SECOND_MAC = "02:00:5e:10:00:0b";
  private static final String WRONG_MAC = "02:00:5e:10:00:0c";
  private static final int ENDLESS = 1_000_000;
  private static final int RUNS = 100;

  /** So many of them by the program, the others by what it sends. */
  private static final int RUNS_BY_PROGRAM = 5;

  @TempDir Path directory;
  private Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
    netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private SkiffProcess start(String... more) throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of("--tap", "skiff0", "--ip", IP + "/24", "--host-ip", HOST_IP + "/24"));
    all.addAll(List.of(more));
    return SkiffProcess.start(netns, directory, all.toArray(String[]::new));
  }

  private void ping() {
    netns.exec("ping", "-q", "-c", "1", "-W", "1", IP);
  }

  private boolean isAnswered() {
    return netns.run("ping", "-q", "-c", "1", "-W", "0.3", IP).exitCode() == 0;
  }

  private void host(String... words) {
    List<String> all = new ArrayList<>(List.of("ip", "link", "set", "dev", "skiff0"));
    all.addAll(List.of(words));
    netns.exec(all.toArray(String[]::new));
  }

  private String hostMac() {
    return netns.exec("cat", "/sys/class/net/skiff0/address").strip();
  }

  /** The host knows us whatever happens, and asks no more. */
  private void keepEntryOnHost(SkiffProcess skiff) {
    netns.exec(
        "ip", "neigh", "replace", IP, "lladdr", skiff.mac(), "nud", "permanent", "dev", "skiff0");
  }

  /** What is said once, to all: arping exits by itself then. */
  private void arping(String mode) {
    netns.exec("arping", "-q", mode, "-c", "1", "-I", "skiff0", HOST_IP);
  }

  private static void delete(String ip, SkiffProcess skiff) throws IOException {
    skiff.neigh(new NeighRequest(NeighRequest.Action.DEL, null, Ip4Addr.parse(ip), null, null));
  }

  private void assertTablesAgree(SkiffProcess skiff) throws IOException {
    String hosts = netns.exec("ip", "neigh", "show", IP, "dev", "skiff0");
    assertTrue(hosts.startsWith(IP + " lladdr " + skiff.mac() + " "), hosts);
    assertEquals(hostMac(), skiff.neighbour(HOST_IP, "lladdr"));
  }

  // ---- The first packet -------------------------------------------------------------------------

  /** W01, X30: the host keeps its own entry, so that the ping comes before any ARP packet. */
  @Test
  void theFirstPacketToAnUnknownNeighbourIsNeverLost() throws Exception {
    try (SkiffProcess skiff = start()) {
      keepEntryOnHost(skiff);
      skiff.ask("neigh", "add", HOST_IP, "lladdr", hostMac(), "nud", "stale");
      for (int i = 0; i < RUNS; i++) {
        if (i < RUNS_BY_PROGRAM) {
          assertEquals("", skiff.ask("neigh", "del", HOST_IP), "silent as ip neigh");
        } else {
          delete(HOST_IP, skiff);
        }
        ping();
      }
      assertEquals(RUNS, skiff.now("Icmp", "OutEchoReps"));
      assertEquals(RUNS, skiff.now("arp_cache", "unres_queued"));
      assertEquals(0, skiff.now("arp_cache", "unres_discards"));
      assertEquals(RUNS, skiff.now("arp_cache", "snd_requests"));
      assertTablesAgree(skiff);
      skiff.assertBooksAddUp(1);
    }
  }

  // ---- What changes on the host -----------------------------------------------------------------

  @Test
  void anotherMacAddressOfTheHostIsFollowedUnderTraffic() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping();
      try (Flood _ = Flood.start(netns, directory, IP, ENDLESS, "-i", "0.005")) {
        for (String mac : new String[] {FIRST_MAC, SECOND_MAC, FIRST_MAC, WRONG_MAC}) {
          long answered = skiff.now("Icmp", "OutEchoReps");
          host("address", mac);
          Await.until("it is known", () -> skiff.neighbour(HOST_IP, "lladdr").equals(mac));
          Await.until("it goes on", () -> skiff.now("Icmp", "OutEchoReps") > answered + 20);
        }
        assertTablesAgree(skiff);
      }
      assertEquals(4, skiff.now("arp_cache", "mac_changes"));
      ping();
      assertTablesAgree(skiff);
      skiff.assertBooksAddUp(1);
    }
  }

  @Test
  void aHostThatWentDownIsForgottenButForWhatWasSetByHand() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping();
      skiff.ask("neigh", "add", NOBODY, "lladdr", WRONG_MAC);
      host("down");
      Await.until("it is forgotten", () -> skiff.neighbour(HOST_IP, "state").isEmpty());
      assertEquals("PERMANENT", skiff.neighbour(NOBODY, "state"));
      host("up");
      ping();
      assertTablesAgree(skiff);
      assertEquals("PERMANENT", skiff.neighbour(NOBODY, "state"));

      // Our own setting it down is another matter, in the kernel too: neigh_ifdown.
      skiff.set("skiff0", Map.of("up", false));
      assertEquals(List.of(), skiff.neigh(NeighRequest.SHOW));
      skiff.set("skiff0", Map.of("up", true));
      ping();
      assertTablesAgree(skiff);
    }
  }

  // ---- arping -----------------------------------------------------------------------------------

  @Test
  void ofAProbeNothingIsLearnt() throws Exception {
    try (SkiffProcess skiff = start()) {
      assertEquals(
          1,
          netns.run("arping", "-q", "-D", "-c", "1", "-I", "skiff0", IP).exitCode(),
          "it is ours");
      assertEquals(
          0,
          netns.run("arping", "-q", "-D", "-c", "1", "-w", "1", "-I", "skiff0", NOBODY).exitCode());
      Await.until("it is for us", () -> skiff.now("arp_cache", "rcv_probes") == 1);
      Await.until("it is not for us", () -> skiff.dropped("ARP_NOT_FOR_US") == 1);
      assertEquals(List.of(), skiff.neigh(NeighRequest.SHOW));
      assertEquals(0, skiff.now("arp_cache", "allocs"));
    }
  }

  @ParameterizedTest
  @CsvSource({"-U, ARP_NOT_FOR_US", "-A, ARP_UNSOLICITED"})
  void gratuitousArpUpdatesWhatIsThereAndMakesNothing(String mode, String reason) throws Exception {
    try (SkiffProcess skiff = start()) {
      arping(mode);
      Await.until("it is of no use", () -> skiff.dropped(reason) == 1);
      assertEquals(List.of(), skiff.neigh(NeighRequest.SHOW));
      assertEquals(0, skiff.now("arp_cache", "allocs"));

      keepEntryOnHost(skiff);
      ping();
      assertEquals("REACHABLE", skiff.neighbour(HOST_IP, "state"), "with a finished header");
      for (String mac : new String[] {FIRST_MAC, SECOND_MAC}) {
        host("address", mac); // Of which the kernel itself says nothing.
        assertNotEquals(mac, skiff.neighbour(HOST_IP, "lladdr"));
        arping(mode);
        Await.until("it is known", () -> skiff.neighbour(HOST_IP, "lladdr").equals(mac));
        keepEntryOnHost(skiff);
        ping(); // X37: to the new address, without a word of ARP.
      }
      assertEquals(2, skiff.now("arp_cache", "mac_changes"));
      assertEquals(0, skiff.now("arp_cache", "rcv_requests"));
      assertTablesAgree(skiff);
    }
  }

  @Test
  void gratuitousArpMakesAnEntryWhereItIsAccepted() throws Exception {
    try (SkiffProcess skiff = start("--arp", "accept=on")) {
      for (String mode : new String[] {"-U", "-A"}) {
        arping(mode);
        Await.until("it is known", () -> skiff.neighbour(HOST_IP, "lladdr").equals(hostMac()));
        assertEquals("STALE", skiff.neighbour(HOST_IP, "state"));
        delete(HOST_IP, skiff);
      }
    }
  }

  // ---- skiff neigh ------------------------------------------------------------------------------

  @Test
  void whatIsSetByHandStandsAgainstWhatIsHeard() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping();
      skiff.refuses("is there already", "neigh", "add", HOST_IP, "lladdr", WRONG_MAC);
      delete(HOST_IP, skiff);
      assertEquals("", skiff.ask("neigh", "add", HOST_IP, "lladdr", WRONG_MAC));
      assertEquals(
          HOST_IP + " dev skiff0 lladdr " + WRONG_MAC + " PERMANENT\n", skiff.ask("neigh"));
      netns.exec("ip", "neigh", "flush", "dev", "skiff0"); // The host asks us, and is not believed.
      assertEquals(false, isAnswered(), "what goes to a wrong address is nobody's");
      assertEquals("", skiff.ask("neigh", "replace", HOST_IP, "lladdr", hostMac()));
      ping();

      assertEquals("0 entries deleted\n", skiff.ask("neigh", "flush", "-s"));
      assertEquals("PERMANENT", skiff.neighbour(HOST_IP, "state"));
      assertEquals("1 entries deleted\n", skiff.ask("neigh", "flush", "nud", "permanent", "-s"));
      assertEquals("", skiff.ask("neigh"));
      ping();
      assertTablesAgree(skiff);
    }
  }

  @Test
  void statisticsAreShownAsByIpNeigh() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping();
      String line = skiff.ask("neigh", "-s");
      assertTrue(
          line.matches(
              HOST_IP
                  + " dev skiff0 lladdr "
                  + hostMac()
                  + " used \\d+/(\\d+|-)/\\d+ probes \\d queued 0 [A-Z]+\n"),
          line);
      String one = HOST_IP + " dev skiff0 lladdr " + hostMac() + " ";
      assertTrue(skiff.ask("neigh", "get", HOST_IP).startsWith(one), one);
      assertEquals("", skiff.ask("neigh", "show", "nud", "failed"));
      assertTrue(skiff.ask("neigh", "show", HOST_IP, "dev", "skiff0").contains(hostMac()));
    }
  }

  @Test
  void whatIsNotThereEndsWithOneAndAMistakeWithTwo() throws Exception {
    try (SkiffProcess skiff = start()) {
      String notThere = NOBODY + " dev skiff0 is not in the neighbour table";
      skiff.refuses(notThere, "neigh", "del", NOBODY);
      skiff.refuses(NOBODY + " is not in the neighbour table", "neigh", "get", NOBODY);
      skiff.refuses("is not in the table", "neigh", "change", NOBODY, "lladdr", WRONG_MAC);
      skiff.refuses("own address", "neigh", "add", IP, "lladdr", WRONG_MAC);
      skiff.refuses("is no host's address", "neigh", "add", "198.51.100.255", "lladdr", WRONG_MAC);
      skiff.refuses("no device is called 'skiff9'", "neigh", "show", "dev", "skiff9");
      Netns.Result usage = skiff.run("neigh", "add", NOBODY);
      assertEquals(2, usage.exitCode(), usage.output());
      assertEquals(1, usage.output().lines().count(), usage.output());
      assertEquals("", skiff.stderr());
    }
  }

  // ---- The states -------------------------------------------------------------------------------

  /** X38: what is used is checked by unicast, and no packet waits for that. */
  @Test
  void aNeighbourInUseIsAskedAgainAndTrafficDoesNotStutter() throws Exception {
    int count = 40;
    try (SkiffProcess skiff =
        start("--neigh", "base_reachable_time=2s,delay_first_probe_time=1s")) {
      Set<String> states = new HashSet<>();
      try (Flood flood = Flood.start(netns, directory, IP, count, "-i", "0.2")) {
        while (flood.isRunning()) {
          states.add(skiff.neighbour(HOST_IP, "state"));
          Thread.sleep(50);
        }
        flood.assertNothingLost();
      }
      assertEquals(count, skiff.now("Icmp", "OutEchoReps"));
      assertTrue(states.containsAll(Set.of("DELAY", "REACHABLE")), states.toString());
      long asked = skiff.now("arp_cache", "snd_requests_ucast");
      assertTrue(asked >= 2, asked + " times");
      assertEquals(asked, skiff.now("arp_cache", "snd_requests"), "all is not asked once");
      assertEquals(asked, skiff.now("arp_cache", "confirms"));
      assertEquals(0, skiff.now("arp_cache", "unres_queued"));
      assertTablesAgree(skiff);
    }
  }
}
