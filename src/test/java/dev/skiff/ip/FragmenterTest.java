package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.ip.OutRig.Datagram;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X81, X82, X84, X119: datagrams longer than their path takes. RFC 791 2.3, 3.2; RFC 1122 3.3.3.
 */
class FragmenterTest {
  private static final long SEED = Long.getLong("skiff.seed", 791);
  private static final int MAX_PAYLOAD = 65_535 - Frames.IP_HLEN;
  private static final long SECOND = 1_000_000_000L;

  private static OutRig rigOf(int mtu) {
    int pieces = MAX_PAYLOAD / (mtu - Frames.IP_HLEN - 7) + 2;
    OutRig out =
        new OutRig(
            Integer.highestOneBit(pieces) * 2, mtu + Frames.ETH_HLEN, builder -> builder.mtu(mtu));
    out.rig.device().setTxQueueLen(2 * pieces);
    out.rig.introducePeer();
    return out;
  }

  /** Payload bytes of each piece but the last: RFC 791 3.2, "NFB". */
  private static int each(int mtu) {
    return (mtu - Frames.IP_HLEN) / 8 * 8;
  }

  private static IntStream sizes(int mtu) {
    Random random = new Random(SEED);
    IntStream.Builder sizes = IntStream.builder();
    for (int pieces : new int[] {1, 2, 3}) {
      IntStream.rangeClosed(-9, 9).forEach(i -> sizes.add(pieces * each(mtu) + i));
    }
    random.ints(10, 1, MAX_PAYLOAD).forEach(sizes::add);
    IntStream.rangeClosed(MAX_PAYLOAD - 8, MAX_PAYLOAD).forEach(sizes::add);
    return sizes.build();
  }

  private static void assertCut(int mtu, byte[] payload, List<Datagram> pieces) {
    String what = "MTU " + mtu + ", " + payload.length + " bytes, seed " + SEED;
    Datagram first = pieces.getFirst();
    int next = 0;
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (Datagram piece : pieces) {
      boolean last = piece == pieces.getLast();
      assertEquals(next, piece.offset(), what);
      next += piece.payload().length;
      whole.writeBytes(piece.payload());
      assertEquals(!last, piece.mf(), what);
      assertTrue(piece.totLen() <= mtu, what);
      assertTrue(last || piece.payload().length == each(mtu), what);
      assertEquals(0, Frames.checksum(piece.frame(), OutRig.IP, Frames.IP_HLEN), what);
      assertEquals(Math.max(60, Frames.ETH_HLEN + piece.totLen()), piece.frame().length, what);
      assertEquals(Rig.PEER_MAC, piece.dest(), what);
      assertEquals(0x45, Frames.u8(piece.frame(), OutRig.IP), what);
      assertEquals(first.id(), piece.id(), what);
      assertEquals(0x10, piece.tos(), what);
      assertEquals(99, piece.ttl(), what);
      assertEquals(OutRig.PROTOCOL, piece.protocol(), what);
      assertEquals(Rig.OUR_IP, piece.saddr(), what);
      assertEquals(Rig.PEER_IP, piece.daddr(), what);
      if (pieces.size() > 1) {
        assertFalse(piece.df(), "RFC 791 3.1: what must not be fragmented is no fragment");
      }
    }
    assertArrayEquals(payload, whole.toByteArray(), what);
  }

  /** X81, X84. */
  @ParameterizedTest
  @ValueSource(ints = {68, 576, 1499, 1500, 9000})
  void thePiecesAreTheWholeDatagram(int mtu) {
    OutRig out = rigOf(mtu);
    assertEquals(mtu, out.ipv4().mtu(Rig.PEER_IP, out.rig.clock.nowNs()));
    sizes(mtu)
        .forEach(
            n -> {
              long oks = out.stat(IpStat.IP_FRAG_OKS);
              long creates = out.stat(IpStat.IP_FRAG_CREATES);
              Flow flow = OutRig.to(Rig.PEER_IP).tos(0x10).ttl(99);
              List<Datagram> pieces = out.sent(flow, n);
              assertCut(mtu, Frames.data(n), pieces);
              boolean fits = n + Frames.IP_HLEN <= mtu;
              int wanted = fits ? 1 : (n + each(mtu) - 1) / each(mtu);
              assertEquals(wanted, pieces.size(), "MTU " + mtu + ", " + n + " bytes");
              assertEquals(oks + (fits ? 0 : 1), out.stat(IpStat.IP_FRAG_OKS));
              assertEquals(creates + (fits ? 0 : wanted), out.stat(IpStat.IP_FRAG_CREATES));
            });
    assertEquals(sizes(mtu).count(), out.stat(IpStat.IP_OUT_REQUESTS));
    assertEquals(0, out.stat(IpStat.IP_FRAG_FAILS));
    assertEquals(0, out.stat(IpStat.IP_OUT_DISCARDS));
  }

  @Test
  void aDatagramLongerThanTheLongestIsRefused() {
    OutRig out = rigOf(1500);
    byte[] payload = Frames.data(MAX_PAYLOAD + 1);
    assertEquals(DropReason.PKT_TOO_BIG, out.send(OutRig.to(Rig.PEER_IP), payload));
    assertEquals(List.of(), out.turn());
    assertEquals(1, out.stat(IpStat.IP_OUT_DISCARDS));
  }

  // ---- Identification and DF --------------------------------------------------------------------

  /** X82. */
  @Test
  void noTwoFragmentedDatagramsHaveOneIdForLong() {
    OutRig out = rigOf(68);
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 3000; i++) {
      List<Datagram> pieces = out.sent(OutRig.to(Rig.PEER_IP), 49);
      assertEquals(2, pieces.size());
      assertEquals(pieces.getFirst().id(), pieces.getLast().id());
      assertTrue(ids.add(pieces.getFirst().id()), "again after " + i);
    }
  }

  /** X82: RFC 6864 4.2, for each source, destination and protocol, whatever goes on beside it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void idsOfOneFlowDoNotRepeatInAQuarterOfAllThereAre(long seed) {
    IpIdents idents = new IpIdents(new SplittableRandom(seed));
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 0x4000; i++) {
      int id = idents.next(Rig.OUR_IP, Rig.PEER_IP, 17);
      assertEquals(id, id & 0xFFFF);
      assertTrue(ids.add(id), "again after " + i);
    }
  }

  @Test
  void idsOfManyFlowsAtOnceDoNotRepeatSoon() {
    IpIdents idents = new IpIdents(new SplittableRandom(SEED));
    List<Set<Integer>> ids = new ArrayList<>();
    for (int flow = 0; flow < 4 * 64; flow++) {
      ids.add(new HashSet<>());
    }
    for (int i = 0; i < 1000; i++) {
      for (int flow = 0; flow < ids.size(); flow++) {
        int id = idents.next(Rig.OUR_IP + (flow & 1), Rig.PEER_IP + (flow >> 2), 6 + (flow & 2));
        assertTrue(ids.get(flow).add(id), "again after " + i + ", seed " + SEED);
      }
    }
  }

  /** X82: RFC 6864 4.1. */
  @Test
  void whatMayBeFragmentedOnItsWayHasAnIdOfItsOwn() {
    OutRig out = rigOf(1500);
    Flow flow = OutRig.to(Rig.PEER_IP).pmtuDisc(PmtuDisc.DONT);
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      Datagram datagram = out.sent(flow, 100).getFirst();
      assertFalse(datagram.df());
      assertTrue(ids.add(datagram.id()));
    }
  }

  /** X81. */
  @Test
  void whatMustNotBeFragmentedIsRefusedIfItDoesNotFit() {
    OutRig out = rigOf(1500);
    Flow flow = OutRig.to(Rig.PEER_IP).pmtuDisc(PmtuDisc.DO);
    assertEquals(DropReason.PKT_TOO_BIG, out.send(flow, Frames.data(1481)));
    assertEquals(List.of(), out.turn());
    assertEquals(1, out.stat(IpStat.IP_FRAG_FAILS));
    assertEquals(1, out.stat(IpStat.IP_OUT_DISCARDS));
    assertEquals(0, out.stat(IpStat.IP_FRAG_CREATES));
    assertTrue(out.sent(flow, 1480).getFirst().df());
  }

  @Test
  void withoutPathMtuDiscoveryDfIsNotSet() {
    OutRig out = new OutRig(builder -> builder.ipv4("ip_no_pmtu_disc=on"));
    out.rig.introducePeer();
    Datagram one = out.sent(OutRig.to(Rig.PEER_IP), 100).getFirst();
    Datagram two = out.sent(OutRig.to(Rig.PEER_IP), 100).getFirst();
    assertFalse(one.df());
    assertNotEquals(one.id(), two.id());
  }

  /** {@code ip_no_pmtu_disc} is what is usual; who says IP_PMTUDISC_DO still has DF set. */
  @Test
  void whoWantsDfHasItWithoutPathMtuDiscoveryToo() {
    OutRig out = new OutRig(builder -> builder.ipv4("ip_no_pmtu_disc=on"));
    out.rig.introducePeer();
    Flow flow = OutRig.to(Rig.PEER_IP).pmtuDisc(PmtuDisc.DO);
    assertTrue(out.sent(flow, 100).getFirst().df());
    assertEquals(DropReason.PKT_TOO_BIG, out.send(flow, Frames.data(1481)));
  }

  // ---- When something is wanting ----------------------------------------------------------------

  /** X11: no memory of ours goes out behind a short last piece. */
  @Test
  void theLastPieceIsPaddedWithZeros() {
    OutRig out = rigOf(1500);
    SkBuffPool pool = out.rig.stack().pool();
    List<SkBuff> dirty = new ArrayList<>();
    for (int size : SkBuffPool.SIZES) {
      for (int i = 0; i < 300_000 / size + 1; i++) {
        SkBuff skb = Objects.requireNonNull(pool.alloc(size, "dirt"));
        skb.segment().fill((byte) 0xEE);
        dirty.add(skb);
      }
    }
    dirty.forEach(skb -> skb.free(DropReason.CONSUMED));
    for (int n = 1; n <= 26; n++) {
      Datagram last = out.sent(OutRig.to(Rig.PEER_IP), 1480 + n).getLast();
      assertEquals(n, last.payload().length);
      assertArrayEquals(new byte[Math.max(0, 60 - 34 - n)], last.padding(), n + " bytes");
    }
  }

  @Test
  void withoutMemoryInTheMiddleTheRestIsNotSent() {
    OutRig out = new OutRig(builder -> builder.buffers(16));
    out.rig.introducePeer();
    out.rig.device().changeMtu(576);
    SkBuffPool pool = out.rig.stack().pool();
    List<SkBuff> all = new ArrayList<>();
    for (SkBuff skb; (skb = pool.devAlloc(100, "hoarder")) != null; ) {
      all.add(skb);
    }
    // For the datagram itself and its first piece.
    all.removeLast().free(DropReason.CONSUMED);
    all.removeLast().free(DropReason.CONSUMED);
    assertEquals(DropReason.NOMEM, out.send(OutRig.to(Rig.PEER_IP), Frames.data(1400)));
    all.forEach(skb -> skb.free(DropReason.CONSUMED));
    assertEquals(1, out.turn().size());
    assertEquals(1, out.stat(IpStat.IP_FRAG_FAILS));
    assertEquals(1, out.stat(IpStat.IP_FRAG_CREATES));
    assertEquals(0, out.stat(IpStat.IP_FRAG_OKS));
    assertEquals(1, out.stat(IpStat.IP_OUT_DISCARDS));
    assertEquals(3, out.sent(OutRig.to(Rig.PEER_IP), 1400).size(), "it goes on");
  }

  @Test
  void withAFullTransmitQueueTheRestIsNotSent() {
    OutRig out = rigOf(576);
    out.rig.device().setTxQueueLen(2);
    assertEquals(DropReason.QDISC_DROP, out.send(OutRig.to(Rig.PEER_IP), Frames.data(5000)));
    List<Datagram> pieces = out.turn();
    assertEquals(List.of(0, 552), pieces.stream().map(Datagram::offset).toList());
    assertEquals(1, out.stat(IpStat.IP_FRAG_FAILS));
    assertEquals(2, out.stat(IpStat.IP_FRAG_CREATES));
    assertEquals(0, out.stat(IpStat.IP_FRAG_OKS));
    assertEquals(1, out.stat(IpStat.IP_OUT_DISCARDS));
  }

  // ---- When the next hop is not known -----------------------------------------------------------

  /** X30, X31: unres_qlen is 101, and a datagram in 101 pieces is whole when they can go. */
  @Test
  void allPiecesWaitForTheNextHopAndGoInOrder() {
    OutRig out = new OutRig(builder -> builder.mtu(576));
    byte[] payload = Frames.data(101 * each(576));
    out.send(OutRig.to(Rig.PEER_IP).tos(0x10).ttl(99), payload);
    assertEquals(List.of(), out.turn());
    assertEquals(101, out.rig.stack().neighbours().queued());
    byte[] reply = Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP);
    List<Datagram> pieces = Datagram.of(out.rig.exchange(reply));
    assertEquals(101, pieces.size());
    assertCut(576, payload, pieces);
  }

  /** X94 in our own house: of later fragments nobody is told, their bytes are no header. */
  @Test
  void ofWhatWaitedInPiecesItsProtocolIsToldOnce() {
    OutRig out = new OutRig();
    List<Integer> told = new ArrayList<>();
    out.ipv4()
        .addProtocol(
            OutRig.PROTOCOL,
            new IpHandler() {
              @Override
              public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
                return DropReason.CONSUMED;
              }

              @Override
              public void error(Packet packet, int ip, IcmpError why, NetDevice dev, long nowNs) {
                told.add(packet.u8(ip + Frames.IP_HLEN));
              }
            });
    out.send(OutRig.to(Rig.PEER_IP), Frames.data(4000));
    for (int i = 0; i < 4; i++) {
      out.rig.after(SECOND);
    }
    assertEquals(3, out.rig.verdicts(DropReason.NEIGH_FAILED));
    assertEquals(List.of((int) Frames.data(1)[0]), told);
  }

  // ---- Echo -------------------------------------------------------------------------------------

  /** X70, X110, X119: up to the longest echo there is, and both ways in pieces. */
  @ParameterizedTest
  @ValueSource(ints = {1473, 8000, 65_506, 65_507})
  void theReplyToALongEchoIsFragmented(int n) {
    OutRig out = rigOf(1500);
    byte[] request = icmp(8, n);
    for (int at = 0; at < request.length; at += 1480) {
      byte[] payload = Arrays.copyOfRange(request, at, Math.min(at + 1480, request.length));
      byte[] piece = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, payload);
      int more = at + 1480 < request.length ? 0x2000 : 0;
      ByteBuffer.wrap(piece).putShort(6, (short) (at / 8 | more));
      out.rig.inject(OutRig.frame(OutRig.summed(piece)));
    }
    List<Datagram> pieces = out.turn();
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (Datagram piece : pieces) {
      assertEquals(whole.size(), piece.offset());
      assertEquals(piece != pieces.getLast(), piece.mf());
      assertFalse(piece.df());
      whole.writeBytes(piece.payload());
    }
    assertTrue(Arrays.equals(icmp(0, n), whole.toByteArray()));
    assertEquals(1, out.stat(IpStat.IP_REASM_OKS));
    assertEquals(1, out.stat(IpStat.IP_FRAG_OKS));
    assertEquals((n + 8 + 1479) / 1480, out.stat(IpStat.IP_FRAG_CREATES));
    assertEquals(1, out.stat(IpStat.ICMP_OUT_ECHO_REPS));
  }

  private static byte[] icmp(int type, int n) {
    return Frames.icmp(type, 0, 7, 9, Frames.data(n));
  }
}
