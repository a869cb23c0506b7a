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

/** X85: the MTU of a path that only a certain device leads to. */
class PathMtuByDeviceTest {
  private static final int FAR = Ip4Addr.parse("203.0.113.9");

  /** By a certain device, to where no route leads: the far end is taken to be on the link. */
  @Test
  void aRouterIsBelievedOfWhatWentByACertainDevice() {
    OutRig out = new OutRig();
    out.ipv4().addProtocol(OutRig.PROTOCOL, OutRig.saysItHasSentAll());
    out.rig.introducePeer();
    out.rig.exchange(Frames.arpReply(Rig.PEER_MAC, FAR, Rig.OUR_MAC, Rig.OUR_IP));
    out.send(OutRig.to(FAR).dev(out.rig.device()), Frames.data(1480));
    out.rig.turn();
    List<Datagram> sent =
        Datagram.of(out.rig.exchange(Frames.arpReply(Rig.PEER_MAC, FAR, Rig.OUR_MAC, Rig.OUR_IP)));
    assertEquals(1, sent.size());
    out.rig.exchange(OutRig.icmpError(Rig.PEER_IP, 3, 4, 1400, sent.getFirst().quote()));
    assertEquals(0, out.rig.verdicts(DropReason.ICMP_PMTU));
    assertEquals(
        DropReason.PKT_TOO_BIG,
        out.send(OutRig.to(FAR).dev(out.rig.device()).pmtuDisc(PmtuDisc.DO), Frames.data(1480)));
  }

  /** RFC 1191 8: no message may raise it, whatever has changed meanwhile. */
  @Test
  void nobodyRaisesItAfterAChangeOfRoutesEither() {
    OutRig out = new OutRig();
    out.ipv4().addProtocol(OutRig.PROTOCOL, OutRig.saysItHasSentAll());
    out.rig.introducePeer();
    out.send(OutRig.to(FAR).dev(out.rig.device()), Frames.data(1480));
    out.rig.turn();
    byte[] quote =
        Datagram.of(out.rig.exchange(Frames.arpReply(Rig.PEER_MAC, FAR, Rig.OUR_MAC, Rig.OUR_IP)))
            .getFirst()
            .quote();
    out.rig.exchange(OutRig.icmpError(Rig.PEER_IP, 3, 4, 600, quote));
    long nowNs = out.rig.clock.nowNs();
    assertEquals(600, out.ipv4().mtu(FAR, out.rig.device(), nowNs), "what ping -I tells of");
    out.rig.device().inDev().add(Ip4Prefix.parse("198.18.0.2/24"));
    out.rig.turn();
    out.rig.exchange(OutRig.icmpError(Rig.PEER_IP, 3, 4, 1400, quote));
    assertEquals(1, out.rig.verdicts(DropReason.ICMP_PMTU));
    assertEquals(600, out.ipv4().mtu(FAR, out.rig.device(), nowNs));
  }
}
