package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Address conflict detection, RFC 5227: Skiff, the kernel and a {@link Station} that hears all of
 * it on one bridge.
 */
@Tag("netns")
class AcdIT {
  private static final String IP = SkiffProcess.IP;
  private static final String TAKEN = "has the address " + IP + " too: ";

  /** PROBE_MIN twice and ANNOUNCE_WAIT, which is the least that probing takes. */
  private static final long LEAST_NS = 4_000_000_000L;

  /** PROBE_WAIT, PROBE_MAX twice and ANNOUNCE_WAIT are 7 s; the rest is the machine's. */
  private static final int MOST_S = 20;

  /** Each of two that probe at once drives the other off, ten times. */
  private static final int BOTH_S = 40;

  @TempDir Path directory;
  private Netns netns;
  private Netns other;
  private Bridge bridge;
  private Station station;

  @BeforeEach
  void makeNamespaces() throws IOException {
    netns = new Netns();
    other = new Netns();
    bridge = Bridge.in(netns, SkiffProcess.HOST_IP + "/24");
    station = Station.on(netns);
  }

  @AfterEach
  void deleteNamespaces() {
    station.close();
    other.close();
    netns.close();
  }

  private SkiffProcess start(String... more) throws IOException {
    List<String> all = new ArrayList<>(List.of("--tap", "skiff0", "--ip", IP + "/24"));
    all.addAll(List.of(more));
    return SkiffProcess.start(netns, directory, all.toArray(String[]::new));
  }

  private boolean isAnswered() {
    return netns.run("ping", "-q", "-c", "1", "-W", "0.2", IP).exitCode() == 0;
  }

  private void ping() {
    netns.exec("ping", "-q", "-c", "1", "-W", "2", IP);
  }

  /** Who the host says has our address. */
  private String owner() {
    netns.exec("ip", "neigh", "flush", "dev", "br0");
    ping();
    return netns
        .exec("ip", "neigh", "show", IP, "dev", "br0")
        .replaceFirst("(?s).* lladdr ((?:[0-9a-f]{2}:){5}[0-9a-f]{2}) .*", "$1");
  }

  private String othersMac() {
    return other.exec("cat", "/sys/class/net/eth0/address").strip();
  }

  /** An interface of the other namespace says that the address is its own. */
  private void claim() {
    other.exec("arping", "-q", "-U", "-c", "1", "-I", "eth0", IP);
  }

  @Test
  void probingItAnswersOnlyOnceThreeProbesWereNotAnswered() throws Exception {
    long startNs = System.nanoTime();
    try (SkiffProcess skiff = start("--acd", "probe")) {
      assertTrue(
          skiff.startLine().contains(" once nobody else turns out to have it"), skiff.startLine());
      assertFalse(isAnswered(), "it is not known yet whether somebody has it");
      assertEquals("tentative", skiff.addressState("skiff0"));
      assertTrue(
          skiff.ask("link").contains("inet " + IP + "/24 tentative"), () -> skiff.ask("link"));
      Await.until("it is answered", MOST_S, this::isAnswered);
      long tookNs = System.nanoTime() - startNs;
      assertTrue(tookNs >= LEAST_NS, "after " + tookNs + " ns");
      assertEquals("valid", skiff.addressState("skiff0"));
      assertEquals(skiff.mac(), owner());

      Await.until("it is announced twice", () -> skiff.now("acd", "announcements") == 2);
      List<Station.Arp> heard =
          station.heardOf(skiff.mac()).stream().filter(arp -> arp.op() == 1).toList();
      assertEquals(3, heard.stream().filter(arp -> arp.isProbe(IP)).count(), heard.toString());
      assertTrue(heard.subList(0, 3).stream().allMatch(arp -> arp.isProbe(IP)), heard.toString());
      assertTrue(heard.get(3).isAnnouncement(IP), heard.toString());
      assertEquals(
          2, heard.stream().filter(arp -> arp.isAnnouncement(IP)).count(), heard.toString());
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void probingItLeavesAnAddressToTheKernelThatHasItAndTakesItLater() throws Exception {
    bridge.plug(other, IP + "/24");
    try (SkiffProcess skiff = start("--acd", "probe")) {
      Await.until("it is given up", () -> skiff.now("acd", "given_up") > 0);
      assertEquals("duplicate", skiff.addressState("skiff0"));
      assertEquals(othersMac(), owner());
      assertEquals(0, skiff.now("acd", "announcements"));
      assertEquals(0, skiff.now("Icmp", "OutEchoReps"));

      other.exec("ip", "addr", "flush", "dev", "eth0");
      // It takes four seconds and more until it is used.
      assertTrue(
          skiff.ask("link").contains("inet " + IP + "/24 duplicate"), () -> skiff.ask("link"));
      Await.until("it is used", MOST_S, () -> skiff.addressState("skiff0").equals("valid"));
      assertEquals(skiff.mac(), owner());
      assertEquals(1, skiff.now("acd", "acquired"));
      List<String> told = skiff.stderr().lines().toList();
      assertEquals(2, told.size(), told.toString());
      assertTrue(
          told.getFirst().endsWith(othersMac() + " " + TAKEN + "it is not used, and tried again"),
          told.toString());
      assertTrue(
          told.getLast()
              .endsWith("nobody else has the address " + IP + " any more: it is used from now on"),
          told.toString());
    }
  }

  @Test
  void ofTwoThatProbeAtOnceExactlyOneGetsIt() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff1", "mode", "tap");
    netns.exec("ip", "link", "set", "skiff1", "master", "br0", "up");
    Path second = Files.createDirectory(directory.resolve("second"));
    try (SkiffProcess one = start("--acd", "probe");
        SkiffProcess two =
            SkiffProcess.start(
                netns, second, "--tap", "skiff1", "--ip", IP + "/24", "--acd", "probe")) {
      Await.until(
          "one has it",
          BOTH_S,
          () ->
              one.addressState("skiff0").equals("valid")
                  != two.addressState("skiff1").equals("valid"));
      boolean first = one.addressState("skiff0").equals("valid");
      assertEquals(first ? one.mac() : two.mac(), owner());
      assertEquals("duplicate", first ? two.addressState("skiff1") : one.addressState("skiff0"));
      assertEquals(0, (first ? one : two).now("acd", "defended"), "who probes is no conflict");
    }
  }

  @Test
  void defendingItIsUsedAtOnceAnnouncedTwiceAndDefendedOnceInTenSeconds() throws Exception {
    try (SkiffProcess skiff = start()) {
      ping();
      Await.until("it is announced twice", () -> skiff.now("acd", "announcements") == 2);
      List<Station.Arp> heard = station.heardOf(skiff.mac());
      assertTrue(heard.getFirst().isAnnouncement(IP), heard.toString());
      assertEquals(
          2, heard.stream().filter(arp -> arp.isAnnouncement(IP)).count(), heard.toString());
      assertEquals(List.of(), heard.stream().filter(arp -> arp.isProbe(IP)).toList());

      bridge.plug(other, IP + "/24");
      for (int i = 0; i < 3; i++) {
        claim();
      }
      Await.until("it is a conflict", () -> skiff.now("acd", "conflicts") >= 3);
      heard = station.heardOf(skiff.mac()).stream().filter(arp -> arp.op() == 1).toList();
      assertEquals(1, heard.size(), heard.toString());
      assertTrue(heard.getFirst().isAnnouncement(IP), heard.toString());
      assertEquals(1, skiff.now("acd", "defended"));
      assertEquals("valid", skiff.addressState("skiff0"));
      skiff.assertOneLine(othersMac() + " " + TAKEN + "it is used all the same, and defended");
      // What the other one said of our address is not learnt.
      assertEquals("", skiff.neighbour(IP, "lladdr"));
    }
  }

  @Test
  void anotherMacAddressOfOursIsAnnouncedAndTheHostFollowsAtOnce() throws Exception {
    String mac = "02:00:5e:10:00:bb";
    try (SkiffProcess skiff = start()) {
      ping();
      Await.until("it is announced twice", () -> skiff.now("acd", "announcements") == 2);
      assertEquals("", skiff.ask("link", "set", "skiff0", "address", mac, "live"));
      Await.until("it is announced anew", () -> skiff.now("acd", "announcements") > 2);
      ping();
      String known = netns.exec("ip", "neigh", "show", IP, "dev", "br0");
      assertTrue(known.contains(" lladdr " + mac + " "), known);
      assertTrue(station.heardOf(mac).getFirst().isAnnouncement(IP));
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void probingItIsGivenUpToOneThatDefendsItToo() throws Exception {
    try (SkiffProcess skiff = start("--acd", "probe")) {
      Await.until("it is used", MOST_S, () -> skiff.addressState("skiff0").equals("valid"));
      bridge.plug(other, IP + "/24");
      claim();
      Await.until("it is defended", () -> skiff.now("acd", "defended") == 1);
      assertEquals("valid", skiff.addressState("skiff0"));
      claim();
      Await.until("it is given up", () -> skiff.addressState("skiff0").equals("duplicate"));
      assertEquals(othersMac(), owner());
      List<String> told = skiff.stderr().lines().toList();
      assertEquals(2, told.size(), told.toString());
      assertTrue(
          told.getFirst().endsWith("it is used all the same, and defended"), told.toString());
      assertTrue(told.getLast().endsWith("it is not used, and tried again"), told.toString());
    }
  }

  @Test
  void offItSaysNothingOfItself() throws Exception {
    try (SkiffProcess skiff = start("--acd", "off")) {
      assertEquals(List.of(), station.heardOf(skiff.mac()));
      ping();
      bridge.plug(other, IP + "/24");
      claim();
      Await.until("it is heard", () -> skiff.dropped("ARP_CONFLICT") == 1);
      List<Station.Arp> heard = station.heardOf(skiff.mac());
      assertEquals(List.of(), heard.stream().filter(arp -> arp.spa() == arp.tpa()).toList());
      assertEquals(List.of(), heard.stream().filter(arp -> arp.isProbe(IP)).toList());
      assertEquals("valid", skiff.addressState("skiff0"));
      assertEquals("", skiff.stderr());
    }
  }
}
