package dev.skiff.neigh;

import static dev.skiff.neigh.AcdRig.OTHER_MAC;
import static dev.skiff.neigh.AcdRig.OUR_SECOND_IP;
import static dev.skiff.neigh.AcdRig.SECOND;
import static dev.skiff.neigh.AcdRig.announcement;
import static dev.skiff.neigh.AcdRig.probe;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.Iff;
import dev.skiff.dev.InIfaddr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.neigh.AcdRig.Sent;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** RFC 5227 2.1 and 2.3 with the constants of its 1.1: an address is probed for and announced. */
class AcdProbeTest {
  private final AcdRig acd = new AcdRig("probe");
  private final Rig rig = acd.rig;

  private void assertProbedAndAnnounced(long beginNs, int ip, List<Sent> sent) {
    assertEquals(5, sent.size());
    long waited = sent.getFirst().atNs() - beginNs;
    assertTrue(waited >= 0 && waited <= SECOND, "PROBE_WAIT: " + waited);
    for (int i = 0; i < 3; i++) {
      acd.assertSent(probe(Rig.OUR_MAC, ip), sent.get(i));
      assertEquals(60, sent.get(i).frame().length);
    }
    for (int i = 1; i < 3; i++) {
      long gap = sent.get(i).atNs() - sent.get(i - 1).atNs();
      assertTrue(gap >= SECOND && gap <= 2 * SECOND, "PROBE_MIN, PROBE_MAX: " + gap);
    }
    for (int i = 3; i < 5; i++) {
      acd.assertSent(announcement(Rig.OUR_MAC, ip), sent.get(i));
      assertEquals(60, sent.get(i).frame().length);
      // ANNOUNCE_WAIT, ANNOUNCE_INTERVAL: 2 s each, and not a moment more or less.
      assertEquals(2 * SECOND, sent.get(i).atNs() - sent.get(i - 1).atNs());
    }
  }

  /** X39. */
  @Test
  void threeProbesAndTwoAnnouncementsGoOutAtTheTimesOfTheRfcAndThenNothing() {
    long begin = acd.nowNs();
    assertProbedAndAnnounced(begin, Rig.OUR_IP, acd.run(60 * SECOND));
    acd.assertQuiet();
    assertEquals(3, acd.stat(AcdStat.PROBES));
    assertEquals(1, acd.stat(AcdStat.ACQUIRED));
    assertEquals(2, acd.stat(AcdStat.ANNOUNCEMENTS));
    assertEquals(0, acd.stat(AcdStat.CONFLICTS));
    assertEquals(0, acd.stat(AcdStat.FAILED));
    assertEquals(0, rig.stack().neighbours().stat(NeighbourStat.SND_REQUESTS), "they ask nobody");
  }

  /** X39: RFC 5227 2.1, "a host MUST NOT use the address before". */
  @Test
  void theAddressIsUsedAtTheFirstAnnouncementAndNotBefore() {
    acd.assertNotUsed(Rig.OUR_IP);
    for (int i = 0; i < 3; i++) {
      acd.next();
      assertEquals(InIfaddr.State.TENTATIVE, acd.state(Rig.OUR_IP));
      assertEquals(Ip4Addr.ANY, rig.device().address().address());
      acd.assertNotUsed(Rig.OUR_IP);
    }
    assertEquals(0, rig.after(2 * SECOND - 1).size());
    acd.assertNotUsed(Rig.OUR_IP);
    assertEquals(1, rig.after(1).size(), "the first announcement");
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
    acd.assertUsed(Rig.OUR_IP);
    assertEquals(Rig.OUR_IP, rig.device().address().address());
  }

  @Test
  void nothingIsLearntFromWhoAsksForAnAddressThatIsNotOursYet() {
    acd.assertNotUsed(Rig.OUR_IP);
    assertTrue(rig.stack().neighbours().entries(acd.nowNs()).isEmpty());
  }

  /** X39. */
  @Test
  void theTimesAreRandomAndGoThroughTheirWholeRange() {
    List<Long> waits = new ArrayList<>();
    List<Long> gaps = new ArrayList<>();
    for (int seed = 1; seed <= 60; seed++) {
      int number = seed;
      AcdRig one = new AcdRig(builder -> builder.acd("probe").seed(number));
      long begin = one.nowNs();
      List<Sent> sent = one.run(20 * SECOND);
      waits.add(sent.get(0).atNs() - begin);
      gaps.add(sent.get(1).atNs() - sent.get(0).atNs());
      gaps.add(sent.get(2).atNs() - sent.get(1).atNs());
      one.rig.close();
    }
    assertEquals(60, waits.stream().distinct().count(), "hosts started together do not collide");
    assertTrue(waits.stream().anyMatch(wait -> wait < SECOND / 8), waits.toString());
    assertTrue(waits.stream().anyMatch(wait -> wait > 7 * SECOND / 8), waits.toString());
    assertTrue(waits.stream().allMatch(wait -> wait <= SECOND), waits.toString());
    assertEquals(120, gaps.stream().distinct().count());
    assertTrue(gaps.stream().anyMatch(gap -> gap < 9 * SECOND / 8), gaps.toString());
    assertTrue(gaps.stream().anyMatch(gap -> gap > 15 * SECOND / 8), gaps.toString());
    assertTrue(gaps.stream().allMatch(gap -> gap >= SECOND && gap <= 2 * SECOND), gaps.toString());
  }

  @Test
  void theSameSeedGivesTheSameTimes() {
    List<Long> once = acd.run(20 * SECOND).stream().map(Sent::atNs).toList();
    List<Long> again = new AcdRig("probe").run(20 * SECOND).stream().map(Sent::atNs).toList();
    assertEquals(once, again);
  }

  @Test
  void ourOwnProbeThatComesBackIsNoConflict() {
    // RFC 5227 2.1.1: "the NIC may hear its own packets", by a hub's or a bridge's loop.
    for (int i = 0; i < 3; i++) {
      acd.assertDropped(DropReason.ARP_LOOPED, acd.next().frame());
      assertEquals(InIfaddr.State.TENTATIVE, acd.state(Rig.OUR_IP));
    }
    acd.acquire();
    acd.assertDropped(DropReason.ARP_LOOPED, announcement(Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(0, acd.stat(AcdStat.CONFLICTS));
  }

  @Test
  void whatAnotherOfOurOwnDevicesSaysIsNoConflict() throws IOException {
    try (SecondDevice second = new SecondDevice(rig.skiff, "198.18.0.2/24", "probe")) {
      acd.next();
      rig.exchange(probe(second.mac(), Rig.OUR_IP));
      rig.exchange(announcement(second.mac(), Rig.OUR_IP));
      assertEquals(InIfaddr.State.TENTATIVE, acd.state(Rig.OUR_IP));
      acd.run(20 * SECOND);
      assertEquals(0, rig.exchange(announcement(second.mac(), Rig.OUR_IP)).size());
      assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
      assertEquals(0, acd.stat(AcdStat.CONFLICTS));
      assertEquals(0, acd.stat(AcdStat.DEFENDED));
      assertEquals(0, rig.verdicts(DropReason.ARP_CONFLICT), "and is not called one");
    }
  }

  @Test
  void aDeviceThatIsNoMoreIsAnotherStationAgain() throws IOException {
    long mac;
    try (SecondDevice second = new SecondDevice(rig.skiff, "198.18.0.2/24", "off")) {
      mac = second.mac();
    }
    acd.next();
    rig.exchange(probe(mac, Rig.OUR_IP));
    assertEquals(InIfaddr.State.DUPLICATE, acd.state(Rig.OUR_IP));
  }

  @Test
  void twoAddressesAreProbedForEachAtItsOwnTimes() {
    long begin = acd.nowNs();
    acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
    List<Sent> sent = acd.run(20 * SECOND);
    List<List<Sent>> each = new ArrayList<>();
    for (int ip : List.of(Rig.OUR_IP, OUR_SECOND_IP)) {
      List<Sent> of = sent.stream().filter(one -> Frames.u32(one.frame(), 38) == ip).toList();
      assertProbedAndAnnounced(begin, ip, of);
      each.add(of);
    }
    assertNotEquals(each.get(0).getFirst().atNs(), each.get(1).getFirst().atNs());
    assertEquals(10, sent.size());
    acd.assertQuiet();
  }

  @Test
  void aConflictOverOneAddressIsNoneOverAnother() {
    acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
    rig.turn();
    rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    assertEquals(InIfaddr.State.DUPLICATE, acd.state(Rig.OUR_IP));
    assertEquals(InIfaddr.State.TENTATIVE, acd.state(OUR_SECOND_IP));
    acd.run(20 * SECOND);
    assertEquals(InIfaddr.State.VALID, acd.state(OUR_SECOND_IP));
  }

  @Test
  void anAddressAddedLaterIsProbedForAndTheFirstOneStaysInUse() {
    acd.acquire();
    long begin = acd.nowNs();
    acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
    acd.assertUsed(Rig.OUR_IP);
    acd.assertNotUsed(OUR_SECOND_IP);
    assertProbedAndAnnounced(begin, OUR_SECOND_IP, acd.run(20 * SECOND));
    acd.assertUsed(OUR_SECOND_IP);
  }

  @Test
  void anAddressTakenAwayIsNotProbedForAnyMore() {
    acd.next();
    acd.in().delete(Rig.OUR_IP);
    assertEquals(0, acd.run(100 * SECOND).size());
    acd.assertQuiet();
  }

  /** X39: RFC 5227 2.1, "when an interface transitions from an inactive to an active state". */
  @Test
  void aDeviceThatWasDownProbesAnew() throws IOException {
    acd.acquire();
    rig.device().stop();
    rig.turn();
    acd.assertQuiet();
    rig.clock.advance(100 * SECOND);
    rig.turn();
    long begin = acd.nowNs();
    rig.device().open();
    acd.assertNotUsed(Rig.OUR_IP);
    assertProbedAndAnnounced(begin, Rig.OUR_IP, acd.run(20 * SECOND));
  }

  @Test
  void aDeviceThatGoesDownLeavesNoTimerWhateverItWasAt() throws IOException {
    for (int frames = 0; frames <= 5; frames++) {
      for (int i = 0; i < frames; i++) {
        acd.next();
      }
      rig.device().stop();
      acd.assertQuiet();
      assertEquals(0, acd.run(100 * SECOND).size());
      rig.device().open();
    }
    rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    assertEquals(InIfaddr.State.DUPLICATE, acd.state(Rig.OUR_IP));
    rig.device().stop();
    acd.assertQuiet();
  }

  @Test
  void aDeviceWithoutArpAsksNobodyAndProbesOnceItMay() throws IOException {
    acd.next();
    rig.device().changeFlags(rig.device().getFlags() | Iff.NOARP);
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP), "there is no way to find out");
    acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
    assertEquals(InIfaddr.State.VALID, acd.state(OUR_SECOND_IP));
    acd.assertQuiet();
    assertEquals(0, acd.run(100 * SECOND).size());
    rig.device().changeFlags(rig.device().getFlags() & ~Iff.NOARP);
    acd.assertNotUsed(Rig.OUR_IP);
    assertEquals(10, acd.run(20 * SECOND).size());
  }

  @Test
  void anotherMacAddressWhileItIsProbedForIsTheOneThatProbes() {
    acd.next();
    rig.device().setLiveAddressChange(true);
    rig.device().setMacAddress(Rig.OUR_MAC + 0x50);
    List<Sent> sent = acd.run(20 * SECOND);
    assertEquals(5, sent.size(), "to the new one nobody could object yet: from the beginning");
    acd.assertSent(probe(Rig.OUR_MAC + 0x50, Rig.OUR_IP), sent.getFirst());
    acd.assertSent(announcement(Rig.OUR_MAC + 0x50, Rig.OUR_IP), sent.getLast());
    acd.assertQuiet();
  }

  /** X39: three probes that nobody could hear are none. RFC 5227 2.1.1. */
  @Test
  void aProbeThatCouldNotBeSentIsCountedAndSentLater() {
    acd.next();
    List<SkBuff> taken = new ArrayList<>();
    for (SkBuff skb = alloc(); skb != null; skb = alloc()) {
      taken.add(skb);
    }
    assertEquals(0, acd.run(10 * SECOND).size());
    assertTrue(acd.stat(AcdStat.FAILED) > 0);
    assertEquals(1, acd.stat(AcdStat.PROBES));
    assertEquals(InIfaddr.State.TENTATIVE, acd.state(Rig.OUR_IP), "nobody could object");
    taken.forEach(skb -> skb.free(DropReason.CONSUMED));
    List<Sent> sent = acd.run(20 * SECOND);
    assertEquals(4, sent.size());
    acd.assertSent(probe(Rig.OUR_MAC, Rig.OUR_IP), sent.get(0));
    acd.assertSent(probe(Rig.OUR_MAC, Rig.OUR_IP), sent.get(1));
    assertEquals(3, acd.stat(AcdStat.PROBES));
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
  }

  private @Nullable SkBuff alloc() {
    return rig.stack().pool().devAlloc(60, "test");
  }

  @Test
  void theProbesAreBroadcastAndTheirPaddingIsZero() {
    byte[] frame = acd.next().frame();
    assertEquals(Frames.BROADCAST, Frames.u48(frame, 0));
    assertEquals(Rig.OUR_MAC, Frames.u48(frame, 6));
    assertEquals(0, Frames.u48(frame, 32), "tha");
    assertTrue(Arrays.equals(new byte[18], Arrays.copyOfRange(frame, 42, 60)));
  }
}
