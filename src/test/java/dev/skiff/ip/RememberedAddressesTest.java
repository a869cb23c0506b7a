package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.InDevice;
import dev.skiff.dev.InIfaddr;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * RFC 1122 3.2.1.3 for datagram after datagram between the same two: what was found of their
 * addresses holds for as long as nothing changes that it depends on, and no longer.
 */
class RememberedAddressesTest {
  private static final int OTHER_IP = Ip4Addr.parse("203.0.113.2");
  private static final int OTHER_BROADCAST = Ip4Addr.parse("203.0.113.255");
  private static final int FOURTH = Ip4Addr.parse("198.51.100.3");

  private final OutRig out = new OutRig();
  private final Rig rig = out.rig;
  private final InDevice own = rig.device().inDev();

  @BeforeEach
  void peer() {
    rig.introducePeer();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void anAddressThatIsTakenAwayIsOursNoMore() {
    answered(Rig.PEER_IP, Rig.OUR_IP);
    own.delete(Rig.OUR_IP);
    dropped(Rig.PEER_IP, Rig.OUR_IP, DropReason.IP_INADDRERRORS);
  }

  @Test
  void aSourceThatBecomesOursIsRefused() {
    answered(Rig.PEER_IP, Rig.OUR_IP);
    own.add(new Ip4Prefix(Rig.PEER_IP, Rig.PREFIX));
    own.setState(Rig.PEER_IP, InIfaddr.State.VALID);
    dropped(Rig.PEER_IP, Rig.OUR_IP, DropReason.IP_LOCAL_SOURCE);
  }

  @Test
  void aSourceThatBecomesABroadcastAddressIsRefused() {
    taken(FOURTH, Rig.OUR_IP);
    own.setPrefix(30);
    dropped(FOURTH, Rig.OUR_IP, DropReason.IP_INVALID_SOURCE);
  }

  @Test
  void theBroadcastAddressOfAnotherDeviceIsNoSourceWhileItIsUp() throws Exception {
    try (SecondInterface second = new SecondInterface(rig.skiff)) {
      taken(OTHER_BROADCAST, Rig.OUR_IP);
      second.dev.open();
      use(second);
      dropped(OTHER_BROADCAST, Rig.OUR_IP, DropReason.IP_INVALID_SOURCE);
      second.dev.stop();
      taken(OTHER_BROADCAST, Rig.OUR_IP);
    }
  }

  @Test
  void theAddressOfAnotherDeviceIsOursWhileItIsUp() throws Exception {
    try (SecondInterface second = new SecondInterface(rig.skiff)) {
      dropped(Rig.PEER_IP, OTHER_IP, DropReason.IP_INADDRERRORS);
      second.dev.open();
      use(second);
      answered(Rig.PEER_IP, OTHER_IP);
      second.dev.stop();
      dropped(Rig.PEER_IP, OTHER_IP, DropReason.IP_INADDRERRORS);
      second.dev.open();
      answered(Rig.PEER_IP, OTHER_IP);
    }
    dropped(Rig.PEER_IP, OTHER_IP, DropReason.IP_INADDRERRORS);
  }

  @Test
  void unicastInALinkLayerBroadcastIsRefusedWhateverCameBefore() {
    answered(Rig.PEER_IP, Rig.OUR_IP);
    byte[] echo = echo(Rig.PEER_IP, Rig.OUR_IP);
    byte[] toAll = Frames.ethernet(MacAddr.BROADCAST, Rig.PEER_MAC, EtherType.IP, echo);
    assertEquals(0, rig.exchange(toAll).size());
    assertEquals(1, rig.verdicts(DropReason.UNICAST_IN_L2_MULTICAST));
    answered(Rig.PEER_IP, Rig.OUR_IP);
  }

  @Test
  void anotherStationsFrameIsNotOursInPromiscuousMode() {
    answered(Rig.PEER_IP, Rig.OUR_IP);
    rig.device().setPromiscuity(1);
    byte[] echo = echo(Rig.PEER_IP, Rig.OUR_IP);
    byte[] other = Frames.ethernet(0x0200_5E10_0077L, Rig.PEER_MAC, EtherType.IP, echo);
    assertEquals(0, rig.exchange(other).size());
    assertEquals(1, rig.verdicts(DropReason.OTHERHOST));
    rig.device().setPromiscuity(-1);
  }

  @Test
  void whatIsForAllOrForAGroupIsNotForUsWhateverCameBefore() {
    answered(Rig.PEER_IP, Rig.OUR_IP);
    dropped(Rig.PEER_IP, Ip4Addr.parse("198.51.100.255"), DropReason.ICMP_ECHO_BROADCAST);
    answered(Rig.PEER_IP, Rig.OUR_IP);
    int group = Ip4Addr.parse("233.252.0.1");
    dropped(Rig.PEER_IP, group, DropReason.IP_MULTICAST_UNJOINED);
    rig.skiff.joinGroup("233.252.0.1");
    var _ = rig.turn(); // Its report.
    answered(Rig.PEER_IP, Rig.OUR_IP);
    dropped(Rig.PEER_IP, group, DropReason.ICMP_ECHO_BROADCAST);
  }

  /** Twice, so that the second time it is known. */
  private void answered(int saddr, int daddr) {
    for (int i = 0; i < 2; i++) {
      assertEquals(1, answers(echo(saddr, daddr)), "echo " + i);
    }
  }

  /** Whoever it is from, its addresses are right: the way back is another matter. */
  private void taken(int saddr, int daddr) {
    for (int i = 0; i < 2; i++) {
      long before = rig.stack().ipv4().stat(IpStat.ICMP_IN_ECHOS);
      rig.exchange(OutRig.frame(echo(saddr, daddr)));
      assertEquals(before + 1, rig.stack().ipv4().stat(IpStat.ICMP_IN_ECHOS), "echo " + i);
    }
  }

  private void dropped(int saddr, int daddr, DropReason reason) {
    for (int i = 0; i < 2; i++) {
      long before = rig.verdicts(reason);
      assertEquals(0, answers(echo(saddr, daddr)));
      assertEquals(before + 1, rig.verdicts(reason), "echo " + i);
    }
  }

  /** How many datagrams come back; what ARP has to say of our addresses is another matter. */
  private long answers(byte[] datagram) {
    return rig.exchange(OutRig.frame(datagram)).stream()
        .filter(frame -> Frames.u16(frame, EthHdr.PROTO) == EtherType.IP)
        .count();
  }

  private static void use(SecondInterface second) {
    second.dev.inDev().setState(OTHER_IP, InIfaddr.State.VALID);
  }

  private static byte[] echo(int saddr, int daddr) {
    return Frames.ipv4(saddr, daddr, 1, 64, Frames.icmp(8, 0, 1, 1, Frames.data(56)));
  }
}
