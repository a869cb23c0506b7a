package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.header.EtherType;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.RxCopy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The far end comes and goes, and another link than Ethernet. */
class LinkTest {
  private static final long LOOK_NS = 10_000_000L;

  @Test
  void withoutAFarEndItIsUpAndNotRunning() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      List<NetdevEvent> heard = new ArrayList<>();
      rig.skiff.netDevices().addNotifier((event, d) -> heard.add(event));
      heard.clear();
      rig.wire.newCarrier = false;
      dev.lookAtLink();
      dev.lookAtLink();
      assertTrue(dev.isUp());
      assertFalse(dev.hasCarrier());
      assertEquals(Iff.UP, dev.flags() & (Iff.UP | Iff.RUNNING));
      assertEquals(List.of(NetdevEvent.CHANGE), heard);
      rig.wire.newCarrier = true;
      dev.lookAtLink();
      assertEquals(Iff.UP | Iff.RUNNING, dev.flags() & (Iff.UP | Iff.RUNNING));
      dev.stop();
      assertFalse(dev.hasCarrier());
      rig.wire.newCarrier = false;
      rig.wire.carrier = false;
      dev.open();
      assertFalse(dev.hasCarrier(), "as it is when it is opened");
    }
  }

  /** X27. */
  @Test
  void theNeighboursOfALinkThatIsCutAreForgotten() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.in.add(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
      rig.turn();
      var table = Rig.stackOf(rig.skiff).neighbours();
      assertEquals(1, table.entries(0).size());
      rig.wire.newCarrier = false;
      rig.device().lookAtLink();
      assertEquals(0, table.entries(0).size());
    }
  }

  @Test
  void aFrameThatComesInSaysThatSomebodyIsThere() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.newCarrier = false;
      rig.device().lookAtLink();
      rig.wire.newCarrier = true;
      rig.wire.in.add(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
      rig.turn();
      assertTrue(rig.device().hasCarrier());
      assertEquals(1, rig.wire.sent.size(), "and it is answered");
    }
  }

  @Test
  void theFarEndsMtuIsFollowedWhenItChangesAndOnlyThen() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      rig.wire.newFarMtu = 1400;
      dev.lookAtLink();
      assertEquals(1400, dev.mtu());
      dev.changeMtu(1300);
      dev.lookAtLink();
      assertEquals(1300, dev.mtu(), "the far end has not changed since");
      rig.wire.newFarMtu = 60;
      dev.lookAtLink();
      assertEquals(68, dev.mtu(), "no less than IP needs");
      rig.wire.newFarMtu = 0;
      dev.lookAtLink();
      assertEquals(68, dev.mtu(), "not known: as it was");
      rig.wire.newFarMtu = 1500;
      dev.lookAtLink();
      assertEquals(1500, dev.mtu());
    }
  }

  @Test
  void anMtuThatCannotBeFollowedIsLeftAndTheDeviceGoesOn() {
    try (BenchRig rig = new BenchRig(builder -> builder.buffers(8))) {
      rig.wire.newFarMtu = 9000;
      rig.device().lookAtLink();
      assertEquals(1500, rig.device().mtu());
      rig.wire.in.add(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
      rig.turn();
      assertEquals(1, rig.wire.sent.size());
    }
  }

  // ---- Another link -----------------------------------------------------------------------------

  /** IP and nothing in front of it, as on a TUN device: no header, no addresses, no ARP. */
  private static final class RawIp implements LinkOps {
    @Override
    public int type() {
      return 0xFFFE; // ARPHRD_NONE
    }

    @Override
    public int flags() {
      return Iff.POINTOPOINT | Iff.NOARP;
    }

    @Override
    public long broadcast() {
      return 0;
    }

    @Override
    public int headerLen() {
      return 0;
    }

    @Override
    public int minFrameLen() {
      return 0;
    }

    @Override
    public int header(SkBuff skb, NetDevice dev, int type, long daddr, long saddr, int len) {
      skb.setHeaderComplete();
      return 0;
    }

    @Override
    public Resolve rebuildHeader(SkBuff skb, NetDevice dev, long nowNs) {
      throw new AssertionError("there is nothing to complete");
    }

    @Override
    public int typeTrans(SkBuff skb, NetDevice dev) {
      skb.resetMacHeader();
      skb.setPktType(PacketType.HOST);
      return skb.mayPull(1) ? EtherType.IP : RUNT;
    }

    @Override
    public @Nullable HhCache headerCacheBind(NetDevice dev, int type, int raddr) {
      return null;
    }

    @Override
    public void headerCacheUpdate(HhCache hh, NetDevice dev, long haddr) {}

    @Override
    public long headerParse(SkBuff skb) {
      return 0;
    }

    @Override
    public boolean validateAddr(NetDevice dev) {
      return true;
    }

    @Override
    public long macAddr(NetDevice dev, long mac) {
      throw new IllegalStateException(dev.name() + " has no MAC address to set");
    }

    @Override
    public int changeMtu(NetDevice dev, int mtu) {
      return mtu;
    }

    @Override
    public void copyAndSum(SkBuff dest, MemorySegment src, long at, int length, int base) {
      RxCopy.PLAIN.copyAndSum(dest, src, at, length, base);
    }
  }

  /** LinkOps is all that a link type is: ping over one that has no header and no ARP (W09). */
  @Test
  void anotherLinkTypeCarriesPingWithoutArp() throws IOException {
    BenchWire wire = new BenchWire();
    try (Skiff skiff =
        Skiff.builder().wire("tun%d", wire).ip("198.51.100.2/24").link(new RawIp()).build()) {
      assertEquals("tun0", skiff.device().name());
      assertEquals(Iff.POINTOPOINT | Iff.NOARP | Iff.UP | Iff.RUNNING, skiff.device().flags());
      byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
      byte[] echo = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
      wire.in.add(echo);
      wire.in.add(new byte[0]);
      while (!skiff.turn()) {
        assertTrue(wire.sent.size() < 9);
      }
      assertEquals(1, wire.sent.size());
      byte[] reply = wire.sent.getFirst();
      assertEquals(echo.length, reply.length, "nothing in front and no padding");
      assertEquals(0, Frames.u8(reply, 20), "an echo reply");
      assertEquals(1, skiff.pool().verdicts().of(DropReason.PKT_TOO_SMALL));
      assertEquals(List.of(), wire.groups, "no multicast, so no group is joined");
    }
  }

  /** The link is looked at every 10 ms even when there is no pause to wait in. */
  @Test
  void underLoadTheLinkIsLookedAtNowAndThen() throws IOException {
    BenchWire wire = new BenchWire();
    try (BenchRig rig = new BenchRig()) {
      ForwardingWire watched =
          new ForwardingWire(wire) {
            @Override
            public int linkFd() {
              return 0; // Nobody polls here.
            }
          };
      NetDevice dev = rig.skiff.register(DeviceConfig.of("eth%d", watched));
      dev.open();
      var _ = rig.skiff.turn();
      wire.newFarMtu = 1000;
      rig.clock.advance(LOOK_NS - 1);
      var _ = rig.skiff.turn();
      int before = dev.mtu();
      rig.clock.advance(LOOK_NS);
      var _ = rig.skiff.turn();
      assertEquals(1500, before);
      assertEquals(1000, dev.mtu());
    }
  }
}
