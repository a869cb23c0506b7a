package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.SkBuff;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The echo server of RFC 1122 3.2.2.6, and what gets no answer. */
class IcmpTest {
  /** What the note says of the checksum is believed, and nothing is summed again. */
  @ParameterizedTest
  @CsvSource({
    "UNNECESSARY, 0, false, true",
    "COMPLETE, 0xFFFF, false, true",
    "COMPLETE, 0xFFFE, true, false",
    "NONE, 0xFFFF, false, false",
    "NONE, 0, true, true",
  })
  void theNoteOfTheChecksumIsUsed(IpSummed note, String csum, boolean right, boolean answered) {
    Rig rig = new Rig();
    rig.introducePeer();
    byte[] frame = Frames.echoRequest(1, 1, Frames.data(56));
    frame[60] ^= (byte) (right ? 0 : 1);
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(frame.length, "test"));
    skb.copyFrom(frame, skb.put(frame.length), frame.length);
    skb.resetMacHeader();
    var _ = skb.pull(Frames.ETH_HLEN);
    skb.resetNetworkHeader();
    skb.setCsum(Integer.decode(csum), note);
    DropReason reason = rig.stack().ipv4().receive(skb, rig.device(), rig.clock.nowNs());
    assertEquals(answered ? DropReason.NOT_DROPPED : DropReason.ICMP_CSUM, reason);
    if (answered) {
      assertEquals(IpSummed.NONE, skb.ipSummed(), "of the reply it says nothing");
      assertEquals(1, rig.turn().size());
    } else {
      skb.free(reason);
    }
  }

  private static final int AT = Frames.ETH_HLEN + Frames.IP_HLEN;

  private final Rig rig = new Rig();

  @BeforeEach
  void introduce() {
    rig.introducePeer();
  }

  private static byte[] frame(byte[] icmp) {
    return Frames.ethernet(
        Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp));
  }

  private byte[] answer(byte[] frame) {
    List<byte[]> out = rig.exchange(frame);
    assertEquals(1, out.size());
    return out.getFirst();
  }

  private void assertDropped(DropReason reason, byte[] frame) {
    long before = rig.verdicts(reason);
    assertEquals(0, rig.exchange(frame).size(), "nothing is answered");
    assertEquals(before + 1, rig.verdicts(reason), reason.name());
  }

  private long stat(IpStat stat) {
    return rig.stack().ipv4().stat(stat);
  }

  private static byte[] message(byte[] reply, int n) {
    return Arrays.copyOfRange(reply, AT, AT + n);
  }

  /** X110. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 55, 56, 57, 1471, 1472})
  void theReplyHasIdSequenceAndAllTheData(int size) {
    byte[] data = Frames.data(size);
    byte[] reply = answer(frame(Frames.icmp(8, 0, 0xBEEF, 0x1234, data)));
    assertArrayEquals(
        Frames.icmp(0, 0, 0xBEEF, 0x1234, data), message(reply, Frames.ICMP_HLEN + size));
    assertEquals(1, stat(IpStat.ICMP_IN_ECHOS));
    assertEquals(1, stat(IpStat.ICMP_OUT_ECHO_REPS));
  }

  @Test
  void theChecksumIsRightForEveryIdOfAWholeRound() {
    for (int id = 0; id <= 0xFFFF; id += 7) {
      byte[] reply = answer(frame(Frames.icmp(8, 0, id, ~id, new byte[0])));
      assertArrayEquals(Frames.icmp(0, 0, id, ~id, new byte[0]), message(reply, 8));
    }
  }

  @Test
  void allZerosHaveTheChecksumOfAllOnes() {
    // RFC 1624's arithmetic alone would write 0 here, which a receiver takes for wrong.
    byte[] reply = answer(frame(Frames.icmp(8, 0, 0, 0, new byte[20])));
    assertEquals(0xFFFF, Frames.u16(reply, AT + 2));
    assertArrayEquals(Frames.icmp(0, 0, 0, 0, new byte[20]), message(reply, 28));
  }

  @Test
  void theCodeOfARequestIsNotLookedAt() {
    byte[] reply = answer(frame(Frames.icmp(8, 5, 1, 1, Frames.data(9))));
    assertArrayEquals(Frames.icmp(0, 0, 1, 1, Frames.data(9)), message(reply, 17));
  }

  @Test
  void theTypeOfServiceComesBack() {
    byte[] frame = frame(Frames.icmp(8, 0, 1, 1, Frames.data(9)));
    frame[15] = 0x10;
    frame[24] = 0;
    frame[25] = 0;
    int check = Frames.checksum(frame, 14, 20);
    frame[24] = (byte) (check >> 8);
    frame[25] = (byte) check;
    assertEquals(0x10, Frames.u8(answer(frame), 15));
  }

  /** X91. */
  @Test
  void everyWrongBitIsSeenByTheChecksum() {
    byte[] good = Frames.icmp(8, 0, 1, 1, Frames.data(11));
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertDropped(DropReason.ICMP_CSUM, frame(bad));
    }
    assertEquals(good.length * 8L, stat(IpStat.ICMP_IN_CSUM_ERRORS));
    assertEquals(good.length * 8L, stat(IpStat.ICMP_IN_ERRORS));
  }

  /** X80, X118. */
  @Test
  void everyTruncationIsCountedAndHarmless() {
    byte[] message = Frames.icmp(8, 0, 1, 1, new byte[0]);
    for (int n = 0; n < 8; n++) {
      assertDropped(DropReason.PKT_TOO_SMALL, frame(Arrays.copyOf(message, n)));
    }
    assertEquals(8, stat(IpStat.ICMP_IN_ERRORS));
  }

  /** X90, X116, X117. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 5, 6, 7, 9, 10, 13, 14, 15, 16, 17, 18, 30, 42, 43, 200, 255})
  void otherTypesAreDiscardedInSilence(int type) {
    assertDropped(DropReason.ICMP_TYPE, frame(Frames.icmp(type, 0, 1, 1, Frames.data(20))));
  }

  @Test
  void aReplyThatNobodyWaitsForIsDiscardedInSilence() {
    assertDropped(
        DropReason.ICMP_ECHO_REPLY_UNASKED, frame(Frames.icmp(0, 0, 1, 1, Frames.data(20))));
  }

  /** X112. */
  @ParameterizedTest
  @ValueSource(strings = {"255.255.255.255", "198.51.100.255", "224.0.0.1"})
  void anEchoToAllGetsNoAnswer(String daddr) {
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(20));
    byte[] frame =
        Frames.ethernet(
            Frames.BROADCAST,
            Rig.PEER_MAC,
            0x0800,
            Frames.ipv4(Rig.PEER_IP, Ip4Addr.parse(daddr), 1, 64, icmp));
    assertDropped(DropReason.ICMP_ECHO_BROADCAST, frame);
  }

  /** X127. */
  @Test
  void theChecksumIsRightForEverySumThereIs() {
    // One word takes every value, so that the words under the checksum have every sum.
    for (int sequence = 0; sequence <= 0xFFFF; sequence++) {
      byte[] reply = answer(frame(Frames.icmp(8, 0, 0, sequence, new byte[0])));
      assertArrayEquals(Frames.icmp(0, 0, 0, sequence, new byte[0]), message(reply, 8));
    }
  }

  @Test
  void aRequestThatSumsToAllOnesIsGood() {
    // RFC 1071: +0 and -0 are the same; the checksum field of this one is 0.
    byte[] request = Frames.icmp(8, 0, 0xF7FF, 0, new byte[0]);
    assertEquals(0, Frames.u16(request, 2));
    assertArrayEquals(
        Frames.icmp(0, 0, 0xF7FF, 0, new byte[0]), message(answer(frame(request)), 8));
  }

  @Test
  void everyMessageIsCountedAndRepliesByThemselves() {
    long messages = stat(IpStat.ICMP_IN_MSGS);
    assertDropped(
        DropReason.ICMP_ECHO_REPLY_UNASKED, frame(Frames.icmp(0, 0, 1, 1, Frames.data(20))));
    assertDropped(DropReason.ICMP_TYPE, frame(Frames.icmp(13, 0, 1, 1, Frames.data(20))));
    assertDropped(DropReason.PKT_TOO_SMALL, frame(new byte[3]));
    var _ = answer(frame(Frames.icmp(8, 0, 1, 1, Frames.data(20))));
    assertEquals(messages + 4, stat(IpStat.ICMP_IN_MSGS));
    assertEquals(1, stat(IpStat.ICMP_IN_ECHO_REPS));
    assertEquals(1, stat(IpStat.ICMP_IN_ECHOS));
    assertEquals(1, stat(IpStat.ICMP_OUT_MSGS));
  }
}
