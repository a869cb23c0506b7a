package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.wire.RxMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which frames a device listens to. */
class RxFilterTest {
  private static final long ALL_HOSTS = 0x0100_5E00_0001L;
  private static final long GROUP = 0x0100_5E00_0042L;

  /** N20, X14. */
  @Test
  void theWidestThatAnybodyWantsHoldsAndGroupsAreCounted() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      assertEquals(RxMode.LIST, rig.wire.mode, "every host is in 224.0.0.1");
      assertEquals(List.of(ALL_HOSTS), rig.wire.groups);
      dev.mcAdd(GROUP);
      dev.mcAdd(GROUP);
      assertEquals(2, dev.mcUsers(GROUP));
      assertEquals(List.of(ALL_HOSTS, GROUP), rig.wire.groups);
      dev.setAllmulti(1);
      assertEquals(RxMode.ALLMULTI, rig.wire.mode);
      dev.setPromiscuity(1);
      dev.setPromiscuity(1);
      assertEquals(RxMode.PROMISC, rig.wire.mode);
      assertEquals(List.of(ALL_HOSTS, GROUP), rig.wire.groups, "the list is always valid");
      dev.setPromiscuity(-1);
      assertEquals(RxMode.PROMISC, rig.wire.mode, "one of two is left");
      dev.setPromiscuity(-1);
      assertEquals(RxMode.ALLMULTI, rig.wire.mode);
      dev.setAllmulti(-1);
      assertEquals(RxMode.LIST, rig.wire.mode);
      dev.mcDelete(GROUP);
      assertEquals(List.of(ALL_HOSTS, GROUP), rig.wire.groups);
      dev.mcDelete(GROUP);
      dev.mcDelete(ALL_HOSTS);
      assertEquals(RxMode.NONE, rig.wire.mode);
      assertEquals(List.of(), rig.wire.groups);
      assertThrows(IllegalStateException.class, () -> dev.mcDelete(GROUP));
      assertThrows(IllegalArgumentException.class, () -> dev.setPromiscuity(-1));
      assertThrows(IllegalArgumentException.class, () -> dev.setAllmulti(-1));
      assertThrows(IllegalArgumentException.class, () -> dev.mcAdd(Rig.PEER_MAC));
      assertEquals(0, dev.flags() & (Iff.PROMISC | Iff.ALLMULTI));
    }
  }

  @Test
  void ofThreeGroupsAnyMayGoAndTheOthersStay() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.mcAdd(GROUP);
      dev.mcAdd(GROUP + 1);
      dev.mcAdd(GROUP + 1);
      dev.mcDelete(ALL_HOSTS);
      assertEquals(java.util.Set.of(GROUP, GROUP + 1), java.util.Set.copyOf(rig.wire.groups));
      assertEquals(1, dev.mcUsers(GROUP));
      assertEquals(2, dev.mcUsers(GROUP + 1));
      assertEquals(0, dev.mcUsers(ALL_HOSTS));
    }
  }

  @Test
  void nobodyElseTakesTheFlagsUsersPromiscuityAway() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.changeFlags(dev.getFlags() | Iff.PROMISC);
      assertThrows(IllegalArgumentException.class, () -> dev.setPromiscuity(-1));
      assertEquals(RxMode.PROMISC, rig.wire.mode);
      dev.changeFlags(0);
      assertEquals(0, dev.flags() & (Iff.PROMISC | Iff.UP));
    }
  }

  @Test
  void whileItIsDownTheWireIsNotToldAndAtOpenItIs() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.stop();
      int calls = rig.wire.calls.size();
      dev.mcAdd(GROUP);
      dev.setAllmulti(1);
      assertEquals(calls, rig.wire.calls.size(), "dev_mc_upload does nothing unless IFF_UP");
      dev.open();
      assertEquals(RxMode.ALLMULTI, rig.wire.mode);
      assertEquals(List.of(ALL_HOSTS, GROUP), rig.wire.groups);
    }
  }

  /** X13. */
  @Test
  void inPromiscuousModeHandlersSeeFramesForOthersAndIpAndArpDoNotTakeThem() {
    Rig rig = new Rig();
    rig.introducePeer();
    List<PacketType> heard = new ArrayList<>();
    rig.skiff.addHandler(
        BenchRig.OWN_TYPE,
        (skb, dev, nowNs) -> {
          heard.add(skb.pktType());
          return DropReason.CONSUMED;
        });
    long other = 0x0200_5E10_0099L;
    byte[] own = Frames.ethernet(other, Rig.PEER_MAC, BenchRig.OWN_TYPE, new byte[46]);
    rig.exchange(own);
    assertEquals(List.of(), heard);
    rig.device().setPromiscuity(1);
    rig.exchange(own);
    assertEquals(List.of(PacketType.OTHERHOST), heard);
    byte[] echo =
        Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, Frames.icmp(8, 0, 1, 1, Frames.data(56)));
    assertEquals(0, rig.exchange(Frames.ethernet(other, Rig.PEER_MAC, 0x0800, echo)).size());
    byte[] arp = Frames.arp(1, Rig.PEER_MAC, Rig.PEER_IP, 0, Rig.OUR_IP);
    byte[] asked = Frames.padded(Frames.ethernet(other, Rig.PEER_MAC, 0x0806, arp));
    assertEquals(0, rig.exchange(asked).size());
    rig.exchange(Frames.ethernet(other, Rig.PEER_MAC, 0x86DD, new byte[46]));
    assertEquals(4, rig.verdicts(DropReason.OTHERHOST));
    rig.device().setPromiscuity(-1);
    rig.exchange(own);
    assertEquals(5, rig.verdicts(DropReason.OTHERHOST));
    assertEquals(1, heard.size());
  }
}
