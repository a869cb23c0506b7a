package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Groups and IP options before a real kernel: X14, X60, X64, X125. A Linux bridge snoops IGMP and
 * asks as a router does; iputils' ping sends options.
 */
@Tag("netns")
class GroupsIT {
  private static final String GROUP = "239.1.2.3";
  private static final String OTHER = "239.4.5.6";

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

  private Path pcap() {
    return directory.resolve("all.pcapng");
  }

  /** A daemon on the port of a bridge that listens to IGMP and, as a router does, asks. */
  private SkiffProcess onSnoopingBridge() throws IOException {
    Bridge.in(netns, SkiffProcess.HOST_IP + "/24");
    netns.exec(
        "sh",
        "-c",
        "ip link set br0 type bridge mcast_snooping 1 mcast_igmp_version 2 mcast_query_use_ifaddr 1"
            + " mcast_query_interval 300 mcast_query_response_interval 100"
            + " mcast_startup_query_interval 100 mcast_last_member_interval 10"
            + " && ip link set br0 type bridge mcast_querier 1");
    return SkiffProcess.start(
        netns,
        directory,
        "--tap",
        "skiff0",
        "--ip",
        SkiffProcess.IP + "/24",
        "--group",
        GROUP,
        "--pcap",
        pcap().toString());
  }

  private boolean bridgeKnows(String group) {
    return netns
        .exec("bridge", "mdb", "show", "dev", "br0")
        .contains("port skiff0 grp " + group + " ");
  }

  @Test
  void aBridgeThatSnoopsKnowsOurGroupsAndHearsUsLeave() throws Exception {
    try (SkiffProcess skiff = onSnoopingBridge()) {
      Await.until("the bridge has heard the report", () -> bridgeKnows(GROUP));
      skiff.ask("maddr", "add", OTHER);
      Await.until("and that of another group", () -> bridgeKnows(OTHER));
      skiff.ask("maddr", "del", OTHER);
      Await.until("and that we have left it", () -> !bridgeKnows(OTHER));
      Await.until("it asks", 20, () -> skiff.now("Ip", "InDelivers") >= 3);
      assertTrue(bridgeKnows(GROUP));
      assertEquals(0, skiff.counter("Loop", "Faults"));
    }
    assertTrue(Tshark.count(pcap(), "igmp.type == 0x11 && ip.src == 198.51.100.1") >= 2);
    List<List<String>> ours =
        Tshark.read(
            pcap(),
            "igmp && ip.src == 198.51.100.2",
            "igmp.type",
            "ip.dst",
            "ip.ttl",
            "ip.opt.type",
            "igmp.checksum.status");
    assertTrue(ours.contains(List.of("0x16", GROUP, "1", "148", "1")), ours.toString());
    assertTrue(ours.contains(List.of("0x17", "224.0.0.2", "1", "148", "1")), ours.toString());
    assertEquals(0, Tshark.count(pcap(), "_ws.malformed && ip.src == 198.51.100.2"));
  }

  @Test
  void maddrShowsJoinsAndLeaves() throws IOException {
    try (SkiffProcess skiff = onSnoopingBridge()) {
      assertEquals("1:\tskiff0\n\tinet  224.0.0.1\n\tinet  " + GROUP + "\n", skiff.ask("maddr"));
      assertEquals("", skiff.ask("maddr", "add", OTHER, "dev", "skiff0"));
      assertEquals("", skiff.ask("maddr", "add", OTHER));
      assertTrue(skiff.ask("maddr", "show").contains("\tinet  " + OTHER + " users 2\n"));
      skiff.ask("maddr", "del", OTHER);
      skiff.ask("maddr", "del", OTHER);
      skiff.refuses("is not in group " + OTHER, "maddr", "del", OTHER);
      skiff.refuses("every host is in 224.0.0.1", "maddr", "del", "224.0.0.1");
      skiff.refuses("198.51.100.9 is no group", "maddr", "add", "198.51.100.9");
      skiff.refuses("no device is called 'eth7'", "maddr", "show", "dev", "eth7");
    }
  }

  /** As a Linux host answers: it stands there twice, by where it came in and where it went out. */
  @Test
  void realPingSeesUsInRecordRouteAndTimestamps() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      String route = netns.exec("ping", "-n", "-c", "1", "-R", SkiffProcess.IP);
      assertTrue(route.contains("1 received"), route);
      assertEquals(
          List.of(SkiffProcess.HOST_IP, SkiffProcess.IP, SkiffProcess.IP, SkiffProcess.HOST_IP),
          route
              .lines()
              .map(line -> line.replace("RR:", "").strip())
              .filter(line -> line.matches("[0-9.]+"))
              .toList(),
          route);
      for (String kind : List.of("tsonly", "tsandaddr")) {
        String stamps = netns.exec("ping", "-n", "-c", "1", "-T", kind, SkiffProcess.IP);
        assertTrue(stamps.contains("1 received") && stamps.contains("TS:"), stamps);
      }
      String[] asked = {"ping", "-n", "-c", "1", "-T", "tsprespec", SkiffProcess.IP};
      String stamps = netns.exec(asked);
      assertTrue(stamps.contains("1 received"), stamps);
      assertEquals(0, skiff.counter("Loop", "Faults"));
      assertEquals(4, skiff.counter("Icmp", "OutEchoReps"));
    }
  }
}
