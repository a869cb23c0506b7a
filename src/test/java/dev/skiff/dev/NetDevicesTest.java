package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.ip.Flow;
import dev.skiff.skb.DropReason;
import dev.skiff.wire.PipeWire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registering and unregistering devices, and who is told. */
class NetDevicesTest {
  private static void unregister(BenchRig rig, String name) {
    rig.skiff.unregister(Objects.requireNonNull(rig.skiff.netDevices().get(name)));
  }

  @CanIgnoreReturnValue
  private static NetDevice register(BenchRig rig, String name) throws IOException {
    return rig.skiff.register(DeviceConfig.of(name, new BenchWire()));
  }

  /** N01. */
  @Test
  void aPatternGetsTheLeastFreeNumber() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      assertEquals("eth0", rig.device().name());
      assertEquals("eth1", register(rig, "eth%d").name());
      assertEquals("eth2", register(rig, "").name());
      assertEquals("eth3", register(rig, "    ").name(), "four blanks, as in 1996");
      assertEquals("sl0", register(rig, "sl%d").name());
      unregister(rig, "eth1");
      assertEquals("eth1", register(rig, "eth%d").name(), "free again");
      assertEquals("eth4", register(rig, "eth%d").name());
    }
  }

  @Test
  void aNameIsUniqueAndAnInterfacesName() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      IllegalArgumentException taken =
          assertThrows(IllegalArgumentException.class, () -> register(rig, "eth0"));
      assertEquals(
          "there is a device called eth0 already: choose another name, or eth%d",
          taken.getMessage());
      assertEquals(1, rig.skiff.netDevices().all().length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a/b", "sixteen-bytes-xx", "%d%d", "e%dx", ".", ".."})
  void aNameThatNoInterfaceCanHaveIsRefused(String name) {
    try (BenchRig rig = new BenchRig()) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> register(rig, name));
      assertTrue(
          String.valueOf(e.getMessage()).contains("cannot be a device's name"), e.toString());
    }
  }

  @Test
  void eachHasAMacAddressOfItsOwnMadeFromItsName() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice one = register(rig, "eth%d");
      NetDevice two = register(rig, "eth%d");
      assertTrue(dev.skiff.header.MacAddr.isValid(one.macAddress()));
      assertTrue(one.macAddress() != two.macAddress(), "eth1 and eth2");
      long mac = one.macAddress();
      unregister(rig, "eth1");
      assertEquals(mac, register(rig, "eth1").macAddress(), "the same name, the same address");
    }
  }

  /** N02. */
  @Test
  void initIsCalledOnceAndOneThatFailsRegistersNothing() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      BenchWire broken = new BenchWire();
      broken.initFails = true;
      IOException e =
          assertThrows(
              IOException.class, () -> rig.skiff.register(DeviceConfig.of("eth%d", broken)));
      assertEquals("bench: no such card, put one in", e.getMessage());
      assertNull(rig.skiff.netDevices().get("eth1"));
      BenchWire good = new BenchWire();
      NetDevice dev = rig.skiff.register(DeviceConfig.of("eth%d", good));
      assertSame(dev, rig.skiff.netDevices().get("eth1"));
      assertFalse(dev.isUp());
      dev.open();
      dev.stop();
      dev.open();
      rig.skiff.unregister(dev);
      assertEquals(
          List.of("init", "open", "set_multicast_list", "stop", "open", "set_multicast_list")
              .toString(),
          good.calls.subList(0, 6).toString());
      assertEquals(List.of("stop", "close"), good.calls.subList(6, good.calls.size()));
      assertFalse(dev.isUp());
      assertThrows(IllegalStateException.class, dev::open);
      assertThrows(IllegalStateException.class, () -> rig.skiff.unregister(dev));
    }
  }

  @Test
  void aStackThatCannotInitialiseItsWireIsNotBuiltAndLeavesNothing() {
    BenchWire broken = new BenchWire();
    broken.initFails = true;
    assertThrows(
        IOException.class,
        () -> dev.skiff.Skiff.builder().wire("eth0", broken).ip("198.51.100.2/24").build());
    assertTrue(broken.calls.contains("close"), broken.calls.toString());
    BenchWire silent = new BenchWire();
    silent.openFails = true;
    IOException e =
        assertThrows(
            IOException.class,
            () -> dev.skiff.Skiff.builder().wire("eth0", silent).ip("198.51.100.2/24").build());
    assertEquals("bench: the card does not answer", e.getMessage());
    assertTrue(silent.calls.contains("close"), silent.calls.toString());
  }

  @Test
  void thereIsRoomForSoManyDevicesAndNotForMore() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      for (int i = 1; i < NetDevices.MAX; i++) {
        register(rig, "eth%d");
      }
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> register(rig, "eth%d"));
      assertTrue(String.valueOf(e.getMessage()).contains("32 devices"), e.toString());
      unregister(rig, "eth7");
      assertEquals("eth7", register(rig, "eth%d").name());
    }
  }

  /** N02: the notifier chain. */
  @Test
  void notifiersAreToldOfWhatIsThereAndOfWhatHappens() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      List<String> heard = new ArrayList<>();
      NetdevNotifier notifier = (event, dev) -> heard.add(event + " " + dev.name() + dev.isUp());
      rig.skiff.netDevices().addNotifier(notifier);
      assertEquals(List.of("REGISTER eth0true", "UP eth0true"), heard);
      heard.clear();
      NetDevice dev = register(rig, "eth%d");
      dev.open();
      dev.open();
      dev.changeMtu(1400);
      dev.changeMtu(1400);
      dev.setPromiscuity(1);
      dev.setPromiscuity(1);
      dev.stop();
      dev.stop();
      dev.setMacAddress(Rig.PEER_MAC);
      rig.skiff.unregister(dev);
      assertEquals(
          List.of(
              "REGISTER eth1false",
              "UP eth1true",
              "CHANGEMTU eth1true",
              "CHANGE eth1true",
              "GOING_DOWN eth1true",
              "DOWN eth1false",
              "CHANGEADDR eth1false",
              "UNREGISTER eth1false"),
          heard);
      heard.clear();
      rig.skiff.netDevices().removeNotifier(notifier);
      rig.device().stop();
      assertEquals(List.of(), heard);
    }
  }

  @Test
  void aNotifierThatThrowsIsCountedAndTheOthersAreTold() throws IOException {
    Rig rig = new Rig();
    List<NetdevEvent> heard = new ArrayList<>();
    rig.skiff
        .netDevices()
        .addNotifier(
            (event, dev) -> {
              throw new IllegalStateException("on purpose");
            });
    rig.skiff.netDevices().addNotifier((event, dev) -> heard.add(event));
    heard.clear();
    rig.device().stop();
    assertEquals(List.of(NetdevEvent.GOING_DOWN, NetdevEvent.DOWN), heard);
    rig.device().open();
    rig.introducePeer();
    rig.stack().onClose();
    rig.expectFaults(2 + 2 + 1 + 2);
  }

  @Test
  void whatRefersToADeviceGoesWithIt() throws IOException {
    Rig rig = new Rig();
    PipeWire pipe = new PipeWire(2048, 16);
    DeviceConfig config =
        DeviceConfig.of("eth%d", pipe.a())
            .withAddress(dev.skiff.header.Ip4Prefix.parse("203.0.113.2/24"));
    NetDevice dev = rig.skiff.register(config);
    dev.open();
    assertEquals(DropReason.NOT_DROPPED, sendTo(rig, "203.0.113.1"), "waits for ARP");
    assertEquals(1, rig.stack().neighbours().queued());
    PacketHandler handler = (skb, from, nowNs) -> DropReason.CONSUMED;
    rig.stack().packetTypes().add(BenchRig.OWN_TYPE, dev, handler);
    rig.skiff.unregister(dev);
    assertEquals(0, rig.stack().neighbours().queued());
    assertEquals(DropReason.IP_OUTNOROUTES, sendTo(rig, "203.0.113.1"));
    assertThrows(
        IllegalStateException.class,
        () -> rig.stack().packetTypes().remove(BenchRig.OWN_TYPE, handler),
        "it went with its device");
    pipe.b().close((skb, reason) -> skb.free(reason));
    rig.introducePeer();
    assertEquals(1, rig.exchange(Frames.echoRequest(1, 1, Frames.data(56))).size());
  }

  private static DropReason sendTo(Rig rig, String ip) {
    var skb = Objects.requireNonNull(rig.stack().pool().devAlloc(200, "test"));
    skb.reserve(40);
    skb.copyFrom(Frames.data(30), skb.put(30), 30);
    int daddr = dev.skiff.header.Ip4Addr.parse(ip);
    DropReason reason =
        rig.stack().ipv4().send(skb, new Flow().to(daddr, 253).from(Rig.OUR_IP), rig.clock.nowNs());
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
    return reason;
  }

  /** Q09. */
  @Test
  void handlersAreForAllDevicesOrForOneAndCanBeTakenAwayInAHandler() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      BenchWire other = new BenchWire();
      NetDevice second = rig.skiff.register(DeviceConfig.of("eth%d", other).withMac(Rig.OUR_MAC));
      second.open();
      List<String> heard = new ArrayList<>();
      PacketTypes types = Rig.stackOf(rig.skiff).packetTypes();
      types.add(
          BenchRig.OWN_TYPE,
          second,
          (skb, dev, nowNs) -> {
            heard.add("one " + dev.name());
            return DropReason.CONSUMED;
          });
      PacketHandler once =
          new PacketHandler() {
            @Override
            public DropReason receive(dev.skiff.skb.SkBuff skb, NetDevice dev, long nowNs) {
              heard.add("all " + dev.name());
              rig.skiff.removeHandler(BenchRig.OWN_TYPE, this);
              return DropReason.CONSUMED;
            }
          };
      byte[] frame = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, BenchRig.OWN_TYPE, new byte[46]);
      rig.skiff.addHandler(BenchRig.OWN_TYPE, once);
      rig.wire.in.add(frame);
      rig.wire.in.add(frame);
      rig.turn();
      assertEquals(List.of("all eth0"), heard);
      assertEquals(1, rig.verdicts(DropReason.UNHANDLED_PROTO));
      rig.skiff.addHandler(BenchRig.OWN_TYPE, once);
      other.in.add(frame);
      other.in.add(frame);
      rig.turn();
      assertEquals(List.of("all eth0", "one eth1", "all eth1", "one eth1"), heard);
      assertThrows(
          IllegalStateException.class, () -> rig.skiff.removeHandler(BenchRig.OWN_TYPE, once));
    }
  }
}
