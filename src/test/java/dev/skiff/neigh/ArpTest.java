package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 826 "Packet Reception", branch by branch, and what is refused before it. */
class ArpTest {
  private static final int OTHER_IP = Ip4Addr.parse("198.51.100.77");
  private static final long OTHER_MAC = 0x0200_5E10_0077L;
  private static final int NOBODY = Ip4Addr.ANY;
  private static final long LOCKTIME = NeighbourParms.USUAL.locktimeNs();

  private final Rig rig = new Rig();

  private List<NeighbourTable.Entry> entries() {
    return rig.stack().neighbours().entries(rig.clock.nowNs());
  }

  private void assertDropped(DropReason reason, byte[] frame) {
    long before = rig.verdicts(reason);
    assertEquals(0, rig.exchange(frame).size(), "nothing is answered");
    assertEquals(before + 1, rig.verdicts(reason), reason.name());
  }

  /** A06, X24. */
  @Test
  void aRequestForUsIsAnsweredByteForByteAndTheSenderLearnt() {
    List<byte[]> out = rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    byte[] expected = Frames.arpReply(Rig.OUR_MAC, Rig.OUR_IP, Rig.PEER_MAC, Rig.PEER_IP);
    assertEquals(60, expected.length);
    assertEquals(1, out.size());
    assertArrayEquals(expected, out.getFirst());
    assertEquals(1, entries().size());
    assertEquals(Rig.PEER_IP, entries().getFirst().ip());
    assertEquals(Rig.PEER_MAC, entries().getFirst().mac());
    // A request confirms nothing: RFC 4861 7.2.3 for solicitations, and Linux for ARP.
    assertEquals(NeighbourState.STALE, entries().getFirst().state());
  }

  /** X11. */
  @Test
  void whatAnOlderFrameLeftInTheBufferDoesNotLeaveInThePadding() {
    rig.introducePeer();
    byte[] dirty = Frames.echoRequest(1, 1, Frames.data(1400));
    for (int i = 0; i < 32; i++) {
      rig.exchange(dirty);
    }
    byte[] unpadded =
        Frames.ethernet(
            Frames.BROADCAST,
            Rig.PEER_MAC,
            0x0806,
            Frames.arp(1, Rig.PEER_MAC, Rig.PEER_IP, 0, Rig.OUR_IP));
    List<byte[]> out = rig.exchange(unpadded);
    byte[] reply = out.getLast();
    assertEquals(60, reply.length);
    assertArrayEquals(new byte[18], Arrays.copyOfRange(reply, 42, 60));
  }

  /** X23. */
  @Test
  void aRequestForAnotherMakesNoEntry() {
    assertDropped(
        DropReason.ARP_NOT_FOR_US, Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, OTHER_IP));
    assertTrue(entries().isEmpty());
  }

  /** X22. */
  @Test
  void theMappingIsMergedWhateverTheOpcodeAndTheTarget() {
    rig.introducePeer();
    // RFC 826: "merge" comes before "am I the target" and before the opcode.
    rig.clock.advance(LOCKTIME + 1);
    assertEquals(0, rig.exchange(Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, OTHER_IP)).size());
    assertEquals(OTHER_MAC, entries().getFirst().mac());
    byte[] replyToAnother =
        Frames.padded(
            Frames.ethernet(
                Frames.BROADCAST,
                Rig.PEER_MAC,
                0x0806,
                Frames.arp(2, Rig.PEER_MAC, Rig.PEER_IP, OTHER_MAC, OTHER_IP)));
    rig.clock.advance(LOCKTIME + 1);
    rig.exchange(replyToAnother);
    assertEquals(Rig.PEER_MAC, entries().getFirst().mac());
    assertEquals(1, entries().size());
  }

  /** X23. */
  @Test
  void gratuitousArpUpdatesAndNeverCreates() {
    byte[] gratuitous = Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, Rig.PEER_IP);
    assertDropped(DropReason.ARP_NOT_FOR_US, gratuitous);
    assertTrue(entries().isEmpty());
    rig.introducePeer();
    rig.exchange(gratuitous);
    assertEquals(OTHER_MAC, entries().getFirst().mac());
  }

  /** X33. */
  @Test
  void aProbeIsAnsweredAndNotLearnt() {
    // RFC 5227 2.1.1: sender protocol address all zero.
    List<byte[]> out = rig.exchange(Frames.arpRequest(Rig.PEER_MAC, NOBODY, Rig.OUR_IP));
    assertEquals(1, out.size());
    assertArrayEquals(
        Frames.arpReply(Rig.OUR_MAC, Rig.OUR_IP, Rig.PEER_MAC, NOBODY), out.getFirst());
    assertTrue(entries().isEmpty());
  }

  /** X23. */
  @Test
  void aReplyThatNobodyAskedForMakesNoEntry() {
    assertDropped(
        DropReason.ARP_UNSOLICITED,
        Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    assertTrue(entries().isEmpty());
  }

  @Test
  void anotherStationWithOurAddressIsNoticedAndNotLearnt() {
    assertDropped(DropReason.ARP_CONFLICT, Frames.arpRequest(OTHER_MAC, Rig.OUR_IP, Rig.PEER_IP));
    assertTrue(entries().isEmpty());
  }

  /** X26. */
  @ParameterizedTest
  @CsvSource({
    "0, 2, 7, ARP_HARDWARE",
    "0, 2, 65535, ARP_HARDWARE",
    "4, 1, 8, ARP_HARDWARE_LEN",
    "4, 1, 0, ARP_HARDWARE_LEN",
    "2, 2, 0x86DD, ARP_PROTOCOL",
    "5, 1, 16, ARP_PROTOCOL_LEN",
    "5, 1, 0, ARP_PROTOCOL_LEN",
    "6, 2, 0, ARP_OPCODE",
    "6, 2, 3, ARP_OPCODE",
    "6, 2, 65535, ARP_OPCODE",
  })
  void eachWrongFieldHasItsReason(int offset, int size, String value, DropReason reason) {
    byte[] frame = Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP);
    int number = Integer.decode(value);
    if (size == 1) {
      frame[14 + offset] = (byte) number;
    } else {
      ByteBuffer.wrap(frame).putShort(14 + offset, (short) number);
    }
    assertDropped(reason, frame);
    assertTrue(entries().isEmpty());
  }

  /** X26. */
  @Test
  void ieee802HardwareIsTakenAsEthernet() {
    byte[] frame = Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP);
    frame[15] = 6;
    assertEquals(1, rig.exchange(frame).size());
  }

  /** X34. */
  @ParameterizedTest
  @CsvSource({"127.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "0.1.2.3"})
  void aSenderAddressThatNoHostHasIsRefused(String spa) {
    assertDropped(
        DropReason.ARP_INVALID_SOURCE,
        Frames.arpRequest(Rig.PEER_MAC, Ip4Addr.parse(spa), Rig.OUR_IP));
  }

  /** X34. */
  @Test
  void aSenderMacThatNoStationHasIsRefused() {
    byte[] group =
        Frames.padded(
            Frames.ethernet(
                Frames.BROADCAST,
                Rig.PEER_MAC,
                0x0806,
                Frames.arp(1, 0x0100_5E00_0001L, Rig.PEER_IP, 0, Rig.OUR_IP)));
    assertDropped(DropReason.ARP_INVALID_MAC, group);
    byte[] zero =
        Frames.padded(
            Frames.ethernet(
                Frames.BROADCAST,
                Rig.PEER_MAC,
                0x0806,
                Frames.arp(1, 0, Rig.PEER_IP, 0, Rig.OUR_IP)));
    assertDropped(DropReason.ARP_INVALID_MAC, zero);
  }

  /** X34. */
  @ParameterizedTest
  @CsvSource({"127.0.0.1", "224.0.0.1"})
  void aTargetThatNoHostHasIsRefused(String tpa) {
    assertDropped(
        DropReason.ARP_INVALID_TARGET,
        Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Ip4Addr.parse(tpa)));
  }

  /** X25. */
  @Test
  void everyTruncationIsCountedAndHarmless() {
    byte[] frame = Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP);
    for (int n = 0; n < 28; n++) {
      assertDropped(DropReason.PKT_TOO_SMALL, Arrays.copyOf(frame, 14 + n));
    }
    assertTrue(entries().isEmpty());
  }

  private static byte[] arpFrame(long dest, long source, byte[] arp) {
    return Frames.padded(Frames.ethernet(dest, source, 0x0806, arp));
  }

  private long stat(NeighbourStat stat) {
    return rig.stack().neighbours().stat(stat);
  }

  @Test
  void aUnicastRequestIsAnsweredLikeABroadcastOne() {
    // RFC 1122 2.3.2.1 (2): a unicast poll checks an entry of the asker's.
    byte[] poll =
        arpFrame(
            Rig.OUR_MAC,
            Rig.PEER_MAC,
            Frames.arp(1, Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    List<byte[]> out = rig.exchange(poll);
    assertEquals(1, out.size());
    assertArrayEquals(
        Frames.arpReply(Rig.OUR_MAC, Rig.OUR_IP, Rig.PEER_MAC, Rig.PEER_IP), out.getFirst());
  }

  @Test
  void whatStandsBehindTheRequestDoesNotComeBack() {
    byte[] request = Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP);
    byte[] longer = Arrays.copyOf(request, 1514);
    Arrays.fill(longer, 42, longer.length, (byte) 0xEE);
    assertArrayEquals(
        Frames.arpReply(Rig.OUR_MAC, Rig.OUR_IP, Rig.PEER_MAC, Rig.PEER_IP),
        rig.exchange(longer).getFirst());
  }

  @Test
  void theSenderFieldCountsAndNotTheSourceOfTheFrame() {
    // RFC 826: "merge" takes ar$sha; the frame may have come through a proxy.
    byte[] relayed =
        arpFrame(
            Frames.BROADCAST, OTHER_MAC, Frames.arp(1, Rig.PEER_MAC, Rig.PEER_IP, 0, Rig.OUR_IP));
    byte[] reply = rig.exchange(relayed).getFirst();
    assertEquals(Rig.PEER_MAC, Frames.u48(reply, 0));
    assertEquals(Rig.PEER_MAC, entries().getFirst().mac());
  }

  @Test
  void whatUpdatedAnEntryWasOfUseAndIsNoDrop() {
    rig.introducePeer();
    long consumed = rig.verdicts(DropReason.CONSUMED);
    rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, OTHER_IP));
    rig.exchange(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(consumed + 2, rig.verdicts(DropReason.CONSUMED));
    assertEquals(0, rig.verdicts(DropReason.ARP_NOT_FOR_US));
    assertEquals(0, rig.verdicts(DropReason.ARP_UNSOLICITED));
  }

  @Test
  void aUnicastReplyAboutAnotherTargetConfirmsNothing() {
    rig.introducePeer();
    rig.exchange(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, OTHER_IP));
    assertEquals(NeighbourState.STALE, entries().getFirst().state());
    rig.exchange(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(NeighbourState.REACHABLE, entries().getFirst().state());
  }

  /** X34. */
  @Test
  void ourAddressAsSenderIsAConflictWhateverItAsks() {
    // RFC 5227 2.4: any ARP packet whose sender address is ours and whose hardware is not.
    assertDropped(DropReason.ARP_CONFLICT, Frames.arpRequest(OTHER_MAC, Rig.OUR_IP, Rig.OUR_IP));
    assertDropped(
        DropReason.ARP_CONFLICT, Frames.arpReply(OTHER_MAC, Rig.OUR_IP, Rig.OUR_MAC, Rig.OUR_IP));
    assertTrue(entries().isEmpty());
  }

  @Test
  void aReplyFromNobodyIsNotLearnt() {
    rig.introducePeer();
    assertDropped(
        DropReason.ARP_UNSOLICITED, Frames.arpReply(OTHER_MAC, NOBODY, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(1, entries().size());
    assertEquals(Rig.PEER_MAC, entries().getFirst().mac());
  }

  @Test
  void requestsForBroadcastAddressesAreNobodysAndNotAnswered() {
    for (String tpa : List.of("255.255.255.255", "198.51.100.255", "198.51.100.0", "0.0.0.0")) {
      assertDropped(
          DropReason.ARP_NOT_FOR_US,
          Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Ip4Addr.parse(tpa)));
    }
  }

  @Test
  void requestsAndRepliesAreCounted() {
    rig.introducePeer();
    rig.exchange(Frames.arpRequest(Rig.PEER_MAC, NOBODY, Rig.OUR_IP));
    rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, OTHER_IP));
    rig.exchange(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(2, stat(NeighbourStat.RCV_REQUESTS), "those for us");
    assertEquals(2, stat(NeighbourStat.SND_REPLIES));
    assertEquals(1, stat(NeighbourStat.RCV_REPLIES));
    assertEquals(1, stat(NeighbourStat.ALLOCS));
    assertEquals(0, stat(NeighbourStat.SND_REQUESTS));
  }

  @ParameterizedTest
  @CsvSource({"198.51.100.255", "198.51.100.0"})
  void aSenderAddressThatNoHostOfThisNetworkHasIsRefused(String spa) {
    assertDropped(
        DropReason.ARP_INVALID_SOURCE,
        Frames.arpRequest(Rig.PEER_MAC, Ip4Addr.parse(spa), Rig.OUR_IP));
    assertTrue(entries().isEmpty());
  }
}
