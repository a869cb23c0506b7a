package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.OutRig.Datagram;
import java.util.List;
import org.junit.jupiter.api.Test;

/** X85: who has us answer others cannot have us forget what was sent to somebody. */
class RoutePlacesTest {
  private static final int FAR = Ip4Addr.parse("203.0.113.9");
  private static final int ROUTER = Ip4Addr.parse("203.0.113.254");

  /** Places by a hash that anybody can compute: an echo in the name of a neighbour by it. */
  @Test
  void aRouterIsBelievedThoughSomebodyAskedFromAnAddressOfTheSamePublicHash() {
    OutRig out = new OutRig(builder -> builder.gateway(Ip4Addr.format(Rig.PEER_IP)));
    out.ipv4().addProtocol(OutRig.PROTOCOL, OutRig.saysItHasSentAll());
    out.rig.introducePeer();
    List<Datagram> sent = out.sent(OutRig.to(FAR), 1480);
    int other = FAR + 1;
    while ((other * 0x9E37_79B1) >>> 24 != (FAR * 0x9E37_79B1) >>> 24) {
      other++;
    }
    byte[] echo = Frames.icmp(8, 0, 1, 1, Frames.data(8));
    assertEquals(
        1, out.rig.exchange(OutRig.frame(Frames.ipv4(other, Rig.OUR_IP, 1, 64, echo))).size());
    out.rig.exchange(OutRig.icmpError(ROUTER, 3, 4, 1400, sent.getFirst().quote()));
    assertEquals(1400, out.ipv4().mtu(FAR, out.rig.clock.nowNs()));
  }
}
