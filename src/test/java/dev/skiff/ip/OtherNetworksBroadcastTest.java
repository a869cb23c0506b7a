package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.DeviceStat;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import org.junit.jupiter.api.Test;

/** X48, X94: an answer never goes to all hosts of another device's network. */
class OtherNetworksBroadcastTest {
  @Test
  void theBroadcastAddressOfAnotherDevicesNetworkIsNoSource() throws Exception {
    OutRig out = new OutRig();
    out.rig.introducePeer();
    try (SecondInterface second = new SecondInterface(out.rig.skiff)) {
      second.dev.open();
      out.rig.after(60_000_000_000L); // Probed and announced.
      assertTrue(second.dev.inDev().has(Ip4Addr.parse("203.0.113.2")));
      long sent = second.dev.stat(DeviceStat.TX_PACKETS);
      byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
      int all = Ip4Addr.parse("203.0.113.255");
      out.rig.exchange(OutRig.frame(Frames.ipv4(all, Rig.OUR_IP, 1, 64, icmp)));
      byte[] udp = Frames.udp(all, Rig.OUR_IP, 7, 7, Frames.data(8));
      out.rig.exchange(OutRig.frame(Frames.ipv4(all, Rig.OUR_IP, 17, 64, udp)));
      assertEquals(sent, second.dev.stat(DeviceStat.TX_PACKETS), "to all on the other link");
      assertEquals(2, out.rig.verdicts(DropReason.IP_INVALID_SOURCE));
    }
  }
}
