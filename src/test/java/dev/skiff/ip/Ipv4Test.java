package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The receive checks of RFC 1122 3.2.1, each with its reason and its counter, and the way back. */
class Ipv4Test {
  private static final int IP = Frames.ETH_HLEN;
  private static final byte[] ICMP = Frames.icmp(8, 0, 7, 9, Frames.data(56));

  private static final long SEED = Long.getLong("skiff.seed", 1122);

  private final Rig rig = new Rig();

  @BeforeEach
  void introduce() {
    rig.introducePeer();
  }

  private static byte[] frame(byte[] datagram) {
    return Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, datagram);
  }

  private static byte[] echo(int saddr, int daddr) {
    return frame(Frames.ipv4(saddr, daddr, 1, 64, ICMP));
  }

  private static byte[] echo() {
    return echo(Rig.PEER_IP, Rig.OUR_IP);
  }

  /** Sets one byte of the IP header and rights its checksum. */
  private static byte[] with(int offset, int value) {
    byte[] frame = echo();
    frame[IP + offset] = (byte) value;
    return summed(frame);
  }

  private static byte[] summed(byte[] frame) {
    int headerLen = Math.min((frame[IP] & 0xF) * 4, frame.length - IP);
    ByteBuffer buffer = ByteBuffer.wrap(frame);
    buffer.putShort(IP + 10, (short) 0);
    return buffer
        .putShort(IP + 10, (short) Frames.checksum(frame, IP, Math.max(headerLen, 12)))
        .array();
  }

  private long stat(IpStat stat) {
    return rig.stack().ipv4().stat(stat);
  }

  private void assertDropped(DropReason reason, IpStat counter, byte[] frame) {
    long before = rig.verdicts(reason);
    long counted = stat(counter);
    assertEquals(0, rig.exchange(frame).size(), "nothing is answered");
    assertEquals(before + 1, rig.verdicts(reason), reason.name());
    assertEquals(counted + 1, stat(counter), counter.name());
  }

  private byte[] answer(byte[] frame) {
    List<byte[]> out = rig.exchange(frame);
    assertEquals(1, out.size());
    return out.getFirst();
  }

  @Test
  void theReplyIsAWellFormedDatagram() {
    byte[] reply = answer(echo());
    assertEquals(Rig.PEER_MAC, Frames.u48(reply, 0));
    assertEquals(Rig.OUR_MAC, Frames.u48(reply, 6));
    assertEquals(0x0800, Frames.u16(reply, 12));
    assertEquals(0x45, Frames.u8(reply, IP));
    assertEquals(20 + ICMP.length, Frames.u16(reply, IP + 2));
    // RFC 6864 4.1: an atomic datagram, DF set and no fragment, may have any id.
    assertEquals(0, Frames.u16(reply, IP + 4));
    assertEquals(0x4000, Frames.u16(reply, IP + 6));
    assertEquals(64, Frames.u8(reply, IP + 8));
    assertEquals(1, Frames.u8(reply, IP + 9));
    assertEquals(0, Frames.checksum(reply, IP, 20));
    assertEquals(Rig.OUR_IP, Frames.u32(reply, IP + 12));
    assertEquals(Rig.PEER_IP, Frames.u32(reply, IP + 16));
    assertEquals(1, stat(IpStat.IP_IN_RECEIVES));
    assertEquals(1, stat(IpStat.IP_IN_DELIVERS));
    assertEquals(1, stat(IpStat.IP_OUT_REQUESTS));
  }

  /** X12, X44. */
  @Test
  void whatPadsTheFrameIsNoPartOfTheDatagram() {
    byte[] icmp = Frames.icmp(8, 0, 1, 1, new byte[0]);
    byte[] padded = Arrays.copyOf(frame(Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp)), 60);
    Arrays.fill(padded, 42, 60, (byte) 0xEE);
    byte[] reply = answer(padded);
    assertEquals(28, Frames.u16(reply, IP + 2));
    assertEquals(60, reply.length);
    assertArrayEquals(new byte[18], Arrays.copyOfRange(reply, 42, 60), "zeros, not 0xEE");
  }

  /** X51. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255})
  void noDatagramForUsIsRefusedForItsTtl(int ttl) {
    // RFC 1122 3.2.1.7: a host MUST NOT discard a datagram just because its TTL is less than 2.
    assertEquals(64, Frames.u8(answer(with(8, ttl)), IP + 8));
  }

  /** X41. */
  @ParameterizedTest
  @ValueSource(ints = {0, 5, 6, 15})
  void otherVersionsAreDiscarded(int version) {
    assertDropped(DropReason.IP_INHDR, IpStat.IP_IN_HDR_ERRORS, with(0, version << 4 | 5));
  }

  /** X43. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void aHeaderShorterThanItCanBeIsDiscarded(int ihl) {
    assertDropped(DropReason.IP_INHDR, IpStat.IP_IN_HDR_ERRORS, with(0, 0x40 | ihl));
  }

  @Test
  void aHeaderLongerThanTheFrameIsDiscarded() {
    byte[] frame = Arrays.copyOf(with(0, 0x4F), IP + 24);
    assertDropped(DropReason.IP_TRUNCATED, IpStat.IP_IN_HDR_ERRORS, frame);
  }

  /** X42. */
  @Test
  void everyWrongBitOfTheHeaderIsSeenByItsChecksum() {
    byte[] good = echo();
    // From the third byte on: version and length are looked at before.
    for (int bit = 8; bit < 160; bit++) {
      byte[] bad = good.clone();
      bad[IP + bit / 8] ^= (byte) (1 << bit % 8);
      assertDropped(DropReason.IP_CSUM, IpStat.IP_IN_HDR_ERRORS, bad);
    }
  }

  @Test
  void aTotalLengthLessThanTheHeaderIsDiscarded() {
    assertDropped(DropReason.IP_INHDR, IpStat.IP_IN_HDR_ERRORS, with(3, 19));
  }

  @Test
  void aTotalLengthMoreThanWhatCameIsDiscarded() {
    assertDropped(DropReason.IP_TRUNCATED, IpStat.IP_IN_HDR_ERRORS, with(3, 20 + ICMP.length + 1));
  }

  @Test
  void everyTruncationIsCountedAndHarmless() {
    byte[] frame = echo();
    for (int n = 0; n < 20; n++) {
      assertDropped(
          DropReason.PKT_TOO_SMALL, IpStat.IP_IN_HDR_ERRORS, Arrays.copyOf(frame, IP + n));
    }
    for (int n = 20; n < 20 + ICMP.length; n++) {
      assertDropped(DropReason.IP_TRUNCATED, IpStat.IP_IN_HDR_ERRORS, Arrays.copyOf(frame, IP + n));
    }
  }

  /** X48. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "198.51.100.255"
      })
  void aSourceThatNoHostHasIsDiscarded(String saddr) {
    // RFC 1122 3.2.1.3.
    assertDropped(
        DropReason.IP_INVALID_SOURCE,
        IpStat.IP_IN_ADDR_ERRORS,
        echo(Ip4Addr.parse(saddr), Rig.OUR_IP));
  }

  /** X18. */
  @Test
  void ourOwnAddressAsSourceIsDiscarded() {
    assertDropped(
        DropReason.IP_LOCAL_SOURCE, IpStat.IP_IN_ADDR_ERRORS, echo(Rig.OUR_IP, Rig.OUR_IP));
  }

  /** X14, X45, X49. */
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, IP_LOCALNET",
    "198.51.100.3, IP_INADDRERRORS",
    "203.0.113.2, IP_INADDRERRORS",
    "224.0.0.251, IP_MULTICAST_UNJOINED",
    "240.0.0.1, IP_INADDRERRORS",
  })
  void aDestinationThatIsNotOursIsDiscarded(String daddr, DropReason reason) {
    assertDropped(reason, IpStat.IP_IN_ADDR_ERRORS, echo(Rig.PEER_IP, Ip4Addr.parse(daddr)));
  }

  /** X06, X40. */
  @ParameterizedTest
  @ValueSource(longs = {0xFFFF_FFFF_FFFFL, 0x0100_5E00_0001L})
  void unicastInALinkBroadcastIsDiscarded(long dest) {
    // RFC 1122 3.3.6.
    byte[] frame =
        Frames.ethernet(
            dest, Rig.PEER_MAC, 0x0800, Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, ICMP));
    assertDropped(DropReason.UNICAST_IN_L2_MULTICAST, IpStat.IP_IN_ADDR_ERRORS, frame);
  }

  /** X53, X95. */
  @ParameterizedTest
  @ValueSource(ints = {0, 6, 41, 132, 253, 255})
  void anUnknownProtocolIsCountedAndItsSenderTold(int protocol) {
    byte[] frame = with(9, protocol);
    byte[] error = answer(frame);
    assertEquals(1, rig.verdicts(DropReason.IP_NOPROTO));
    assertEquals(1, stat(IpStat.IP_IN_UNKNOWN_PROTOS));
    assertEquals(3, error[IP + 20], "destination unreachable");
    assertEquals(2, error[IP + 21], "protocol unreachable");
    assertArrayEquals(
        Arrays.copyOfRange(frame, IP, frame.length),
        Arrays.copyOfRange(error, IP + 28, error.length));
  }

  @Test
  void optionsOfEveryLengthAreSkipped() {
    for (int ihl = 6; ihl <= 15; ihl++) {
      int headerLen = ihl * 4;
      ByteBuffer datagram = ByteBuffer.allocate(headerLen + ICMP.length);
      datagram.put(Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, new byte[0]));
      datagram.put(0, (byte) (0x40 | ihl)).putShort(2, (short) datagram.capacity());
      for (int i = 20; i < headerLen; i++) {
        datagram.put(i, (byte) 1); // NOP
      }
      datagram.put(headerLen, ICMP);
      byte[] reply = answer(summed(frame(datagram.array())));
      assertEquals(0x45, Frames.u8(reply, IP));
      assertEquals(20 + ICMP.length, Frames.u16(reply, IP + 2));
      assertEquals(0, Frames.checksum(reply, IP + 20, ICMP.length));
    }
  }

  /** X120. */
  @Test
  void anOffLinkAskerIsAnsweredThroughTheGateway() {
    Rig routed = new Rig(builder -> builder.gateway("198.51.100.1"));
    byte[] far = echo(Ip4Addr.parse("203.0.113.9"), Rig.OUR_IP);
    List<byte[]> out = routed.exchange(far);
    assertEquals(1, out.size());
    assertEquals(0x0806, Frames.u16(out.getFirst(), 12));
    assertEquals(Rig.PEER_IP, Frames.u32(out.getFirst(), 38), "it asks for the gateway");
    out = routed.exchange(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(Rig.PEER_MAC, Frames.u48(out.getFirst(), 0));
    assertEquals(Ip4Addr.parse("203.0.113.9"), Frames.u32(out.getFirst(), IP + 16));
  }

  @Test
  void withoutARouteTheReplyIsDroppedByName() {
    assertDropped(
        DropReason.IP_OUTNOROUTES,
        IpStat.IP_OUT_NO_ROUTES,
        echo(Ip4Addr.parse("203.0.113.9"), Rig.OUR_IP));
  }

  private DropReason send(int daddr, int payload) {
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(1515, "test"));
    skb.copyFrom(Frames.data(payload), skb.put(payload), payload);
    DropReason reason =
        rig.stack().ipv4().send(skb, new Flow().to(daddr, 253).from(Rig.OUR_IP), rig.clock.nowNs());
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
    return reason;
  }

  @Test
  void aWrongBitInTheOptionsIsSeenByTheChecksum() {
    // RFC 791 3.1: the checksum is that of the header, options included.
    ByteBuffer datagram = ByteBuffer.allocate(24 + ICMP.length);
    datagram.put(Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, new byte[0]));
    datagram.put(0, (byte) 0x46).putShort(2, (short) datagram.capacity()).putInt(20, 0x01010100);
    byte[] good = summed(frame(datagram.put(24, ICMP).array()));
    for (int bit = 0; bit < 32; bit++) {
      byte[] bad = good.clone();
      bad[IP + 20 + bit / 8] ^= (byte) (1 << bit % 8);
      assertDropped(DropReason.IP_CSUM, IpStat.IP_IN_HDR_ERRORS, bad);
    }
    assertEquals(1, rig.exchange(good).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"255.255.255.255", "198.51.100.255", "224.0.0.1"})
  void whatIsForAllIsDeliveredToItsProtocol(String daddr) {
    long delivered = stat(IpStat.IP_IN_DELIVERS);
    byte[] datagram = Frames.ipv4(Rig.PEER_IP, Ip4Addr.parse(daddr), 1, 1, ICMP);
    rig.exchange(Frames.ethernet(Frames.BROADCAST, Rig.PEER_MAC, 0x0800, datagram));
    assertEquals(delivered + 1, stat(IpStat.IP_IN_DELIVERS));
  }

  /** X128. */
  @Test
  void everyDatagramIsCountedOnceByItsEnd() {
    // RFC 1213 ip group: InReceives is the sum of what can become of a datagram here; fragments
    // that
    // made one are delivered as one.
    Random random = new Random(SEED);
    for (int i = 0; i < 5000; i++) {
      byte[] frame = echo();
      frame[IP + random.nextInt(20)] = (byte) random.nextInt();
      rig.exchange(random.nextInt(4) == 0 ? frame : summed(frame));
    }
    assertEquals(5000, stat(IpStat.IP_IN_RECEIVES));
    assertEquals(
        5000,
        stat(IpStat.IP_IN_HDR_ERRORS)
            + stat(IpStat.IP_IN_ADDR_ERRORS)
            + stat(IpStat.IP_IN_UNKNOWN_PROTOS)
            + stat(IpStat.IP_IN_DISCARDS)
            + stat(IpStat.IP_IN_DELIVERS)
            + stat(IpStat.IP_REASM_REQDS)
            - stat(IpStat.IP_REASM_OKS),
        "seed " + SEED);
  }

  @Test
  void aProtocolOfOnesOwnGetsTheDatagramWithoutHeaderAndPadding() {
    List<String> heard = new ArrayList<>();
    rig.stack()
        .ipv4()
        .addProtocol(
            253, // RFC 3692: for experiments
            (skb, dev, nowNs) -> {
              heard.add(
                  skb.len() + " " + (skb.data() - skb.networkHeader()) + " " + skb.u8(skb.data()));
              return DropReason.CONSUMED;
            });
    byte[] datagram = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 253, 64, new byte[] {42, 1, 2});
    rig.exchange(Frames.padded(frame(datagram)));
    assertEquals(List.of("3 20 42"), heard);
    assertThrows(
        IllegalStateException.class,
        () -> rig.stack().ipv4().addProtocol(253, (skb, dev, nowNs) -> DropReason.CONSUMED));
  }

  @Test
  void aDestinationOnTheLinkIsNotSentThroughTheGateway() {
    // RFC 1122 3.3.1.1 (b).
    Rig routed = new Rig(builder -> builder.gateway("198.51.100.1"));
    int near = Ip4Addr.parse("198.51.100.9");
    List<byte[]> out = routed.exchange(echo(near, Rig.OUR_IP));
    assertEquals(near, Frames.u32(out.getFirst(), 38));
  }

  /** X122. */
  @Test
  void bothAddressesOfAPointToPointNetworkAreHosts() {
    // RFC 3021 2.1: a /31 has no broadcast address and no number of its own.
    Rig pair = new Rig(builder -> builder.ip("198.51.100.2/31"));
    int other = Ip4Addr.parse("198.51.100.3");
    assertEquals(1, pair.exchange(Frames.arpRequest(Rig.PEER_MAC, other, Rig.OUR_IP)).size());
    List<byte[]> out = pair.exchange(echo(other, Rig.OUR_IP));
    assertEquals(other, Frames.u32(out.getFirst(), IP + 16));
  }

  @Test
  void whatIsSentToAllIsALinkBroadcastAndNobodyIsAsked() {
    // RFC 894 "Broadcast Address".
    assertEquals(DropReason.NOT_DROPPED, send(Ip4Addr.parse("198.51.100.255"), 30));
    List<byte[]> out = rig.turn();
    assertEquals(1, out.size());
    assertEquals(Frames.BROADCAST, Frames.u48(out.getFirst(), 0));
    assertEquals(0x0800, Frames.u16(out.getFirst(), 12));
  }

  /** X10. */
  @Test
  void aDatagramOfTheMtuGoesOutWholeAndALongerOneInPieces() {
    assertEquals(DropReason.NOT_DROPPED, send(Rig.PEER_IP, 1480));
    assertEquals(1514, rig.turn().getFirst().length);
    assertEquals(DropReason.CONSUMED, send(Rig.PEER_IP, 1481));
    assertEquals(List.of(1514, 60), rig.turn().stream().map(frame -> frame.length).toList());
    assertEquals(3, stat(IpStat.IP_OUT_TRANSMITS));
    assertEquals(0, stat(IpStat.IP_OUT_DISCARDS));
    assertEquals(2, stat(IpStat.IP_OUT_REQUESTS));
  }

  @Test
  void whatTheDeviceRefusesIsCountedAsDiscarded() {
    rig.introducePeer();
    rig.device().setTxQueueLen(1);
    assertEquals(DropReason.NOT_DROPPED, send(Rig.PEER_IP, 30));
    assertEquals(DropReason.QDISC_DROP, send(Rig.PEER_IP, 30));
    assertEquals(1, stat(IpStat.IP_OUT_DISCARDS));
    rig.turn();
  }

  @Test
  void byADeviceThatIsDownThereIsNoRoute() throws IOException {
    rig.introducePeer();
    assertEquals(DropReason.NOT_DROPPED, send(Rig.PEER_IP, 30));
    rig.turn();
    rig.device().stop();
    assertEquals(DropReason.IP_OUTNOROUTES, send(Rig.PEER_IP, 30));
    assertEquals(1, stat(IpStat.IP_OUT_NO_ROUTES));
    rig.device().open();
    rig.introducePeer();
    assertEquals(DropReason.NOT_DROPPED, send(Rig.PEER_IP, 30));
    assertEquals(1, rig.turn().size());
  }
}
