package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The link between a daemon and the host, changed from either end while it runs. */
@Tag("netns")
class LinkIT {
  private static final String IP = SkiffProcess.IP;
  private static final Map<String, Boolean> UP = Map.of("up", true);
  private static final Map<String, Boolean> DOWN = Map.of("up", false);
  private static final String[] TBF =
      "tc qdisc add dev veth9 root tbf rate 160kbit burst 2000 limit 1000000".split(" ", -1);
  private static final int ENDLESS = 1_000_000;
  private static final int LEAST_MTU = 68;
  private static final int FLAPS = 50;
  private static final int FRAME = 1000;
  private static final int HEADERS = 14 + 20 + 8;

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

  private SkiffProcess start(String... more) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of("--tap", "skiff0", "--ip", IP + "/24", "--host-ip", SkiffProcess.HOST_IP));
    all.set(5, SkiffProcess.HOST_IP + "/24");
    all.addAll(List.of(more));
    return SkiffProcess.start(netns, directory, all.toArray(String[]::new));
  }

  private Flood flood(SkiffProcess skiff, String... options) throws Exception {
    long before = skiff.now("Icmp", "OutEchoReps");
    Flood flood = Flood.start(netns, directory, IP, ENDLESS, options);
    Await.until("the flood arrives", () -> skiff.now("Icmp", "OutEchoReps") > before + 500);
    return flood;
  }

  /** So many pings must all be answered, the first at once. */
  private void ping(int count, String... options) throws Exception {
    ping(netns, count, options);
  }

  private static void ping(Netns from, int count, String... options) throws Exception {
    long before = from.counter("IcmpInEchoReps");
    // Its report is not asked: it does not wait for the last ones, and says that they are lost.
    Netns.Result result = pingLoosely(from, count, options);
    assertTrue(result.output().contains("\n" + count + " packets transmitted"), result.output());
    Await.until(
        count + " are answered: " + result.output(),
        () -> from.counter("IcmpInEchoReps") >= before + count);
  }

  private static Netns.Result pingLoosely(Netns from, int count, String... options) {
    List<String> all =
        new ArrayList<>(List.of("ping", "-q", "-c", "" + count, "-i", "0.002", "-W", "2"));
    all.addAll(List.of(options));
    all.add(IP);
    return from.run(all.toArray(String[]::new));
  }

  private void host(String... words) {
    List<String> all = new ArrayList<>(List.of("ip", "link", "set", "skiff0"));
    all.addAll(List.of(words));
    netns.exec(all.toArray(String[]::new));
  }

  private String hostLink() {
    return netns.exec("ip", "-d", "link", "show", "dev", "skiff0");
  }

  private static void set(SkiffProcess skiff, String... words) {
    List<String> all = new ArrayList<>(List.of("link", "set", "skiff0"));
    all.addAll(List.of(words));
    assertEquals("", skiff.ask(all.toArray(String[]::new)), "silent as ip link");
  }

  // ---- The host's end ---------------------------------------------------------------------------

  @Test
  void theHostsSettingItDownIsALostCarrier() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping(1);
      assertTrue(skiff.hasFlag("skiff0", "LOWER_UP"));
      host("down");
      Await.until("no carrier", () -> skiff.hasFlag("skiff0", "NO-CARRIER"));
      assertFalse(skiff.hasFlag("skiff0", "LOWER_UP"));
      String shown = skiff.ask("link", "show", "skiff0");
      assertTrue(shown.contains("<NO-CARRIER,") && shown.contains(" state DOWN "), shown);
      host("up");
      ping(1);
      Await.until("carrier", () -> skiff.hasFlag("skiff0", "LOWER_UP"));
      assertFalse(skiff.hasFlag("skiff0", "NO-CARRIER"));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void aLinkThatFlapsUnderAFloodLosesNoBuffer() throws Exception {
    try (SkiffProcess skiff = start()) {
      try (Flood flood = flood(skiff)) {
        netns.exec(
            "sh",
            "-c",
            "i=0; while [ $i -lt "
                + FLAPS
                + " ]; do ip link set skiff0 down; ip link set skiff0 up; sleep 0.01; i=$((i+1));"
                + " done");
        long answered = skiff.now("Icmp", "OutEchoReps");
        Await.until("it goes on", () -> skiff.now("Icmp", "OutEchoReps") > answered + 100);
        assertTrue(flood.isRunning());
      }
      ping(200);
      skiff.assertBooksAddUp(1);
      assertTrue(skiff.hasFlag("skiff0", "LOWER_UP"));
      // All that the host says it gave us came, and the other way round; what it refused was told.
      assertEquals(
          skiff.now("host_skiff0", "tx_packets"),
          skiff.now("skiff0", "rx_packets") + skiff.now("skiff0", "rx_missed_errors"));
      assertEquals(skiff.now("host_skiff0", "rx_packets"), skiff.now("skiff0", "tx_packets"));
      assertEquals(skiff.now("skiff0", "tx_errors"), skiff.now("skiff0", "tx_carrier_errors"));
      assertEquals(0, skiff.now("skiff0", "tx_dropped"));
      assertEquals(0, skiff.now("skiff0", "tx_timeout"));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void theHostsMtuIsFollowedUnderLoad() throws Exception {
    try (SkiffProcess skiff = start()) {
      try (Flood flood = flood(skiff, "-s", "" + (LEAST_MTU - 28))) {
        for (int mtu : new int[] {9000, 1400, 65521, LEAST_MTU, 576, 4000}) {
          host("mtu", "" + mtu);
          Await.until("MTU " + mtu, () -> skiff.linkNumber("skiff0", "mtu") == mtu);
          Netns.Result one = pingLoosely(netns, 1, "-M", "do", "-s", "" + (mtu - 28));
          assertEquals(0, one.exitCode(), one.output());
        }
        assertTrue(flood.isRunning());
      }
      skiff.assertBooksAddUp(1);
      assertEquals(0, skiff.now("skiff0", "rx_errors"));
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void anMtuThatThereIsNoMemoryForIsNotFatal() throws Exception {
    try (SkiffProcess skiff = start("--buffer-memory", "1M")) {
      ping(1);
      host("mtu", "60000");
      long answered = skiff.now("Icmp", "OutEchoReps");
      ping(20);
      netns.run("ping", "-q", "-c", "3", "-i", "0.01", "-W", "0.2", "-s", "59000", IP);
      ping(20);
      assertTrue(skiff.now("Icmp", "OutEchoReps") >= answered + 40);
      skiff.assertBooksAddUp(1);
      host("mtu", "1500");
      Await.until("MTU 1500", () -> skiff.linkNumber("skiff0", "mtu") == 1500);
      ping(20, "-M", "do", "-s", "1472");
      assertTrue(skiff.stderr().lines().count() <= 1, skiff.stderr());
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void anotherNameOnTheHostIsNoMatter() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping(1);
      host("name", "other");
      ping(5);
      netns.exec("ip", "link", "set", "other", "mtu", "1400");
      Await.until("still followed", () -> skiff.linkNumber("skiff0", "mtu") == 1400);
      assertNotEquals(0, skiff.now("host_skiff0", "tx_packets"));
      assertEquals(0, skiff.stop("TERM"));
      assertFalse(netns.has("other"));
    }
  }

  @Test
  void movedToAnotherNamespaceItIsUsedFromThere() throws Exception {
    try (Netns other = new Netns();
        SkiffProcess skiff = start()) {
      ping(1);
      host("netns", other.name());
      other.exec("ip", "addr", "add", SkiffProcess.HOST_IP + "/24", "dev", "skiff0");
      other.exec("ip", "link", "set", "skiff0", "up");
      ping(other, 20);
      assertTrue(skiff.hasFlag("skiff0", "LOWER_UP"));
      assertEquals(0, skiff.now("host_skiff0", "tx_packets"), "nobody is asked for it any more");
      skiff.assertBooksAddUp(1);
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertFalse(other.has("skiff0"));
    }
  }

  @Test
  void framesThatItWasTooSlowForAreShownAsTheHostCountsThem() throws Exception {
    try (SkiffProcess skiff = start("--txqueuelen", "10")) {
      assertTrue(hostLink().contains("qlen 10"), hostLink());
      ping(1);
      assertEquals(0, skiff.now("host_skiff0", "tx_dropped"));
      netns.exec("kill", "-STOP", "" + skiff.pid());
      try {
        netns.run("ping", "-q", "-c", "100", "-l", "100", "-W", "0.1", IP);
      } finally {
        netns.exec("kill", "-CONT", "" + skiff.pid());
      }
      long dropped = skiff.now("host_skiff0", "tx_dropped");
      assertTrue(dropped >= 50, dropped + " dropped");
      String shown = skiff.ask("link");
      assertTrue(shown.contains("host TX:"), shown);
      ping(20);
      skiff.assertBooksAddUp(1);
    }
  }

  // ---- Our end ----------------------------------------------------------------------------------

  @Test
  void setDownTheHostHasNoCarrierAndNothingOldIsAnswered() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping(1);
      // Else what the host keeps while it asks for the MAC address comes late, and is not old.
      netns.exec(
          "ip", "neigh", "replace", IP, "lladdr", skiff.mac(), "nud", "permanent", "dev", "skiff0");
      long answered = skiff.now("Icmp", "OutEchoReps");
      for (int i = 0; i < 3; i++) {
        skiff.set("skiff0", DOWN);
        // At first the host may put some into its queue for us yet.
        String lost = netns.run("ping", "-q", "-c", "9", "-l", "9", "-W", "0.1", IP).output();
        assertTrue(lost.contains(" 0 received"), lost);
        assertTrue(hostLink().contains("NO-CARRIER"), hostLink());
        skiff.set("skiff0", UP);
        assertFalse(hostLink().contains("NO-CARRIER"), hostLink());
        assertEquals(answered, skiff.now("Icmp", "OutEchoReps"), "the old ones are not answered");
        ping(10);
        answered += 10;
        assertEquals(answered, skiff.now("Icmp", "OutEchoReps"), "the old ones are not answered");
      }
      skiff.set("skiff0", DOWN);
      assertTrue(skiff.ask("status").contains("skiff0: DOWN"));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void setDownAndUpUnderAFloodLosesNoBuffer() throws Exception {
    try (SkiffProcess skiff = start()) {
      try (Flood flood = flood(skiff)) {
        for (int i = 0; i < 5; i++) {
          skiff.set("skiff0", DOWN);
          skiff.assertBooksAddUp(0);
          long answered = skiff.now("Icmp", "OutEchoReps");
          assertEquals(answered, skiff.now("Icmp", "OutEchoReps"), "it is down");
          skiff.set("skiff0", UP);
          Await.until("it goes on", () -> skiff.now("Icmp", "OutEchoReps") > answered + 20);
        }
        assertTrue(flood.isRunning());
      }
      ping(100);
      skiff.assertBooksAddUp(1);
      assertEquals("", skiff.stderr());
    }
  }

  /** The news that it is up, and of its other MTU, may be read after the first frame. */
  @Test
  void theFirstFrameAfterDownAndUpIsAnsweredWhateverElseChanged() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping(1);
      for (int i = 0; i < 30; i++) {
        netns.exec(
            "sh",
            "-c",
            "ip link set skiff0 down; ip link set skiff0 mtu "
                + (1400 + i)
                + "; ip link set skiff0 up; ping -q -c 1 -W 3 "
                + SkiffProcess.IP);
      }
      assertEquals(0, skiff.now("skiff0", "rx_errors"));
      assertEquals(0, skiff.counter("Loop", "Faults"));
      assertEquals("", skiff.stderr());
    }
  }

  /** A TAP that outlives us is put back, whatever it is called by then, and nothing else is. */
  @Test
  void aPersistentTapIsPutBackUnderItsNewName() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    netns.exec("ip", "link", "set", "skiff0", "txqueuelen", "500", "mtu", "1300");
    try (SkiffProcess skiff =
        SkiffProcess.start(
            netns,
            directory,
            "--tap",
            "skiff0",
            "--ip",
            SkiffProcess.IP + "/24",
            "--host-ip",
            SkiffProcess.HOST_IP + "/24",
            "--mtu",
            "1500",
            "--txqueuelen",
            "7",
            "--user",
            "root")) {
      assertTrue(netns.exec("ip", "link", "show", "skiff0").contains("qlen 7"));
      netns.exec("ip", "link", "set", "skiff0", "name", "other0");
      netns.exec("ip", "link", "add", "skiff0", "type", "veth", "peer", "name", "veth8");
      netns.exec("ip", "link", "set", "skiff0", "mtu", "1450", "up");
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
    String ours = netns.exec("ip", "addr", "show", "other0");
    assertTrue(ours.contains("mtu 1300") && ours.contains("qlen 500"), ours);
    assertFalse(ours.contains("inet ") || ours.contains(",UP"), ours);
    String foreign = netns.exec("ip", "link", "show", "skiff0");
    assertTrue(foreign.contains("mtu 1450") && foreign.contains(",UP"), foreign);
  }

  /** A number may be another interface's once ours was moved to another namespace. */
  @Test
  void anInterfaceThatHasOurNumberByThenIsLeftAlone() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    String index = netns.exec("cat", "/sys/class/net/skiff0/ifindex").strip();
    try (Netns away = new Netns();
        SkiffProcess skiff =
            SkiffProcess.start(
                netns,
                directory,
                "--tap",
                "skiff0",
                "--ip",
                SkiffProcess.IP + "/24",
                "--host-ip",
                SkiffProcess.HOST_IP + "/24",
                "--txqueuelen",
                "7",
                "--user",
                "root")) {
      netns.exec("ip", "link", "set", "skiff0", "netns", away.name());
      netns.exec(
          "ip",
          "link",
          "add",
          "name",
          "foreign0",
          "index",
          index,
          "type",
          "veth",
          "peer",
          "name",
          "veth8");
      netns.exec("ip", "link", "set", "foreign0", "mtu", "1450", "txqueuelen", "777", "up");
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
    String foreign = netns.exec("ip", "link", "show", "foreign0");
    assertTrue(foreign.contains("mtu 1450") && foreign.contains("qlen 777"), foreign);
    assertTrue(foreign.contains(",UP"), foreign);
  }

  @Test
  void whatTheHostChangesWhileWeAreDownIsKnownOnceWeAreUp() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping(1);
      skiff.set("skiff0", DOWN);
      host("mtu", "9000");
      host("down");
      skiff.set("skiff0", UP);
      assertTrue(skiff.hasFlag("skiff0", "NO-CARRIER"));
      assertEquals(9000, skiff.linkNumber("skiff0", "mtu"));
      host("up");
      ping(1, "-M", "do", "-s", "8972");
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void aTapDeletedWhileWeAreDownEndsIt() throws Exception {
    try (SkiffProcess skiff = start()) {
      skiff.set("skiff0", DOWN);
      netns.exec("ip", "link", "del", "skiff0");
      assertEquals(1, skiff.exitCode());
      skiff.assertOneLine("somebody deleted it");
    }
  }

  @Test
  void settingsAreShownAndHaveTheirEffect() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping(1);
      set(skiff, "mtu", "1300", "txqueuelen", "77", "promisc", "on", "allmulticast", "on");
      String shown = skiff.ask("link", "show", "skiff0");
      assertTrue(shown.contains(" mtu 1300 "), shown);
      assertTrue(shown.contains(" qlen 77"), shown);
      assertTrue(shown.contains(",ALLMULTI,PROMISC,"), shown);
      assertTrue(shown.contains("inet " + IP + "/24"), shown);
      ping(1);

      set(skiff, "promisc", "off", "allmulticast", "off", "arp", "off");
      assertFalse(skiff.hasFlag("skiff0", "PROMISC") || skiff.hasFlag("skiff0", "ALLMULTI"));
      assertTrue(skiff.hasFlag("skiff0", "NOARP"));
      netns.exec("ip", "neigh", "flush", "dev", "skiff0");
      String lost = netns.run("ping", "-q", "-c", "1", "-W", "0.3", IP).output();
      assertTrue(lost.contains(" 0 received"), "nobody answers the host's ARP: " + lost);
      set(skiff, "arp", "on");
      assertFalse(skiff.hasFlag("skiff0", "NOARP"));
      ping(1);
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void anAddressIsChangedWhileItIsDownOrLive() throws Exception {
    String first = "02:00:5e:10:00:aa";
    String second = "02:00:5e:10:00:bb";
    try (SkiffProcess skiff = start()) {
      ping(1);
      skiff.refuses("skiff0", "link", "set", "skiff0", "address", first);
      assertEquals(skiff.mac(), skiff.linkAddress("skiff0"));
      set(skiff, "down", "address", first);
      skiff.set("skiff0", UP);
      assertAnswersAs(first, skiff);
      set(skiff, "address", second, "live");
      assertAnswersAs(second, skiff);
      skiff.refuses("skiff0", "link", "set", "skiff0", "address", first);
      assertEquals(second, skiff.linkAddress("skiff0"), "live is for once");
      assertEquals("", skiff.stderr());
    }
  }

  private void assertAnswersAs(String mac, SkiffProcess skiff) throws Exception {
    assertEquals(mac, skiff.linkAddress("skiff0"));
    netns.exec("ip", "neigh", "flush", "dev", "skiff0");
    ping(2);
    String neighbours = netns.exec("ip", "neigh", "show", "dev", "skiff0");
    assertTrue(neighbours.contains(IP + " lladdr " + mac), neighbours);
  }

  // ---- A wire that is busy ----------------------------------------------------------------------

  /** Replies of {@link #FRAME} bytes leave through a queue of 20 a second, or so. */
  @Test
  void aHostThatIsFullMakesRepliesWaitAndLosesNoneUncounted() throws Exception {
    int count = 30;
    try (Netns far = new Netns();
        SkiffProcess skiff =
            SkiffProcess.start(
                netns, directory, "--tap", "skiff0", "--ip", IP + "/24", "--sndbuf", "2000")) {
      bridgeTo(far);
      ping(far, 1);
      Netns.Result tbf = netns.run(TBF);
      Assumptions.assumeTrue(tbf.exitCode() == 0, () -> "this kernel has no tbf: " + tbf.output());

      long turns = skiff.now("Loop", "Turns");
      ping(far, count, "-s", "" + (FRAME - HEADERS));
      long used = skiff.now("Loop", "Turns") - turns;
      assertTrue(used < 10L * count, used + " turns: it must sleep between");
      assertEquals(0, skiff.now("skiff0", "tx_dropped"));

      try (Flood _ =
          Flood.start(far, directory, IP, ENDLESS, "-l", "120", "-s", "" + (FRAME - HEADERS))) {
        Await.until("replies wait", () -> skiff.linkNumber("skiff0", "queued") > 9);
        netns.exec("tc", "qdisc", "del", "dev", "veth9", "root");
        Await.until("all go", () -> skiff.linkNumber("skiff0", "queued") == 0);
      }
      ping(far, 50, "-s", "" + (FRAME - HEADERS));
      skiff.assertBooksAddUp(1);
      assertEquals(0, skiff.now("skiff0", "tx_dropped"));
      assertEquals(0, skiff.now("skiff0", "tx_timeout"));

      netns.exec(TBF);
      try (Flood _ =
          Flood.start(far, directory, IP, ENDLESS, "-l", "120", "-s", "" + (FRAME - HEADERS))) {
        Await.until("replies wait", () -> skiff.linkNumber("skiff0", "queued") > 9);
        skiff.set("skiff0", DOWN);
      }
      skiff.assertBooksAddUp(0);
      assertTrue(skiff.now("skiff0", "tx_dropped") > 9, "what waited is counted");
      skiff.set("skiff0", UP);
      netns.exec("tc", "qdisc", "del", "dev", "veth9", "root");
      ping(far, 50, "-s", "" + (FRAME - HEADERS));
      skiff.assertBooksAddUp(1);
      assertEquals("", skiff.stderr());
    }
  }

  /** skiff0 and veth9 are ports of a bridge; veth9's other end is in the other namespace. */
  private void bridgeTo(Netns far) {
    netns.exec("ip", "link", "add", "br0", "type", "bridge");
    // Where a bridge's frames pass iptables they are off the account of who sent them.
    netns.exec(
        "sh", "-c", "f=/proc/sys/net/bridge/bridge-nf-call-iptables; [ ! -e $f ] || echo 0 > $f");
    netns.exec(
        "ip", "link", "add", "veth9", "type", "veth", "peer", "name", "veth8", "netns", far.name());
    for (String port : new String[] {"skiff0", "veth9"}) {
      netns.exec("ip", "link", "set", port, "master", "br0");
      netns.exec("ip", "link", "set", port, "up");
    }
    netns.exec("ip", "link", "set", "br0", "up");
    far.exec("ip", "addr", "add", SkiffProcess.HOST_IP + "/24", "dev", "veth8");
    far.exec("ip", "link", "set", "veth8", "up");
  }
}
