package dev.skiff.neigh;

import static dev.skiff.neigh.AcdRig.OTHER_MAC;
import static dev.skiff.neigh.AcdRig.OUR_SECOND_IP;
import static dev.skiff.neigh.AcdRig.SECOND;
import static dev.skiff.neigh.AcdRig.announcement;
import static dev.skiff.neigh.AcdRig.probe;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.Iff;
import dev.skiff.dev.InIfaddr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.neigh.AcdRig.Sent;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** RFC 5227 2.3 and 2.4 (c): used at once, announced, defended for ever. And {@code off}. */
class AcdDefendTest {
  private final AcdRig acd = new AcdRig("defend");
  private final Rig rig = acd.rig;

  private void assertAnnounced(long beginNs, long mac, int ip, List<Sent> sent) {
    assertEquals(2, sent.size());
    for (int i = 0; i < 2; i++) {
      acd.assertSent(announcement(mac, ip), sent.get(i));
      assertEquals(60, sent.get(i).frame().length);
      assertEquals(beginNs + 2 * i * SECOND, sent.get(i).atNs());
    }
  }

  @Test
  void itIsWhatIsDoneUnlessAnotherWayIsAskedFor() {
    assertEquals("defend", ArpConf.USUAL.acd().word());
  }

  /** X39, the documented deviation: no probes. */
  @Test
  void anAddressIsAnnouncedAtOnceAndTwoSecondsLaterAndThenNothingIsLeft() {
    assertAnnounced(acd.nowNs(), Rig.OUR_MAC, Rig.OUR_IP, acd.run(100 * SECOND));
    acd.assertQuiet();
    assertEquals(2, acd.stat(AcdStat.ANNOUNCEMENTS));
    assertEquals(0, acd.stat(AcdStat.PROBES));
  }

  @Test
  void anAddressIsUsedBeforeAnyAnnouncement() {
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
    rig.inject(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    rig.inject(AcdRig.echo(Rig.OUR_IP));
    List<byte[]> out = rig.turn();
    assertEquals(3, out.size(), "announcement, ARP reply and echo reply, in one turn");
  }

  @Test
  void aConflictIsDefendedOnceInTenSecondsToTheNanosecond() {
    acd.run(100 * SECOND);
    byte[] claim = announcement(OTHER_MAC, Rig.OUR_IP);
    assertEquals(1, rig.exchange(claim).size());
    rig.after(10 * SECOND - 1);
    assertEquals(0, rig.exchange(claim).size());
    rig.after(1);
    List<byte[]> out = rig.exchange(claim);
    assertEquals(1, out.size());
    acd.assertSent(announcement(Rig.OUR_MAC, Rig.OUR_IP), new Sent(0, out.getFirst()));
    assertEquals(2, acd.stat(AcdStat.DEFENDED));
    assertEquals(3, acd.stat(AcdStat.CONFLICTS));
    assertEquals(4, acd.stat(AcdStat.ANNOUNCEMENTS));
    acd.assertQuiet();
  }

  /** X39b. */
  @Test
  void itIsNeverGivenUp() {
    acd.run(100 * SECOND);
    int sent = 0;
    for (int i = 0; i < 1000; i++) {
      sent += rig.exchange(announcement(OTHER_MAC + i, Rig.OUR_IP)).size();
      sent += rig.after(SECOND).size();
    }
    assertEquals(100, sent, "one in ten seconds");
    acd.assertUsed(Rig.OUR_IP);
    assertEquals(0, acd.stat(AcdStat.GIVEN_UP));
    assertEquals(1000, acd.stat(AcdStat.CONFLICTS));
    assertEquals(1000, rig.verdicts(DropReason.ARP_CONFLICT));
  }

  @Test
  void aThousandConflictsAtOnceCostOneAnnouncement() {
    acd.run(100 * SECOND);
    int sent = 0;
    for (int i = 0; i < 1000; i++) {
      sent += rig.exchange(announcement(OTHER_MAC + i % 3, Rig.OUR_IP)).size();
    }
    assertEquals(1, sent);
    assertEquals(1, acd.stat(AcdStat.DEFENDED));
  }

  @Test
  void aConflictOverOneAddressDoesNotUseUpTheDefenceOfAnother() {
    acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
    acd.run(100 * SECOND);
    assertEquals(1, rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP)).size());
    List<byte[]> out = rig.exchange(announcement(OTHER_MAC, OUR_SECOND_IP));
    assertEquals(1, out.size());
    acd.assertSent(announcement(Rig.OUR_MAC, OUR_SECOND_IP), new Sent(0, out.getFirst()));
  }

  @Test
  void anothersProbeIsAnsweredAndIsNoConflict() {
    acd.run(100 * SECOND);
    List<byte[]> out = rig.exchange(probe(OTHER_MAC, Rig.OUR_IP));
    acd.assertSent(
        Frames.arpReply(Rig.OUR_MAC, Rig.OUR_IP, OTHER_MAC, 0), new Sent(0, out.getFirst()));
    assertEquals(1, out.size());
    assertEquals(0, acd.stat(AcdStat.CONFLICTS));
  }

  /** X39b: the address of another of our devices is ours, but on this wire it is not defended. */
  @Test
  void anAddressOfAnotherOfOurDevicesIsNotLearntAndNotDefendedHere() throws IOException {
    try (SecondDevice second = new SecondDevice(rig.skiff, "198.18.0.2/24", "defend")) {
      acd.run(100 * SECOND);
      int ip = second.dev.address().address();
      acd.assertDropped(DropReason.ARP_CONFLICT, Frames.arpRequest(OTHER_MAC, ip, Rig.OUR_IP));
      assertEquals(0, rig.stack().neighbours().entries(acd.nowNs()).size());
      assertEquals(2, second.received().size(), "its own two announcements");
    }
  }

  // ---- What makes it announce -------------------------------------------------------------------

  @Test
  void anotherMacAddressIsAnnouncedTwice() {
    acd.run(100 * SECOND);
    rig.device().setLiveAddressChange(true);
    long begin = acd.nowNs();
    rig.device().setMacAddress(Rig.OUR_MAC + 0x50);
    assertAnnounced(begin, Rig.OUR_MAC + 0x50, Rig.OUR_IP, acd.run(100 * SECOND));
    acd.assertQuiet();
  }

  @Test
  void anotherMacAddressBetweenTheAnnouncementsIsAnnouncedTwice() {
    assertEquals(1, acd.run(SECOND).size());
    rig.device().setLiveAddressChange(true);
    long begin = acd.nowNs();
    rig.device().setMacAddress(Rig.OUR_MAC + 0x50);
    assertAnnounced(begin, Rig.OUR_MAC + 0x50, Rig.OUR_IP, acd.run(100 * SECOND));
  }

  @Test
  void anAddressAddedWhileItIsUpIsAnnouncedAndTheOtherIsNotAgain() {
    acd.run(100 * SECOND);
    for (int i = 0; i < 2; i++) {
      long begin = acd.nowNs();
      acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
      assertAnnounced(begin, Rig.OUR_MAC, OUR_SECOND_IP, acd.run(100 * SECOND));
      acd.assertUsed(OUR_SECOND_IP);
      acd.in().delete(OUR_SECOND_IP);
      assertEquals(0, acd.run(100 * SECOND).size());
    }
  }

  @Test
  void aDeletedAddressIsNotAnnouncedAnyMore() {
    assertEquals(1, acd.run(SECOND).size());
    acd.in().delete(Rig.OUR_IP);
    acd.assertQuiet();
    assertEquals(0, acd.run(100 * SECOND).size());
    rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    assertEquals(0, acd.stat(AcdStat.CONFLICTS), "and not defended");
  }

  @Test
  void anAddressThatTookAnothersPlaceIsAnnounced() {
    acd.run(SECOND);
    long begin = acd.nowNs();
    acd.in().set(new Ip4Prefix(OUR_SECOND_IP, 24));
    assertAnnounced(begin, Rig.OUR_MAC, OUR_SECOND_IP, acd.run(100 * SECOND));
  }

  @Test
  void aDeviceThatWasDownAnnouncesAnew() throws IOException {
    acd.run(100 * SECOND);
    rig.device().stop();
    rig.after(SECOND);
    rig.device().open();
    assertAnnounced(acd.nowNs(), Rig.OUR_MAC, Rig.OUR_IP, acd.run(100 * SECOND));
    acd.assertQuiet();
  }

  @Test
  void aDeviceThatGoesDownBetweenTheAnnouncementsLeavesNoTimer() {
    acd.run(SECOND);
    rig.device().stop();
    acd.assertQuiet();
    assertEquals(0, acd.stat(AcdStat.FAILED));
  }

  @Test
  void aDeviceWithoutArpAnnouncesNothingAndBeginsWhenItMay() throws IOException {
    acd.run(SECOND);
    rig.device().changeFlags(rig.device().getFlags() | Iff.NOARP);
    acd.assertQuiet();
    assertEquals(0, acd.run(100 * SECOND).size());
    acd.assertDropped(DropReason.ARP_NOARP, announcement(OTHER_MAC, Rig.OUR_IP));
    assertEquals(0, acd.stat(AcdStat.CONFLICTS));
    long begin = acd.nowNs();
    rig.device().changeFlags(rig.device().getFlags() & ~Iff.NOARP);
    assertAnnounced(begin, Rig.OUR_MAC, Rig.OUR_IP, acd.run(100 * SECOND));
  }

  @Test
  void anAnnouncementThatCannotBeSentIsCountedAndTheNextIsSent() {
    List<SkBuff> taken = new ArrayList<>();
    for (SkBuff skb = alloc(); skb != null; skb = alloc()) {
      taken.add(skb);
    }
    assertEquals(0, acd.run(SECOND).size());
    assertEquals(1, acd.stat(AcdStat.FAILED));
    assertEquals(0, acd.stat(AcdStat.ANNOUNCEMENTS));
    taken.forEach(skb -> skb.free(DropReason.CONSUMED));
    assertEquals(1, acd.run(100 * SECOND).size());
    assertEquals(1, acd.stat(AcdStat.ANNOUNCEMENTS));
    acd.assertUsed(Rig.OUR_IP);
  }

  private @Nullable SkBuff alloc() {
    return rig.stack().pool().devAlloc(60, "test");
  }

  // ---- Off --------------------------------------------------------------------------------------

  /** X39b: must not be ignored: nothing is sent, but it is counted. */
  @Test
  void offSendsNothingAndCountsConflicts() {
    AcdRig off = new AcdRig("off");
    assertEquals(0, off.run(100 * SECOND).size());
    off.assertUsed(Rig.OUR_IP);
    off.assertDropped(DropReason.ARP_CONFLICT, announcement(OTHER_MAC, Rig.OUR_IP));
    off.assertDropped(
        DropReason.ARP_CONFLICT, Frames.arpRequest(OTHER_MAC, Rig.OUR_IP, Rig.PEER_IP));
    assertEquals(2, off.stat(AcdStat.CONFLICTS));
    assertEquals(0, off.stat(AcdStat.DEFENDED));
    off.assertUsed(Rig.OUR_IP);
    off.assertQuiet();
  }

  // ---- The counters -----------------------------------------------------------------------------

  @Test
  void theCountersAreTheGroupAcd() {
    acd.run(100 * SECOND);
    rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    Map<String, Long> group = Objects.requireNonNull(rig.skiff.counters().get("acd"));
    assertEquals(
        List.of(
            "probes", "acquired", "announcements", "conflicts", "defended", "given_up", "failed"),
        List.copyOf(group.keySet()));
    assertEquals(3L, group.get("announcements"));
    assertEquals(1L, group.get("conflicts"));
    assertEquals(1L, group.get("defended"));
    assertEquals(0L, group.get("given_up"));
  }
}
