package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * X40, X49, X54, X56, X62, X63, X98: a host that is no gateway, and what it hands up of what is for
 * itself. RFC 1122 3.1, 3.2.1, 3.3.5, 3.3.6.
 */
class NoGatewayTest {
  private final Rig rig = rig("");

  private static Rig rig(String ipv4) {
    Rig rig = new Rig(builder -> builder.gateway(Ip4Addr.format(Rig.PEER_IP)).ipv4(ipv4));
    rig.introducePeer();
    return rig;
  }

  private static long counter(Rig rig, String group, String name) {
    Map<String, Long> counters = Objects.requireNonNull(rig.skiff.counters().get(group));
    return Objects.requireNonNull(counters.get(name));
  }

  /**
   * X54, X98, X126: there is a way to all of them; the host on the link would be one to redirect
   * to. X49: 127/8 neither.
   */
  @ParameterizedTest
  @CsvSource({
    "203.0.113.9, IP_INADDRERRORS",
    "198.51.100.9, IP_INADDRERRORS",
    "198.51.100.1, IP_INADDRERRORS",
    "169.254.7.7, IP_INADDRERRORS",
    "224.0.1.77, IP_MULTICAST_UNJOINED",
    "127.0.0.1, IP_LOCALNET",
  })
  void nothingIsSentOn(String daddr, DropReason reason) {
    Datagram datagram = new Datagram().to(Ip4Addr.parse(daddr));
    assertEquals(List.of(), rig.exchange(datagram.copy().echo(20).frame()));
    assertEquals(List.of(), rig.exchange(datagram.copy().udp(9, Frames.data(20)).frame()));
    assertEquals(List.of(), rig.exchange(datagram.copy().ttl(1).echo(20).frame()));
    assertEquals(3, rig.verdicts(reason));
    assertEquals(3, counter(rig, "Ip", "InAddrErrors"));
    assertEquals(0, counter(rig, "Ip", "ForwDatagrams"));
    assertEquals(2, counter(rig, "Ip", "Forwarding"), "RFC 1213: not-forwarding");
    assertEquals(0, counter(rig, "Icmp", "OutMsgs"));
  }

  /** X62, X63: a source route that goes on from here is not followed, whatever the switch says. */
  @ParameterizedTest
  @ValueSource(strings = {"83070400000000", "830b08c6336409cb007109", "89070400000000"})
  void aSourceRouteThatDoesNotEndHereIsNotFollowed(String options) {
    Rig taking = rig("accept_source_route=on");
    String onward = options.replace("00000000", "cb007109");
    assertEquals(List.of(), taking.exchange(new Datagram().options(onward).echo(20).frame()));
    assertEquals(1, taking.verdicts(DropReason.IP_SOURCE_ROUTE));
    assertEquals(1, counter(taking, "Ip", "InHdrErrors"));
  }

  /** X40: as in Linux, if it is told so. */
  @ParameterizedTest
  @ValueSource(longs = {0xFFFF_FFFF_FFFFL, 0x0100_5E00_0001L})
  void unicastInALinkBroadcastIsAnsweredIfSoTold(long mac) {
    byte[] frame = new Datagram().toMac(mac).echo(20).frame();
    assertEquals(List.of(), rig.exchange(frame));
    Rig lax = rig("drop_unicast_in_l2_multicast=off");
    assertEquals(1, lax.exchange(frame).size());
    // RFC 1122 3.2.2 stands: no error about what was sent to all.
    byte[] udp = new Datagram().toMac(mac).udp(9, Frames.data(20)).frame();
    assertEquals(List.of(), lax.exchange(udp));
    assertEquals(1, lax.verdicts(DropReason.NO_SOCKET));
  }

  /** X56, X60: RFC 1122 3.2.1.6, 3.2.1.8, 3.4. */
  @Test
  void aProtocolKnowsTypeOfServiceDestinationAndOptions() {
    List<String> heard = new ArrayList<>();
    Ipv4 ipv4 = rig.stack().ipv4();
    ipv4.addProtocol(
        Datagram.UNKNOWN_PROTOCOL,
        new IpHandler() {
          @Override
          public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
            int ip = skb.networkHeader();
            IpOptions options = ipv4.options();
            heard.add(
                "tos %d ttl %d to %s, %d bytes of options, record route %b, alert %b"
                    .formatted(
                        IpHdr.tos(skb, ip),
                        IpHdr.ttl(skb, ip),
                        Ip4Addr.format(IpHdr.daddr(skb, ip)),
                        options.length(),
                        options.hasRecordRoute(),
                        options.hasRouterAlert()));
            return DropReason.CONSUMED;
          }
        });
    Datagram datagram =
        new Datagram()
            .protocol(Datagram.UNKNOWN_PROTOCOL)
            .tos(0xB9)
            .ttl(3)
            .payload(Frames.data(40));
    Datagram routed = datagram.copy().options("94040000 070704 00000000 00");
    rig.exchange(routed.frame());
    rig.exchange(datagram.copy().to(Ip4Addr.parse("224.0.0.1")).frame());
    rig.exchange(routed.fragment(0, 24).frame());
    rig.exchange(datagram.copy().to(Ip4Addr.parse("198.51.100.255")).frame());
    rig.exchange(datagram.fragment(24, 40).frame()); // The options are those of the first.
    String with = "12 bytes of options, record route true, alert true";
    String without = "0 bytes of options, record route false, alert false";
    assertArrayEquals(
        new String[] {
          "tos 185 ttl 3 to 198.51.100.2, " + with,
          "tos 185 ttl 3 to 224.0.0.1, " + without,
          "tos 185 ttl 3 to 198.51.100.255, " + without,
          "tos 185 ttl 3 to 198.51.100.2, " + with,
        },
        heard.toArray());
  }
}
