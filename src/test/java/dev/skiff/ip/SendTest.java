package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.ip.OutRig.Datagram;
import dev.skiff.skb.DropReason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X49, X50, X52, X57, X120, X123, X124, X125, X126: from where to where datagrams may go, and with
 * what. RFC 1122 3.2.1.3, 3.3.1, 3.3.4, 3.3.6.
 */
class SendTest {
  private static final byte[] DATA = Frames.data(30);
  private static final int FAR = Ip4Addr.parse("203.0.113.9");

  /** With a gateway, so that there is a way to everywhere. */
  private final OutRig out = new OutRig(builder -> builder.gateway("198.51.100.1"));

  SendTest() {
    out.rig.introducePeer();
  }

  private Datagram one(Flow flow) {
    assertEquals(DropReason.NOT_DROPPED, out.send(flow, DATA));
    List<Datagram> sent = out.turn();
    assertEquals(1, sent.size());
    return sent.getFirst();
  }

  private void assertRefused(DropReason reason, Flow flow) {
    assertEquals(reason, out.send(flow, DATA));
    assertEquals(List.of(), out.rig.turn(), "not even ARP");
  }

  // ---- From where -------------------------------------------------------------------------------

  /** X50. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "198.51.100.3",
        "198.51.100.255",
        "198.51.100.0",
        "203.0.113.9",
        "127.0.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255"
      })
  void fromAnAddressThatIsNotOursNothingIsSent(String saddr) {
    Flow flow = OutRig.to(Rig.PEER_IP).from(Ip4Addr.parse(saddr));
    assertRefused(DropReason.IP_OUT_INVALID_SOURCE, flow);
    assertEquals(1, out.stat(IpStat.IP_OUT_DISCARDS));
    assertEquals(1, out.stat(IpStat.IP_OUT_REQUESTS));
  }

  @Test
  void anAddressThatWasTakenAwayIsOursNoMore() {
    int second = Ip4Addr.parse("198.51.100.7");
    out.rig.device().inDev().add(new Ip4Prefix(second, 24));
    assertEquals(second, one(OutRig.to(Rig.PEER_IP).from(second)).saddr());
    out.rig.device().inDev().delete(second);
    assertRefused(DropReason.IP_OUT_INVALID_SOURCE, OutRig.to(Rig.PEER_IP).from(second));
  }

  /**
   * X50, X39: an address that is still being probed for is not used, nor is 0.0.0.0 in its stead.
   */
  @Test
  void withoutAnAddressNothingIsSent() {
    out.rig.device().inDev().clear();
    assertEquals(true, out.send(OutRig.to(FAR), DATA).isDrop());
    assertEquals(List.of(), out.rig.turn());
    assertEquals(
        1, out.stat(IpStat.IP_OUT_NO_ROUTES) + out.stat(IpStat.IP_OUT_DISCARDS), "counted");
  }

  @Test
  void withoutAnAddressNothingIsSentByACertainDeviceEither() {
    out.rig.device().inDev().clear();
    Flow flow = OutRig.to(Ip4Addr.BROADCAST).dev(out.rig.device());
    assertTrue(out.send(flow, DATA).isDrop());
    assertEquals(List.of(), out.rig.turn());
  }

  /** RFC 1122 3.2.1.3 (a): for a host that looks for its address. */
  @Test
  void whoSaysSoSendsFromNoAddress() {
    Flow flow = OutRig.to(Ip4Addr.BROADCAST).dev(out.rig.device()).fromAny();
    assertEquals(Ip4Addr.ANY, one(flow).saddr());
  }

  /** X123: RFC 1122 3.3.4.3. */
  @ParameterizedTest
  @CsvSource({
    "198.51.100.1, 198.51.100.2",
    "203.0.113.1, 203.0.113.2",
    "198.18.0.1, 198.51.100.2",
  })
  void theSourceIsTheAddressInTheNextHopsNetwork(String daddr, String saddr) {
    out.rig.device().inDev().add(Ip4Prefix.parse("203.0.113.2/24"));
    int to = Ip4Addr.parse(daddr);
    out.rig.exchange(Frames.arpRequest(Rig.PEER_MAC, to, Rig.OUR_IP));
    assertEquals(Ip4Addr.parse(saddr), one(OutRig.to(to)).saddr());
  }

  /** X126: RFC 3927 2.6.2; on the link it may be used, and to others of its kind. */
  @Test
  void fromALinkLocalAddressNothingIsSentThroughAGateway() {
    int own = Ip4Addr.parse("169.254.1.2");
    out.rig.device().inDev().add(new Ip4Prefix(own, 16));
    assertRefused(DropReason.IP_OUT_INVALID_SOURCE, OutRig.to(FAR).from(own));
    assertEquals(1, out.stat(IpStat.IP_OUT_DISCARDS));
    assertEquals(Rig.OUR_IP, one(OutRig.to(FAR)).saddr());
    assertEquals(own, one(OutRig.to(Rig.PEER_IP).from(own)).saddr());
    int near = Ip4Addr.parse("169.254.7.7");
    out.rig.exchange(Frames.arpRequest(Rig.PEER_MAC, near, own));
    assertEquals(own, one(OutRig.to(near)).saddr());
    assertEquals(own, one(OutRig.to(Ip4Addr.BROADCAST).from(own)).saddr());
  }

  // ---- Where to ---------------------------------------------------------------------------------

  /** X49: RFC 1122 3.2.1.3 (a), (g). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.0.0.1",
        "0.255.255.255",
        "127.0.0.0",
        "127.0.0.1",
        "127.255.255.255",
        "240.0.0.0",
        "255.255.255.254"
      })
  void whereNoHostIsNothingIsSent(String daddr) {
    int to = Ip4Addr.parse(daddr);
    assertRefused(DropReason.IP_OUT_INVALID_DEST, OutRig.to(to));
    assertRefused(DropReason.IP_OUT_INVALID_DEST, OutRig.to(to).dev(out.rig.device()));
  }

  @Test
  void toOurselvesNothingIsSent() {
    assertRefused(DropReason.IP_OUT_LOCAL, OutRig.to(Rig.OUR_IP));
    assertRefused(DropReason.IP_OUT_LOCAL, OutRig.to(Rig.OUR_IP).dev(out.rig.device()));
  }

  @Test
  void whatIsSentBesideThoseRangesGoesToTheGateway() {
    for (String daddr : List.of("1.0.0.0", "126.255.255.255", "128.0.0.0", "223.255.255.255")) {
      Datagram sent = one(OutRig.to(Ip4Addr.parse(daddr)));
      assertEquals(Rig.PEER_MAC, sent.dest(), daddr);
      assertEquals(Ip4Addr.parse(daddr), sent.daddr());
    }
  }

  /** X120: RFC 1122 3.3.1.1. */
  @Test
  void whatIsNotOnTheLinkGoesToTheGatewayAndWhatIsGoesToItself() {
    assertEquals(Rig.PEER_MAC, one(OutRig.to(FAR)).dest());
    int near = Ip4Addr.parse("198.51.100.9");
    out.send(OutRig.to(near), DATA);
    List<byte[]> asked = out.rig.turn();
    assertEquals(near, Frames.u32(asked.getFirst(), 38));
  }

  // ---- To all, and to groups --------------------------------------------------------------------

  /** X124: RFC 1122 3.3.6, RFC 894; whatever route there is. */
  @ParameterizedTest
  @ValueSource(strings = {"255.255.255.255", "198.51.100.255"})
  void toAllIsALinkBroadcast(String daddr) {
    int to = Ip4Addr.parse(daddr);
    assertEquals(Frames.BROADCAST, one(OutRig.to(to)).dest());
    assertEquals(Frames.BROADCAST, one(OutRig.to(to).dev(out.rig.device())).dest());
  }

  /** X125: RFC 1112 6.1, 6.4: the group's low 23 bits, and TTL 1; never through a gateway. */
  @ParameterizedTest
  @CsvSource({
    "224.0.0.1, 0x01005E000001",
    "224.0.0.251, 0x01005E0000FB",
    "239.255.255.255, 0x01005E7FFFFF",
    "224.128.1.2, 0x01005E000102",
    "239.129.1.2, 0x01005E010102",
  })
  void aGroupHasAMacOfItsOwnAndTtl1(String group, String mac) {
    int to = Ip4Addr.parse(group);
    for (Flow flow : List.of(OutRig.to(to), OutRig.to(to).dev(out.rig.device()))) {
      Datagram sent = one(flow);
      assertEquals(Long.decode(mac), sent.dest());
      assertEquals(1, sent.ttl());
      assertEquals(Rig.OUR_IP, sent.saddr());
    }
    assertEquals(5, one(OutRig.to(to).ttl(5)).ttl(), "unless its sender says otherwise");
  }

  /** X124: MUST NOT. */
  @Test
  void unicastIsNeverALinkBroadcast() {
    for (int host = 1; host < 255; host++) {
      int to = Rig.OUR_IP & ~0xFF | host;
      out.send(OutRig.to(to), DATA);
      for (byte[] frame : out.rig.turn()) {
        boolean arp = Frames.u16(frame, 12) == 0x0806;
        assertTrue(arp || Frames.u48(frame, 0) == Rig.PEER_MAC, Ip4Addr.format(to));
      }
    }
  }

  // ---- With what --------------------------------------------------------------------------------

  /** X57: RFC 1122 3.2.1.6, 3.2.1.7. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 128, 254, 255})
  void ttlAndTosAreTheProtocolsToSay(int value) {
    Datagram sent = one(OutRig.to(Rig.PEER_IP).ttl(value).tos(value));
    assertEquals(value, sent.ttl());
    assertEquals(value, sent.tos());
    assertEquals(0, Frames.checksum(sent.frame(), OutRig.IP, Frames.IP_HLEN));
  }

  /** X52, X57. */
  @ParameterizedTest
  @ValueSource(ints = {1, 64, 255})
  void elseTtlIsTheStacksAndTos0(int ttl) {
    OutRig other = new OutRig(builder -> builder.ipv4("ip_default_ttl=" + ttl));
    other.rig.introducePeer();
    Datagram sent = other.sent(OutRig.to(Rig.PEER_IP), 30).getFirst();
    assertEquals(ttl, sent.ttl());
    assertEquals(0, sent.tos());
    assertEquals(ttl, other.ipv4().defaultTtl());
  }

  @Test
  void aFlowForgetsWhatWasSaidOfTheLastDatagram() {
    Flow flow = OutRig.to(Rig.PEER_IP).ttl(9).tos(8).pmtuDisc(PmtuDisc.DONT).from(Rig.OUR_IP);
    Datagram first = one(flow);
    Datagram second = one(flow.to(Rig.PEER_IP, 17));
    assertEquals(9, first.ttl());
    assertEquals(64, second.ttl());
    assertEquals(0, second.tos());
    assertEquals(17, second.protocol());
    assertTrue(second.df() && !first.df());
  }

  @Test
  void nothingAtAllIsADatagramToo() {
    List<Datagram> sent = out.sent(OutRig.to(Rig.PEER_IP), 0);
    assertEquals(20, sent.getFirst().totLen());
    assertEquals(60, sent.getFirst().frame().length);
  }
}
