package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
 * X45, X46, X47, X48, X111, X112: which addresses are everybody's, and which can be nobody's. RFC
 * 1122 3.2.1.3, 3.2.2.6, 3.3.6; RFC 3021.
 */
class BroadcastsTest {
  private static final byte[] ECHO = Frames.icmp(8, 0, 1, 1, Frames.data(20));

  private static OutRig rig(String address, String ipv4) {
    return new OutRig(builder -> builder.ip(address).ipv4(ipv4));
  }

  /** A datagram to {@code daddr} in a link broadcast; whether it got to its protocol. */
  private static boolean isTaken(OutRig out, int saddr, String daddr) {
    long before = out.stat(IpStat.IP_IN_DELIVERS);
    byte[] datagram = Frames.ipv4(saddr, Ip4Addr.parse(daddr), 1, 64, ECHO);
    out.rig.exchange(Frames.ethernet(Frames.BROADCAST, Rig.PEER_MAC, 0x0800, datagram));
    return out.stat(IpStat.IP_IN_DELIVERS) > before;
  }

  /** X45, X46, X47: "today" is what it is without {@code old_broadcasts}. */
  @ParameterizedTest
  @CsvSource({
    // Limited.
    "198.51.100.2/24, 255.255.255.255, true, true",
    "198.51.100.2/31, 255.255.255.255, true, true",
    "198.51.100.2/32, 255.255.255.255, true, true",
    "10.1.2.3/12, 255.255.255.255, true, true",
    "10.1.2.3/12, 255.255.255.254, false, false",
    // To the own network.
    "198.51.100.2/24, 198.51.100.255, true, true",
    "198.51.100.2/25, 198.51.100.127, true, true",
    "198.51.100.130/25, 198.51.100.255, true, true",
    "198.51.100.130/25, 198.51.100.127, false, false",
    "198.51.100.5/30, 198.51.100.7, true, true",
    "10.1.2.3/12, 10.15.255.255, true, true",
    "10.1.2.3/12, 10.1.255.255, false, false",
    "172.16.5.9/16, 172.16.255.255, true, true",
    "198.18.0.5/15, 198.19.255.255, true, true",
    "198.18.0.5/15, 198.18.255.255, false, false",
    // To all subnets of a net of class A, B or C: before CIDR.
    "10.1.2.3/12, 10.255.255.255, false, true",
    "172.16.5.9/25, 172.16.255.255, false, true",
    "172.16.5.9/25, 172.16.5.255, false, false",
    "198.51.100.2/25, 198.51.100.255, false, true",
    "198.51.100.2/25, 198.51.101.255, false, false",
    // Zeros in place of ones: 4.2BSD.
    "198.51.100.2/24, 0.0.0.0, false, true",
    "198.51.100.2/24, 198.51.100.0, false, true",
    "198.51.100.130/25, 198.51.100.128, false, true",
    "198.51.100.130/25, 198.51.100.0, false, true",
    "10.1.2.3/12, 10.0.0.0, false, true",
    "172.16.5.9/25, 172.16.5.0, false, true",
    "172.16.5.9/25, 172.16.0.0, false, true",
    // No such thing: RFC 3021 2.1, and a network of one.
    "198.51.100.2/31, 198.51.100.3, false, false",
    "198.51.100.3/31, 198.51.100.2, false, false",
    "198.51.100.2/32, 198.51.100.3, false, false",
    // Other networks', and hosts.
    "198.51.100.2/24, 198.51.101.255, false, false",
    "198.51.100.2/24, 198.51.100.254, false, false",
    "198.51.100.2/24, 0.0.0.1, false, false",
    "198.51.100.2/24, 127.255.255.255, false, false",
  })
  void whatMeansAllIsTaken(String address, String daddr, boolean today, boolean old) {
    int source = Ip4Addr.parse("203.0.113.1");
    assertEquals(old, isTaken(rig(address, "old_broadcasts=on"), source, daddr));
    assertEquals(today, isTaken(rig(address, "old_broadcasts=off"), source, daddr));
  }

  /** Each network of a device has its own. */
  @Test
  void theBroadcastAddressOfEachNetworkIsTaken() {
    OutRig out = rig("198.51.100.2/24", "");
    assertEquals(false, isTaken(out, Rig.PEER_IP, "203.0.113.127"));
    out.rig.device().inDev().add(Ip4Prefix.parse("203.0.113.2/25"));
    assertEquals(true, isTaken(out, Rig.PEER_IP, "203.0.113.127"));
    assertEquals(true, isTaken(out, Rig.PEER_IP, "198.51.100.255"));
    out.rig.device().inDev().delete(Ip4Addr.parse("203.0.113.2"));
    assertEquals(false, isTaken(out, Rig.PEER_IP, "203.0.113.127"));
  }

  // ---- Sources ----------------------------------------------------------------------------------

  /** X48, X49: the ends of the ranges. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.255.255.255",
        "127.0.0.0",
        "127.255.255.255",
        "224.0.0.0",
        "239.255.255.255",
        "240.0.0.0",
        "255.255.255.254",
        "255.255.255.255",
        "198.51.100.255",
        "198.51.100.0"
      })
  void noDatagramIsFromThose(String saddr) {
    OutRig out = new OutRig(builder -> builder.gateway("198.51.100.1"));
    out.rig.introducePeer();
    int from = Ip4Addr.parse(saddr);
    byte[] datagram = Frames.ipv4(from, Rig.OUR_IP, 1, 64, ECHO);
    assertEquals(List.of(), out.rig.exchange(OutRig.frame(datagram)));
    assertEquals(1, out.rig.verdicts(DropReason.IP_INVALID_SOURCE));
    assertEquals(1, out.stat(IpStat.IP_IN_ADDR_ERRORS));
    assertEquals(false, isTaken(out, from, "255.255.255.255"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.0.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "223.255.255.255",
        "198.51.100.254",
        "198.51.101.0",
        "198.51.101.255"
      })
  void theirNeighboursAreHosts(String saddr) {
    OutRig out = new OutRig(builder -> builder.gateway("198.51.100.1"));
    out.rig.introducePeer();
    byte[] datagram = Frames.ipv4(Ip4Addr.parse(saddr), Rig.OUR_IP, 1, 64, ECHO);
    assertEquals(1, out.rig.exchange(OutRig.frame(datagram)).size());
  }

  @ParameterizedTest
  @CsvSource({"198.51.100.2/31, 198.51.100.3", "198.51.100.2/32, 198.51.100.0"})
  void whereThereIsNoBroadcastAddressAllAreHosts(String address, String saddr) {
    OutRig out = rig(address, "");
    byte[] datagram = Frames.ipv4(Ip4Addr.parse(saddr), Rig.OUR_IP, 1, 64, ECHO);
    out.rig.exchange(OutRig.frame(datagram));
    assertEquals(0, out.rig.verdicts(DropReason.IP_INVALID_SOURCE));
    assertEquals(1, out.stat(IpStat.IP_IN_DELIVERS));
  }

  // ---- Echo to all ------------------------------------------------------------------------------

  /** X111, X112: RFC 1122 3.2.2.6. */
  @ParameterizedTest
  @CsvSource({
    "198.51.100.255, 198.51.100.1, 198.51.100.2",
    "255.255.255.255, 198.51.100.1, 198.51.100.2",
    "224.0.0.1, 198.51.100.1, 198.51.100.2",
    "0.0.0.0, 198.51.100.1, 198.51.100.2",
    "198.51.100.0, 198.51.100.1, 198.51.100.2",
    "203.0.113.255, 203.0.113.1, 203.0.113.2",
    "255.255.255.255, 203.0.113.1, 203.0.113.2",
    "224.0.0.1, 203.0.113.1, 203.0.113.2",
  })
  void anEchoToAllIsAnsweredFromOurOwnAddress(String daddr, String saddr, String from) {
    OutRig out = rig("198.51.100.2/24", "icmp_echo_ignore_broadcasts=off");
    out.rig.device().inDev().add(Ip4Prefix.parse("203.0.113.2/24"));
    int asker = Ip4Addr.parse(saddr);
    out.rig.exchange(Frames.arpRequest(Rig.PEER_MAC, asker, Rig.OUR_IP));
    byte[] datagram = Frames.ipv4(asker, Ip4Addr.parse(daddr), 1, 1, ECHO);
    List<byte[]> answers =
        out.rig.exchange(Frames.ethernet(Frames.BROADCAST, Rig.PEER_MAC, 0x0800, datagram));
    assertEquals(1, answers.size());
    Datagram answer = new Datagram(answers.getFirst());
    assertEquals(Ip4Addr.parse(from), answer.saddr());
    assertEquals(asker, answer.daddr());
    assertEquals(Rig.PEER_MAC, answer.dest());
    assertEquals(64, answer.ttl());
  }

  /** X115: never a timestamp request, RFC 1122 3.2.2.8. */
  @ParameterizedTest
  @ValueSource(strings = {"198.51.100.255", "255.255.255.255", "224.0.0.1"})
  void aTimestampRequestToAllIsNotAnswered(String daddr) {
    OutRig out = rig("198.51.100.2/24", "icmp_timestamp=on,icmp_echo_ignore_broadcasts=off");
    out.rig.introducePeer();
    byte[] icmp = Frames.icmp(13, 0, 1, 1, new byte[12]);
    byte[] datagram = Frames.ipv4(Rig.PEER_IP, Ip4Addr.parse(daddr), 1, 64, icmp);
    byte[] frame = Frames.ethernet(Frames.BROADCAST, Rig.PEER_MAC, 0x0800, datagram);
    assertEquals(List.of(), out.rig.exchange(frame));
    assertEquals(1, out.stat(IpStat.ICMP_IN_TIMESTAMPS));
  }
}
