package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code dev_ioctl}, {@code dev->get_stats} and what they read and set. */
class IoctlTest {
  private static IfReq ask(BenchRig rig, int cmd) throws IOException {
    IfReq ifr = new IfReq("eth0");
    rig.skiff.netDevices().ioctl(cmd, ifr);
    return ifr;
  }

  private static void set(int cmd, BenchRig rig, java.util.function.Consumer<IfReq> value)
      throws IOException {
    IfReq ifr = new IfReq("eth0");
    value.accept(ifr);
    rig.skiff.netDevices().ioctl(cmd, ifr);
  }

  /** N04. */
  @Test
  void theProtocolsFieldsAreReadAndSet() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      assertEquals(1500, ask(rig, Sioc.SIOCGIFMTU).value());
      set(Sioc.SIOCSIFMTU, rig, ifr -> ifr.setValue(1400));
      assertEquals(1400, rig.device().mtu());
      assertEquals("198.51.100.2", Ip4Addr.format(ask(rig, Sioc.SIOCGIFADDR).addr()));
      assertEquals("255.255.255.0", Ip4Addr.format(ask(rig, Sioc.SIOCGIFNETMASK).addr()));
      assertEquals("198.51.100.255", Ip4Addr.format(ask(rig, Sioc.SIOCGIFBRDADDR).addr()));
      set(Sioc.SIOCSIFADDR, rig, ifr -> ifr.setAddr(Ip4Addr.parse("198.18.0.9")));
      assertEquals("198.18.0.9/24", rig.device().address().toString(), "its class, RFC 791");
      set(Sioc.SIOCSIFADDR, rig, ifr -> ifr.setAddr(Ip4Addr.parse("172.16.0.9")));
      assertEquals("172.16.0.9/16", rig.device().address().toString());
      set(Sioc.SIOCSIFADDR, rig, ifr -> ifr.setAddr(Ip4Addr.parse("10.0.0.9")));
      assertEquals("10.0.0.9/8", rig.device().address().toString());
      set(Sioc.SIOCSIFADDR, rig, ifr -> ifr.setAddr(Ip4Addr.parse("198.18.0.9")));
      set(Sioc.SIOCSIFNETMASK, rig, ifr -> ifr.setAddr(Ip4Addr.parse("255.254.0.0")));
      assertEquals("198.18.0.9/15", rig.device().address().toString());
      assertEquals("198.19.255.255", Ip4Addr.format(ask(rig, Sioc.SIOCGIFBRDADDR).addr()));
    }
  }

  @Test
  void anotherAddressAnswersAndTheOldOneDoesNot() throws IOException {
    Rig rig = new Rig();
    rig.introducePeer();
    IfReq ifr = new IfReq("skiff0");
    ifr.setAddr(Ip4Addr.parse("203.0.113.2"));
    rig.device().ioctl(Sioc.SIOCSIFADDR, ifr);
    assertEquals(0, rig.exchange(Frames.echoRequest(1, 1, Frames.data(56))).size());
    int peer = Ip4Addr.parse("203.0.113.1");
    int own = Ip4Addr.parse("203.0.113.2");
    assertEquals(1, rig.exchange(Frames.arpRequest(Rig.PEER_MAC, peer, own)).size());
    byte[] echo = Frames.ipv4(peer, own, 1, 64, Frames.icmp(8, 0, 1, 1, Frames.data(56)));
    byte[] frame = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, echo);
    assertEquals(1, rig.exchange(frame).size(), "and its network has a route");
  }

  /** N05. */
  @Test
  void theLinksFieldsAreThoseOfEthernet() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      assertEquals(Rig.OUR_MAC, ask(rig, Sioc.SIOCGIFHWADDR).hwaddr());
      assertEquals(14, rig.device().headerLen());
      assertEquals(Frames.BROADCAST, rig.device().link().broadcast());
      assertEquals(1, rig.device().link().type(), "ARPHRD_ETHER");
      assertEquals("eth0", ask(rig, Sioc.SIOCGIFNAME).name());
      assertEquals(1, ask(rig, Sioc.SIOCGIFINDEX).value());
    }
  }

  /** N21. */
  @Test
  void aDeviceIsSetUpForEthernet() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.skiff.register(DeviceConfig.of("eth%d", new BenchWire()));
      assertEquals(Iff.BROADCAST | Iff.MULTICAST, dev.flags());
      assertEquals(1500, dev.mtu());
      assertEquals(14, dev.headerLen());
      assertEquals(NetDevice.TX_QUEUE_LEN, dev.txQueueLen());
      assertEquals("pfifo_fast", dev.qdisc().name());
      assertTrue(dev.link().validateAddr(dev), "a station's address of its own");
    }
  }

  /** N03, N18. */
  @Test
  void itIsOnNoBus() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      assertEquals(IfReq.IfMap.NONE, ask(rig, Sioc.SIOCGIFMAP).map());
      IfReq ifr = new IfReq("eth0");
      ifr.setMap(new IfReq.IfMap(0, 0, 0x300, 5, 0, 0));
      UnsupportedOperationException e =
          assertThrows(
              UnsupportedOperationException.class, () -> rig.device().ioctl(Sioc.SIOCSIFMAP, ifr));
      assertTrue(String.valueOf(e.getMessage()).startsWith("eth0: SIOCSIFMAP: "), e.toString());
    }
  }

  /** N06. */
  @Test
  void flagsOpenAndStopItAndNobodyCanSetTheOthers() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      int usual = Iff.UP | Iff.RUNNING | Iff.BROADCAST | Iff.MULTICAST;
      assertEquals(usual, ask(rig, Sioc.SIOCGIFFLAGS).flags());
      set(Sioc.SIOCSIFFLAGS, rig, ifr -> ifr.setFlags(0));
      assertFalse(rig.device().isUp());
      assertEquals(Iff.BROADCAST | Iff.MULTICAST, rig.device().flags());
      int all = Iff.UP | Iff.DEBUG | Iff.NOARP | Iff.PROMISC | Iff.ALLMULTI | Iff.POINTOPOINT;
      set(Sioc.SIOCSIFFLAGS, rig, ifr -> ifr.setFlags(all));
      int now = usual | Iff.DEBUG | Iff.NOARP | Iff.PROMISC | Iff.ALLMULTI;
      assertEquals(now, rig.device().flags(), "a link does not become point to point");
      set(Sioc.SIOCSIFFLAGS, rig, ifr -> ifr.setFlags(Iff.UP));
      assertEquals(usual, rig.device().flags());
    }
  }

  /** {@code dev->gflags}: a user of flags is one of many who want to see everything. */
  @Test
  void flagsThatAreReadAndSetAgainTakeNobodysPromiscuityAway() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.setPromiscuity(1);
      IfReq ifr = ask(rig, Sioc.SIOCGIFFLAGS);
      assertEquals(0, ifr.flags() & Iff.PROMISC, "not the user's own doing");
      rig.skiff.netDevices().ioctl(Sioc.SIOCSIFFLAGS, ifr);
      assertTrue(dev.isPromiscuous());
      set(Sioc.SIOCSIFFLAGS, rig, i -> i.setFlags(ifr.flags() | Iff.PROMISC));
      dev.setPromiscuity(-1);
      assertTrue(dev.isPromiscuous(), "the user still wants it");
      set(Sioc.SIOCSIFFLAGS, rig, i -> i.setFlags(ifr.flags()));
      assertFalse(dev.isPromiscuous());
    }
  }

  @Test
  void anAddressIsTakenAwayByZeroAndItsRouteGoes() throws IOException {
    Rig rig = new Rig();
    rig.introducePeer();
    rig.device().ioctl(Sioc.SIOCSIFADDR, new IfReq("skiff0"));
    assertEquals(0, rig.device().address().address());
    assertEquals(0, rig.exchange(Frames.echoRequest(1, 1, Frames.data(56))).size());
    assertEquals(0, rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP)).size());
  }

  @Test
  void flagsHaveTheNamesThatIpLinkPrints() {
    assertEquals(
        "BROADCAST,MULTICAST,PROMISC,UP,LOWER_UP",
        String.join(
            ",", Iff.names(Iff.UP | Iff.RUNNING | Iff.BROADCAST | Iff.MULTICAST | Iff.PROMISC)));
    assertEquals("NO-CARRIER,NOARP,UP", String.join(",", Iff.names(Iff.UP | Iff.NOARP)));
    assertEquals("", String.join(",", Iff.names(0)));
  }

  /** N07: the limit of each band. */
  @Test
  void theQueueLengthIsReadAndSet() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      assertEquals(500, ask(rig, Sioc.SIOCGIFTXQLEN).value());
      set(Sioc.SIOCSIFTXQLEN, rig, ifr -> ifr.setValue(2));
      for (int band = 0; band < NetDevice.BANDS; band++) {
        assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, band));
        assertEquals(DropReason.NOT_DROPPED, rig.transmit(2, band));
        assertEquals(DropReason.QDISC_DROP, rig.transmit(3, band));
      }
      assertEquals(3, rig.device().stat(DeviceStat.TX_DROPPED));
      assertThrows(
          IllegalArgumentException.class,
          () -> set(Sioc.SIOCSIFTXQLEN, rig, ifr -> ifr.setValue(0)));
    }
  }

  /** N15. */
  @Test
  void countersAreReadOpenOrClosed() {
    Rig rig = new Rig();
    rig.introducePeer();
    rig.exchange(new byte[5]);
    Map<DeviceStat, Long> open = rig.device().getStats();
    assertEquals(2L, open.get(DeviceStat.RX_PACKETS));
    assertEquals(1L, open.get(DeviceStat.RX_ERRORS));
    assertEquals(1L, open.get(DeviceStat.RX_LENGTH_ERRORS));
    assertEquals(1L, open.get(DeviceStat.TX_PACKETS));
    rig.device().stop();
    assertEquals(open, rig.device().getStats());
  }

  /** N16: while it is up it is refused, unless the driver can. */
  @Test
  void theMacAddressOfADeviceThatIsUpIsChangedOnlyIfItCan() throws IOException {
    Rig rig = new Rig();
    IfReq ifr = new IfReq("skiff0");
    ifr.setHwaddr(Rig.OUR_MAC + 0x10);
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class, () -> rig.device().ioctl(Sioc.SIOCSIFHWADDR, ifr));
    assertTrue(String.valueOf(e.getMessage()).startsWith("skiff0 is up"), e.toString());
    rig.device().setLiveAddressChange(true);
    rig.device().ioctl(Sioc.SIOCSIFHWADDR, ifr);
    rig.introducePeer();
    byte[] reply =
        rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP)).getFirst();
    assertEquals(Rig.OUR_MAC + 0x10, Frames.u48(reply, 6));
    rig.exchange(Frames.echoRequest(1, 1, Frames.data(56)));
    assertEquals(1, rig.verdicts(DropReason.OTHERHOST), "the old one is another's");
  }

  /** N19. */
  @Test
  void requestsOfTheWiresOwnGoToTheWire() throws IOException {
    try (BenchRig rig = new BenchRig();
        Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(ValueLayout.JAVA_INT);
      data.set(ValueLayout.JAVA_INT, 0, 21);
      set(Sioc.SIOCDEVPRIVATE + 3, rig, ifr -> ifr.setData(data));
      assertEquals(42, data.get(ValueLayout.JAVA_INT, 0));
      UnsupportedOperationException e =
          assertThrows(
              UnsupportedOperationException.class,
              () -> rig.device().ioctl(Sioc.SIOCDEVPRIVATE + 4, new IfReq("eth0")));
      assertEquals("eth0: the wire has no request SIOCDEVPRIVATE+4", e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 0x8999, Sioc.SIOCDEVPRIVATE - 1, Sioc.SIOCDEVPRIVATE + 16})
  void anIoctlThatDoesNotExistIsRefused(int cmd) {
    try (BenchRig rig = new BenchRig()) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> rig.device().ioctl(cmd, new IfReq("eth0")));
      assertEquals(
          "eth0: no such ioctl, 0x" + Integer.toHexString(cmd) + ": see the class Sioc",
          e.getMessage());
    }
  }

  @Test
  void whatIsOutOfRangeIsRefusedAndChangesNothing() {
    try (BenchRig rig = new BenchRig()) {
      assertThrows(
          IllegalArgumentException.class,
          () -> set(Sioc.SIOCSIFADDR, rig, ifr -> ifr.setAddr(Ip4Addr.parse("224.0.0.1"))));
      assertThrows(
          IllegalArgumentException.class,
          () -> set(Sioc.SIOCSIFNETMASK, rig, ifr -> ifr.setAddr(Ip4Addr.parse("255.0.255.0"))));
      assertThrows(
          IllegalArgumentException.class, () -> set(Sioc.SIOCSIFMTU, rig, ifr -> ifr.setValue(67)));
      assertThrows(
          IllegalArgumentException.class,
          () -> set(Sioc.SIOCADDMULTI, rig, ifr -> ifr.setHwaddr(Rig.PEER_MAC)));
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> rig.skiff.netDevices().ioctl(Sioc.SIOCGIFMTU, new IfReq("eth9")));
      assertEquals("no device is called 'eth9': there are eth0", e.getMessage());
      assertEquals("198.51.100.2/24", rig.device().address().toString());
      assertEquals(1500, rig.device().mtu());
    }
  }

  /** IFF_NOARP: no ARP is answered, and none is sent. */
  @Test
  void withoutArpNobodyIsAskedOrAnswered() throws IOException {
    Rig rig = new Rig();
    rig.introducePeer();
    rig.device().changeFlags(Iff.UP | Iff.NOARP);
    assertEquals(0, rig.stack().neighbours().entries(0).size(), "what ARP had learnt is forgotten");
    byte[] request = Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP);
    assertEquals(0, rig.exchange(request).size());
    assertEquals(1, rig.verdicts(DropReason.ARP_NOARP));
    assertEquals(0, rig.exchange(Frames.echoRequest(1, 1, Frames.data(56))).size());
    assertEquals(2, rig.verdicts(DropReason.ARP_NOARP), "the reply has no MAC address to go to");
    rig.device().changeFlags(Iff.UP);
    rig.introducePeer();
  }
}
