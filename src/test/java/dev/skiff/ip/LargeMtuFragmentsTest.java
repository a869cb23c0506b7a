package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.ip.OutRig.Datagram;
import dev.skiff.skb.DropReason;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** X70, X79: a device that takes long frames holds short ones, too. */
class LargeMtuFragmentsTest {
  /** X79: large receive buffers do not shut out a long datagram in usual fragments. */
  @Test
  void aLongEchoInUsualFragmentsIsTakenAtTheGreatestMtu() {
    OutRig out = new OutRig(2048, 65_536, builder -> builder.mtu(65_521));
    out.rig.introducePeer();
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(65_507));
    for (int at = 0; at < icmp.length; at += 1480) {
      int end = Math.min(icmp.length, at + 1480);
      byte[] d = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, Arrays.copyOfRange(icmp, at, end));
      int fragOff = at / 8 | (end < icmp.length ? 0x2000 : 0);
      d[4] = 7;
      d[6] = (byte) (fragOff >>> 8);
      d[7] = (byte) fragOff;
      out.rig.inject(OutRig.frame(OutRig.summed(d)));
    }
    assertEquals(2, Datagram.of(out.rig.turn()).size());
    assertEquals(0, out.rig.verdicts(DropReason.IP_FRAGMENT_EVICTED));
  }
}
