package dev.skiff.udp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.IpStat;
import dev.skiff.skb.DropReason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X56, X92, X93, X95, X122: UDP where nobody listens: what is right is answered with a port
 * unreachable. RFC 768, RFC 1122 3.2.2, 4.1.3.
 */
class UdpTest {
  private static final int IP = Frames.ETH_HLEN;
  private static final int UDP = IP + Frames.IP_HLEN;
  private static final int ICMP = UDP;
  private static final int QUOTE = ICMP + Frames.ICMP_HLEN;

  /** Without a limit on errors, which is not what this is about. */
  private final Rig rig =
      new Rig(
          builder ->
              builder
                  .ip("198.51.100.2/24", "198.51.100.7/24", "203.0.113.2/24")
                  .ipv4("icmp_ratelimit=0s,icmp_msgs_burst=1000000"));

  UdpTest() {
    rig.introducePeer();
  }

  private long stat(IpStat stat) {
    return rig.stack().ipv4().stat(stat);
  }

  private static byte[] frame(int daddr, byte[] udp) {
    return Frames.ethernet(
        Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(Rig.PEER_IP, daddr, 17, 64, udp));
  }

  private static byte[] udp(byte[] data) {
    return Frames.udp(Rig.PEER_IP, Rig.OUR_IP, 4000, 7, data);
  }

  /** A datagram to us whose UDP length and checksum are what the test says. */
  private static byte[] udp(int len, int check, byte[] data) {
    byte[] udp = udp(data);
    ByteBuffer.wrap(udp).putShort(4, (short) len).putShort(6, (short) check);
    return udp;
  }

  private byte[] answer(byte[] frame) {
    List<byte[]> out = rig.exchange(frame);
    assertEquals(1, out.size());
    return out.getFirst();
  }

  private void assertDropped(DropReason reason, byte[] frame) {
    long before = rig.verdicts(reason);
    long errors = stat(IpStat.UDP_IN_ERRORS);
    assertEquals(List.of(), rig.exchange(frame));
    assertEquals(before + 1, rig.verdicts(reason), reason.name());
    assertEquals(errors + 1, stat(IpStat.UDP_IN_ERRORS));
  }

  // ---- Port unreachable -------------------------------------------------------------------------

  /** X92, X95: RFC 1812 4.3.2.3, as much as fits in 576 bytes, and of that every byte. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 8, 9, 17, 18, 19, 100, 519, 520, 521, 1000, 1471, 1472})
  void theSenderIsToldWithAsMuchOfItsDatagramAsFits(int n) {
    byte[] frame = frame(Rig.OUR_IP, udp(Frames.data(n)));
    byte[] error = answer(frame);
    int datagram = frame.length - IP;
    int quoted = Math.min(datagram, 576 - 28);
    assertEquals(28 + quoted, Frames.u16(error, IP + 2));
    assertEquals(3, Frames.u8(error, ICMP));
    assertEquals(3, Frames.u8(error, ICMP + 1));
    assertEquals(0, Frames.u32(error, ICMP + 4), "unused");
    assertEquals(0, Frames.checksum(error, ICMP, Frames.ICMP_HLEN + quoted));
    assertEquals(0, Frames.checksum(error, IP, Frames.IP_HLEN));
    assertArrayEquals(
        Arrays.copyOfRange(frame, IP, IP + quoted),
        Arrays.copyOfRange(error, QUOTE, QUOTE + quoted));
    assertEquals(Math.max(60, QUOTE + quoted), error.length);
    assertEquals(Rig.PEER_MAC, Frames.u48(error, 0));
    assertEquals(Rig.PEER_IP, Frames.u32(error, IP + 16));
    assertEquals(1, Frames.u8(error, IP + 9));
    assertEquals(64, Frames.u8(error, IP + 8));
    assertEquals(1, stat(IpStat.UDP_NO_PORTS));
    assertEquals(1, stat(IpStat.ICMP_OUT_DEST_UNREACHS));
    assertEquals(1, rig.verdicts(DropReason.NO_SOCKET));
  }

  /** X92, X93: whatever stands in the header comes back as it was, and the error has TOS 0. */
  @Test
  void theQuotedHeaderIsWhatWasReceived() {
    byte[] frame = frame(Rig.OUR_IP, udp(Frames.data(50)));
    ByteBuffer header = ByteBuffer.wrap(frame);
    header.put(IP + 1, (byte) 0xB8).putShort(IP + 4, (short) 0xBEEF).put(IP + 8, (byte) 1);
    header.putShort(IP + 6, (short) 0x4000).putShort(IP + 10, (short) 0);
    header.putShort(IP + 10, (short) Frames.checksum(frame, IP, Frames.IP_HLEN));
    byte[] error = answer(frame);
    assertArrayEquals(
        Arrays.copyOfRange(frame, IP, frame.length),
        Arrays.copyOfRange(error, QUOTE, QUOTE + frame.length - IP));
    assertEquals(0, Frames.u8(error, IP + 1));
  }

  /** X44. */
  @Test
  void whatPadsTheFrameIsNotQuoted() {
    byte[] frame = frame(Rig.OUR_IP, udp(new byte[0]));
    byte[] padded = Arrays.copyOf(frame, 60);
    Arrays.fill(padded, frame.length, 60, (byte) 0xEE);
    byte[] error = answer(padded);
    assertEquals(28 + 28, Frames.u16(error, IP + 2));
  }

  /** X56, X92: RFC 1122 3.2.2, from the address that it was sent to. */
  @ParameterizedTest
  @ValueSource(strings = {"198.51.100.2", "198.51.100.7", "203.0.113.2"})
  void theErrorComesFromTheAddressThatWasAsked(String asked) {
    int daddr = Ip4Addr.parse(asked);
    byte[] udp = Frames.udp(Rig.PEER_IP, daddr, 4000, 7, Frames.data(9));
    assertEquals(daddr, Frames.u32(answer(frame(daddr, udp)), IP + 12));
  }

  /** X94. */
  @ParameterizedTest
  @CsvSource({
    "255.255.255.255, 0xFFFFFFFFFFFF",
    "198.51.100.255, 0xFFFFFFFFFFFF",
    "224.0.0.1, 0x01005E000001",
  })
  void whatWasSentToAllIsNotAnswered(String daddr, String mac) {
    int to = Ip4Addr.parse(daddr);
    byte[] udp = Frames.udp(Rig.PEER_IP, to, 4000, 7, Frames.data(9));
    byte[] datagram = Frames.ipv4(Rig.PEER_IP, to, 17, 64, udp);
    byte[] frame = Frames.ethernet(Long.decode(mac), Rig.PEER_MAC, 0x0800, datagram);
    assertEquals(List.of(), rig.exchange(frame));
    assertEquals(1, rig.verdicts(DropReason.NO_SOCKET));
    assertEquals(0, stat(IpStat.ICMP_OUT_MSGS));
  }

  // ---- Length -----------------------------------------------------------------------------------

  /** X80. */
  @Test
  void everyTruncationOfTheHeaderIsDropped() {
    byte[] udp = udp(new byte[0]);
    for (int n = 0; n < 8; n++) {
      assertDropped(DropReason.PKT_TOO_SMALL, frame(Rig.OUR_IP, Arrays.copyOf(udp, n)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 29, 30, 0x8000, 0xFFFF})
  void aLengthThatCannotBeIsDropped(int len) {
    assertDropped(DropReason.UDP_LENGTH, frame(Rig.OUR_IP, udp(len, 0, Frames.data(20))));
  }

  /** The datagram may be longer than UDP says: what follows is none of its data. */
  @ParameterizedTest
  @ValueSource(ints = {8, 9, 20, 27})
  void whatStandsBehindTheUdpLengthIsNotSummed(int len) {
    byte[] udp = Arrays.copyOf(udp(Frames.data(len - 8)), 28);
    Arrays.fill(udp, len, 28, (byte) 0xEE);
    var _ = answer(frame(Rig.OUR_IP, udp));
    assertEquals(0, stat(IpStat.UDP_IN_ERRORS));
  }

  // ---- Checksum ---------------------------------------------------------------------------------

  /** RFC 1122 4.1.3.4: MUST be verified; odd lengths, too. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 20, 21})
  void everyWrongBitIsSeen(int n) {
    byte[] good = frame(Rig.OUR_IP, udp(Frames.data(n)));
    for (int bit = 0; bit < 8 * (8 + n); bit++) {
      if (bit / 8 == 4 || bit / 8 == 5) {
        continue; // The length, which is looked at before.
      }
      byte[] bad = good.clone();
      bad[UDP + bit / 8] ^= (byte) (1 << bit % 8);
      if (Frames.u16(bad, UDP + 6) != 0) {
        assertDropped(DropReason.UDP_CSUM, bad);
      }
    }
    assertEquals(stat(IpStat.UDP_IN_ERRORS), stat(IpStat.UDP_IN_CSUM_ERRORS));
    var _ = answer(good);
  }

  /** The pseudo header: RFC 768. */
  @Test
  void aDatagramThatWasForAnotherAddressIsSeen() {
    byte[] udp = udp(Frames.data(20));
    assertDropped(DropReason.UDP_CSUM, frame(Ip4Addr.parse("198.51.100.7"), udp));
  }

  /** RFC 768: its sender has made none. */
  @Test
  void withoutAChecksumItIsTakenAsItIs() {
    var _ = answer(frame(Rig.OUR_IP, udp(28, 0, Frames.data(20))));
    assertEquals(0, stat(IpStat.UDP_IN_ERRORS));
  }

  /** RFC 768: one that comes out as 0 is sent as all ones; and what is next to it. */
  @Test
  void checksumsOfAWholeRoundAreTaken() {
    int corners = 0;
    for (int word = 0; word <= 0xFFFF; word++) {
      byte[] udp = udp(new byte[] {(byte) (word >> 8), (byte) word});
      int check = Frames.u16(udp, 6);
      boolean corner = check <= 1 || check >= 0xFFFE;
      if (corner || word % 64 == 0) {
        var _ = answer(frame(Rig.OUR_IP, udp));
        corners += corner ? 1 : 0;
      }
    }
    assertEquals(3, corners, "1, 0xFFFE and 0xFFFF");
    assertEquals(0, stat(IpStat.UDP_IN_ERRORS));
  }
}
