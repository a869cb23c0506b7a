package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The echo client of RFC 1122 3.2.2.6, line X113: requests, and whose replies are believed. */
class PingsTest {
  private static final int AT = Frames.ETH_HLEN + Frames.IP_HLEN;
  private static final int DATA = AT + Frames.ICMP_HLEN;
  private static final int OTHER_IP = Ip4Addr.parse("198.51.100.9");
  private static final int ROUTER_IP = Ip4Addr.parse("203.0.113.7");
  private static final long MS = 1_000_000;

  private final Rig rig = new Rig();
  private final Heard heard = new Heard();
  private final PingSocket ping = rig.skiff.pings().open(Rig.PEER_IP, heard);

  /** What a socket was told, a line each. */
  private static final class Heard implements PingListener {
    final List<String> lines = new ArrayList<>();
    byte[] data = {};

    @Override
    public void reply(PingReply reply, long nowNs) {
      String line =
          "%d bytes from %s seq %d ttl %d %d ns"
              .formatted(
                  reply.bytes(),
                  Ip4Addr.format(reply.source()),
                  reply.sequence(),
                  reply.ttl(),
                  reply.rttNs());
      if (reply.isDuplicate()) {
        line += " duplicate";
      }
      if (reply.isTruncated()) {
        line += " truncated";
      }
      if (reply.wrongAt() >= 0) {
        line += " wrong at " + reply.wrongAt() + " wanted " + reply.wanted();
        data = reply.data();
      }
      lines.add(line);
    }

    @Override
    public void error(int sequence, int from, IcmpError why, long nowNs) {
      lines.add(
          "seq %d from %s: %d/%d %d"
              .formatted(sequence, Ip4Addr.format(from), why.type(), why.code(), why.info()));
    }

    List<String> take() {
      List<String> taken = List.copyOf(lines);
      lines.clear();
      return taken;
    }
  }

  @BeforeEach
  void introduce() {
    rig.introducePeer();
  }

  private byte[] request() {
    assertEquals(DropReason.NOT_DROPPED, ping.send(0, rig.clock.nowNs()));
    List<byte[]> out = rig.turn();
    assertEquals(1, out.size());
    return out.getFirst();
  }

  private static byte[] data(byte[] frame) {
    int totLen = Frames.u16(frame, Frames.ETH_HLEN + 2);
    return Arrays.copyOfRange(frame, DATA, Frames.ETH_HLEN + totLen);
  }

  private static byte[] reply(int from, int to, int id, int sequence, byte[] data) {
    byte[] icmp = Frames.icmp(0, 0, id, sequence, data);
    return Frames.padded(
        Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(from, to, 1, 63, icmp)));
  }

  private byte[] replyTo(byte[] request) {
    return reply(
        Rig.PEER_IP,
        Rig.OUR_IP,
        Frames.u16(request, AT + 4),
        Frames.u16(request, AT + 6),
        data(request));
  }

  private void assertUnasked(byte[] frame) {
    long before = rig.verdicts(DropReason.ICMP_ECHO_REPLY_UNASKED);
    assertEquals(0, rig.exchange(frame).size(), "nothing is answered");
    assertEquals(List.of(), heard.take());
    assertEquals(before + 1, rig.verdicts(DropReason.ICMP_ECHO_REPLY_UNASKED));
  }

  @Test
  void aRequestIsAnEchoWithIdSequenceTimeAndPattern() {
    assertEquals(DropReason.NOT_DROPPED, ping.send(7_000_042L, rig.clock.nowNs()));
    byte[] frame = rig.turn().getFirst();
    int ip = Frames.ETH_HLEN;
    assertEquals(84, Frames.u16(frame, ip + 2));
    assertEquals(64, Frames.u8(frame, ip + 8), "the usual time to live");
    assertEquals(Rig.OUR_IP, Frames.u32(frame, ip + 12));
    assertEquals(Rig.PEER_IP, Frames.u32(frame, ip + 16));
    assertEquals(8, Frames.u8(frame, AT));
    assertEquals(0, Frames.u8(frame, AT + 1));
    assertEquals(0, Frames.checksum(frame, AT, 64));
    assertEquals(ping.id(), Frames.u16(frame, AT + 4));
    assertEquals(1, Frames.u16(frame, AT + 6));
    ByteBuffer data = ByteBuffer.wrap(data(frame)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(7, data.getLong());
    assertEquals(42, data.getLong());
    for (int i = 16; i < 56; i++) {
      assertEquals(i, data.get());
    }
    assertEquals(1, rig.stack().ipv4().stat(IpStat.ICMP_OUT_ECHOS));
  }

  @Test
  void tosTtlAndSourceAreTheCallers() {
    ping.tosAndTtl(0x10, 7).from(Rig.OUR_IP, rig.device());
    byte[] frame = request();
    assertEquals(0x10, Frames.u8(frame, Frames.ETH_HLEN + 1));
    assertEquals(7, Frames.u8(frame, Frames.ETH_HLEN + 8));
    assertEquals(Rig.OUR_IP, Frames.u32(frame, Frames.ETH_HLEN + 12));
  }

  @Test
  void aReplyIsHandedOverWithItsRoundTripTime() {
    byte[] request = request();
    rig.clock.advance(3 * MS);
    rig.exchange(replyTo(request));
    assertEquals(List.of("64 bytes from 198.51.100.1 seq 1 ttl 63 3000000 ns"), heard.take());
    assertEquals(1, rig.stack().ipv4().stat(IpStat.ICMP_IN_ECHO_REPS));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 55, 56, 1471, 1472})
  void everySizeUpToTheMtuComesBackWhole(int size) {
    ping.data(size, new byte[0]);
    rig.exchange(replyTo(request()));
    assertEquals(List.of(size + 8 + " bytes from 198.51.100.1 seq 1 ttl 63 0 ns"), heard.take());
  }

  /** In fragments there and back. X110. */
  @ParameterizedTest
  @ValueSource(ints = {1473, 2952, 2953, 8000, 65_499, 65_506, 65_507})
  void longerOnesGoOutInFragmentsAndComeBackWhole(int size) {
    ping.data(size, new byte[0]);
    assertFalse(ping.send(0, rig.clock.nowNs()).isDrop());
    ByteBuffer message = ByteBuffer.allocate(size + Frames.ICMP_HLEN);
    for (byte[] frame : rig.turn()) {
      int end = Frames.ETH_HLEN + Frames.u16(frame, Frames.ETH_HLEN + 2);
      message.put(frame, AT, end - AT);
    }
    byte[] request = message.array();
    assertEquals(0, message.remaining());
    assertEquals(0, Frames.checksum(request, 0, request.length));
    byte[] data = Arrays.copyOfRange(request, Frames.ICMP_HLEN, request.length);
    byte[] reply = Frames.icmp(0, 0, ping.id(), 1, data);
    for (Fragment fragment : Fragment.cut(reply, 1480)) {
      byte[] ip = fragment.protocol(1).bytes();
      rig.inject(Frames.padded(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ip)));
    }
    rig.turn();
    assertEquals(List.of(size + 8 + " bytes from 198.51.100.1 seq 1 ttl 63 0 ns"), heard.take());
  }

  @Test
  void sizesThatNoDatagramHasRoomForAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> ping.data(65_508, new byte[0]));
    assertThrows(IllegalArgumentException.class, () -> ping.data(-1, new byte[0]));
  }

  @Test
  void aPatternIsRepeatedFromTheBeginning() {
    ping.data(20, new byte[] {(byte) 0xA5, 0x5A, 0x3C});
    byte[] data = data(request());
    assertArrayEquals(new byte[] {0x5A, 0x3C, (byte) 0xA5, 0x5A}, Arrays.copyOfRange(data, 16, 20));
  }

  @Test
  void theSecondReplyIsADuplicate() {
    byte[] request = request();
    rig.exchange(replyTo(request));
    rig.exchange(replyTo(request));
    assertEquals(2, heard.lines.size());
    assertTrue(heard.lines.get(1).endsWith(" duplicate"), heard.lines.get(1));
  }

  @Test
  void aByteThatIsNotAsItWasSentIsFound() {
    byte[] request = request();
    byte[] data = data(request);
    data[16 + 14] ^= 0x40;
    rig.exchange(reply(Rig.PEER_IP, Rig.OUR_IP, ping.id(), 1, data));
    String line = heard.take().getFirst();
    assertTrue(line.endsWith(" wrong at 30 wanted 30"), line);
    assertArrayEquals(data, heard.data);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 16, 20, 55})
  void aReplyWithFewerDataIsTruncated(int size) {
    byte[] data = Arrays.copyOf(data(request()), size);
    rig.exchange(reply(Rig.PEER_IP, Rig.OUR_IP, ping.id(), 1, data));
    String line = heard.take().getFirst();
    assertTrue(line.endsWith(" truncated"), line);
  }

  @Test
  void repliesThatNobodyWaitsForAreDropped() {
    byte[] data = data(request());
    int id = ping.id();
    assertUnasked(reply(Rig.PEER_IP, Rig.OUR_IP, id ^ 1, 1, data));
    assertUnasked(reply(OTHER_IP, Rig.OUR_IP, id, 1, data));
    assertUnasked(reply(Rig.PEER_IP, Rig.OUR_IP, id, 2, data));
    assertUnasked(reply(Rig.PEER_IP, Rig.OUR_IP, id, 0, data));
    assertUnasked(reply(Rig.PEER_IP, Rig.OUR_IP, id, 0xFFFF, data));
    rig.exchange(reply(Rig.PEER_IP, Ip4Addr.parse("198.51.100.255"), id, 1, data));
    assertEquals(List.of(), heard.take(), "a reply is never to all");
    rig.exchange(reply(Rig.PEER_IP, Rig.OUR_IP, id, 1, data));
    assertEquals(1, heard.take().size(), "and the right one is not");
  }

  @Test
  void aSocketThatIsClosedHearsNothing() {
    byte[] request = request();
    ping.close();
    ping.close();
    assertUnasked(replyTo(request));
    assertEquals(0, rig.skiff.pings().size());
    assertThrows(IllegalStateException.class, () -> ping.send(0, rig.clock.nowNs()));
  }

  @Test
  void sequenceNumbersGoRoundAndOldOnesAreForgotten() {
    ping.data(0, new byte[0]);
    byte[] first = request();
    useUpUntil(PingSocket.WINDOW);
    rig.exchange(replyTo(first));
    assertEquals(1, heard.take().size(), "the last that is known");
    byte[] next = request();
    assertEquals(PingSocket.WINDOW + 1, Frames.u16(next, AT + 6));
    assertUnasked(replyTo(first));
    useUpUntil(65_535);
    next = request();
    assertEquals(0, Frames.u16(next, AT + 6));
    rig.exchange(replyTo(next));
    assertEquals(List.of("8 bytes from 198.51.100.1 seq 0 ttl 63 0 ns"), heard.take());
  }

  /** Requests that are too long are not sent, but their numbers are used up. */
  private void useUpUntil(int sequence) {
    ping.data(1473, new byte[0]).pmtuDisc(PmtuDisc.DO);
    while (ping.transmitted() < sequence) {
      assertEquals(DropReason.PKT_TOO_BIG, ping.send(0, rig.clock.nowNs()));
    }
    ping.data(0, new byte[0]);
  }

  @Test
  void identifiersAreUnlikeEachOtherAndThoseOfAnotherSeed() {
    Pings pings = rig.skiff.pings();
    List<Integer> ids = new ArrayList<>(List.of(ping.id()));
    while (pings.size() < Pings.MAX_SOCKETS) {
      ids.add(pings.open(Rig.PEER_IP, heard).id());
    }
    Set<Integer> steps = new HashSet<>();
    for (int i = 1; i < ids.size(); i++) {
      steps.add(ids.get(i) - ids.get(i - 1));
    }
    assertEquals(Pings.MAX_SOCKETS, new HashSet<>(ids).size());
    assertTrue(steps.size() > Pings.MAX_SOCKETS / 2, "no step is always the same: " + ids);
    assertThrows(IllegalStateException.class, () -> pings.open(Rig.PEER_IP, heard));
    try (Rig other = new Rig(builder -> builder.seed(1))) {
      assertNotEquals(ping.id(), other.skiff.pings().open(Rig.PEER_IP, heard).id());
    }
  }

  @Test
  void eachSocketHearsOfItsOwnRequestsOnly() {
    Heard otherHeard = new Heard();
    PingSocket other = rig.skiff.pings().open(Rig.PEER_IP, otherHeard);
    byte[] request = request();
    other.send(0, rig.clock.nowNs());
    byte[] otherRequest = rig.turn().getFirst();
    rig.exchange(replyTo(otherRequest));
    assertEquals(List.of(), heard.take());
    assertEquals(1, otherHeard.take().size());
    rig.exchange(replyTo(request));
    assertEquals(1, heard.take().size());
    assertEquals(List.of(), otherHeard.take());
  }

  @Test
  void aHostThatDoesNotAnswerArpIsAnErrorFromOurselves() {
    PingSocket lost = rig.skiff.pings().open(OTHER_IP, heard);
    assertEquals(DropReason.NOT_DROPPED, lost.send(0, rig.clock.nowNs()));
    for (int i = 0; i < 5; i++) {
      rig.after(1000 * MS);
    }
    assertEquals(List.of("seq 1 from 198.51.100.2: 3/1 0"), heard.take());
  }

  private byte[] errorAbout(byte[] request, int type, int code, int info) {
    byte[] quoted = Arrays.copyOfRange(request, Frames.ETH_HLEN, DATA);
    byte[] icmp = Frames.icmp(type, code, info >>> 16, info & 0xFFFF, quoted);
    return Frames.ethernet(
        Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(ROUTER_IP, Rig.OUR_IP, 1, 60, icmp));
  }

  /** X99. */
  @Test
  void whatOthersSayOfARequestIsHandedOver() {
    byte[] request = request();
    rig.exchange(errorAbout(request, 11, 0, 0));
    rig.exchange(errorAbout(request, 3, 10, 0));
    rig.exchange(errorAbout(request, 12, 0, 20 << 24));
    rig.exchange(errorAbout(request, 3, 4, 70)); // It was 84 bytes long.
    assertEquals(
        List.of(
            "seq 1 from 203.0.113.7: 11/0 0",
            "seq 1 from 203.0.113.7: 3/10 0",
            "seq 1 from 203.0.113.7: 12/0 20",
            "seq 1 from 203.0.113.7: 3/4 70"),
        heard.take());
  }

  /** Id, sequence number, destination, type and offset of what is quoted must all be ours. */
  @ParameterizedTest
  @ValueSource(ints = {AT + 5, AT + 7, Frames.ETH_HLEN + 19, AT, Frames.ETH_HLEN + 7})
  void anErrorAboutWhatWasNeverSentIsDropped(int at) {
    byte[] forged = request();
    forged[at] ^= 1;
    rig.exchange(errorAbout(forged, 11, 0, 0));
    assertEquals(List.of(), heard.take());
    assertEquals(1, rig.verdicts(DropReason.ICMP_QUOTE));
  }

  @Test
  void withoutARouteItIsNotSentAndTheNumberIsUsedUp() {
    PingSocket lost = rig.skiff.pings().open(Ip4Addr.parse("203.0.113.1"), heard);
    assertEquals(DropReason.IP_OUTNOROUTES, lost.send(0, rig.clock.nowNs()));
    assertEquals(1, lost.sequence());
    assertEquals(DropReason.IP_OUTNOROUTES, lost.reasonAgainst(rig.clock.nowNs()));
    assertEquals(0, lost.mtu(rig.clock.nowNs()));
    assertEquals(0, rig.turn().size());
  }

  @Test
  void whatMayNotBeFragmentedAndDoesNotFitIsRefused() {
    ping.data(1473, new byte[0]).pmtuDisc(PmtuDisc.DO);
    assertEquals(DropReason.PKT_TOO_BIG, ping.send(0, rig.clock.nowNs()));
    assertEquals(DropReason.NOT_DROPPED, ping.reasonAgainst(rig.clock.nowNs()));
    assertEquals(1500, ping.mtu(rig.clock.nowNs()));
  }

  @Test
  void withoutABufferItIsNotSent() {
    try (Rig small = new Rig(builder -> builder.buffers(64))) {
      PingSocket big = small.skiff.pings().open(Rig.PEER_IP, heard);
      big.data(PingSocket.MAX_SIZE, new byte[0]);
      assertEquals(DropReason.NOMEM, big.send(0, small.clock.nowNs()));
    }
  }
}
