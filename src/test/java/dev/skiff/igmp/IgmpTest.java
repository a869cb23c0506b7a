package dev.skiff.igmp;

import static dev.skiff.igmp.IgmpRig.ALL_HOSTS;
import static dev.skiff.igmp.IgmpRig.GROUP;
import static dev.skiff.igmp.IgmpRig.OTHER;
import static dev.skiff.igmp.IgmpRig.SECOND;
import static dev.skiff.igmp.IgmpRig.TENTH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.header.Ip4Addr;
import dev.skiff.igmp.IgmpRig.Sent;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The host's side of IGMP: X125, X14; RFC 2236. */
class IgmpTest {
  private static final String V2_REPORT = "16 00 f8 fa ef 01 02 03";
  private static final String V1_REPORT = "12 00 fc fa ef 01 02 03";
  private static final String LEAVE = "17 00 f7 fa ef 01 02 03";
  private static final int ANY = 0;

  private final IgmpRig rig = new IgmpRig();

  private static List<String> bytes(List<Sent> sent) {
    return sent.stream().map(Sent::bytes).toList();
  }

  // ---- Join and leave ---------------------------------------------------------------------------

  /** RFC 2236 3: at once, and once more within the unsolicited report interval. */
  @Test
  void joiningIsReportedAtOnceAndOnceMoreWithinTenSeconds() {
    rig.igmp.join(rig.dev, GROUP);
    assertEquals(List.of(V2_REPORT), bytes(rig.after(0)));
    assertEquals(List.of(V2_REPORT), bytes(rig.after(10 * SECOND)));
    assertEquals(List.of(), rig.after(1000 * SECOND));
  }

  /** RFC 2236 2 and 9: TTL 1, a router alert, and a report goes to the group that it is about. */
  @Test
  void aReportGoesToItsGroupAndALeaveToAllRouters() {
    rig.joined(GROUP);
    rig.query(10, ANY);
    Sent report = rig.after(SECOND).getFirst();
    rig.igmp.leave(rig.dev, GROUP);
    Sent leave = rig.sent.getLast();
    assertEquals(LEAVE, leave.bytes());
    assertEquals(GROUP, report.flow().daddr());
    assertEquals(Ip4Addr.parse("224.0.0.2"), leave.flow().daddr());
    for (Sent sent : List.of(report, leave)) {
      assertEquals(2, sent.flow().protocol());
      assertEquals(1, sent.flow().ttl());
      assertEquals(0xC0, sent.flow().tos());
      assertTrue(sent.flow().routerAlert());
      assertSame(rig.dev, sent.flow().dev());
      assertEquals(ANY, sent.flow().saddr(), "the device's own");
    }
  }

  /** RFC 2236 6: 224.0.0.1 is joined all the time, and nobody says so. */
  @Test
  void everyHostIsInAllHostsAndNeverSaysSo() {
    assertTrue(rig.dev.inDev().isMember(ALL_HOSTS));
    rig.query(10, ANY);
    rig.query(10, ALL_HOSTS);
    rig.query(0, ANY);
    assertEquals(List.of(), rig.after(400 * SECOND));
    assertThrows(IllegalArgumentException.class, () -> rig.igmp.leave(rig.dev, ALL_HOSTS));
  }

  /** As in RFC 2236 6, which leaves out only 224.0.0.1: {@code igmp_link_local_mcast_reports}. */
  @Test
  void linkLocalGroupsAreReportedToo() {
    rig.igmp.join(rig.dev, Ip4Addr.parse("224.0.0.251"));
    assertEquals("16 00 09 04 e0 00 00 fb", rig.after(0).getFirst().bytes());
  }

  @Test
  void onlyTheFirstWhoJoinsAndTheLastWhoLeavesAreSpokenOf() {
    rig.joined(GROUP);
    rig.igmp.join(rig.dev, GROUP);
    rig.igmp.leave(rig.dev, GROUP);
    assertEquals(List.of(), rig.after(20 * SECOND));
    assertTrue(rig.dev.inDev().isMember(GROUP));
    rig.igmp.leave(rig.dev, GROUP);
    assertEquals(List.of(LEAVE), bytes(rig.sent));
    assertFalse(rig.dev.inDev().isMember(GROUP));
    assertEquals(List.of(), rig.after(20 * SECOND));
  }

  /** RFC 2236 3: who was not the last to report need not say that it leaves. */
  @Test
  void leavingIsNotSaidIfAnotherHasReportedTheGroupSince() {
    rig.joined(GROUP);
    rig.report(0x16, GROUP);
    rig.igmp.leave(rig.dev, GROUP);
    assertEquals(List.of(), rig.sent);
  }

  @Test
  void whoLeavesBeforeItReportedSaysNothing() {
    rig.igmp.join(rig.dev, GROUP);
    rig.igmp.leave(rig.dev, GROUP);
    assertEquals(List.of(), rig.after(20 * SECOND));
  }

  @Test
  void whatCannotBeJoinedOrLeftIsRefused() {
    for (String no : List.of("198.51.100.1", "255.255.255.255", "240.0.0.1", "0.0.0.0")) {
      int address = Ip4Addr.parse(no);
      assertThrows(IllegalArgumentException.class, () -> rig.igmp.join(rig.dev, address), no);
      assertThrows(IllegalArgumentException.class, () -> rig.igmp.leave(rig.dev, address), no);
    }
    assertThrows(IllegalArgumentException.class, () -> rig.igmp.leave(rig.dev, GROUP));
    assertEquals(List.of(), rig.after(SECOND));
  }

  @Test
  void aDeviceThatIsGoneIsInNoGroup() {
    rig.joined(GROUP);
    rig.rig.stack().unregister(rig.dev);
    assertEquals(List.of(LEAVE), bytes(rig.sent));
    assertEquals(List.of(), rig.after(20 * SECOND));
    assertThrows(IllegalArgumentException.class, () -> rig.igmp.join(rig.dev, OTHER));
  }

  // ---- Queries ----------------------------------------------------------------------------------

  /** RFC 2236 3: at a time that is random within what the query allows. */
  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100, 255})
  void aGeneralQueryIsAnsweredOnceForEachGroupWithinItsTime(int code) {
    rig.joined(GROUP);
    rig.joined(OTHER);
    assertSame(DropReason.CONSUMED, rig.query(code, ANY));
    List<Sent> sent = rig.after(code * TENTH);
    assertEquals(
        List.of(GROUP, OTHER), sent.stream().map(Sent::group).sorted().toList(), sent.toString());
    assertEquals(List.of(), rig.after(1000 * SECOND));
  }

  @Test
  void theTimesAreSpreadOverAllThatIsAllowed() {
    rig.joined(GROUP);
    int[] perSecond = new int[10];
    for (int i = 0; i < 1000; i++) {
      long askedNs = rig.nowNs();
      rig.query(100, ANY);
      Sent report = rig.after(10 * SECOND).getFirst();
      perSecond[(int) Math.min(9, (report.atNs() - askedNs) / SECOND)]++;
    }
    assertTrue(IntStream.of(perSecond).allMatch(n -> n > 50 && n < 150), () -> text(perSecond));
  }

  private static String text(int[] counts) {
    return IntStream.of(counts).boxed().toList().toString();
  }

  @Test
  void aQueryForOneGroupIsAnsweredForThatOneAlone() {
    rig.joined(GROUP);
    rig.joined(OTHER);
    rig.query(10, GROUP);
    assertEquals(List.of(V2_REPORT), bytes(rig.after(100 * SECOND)));
    rig.query(10, Ip4Addr.parse("239.9.9.9"));
    assertEquals(List.of(), rig.after(100 * SECOND));
  }

  /** RFC 2236 3: a timer that runs is set anew only if it would end too late. */
  @Test
  void aQueryInAHurryHastensWhatWasPutOffAndALeisurelyOneDoesNotDelayIt() {
    rig.joined(GROUP);
    rig.query(255, ANY);
    rig.query(1, GROUP);
    rig.query(255, ANY);
    assertEquals(List.of(V2_REPORT), bytes(rig.after(TENTH)));
    assertEquals(List.of(), rig.after(100 * SECOND));
  }

  /** RFC 2236 3: one report is enough for the link. */
  @ParameterizedTest
  @ValueSource(ints = {0x12, 0x16})
  void anothersReportMakesOursNeedless(int type) {
    rig.joined(GROUP);
    rig.joined(OTHER);
    rig.query(100, ANY);
    assertSame(DropReason.CONSUMED, rig.report(type, GROUP));
    List<Sent> sent = rig.after(10 * SECOND);
    assertEquals(List.of(OTHER), sent.stream().map(Sent::group).toList());
  }

  @Test
  void aReportToUsAloneDoesNot() {
    rig.joined(GROUP);
    rig.query(100, ANY);
    byte[] report = IgmpRig.message(0x16, 0, GROUP, 8);
    assertSame(DropReason.IGMP_UNICAST, rig.receive(report, PacketType.HOST));
    assertEquals(List.of(V2_REPORT), bytes(rig.after(10 * SECOND)));
  }

  /** RFC 2236 2.5: what is behind the eight bytes is ignored. RFC 3376 7.1: 9 to 11 are none. */
  @ParameterizedTest
  @CsvSource({"12", "16", "1400"})
  void aQueryOfVersion3IsOneOfVersion2(int length) {
    rig.joined(GROUP);
    byte[] query = IgmpRig.message(0x11, 10, ANY, length);
    assertSame(DropReason.CONSUMED, rig.receive(query, PacketType.MULTICAST));
    assertEquals(List.of(V2_REPORT), bytes(rig.after(SECOND)));
  }

  /** A code of 0 leaves no time; a flood of such queries is not answered by one of reports. */
  @Test
  void aQueryThatLeavesNoTimeIsAnsweredWithinATenthOfASecondAndOnce() {
    rig.joined(GROUP);
    byte[] query = IgmpRig.message(0x11, 0, ANY, 12);
    for (int i = 0; i < 100; i++) {
      assertSame(DropReason.CONSUMED, rig.receive(query, PacketType.MULTICAST));
    }
    assertEquals(List.of(V2_REPORT), bytes(rig.after(SECOND / 10)));
  }

  // ---- Version 1 --------------------------------------------------------------------------------

  /**
   * RFC 2236 4: its reports are of version 1 while such a router is there, and it says no leave.
   */
  @Test
  void aRouterOfVersion1IsSpokenToInVersion1For400Seconds() {
    rig.joined(GROUP);
    rig.query(0, GROUP); // In version 1 the group says nothing: every query is a general one.
    assertEquals(List.of(V1_REPORT), bytes(rig.after(10 * SECOND)));
    rig.after(380 * SECOND);
    rig.query(10, ANY);
    assertEquals(List.of(V1_REPORT), bytes(rig.after(SECOND)));
    rig.after(10 * SECOND);
    rig.query(10, ANY);
    assertEquals(List.of(V2_REPORT), bytes(rig.after(SECOND)));
  }

  @Test
  void aRouterOfVersion1IsToldOfNoLeave() {
    rig.joined(GROUP);
    rig.query(0, ANY);
    assertEquals(List.of(V1_REPORT), bytes(rig.after(10 * SECOND)));
    rig.igmp.leave(rig.dev, GROUP);
    assertEquals(List.of(V1_REPORT), bytes(rig.sent));
  }

  // ---- Down and up ------------------------------------------------------------------------------

  /** {@code ip_mc_up}. */
  @Test
  void aDeviceThatComesUpReportsItsGroups() {
    rig.joined(GROUP);
    rig.down();
    assertEquals(List.of(LEAVE), bytes(rig.sent));
    assertTrue(rig.dev.inDev().isMember(GROUP));
    assertEquals(List.of(), rig.after(100 * SECOND));
    rig.igmp.join(rig.dev, OTHER);
    assertEquals(List.of(), rig.after(100 * SECOND));
    rig.up();
    List<Sent> sent = rig.after(10 * SECOND);
    assertEquals(
        List.of(GROUP, GROUP, OTHER, OTHER), sent.stream().map(Sent::group).sorted().toList());
    assertTrue(sent.stream().allMatch(s -> s.type() == 0x16), sent.toString());
  }

  @Test
  void theRoutersOfAnotherLinkAreNotThoseOfTheLast() {
    rig.joined(GROUP);
    rig.query(0, ANY);
    rig.down();
    rig.sent.clear();
    rig.up();
    assertEquals(V2_REPORT, rig.after(0).getFirst().bytes());
  }

  // ---- What is wrong ----------------------------------------------------------------------------

  @Test
  void whatIsTooShortOrOfNoLengthIsDropped() {
    rig.joined(GROUP);
    for (int n = 0; n < 8; n++) {
      assertSame(
          DropReason.PKT_TOO_SMALL, rig.receive(new byte[n], PacketType.MULTICAST), "length " + n);
    }
    for (int n = 9; n < 12; n++) {
      byte[] query = IgmpRig.message(0x11, 10, ANY, n);
      assertSame(DropReason.IGMP_LENGTH, rig.receive(query, PacketType.MULTICAST), "length " + n);
    }
    assertEquals(List.of(), rig.after(100 * SECOND));
  }

  /** RFC 2236 2.3: the checksum is over the whole payload. */
  @ParameterizedTest
  @ValueSource(ints = {8, 12, 101})
  void aWrongBitAnywhereIsFound(int length) {
    rig.joined(GROUP);
    for (int bit = 0; bit < 8 * length; bit++) {
      byte[] query = IgmpRig.message(0x11, 10, ANY, length);
      query[bit / 8] ^= (byte) (1 << bit % 8);
      assertSame(DropReason.IGMP_CSUM, rig.receive(query, PacketType.MULTICAST), "bit " + bit);
    }
    assertEquals(List.of(), rig.after(100 * SECOND));
  }

  /** RFC 2236 2.1: an unrecognized type is silently ignored. */
  @Test
  void typesThatSayNothingToAHostAreIgnored() {
    rig.joined(GROUP);
    for (int type = 0; type < 256; type++) {
      if (type != 0x11 && type != 0x12 && type != 0x16) {
        byte[] message = IgmpRig.message(type, 10, GROUP, 8);
        assertSame(DropReason.IGMP_TYPE, rig.receive(message, PacketType.MULTICAST), "" + type);
      }
    }
    assertEquals(List.of(), rig.after(100 * SECOND));
  }

  @Test
  void anyBytesWhateverWithARightChecksum() {
    rig.joined(GROUP);
    SplittableRandom random = new SplittableRandom(2236);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes =
          IgmpRig.message(random.nextInt(256), random.nextInt(256), GROUP, 8 + random.nextInt(9));
      assertTrue(rig.receive(bytes, PacketType.MULTICAST) != DropReason.NOT_DROPPED);
    }
  }

  /** What cannot be sent is lost, and the next query asks for it again. */
  @Test
  void aReportThatCannotBeSentIsNotTriedAgain() {
    rig.refusal = DropReason.DEV_READY;
    rig.joined(GROUP);
    rig.query(10, ANY);
    assertEquals(List.of(V2_REPORT), bytes(rig.after(100 * SECOND)));
  }
}
