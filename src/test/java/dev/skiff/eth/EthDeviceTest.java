package dev.skiff.eth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.LinkOps;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetDevices;
import dev.skiff.dev.PacketTypes;
import dev.skiff.dev.Resolve;
import dev.skiff.dev.Taps;
import dev.skiff.header.EtherType;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stats.Faults;
import dev.skiff.wire.PipeWire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code eth_mac_addr}, {@code eth_validate_addr}, {@code eth_change_mtu}, {@code
 * eth_header_parse}.
 */
class EthDeviceTest {
  private static final int MOST = 1600;
  private static final long OTHER = 0x0200_5E10_0077L;

  private final Eth eth = new Eth((skb, dev, haddr, paddr, nowNs) -> Resolve.REFUSED);

  private NetDevice device(SkBuffPool pool, long mac) {
    Faults faults = new Faults();
    NetDevices devices = new NetDevices(pool, eth, new PacketTypes(), new Taps(faults), faults);
    DeviceConfig config = DeviceConfig.of("eth%d", new PipeWire(2048, 16).a());
    try {
      return devices.register(config.withLink(eth).withMac(mac));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** N16. */
  @Test
  void theMacAddressIsSetWhileTheDeviceIsDownAlone() throws IOException {
    try (SkBuffPool pool = new SkBuffPool(4, 2048, 1)) {
      NetDevice dev = device(pool, Rig.OUR_MAC);
      dev.setMacAddress(OTHER);
      assertEquals(OTHER, dev.macAddress());
      dev.open();
      assertTrue(dev.isUp());
      IllegalStateException busy =
          assertThrows(IllegalStateException.class, () -> dev.setMacAddress(Rig.OUR_MAC));
      assertTrue(String.valueOf(busy.getMessage()).startsWith("eth0 is up: "), busy.toString());
      assertEquals(OTHER, dev.macAddress());
      dev.stop();
      dev.setMacAddress(Rig.OUR_MAC);
      assertEquals(Rig.OUR_MAC, dev.macAddress());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"})
  void aGroupsAddressOrZeroIsNoStations(String mac) {
    try (SkBuffPool pool = new SkBuffPool(4, 2048, 1)) {
      NetDevice good = device(pool, Rig.OUR_MAC);
      assertTrue(eth.validateAddr(good));
      assertThrows(IllegalArgumentException.class, () -> good.setMacAddress(MacAddr.parse(mac)));
      NetDevice bad = device(pool, MacAddr.parse(mac));
      assertFalse(eth.validateAddr(bad));
      assertThrows(IllegalStateException.class, bad::open);
      assertFalse(bad.isUp());
    }
  }

  /** N17. */
  @ParameterizedTest
  @CsvSource({"67, false", "68, true", "1500, true", "65521, true", "65522, false", "-1, false"})
  void theMtuIsFrom68OnAndAsLargeAsADatagram(int mtu, boolean good) {
    Rig rig = new Rig();
    if (good) {
      rig.device().changeMtu(mtu);
      assertEquals(mtu, rig.device().mtu());
    } else {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> rig.device().changeMtu(mtu));
      assertTrue(String.valueOf(e.getMessage()).contains("use 68 to 65521"), e.toString());
      assertEquals(1500, rig.device().mtu());
    }
  }

  @Test
  void aGreaterMtuHoldsForTheNextFrame() {
    Rig rig = new Rig();
    rig.introducePeer();
    byte[] jumbo = Frames.echoRequest(1, 1, Frames.data(3000));
    assertEquals(0, rig.exchange(jumbo).size());
    assertEquals(1, rig.verdicts(DropReason.PKT_TOO_BIG));
    rig.device().changeMtu(4000);
    assertEquals(jumbo.length, rig.exchange(jumbo).getFirst().length);
    rig.device().changeMtu(1500);
    assertEquals(0, rig.exchange(jumbo).size());
    assertEquals(2, rig.verdicts(DropReason.PKT_TOO_BIG));
  }

  @Test
  void anMtuThatItHasNoMemoryForIsRefused() {
    Rig small = new Rig(builder -> builder.buffers(8));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> small.device().changeMtu(9000));
    assertTrue(String.valueOf(e.getMessage()).contains("more memory"), e.toString());
  }

  @Test
  void anMtuThatThereIsNoMemoryForNowIsRefusedAndTheDeviceGoesOn() {
    Rig rig = new Rig(builder -> builder.memory(1 << 20));
    rig.introducePeer();
    SkBuffPool pool = rig.stack().pool();
    List<SkBuff> all = new ArrayList<>();
    for (SkBuff skb = pool.alloc(1500, "test"); skb != null; skb = pool.alloc(1500, "test")) {
      all.add(skb);
    }
    assertThrows(IllegalStateException.class, () -> rig.device().changeMtu(3000));
    assertEquals(1500, rig.device().mtu());
    assertEquals(0, rig.exchange(Frames.echoRequest(1, 1, Frames.data(56))).size());
    all.forEach(skb -> skb.free(DropReason.CONSUMED));
    assertEquals(1, rig.exchange(Frames.echoRequest(1, 2, Frames.data(56))).size());
  }

  /** E03: whatever the length, a frame is a runt or has a type, and nothing behind it is read. */
  @Test
  void everyLengthOfEveryKindIsClassified() {
    Rig rig = new Rig();
    int[] types = {EtherType.IP, EtherType.P_8021Q, 1500, 46, 0};
    for (int n = 0; n <= MOST; n++) {
      for (int type : types) {
        SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(n, "test"));
        byte[] frame = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, type, new byte[MOST]);
        skb.copyFrom(frame, skb.put(n), n);
        int proto = eth.typeTrans(skb, rig.device());
        assertEquals(expected(n, type), proto, "length " + n + " type " + type);
        int pulled = n < 14 ? 0 : type == EtherType.P_8021Q && n >= 18 ? 18 : 14;
        assertEquals(n - pulled, skb.len());
        if (n >= 14) {
          assertEquals(Rig.PEER_MAC, eth.headerParse(skb));
        }
        skb.free(DropReason.CONSUMED);
      }
    }
  }

  private static int expected(int n, int type) {
    if (n < 14) {
      return LinkOps.RUNT;
    }
    if (type == EtherType.P_8021Q) {
      return n < 18 ? EtherType.P_8021Q : EtherType.P_802_2; // A priority tag, and zeros in it.
    }
    return type >= 1536 ? type : EtherType.P_802_2;
  }
}
