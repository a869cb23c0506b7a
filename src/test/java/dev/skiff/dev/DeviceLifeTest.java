package dev.skiff.dev;

import static dev.skiff.dev.BenchRig.faults;
import static dev.skiff.dev.BenchRig.on;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stack.NetStack;
import dev.skiff.sys.EventFd;
import dev.skiff.sys.PollSet;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Devices whose notifiers and taps do what they like while something else is going on. */
class DeviceLifeTest {
  /** A tap that does something when a frame goes out, or when one has ended. */
  private static PacketTap tap(Consumer<NetDevice> whenSeen, Consumer<DropReason> whenEnded) {
    return new PacketTap() {
      @Override
      public void seen(Packet p, long id, Direction direction, NetDevice dev, long nowNs) {
        if (direction == Direction.OUT) {
          whenSeen.accept(dev);
        }
      }

      @Override
      public void verdict(long id, DropReason reason) {
        whenEnded.accept(reason);
      }
    };
  }

  // ---- Notifiers --------------------------------------------------------------------------------

  @Test
  void aFrameThatBringsNewsOfCarrierAndMtuIsAnsweredAllTheSame() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.newCarrier = false;
      rig.device().lookAtLink();
      rig.wire.newCarrier = true;
      rig.wire.newFarMtu = 1400;
      rig.wire.in.add(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
      rig.turn();
      assertEquals(1400, rig.device().mtu());
      assertEquals(1, rig.wire.sent.size());
      assertEquals(0, faults(rig));
    }
  }

  @Test
  void aNotifierMayStopTheDeviceWhileItReceives() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.newCarrier = false;
      rig.device().lookAtLink();
      on(rig, NetdevEvent.CHANGE, NetDevice::stop);
      rig.wire.newCarrier = true;
      rig.wire.in.add(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
      rig.turn();
      assertFalse(rig.device().isUp());
      assertEquals(0, rig.skiff.pool().held());
      assertEquals(0, faults(rig));
    }
  }

  @Test
  void whoOpensItAgainAtItsEndIsRefused() {
    try (BenchRig rig = new BenchRig()) {
      List<String> refused = new ArrayList<>();
      on(
          rig,
          NetdevEvent.DOWN,
          dev -> {
            try {
              dev.open();
            } catch (IOException | IllegalStateException e) {
              refused.add(String.valueOf(e.getMessage()));
            }
          });
      rig.device().stop();
      assertTrue(rig.device().isUp(), "at its going down it is welcome");
      NetDevice dev = rig.device();
      rig.skiff.unregister(dev);
      assertFalse(dev.isUp());
      assertEquals(1, refused.size(), refused.toString());
      assertEquals("close", rig.wire.calls.getLast());
      assertEquals(0, rig.skiff.pool().held());
    }
  }

  @Test
  void whoStopsItWhileItGoesDownIsNotToldTwice() {
    try (BenchRig rig = new BenchRig()) {
      List<NetdevEvent> heard = new ArrayList<>();
      rig.skiff.netDevices().addNotifier((event, dev) -> heard.add(event));
      heard.clear();
      on(rig, NetdevEvent.GOING_DOWN, NetDevice::stop);
      on(
          rig,
          NetdevEvent.GOING_DOWN,
          dev -> assertThrows(IllegalStateException.class, dev::open, "not now"));
      rig.device().stop();
      assertEquals(List.of(NetdevEvent.GOING_DOWN, NetdevEvent.DOWN), heard);
      assertEquals(0, faults(rig));
    }
  }

  @Test
  void aWireThatFailsOverTheLastFrameIsToldOfOnce() {
    try (BenchRig rig = new BenchRig()) {
      List<NetdevEvent> heard = new ArrayList<>();
      rig.skiff.netDevices().addNotifier((event, dev) -> heard.add(event));
      heard.clear();
      rig.wire.room = 0;
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      rig.turn();
      rig.wire.openFails = true;
      rig.clock.advance(NetDevice.WATCHDOG_TIMEO_NS);
      var _ = rig.device().poll(1, rig.clock.nowNs());
      rig.device().stop();
      assertEquals(List.of(NetdevEvent.GOING_DOWN, NetdevEvent.DOWN), heard);
      assertTrue(rig.device().failure().contains("opened anew"), rig.device().failure());
      assertEquals(1, rig.wire.calls.stream().filter("close"::equals).count());
    }
  }

  @Test
  void aNotifierMayUnregisterTheDeviceWhoseLinkIsLookedAt() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      on(rig, NetdevEvent.CHANGE, rig.skiff::unregister);
      rig.wire.newCarrier = false;
      rig.wire.newFarMtu = 1400;
      dev.lookAtLink();
      assertEquals(1500, dev.mtu());
      assertFalse(dev.isRegistered());
      assertEquals(
          "there is no device any more: register one",
          assertThrows(IllegalStateException.class, rig.skiff::device).getMessage());
    }
  }

  @Test
  void whatFailsIsClosedOnceAndItsReasonStands() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      rig.wire.gone = true;
      rig.turn();
      dev.fail("another reason");
      assertEquals("bench: unplugged", dev.failure());
      rig.skiff.unregister(dev);
      assertEquals(1, rig.wire.calls.stream().filter("close"::equals).count());
    }
  }

  @Test
  void aDeviceThatFailsWhileItIsDownTellsOfIt() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.stop();
      List<String> heard = new ArrayList<>();
      on(rig, NetdevEvent.DOWN, d -> heard.add(d.failure()));
      rig.wire.gone = true;
      dev.lookAtLink();
      assertEquals(List.of("bench: unplugged"), heard);
      assertTrue(Rig.stackOf(rig.skiff).isDone());
    }
  }

  @Test
  void aWireThatDiesWithoutAWordFailsItsDeviceToo() {
    BenchWire wire = new BenchWire();
    ForwardingWire silent =
        new ForwardingWire(wire) {
          @Override
          public String failure() {
            return "";
          }
        };
    try (BenchRig rig = new BenchRig(builder -> builder.wire("eth0", silent))) {
      wire.gone = true;
      rig.turn();
      assertEquals("its wire is dead", rig.device().failure());
      assertThrows(IOException.class, rig.device()::open);
    }
  }

  @Test
  void whileItGoesDownItCannotBeTakenAway() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      on(rig, NetdevEvent.GOING_DOWN, rig.skiff::unregister);
      on(
          rig,
          NetdevEvent.GOING_DOWN,
          d -> assertEquals(DropReason.NOT_DROPPED, rig.transmit(3, 1)));
      dev.stop();
      assertTrue(dev.isRegistered());
      assertEquals(1, faults(rig), "it was refused");
      assertEquals(List.of(3), rig.sent());
    }
  }

  // ---- Taps -------------------------------------------------------------------------------------

  @Test
  void aDeviceThatATapStopsWhileItSendsGoesDownAfterwards() {
    try (BenchRig rig = new BenchRig()) {
      rig.skiff.addTap(tap(NetDevice::stop, reason -> {}));
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(2, 1));
      rig.turn();
      assertFalse(rig.device().isUp());
      assertEquals(List.of(1, 2), rig.sent());
      assertEquals(0, rig.skiff.pool().held());
      assertEquals(0, faults(rig));
    }
  }

  @Test
  void soItDoesWithAFaultSetAndWhenTheTapIsToldOfAnEnd() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.setFault(FaultSpec.parse("delay=1ms,seed=1"), rig.clock.nowNs());
      rig.skiff.addTap(tap(d -> {}, reason -> dev.stop()));
      for (int i = 0; i < 12; i++) {
        assertEquals(DropReason.NOT_DROPPED, rig.transmit(i, 1));
      }
      rig.turn();
      rig.after(2_000_000L);
      assertFalse(dev.isUp());
      assertEquals(0, rig.skiff.pool().held());
      assertEquals(0, faults(rig));
      dev.open();
    }
  }

  @Test
  void aTapMayNotTakeAwayADeviceThatSends() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      rig.skiff.addTap(tap(rig.skiff::unregister, reason -> {}));
      rig.skiff.addTap(tap(d -> d.setFault(FaultSpec.parse("loss=1%,seed=1"), 0), reason -> {}));
      assertEquals(Wire.Xmit.OK, dev.hardStartXmit(rig.frame(1, 1), 0));
      rig.turn();
      assertEquals(2, faults(rig), "each is an error of the tap's");
      assertEquals(List.of(1), rig.sent());
      assertTrue(dev.isUp());
    }
  }

  @Test
  void theWatchdogOpensNoWireOfADeviceThatWasStopped() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      rig.wire.room = 0;
      rig.skiff.addTap(tap(d -> {}, reason -> dev.stop()));
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      rig.turn();
      rig.after(NetDevice.WATCHDOG_TIMEO_NS);
      assertFalse(dev.isUp());
      assertEquals("stop", rig.wire.calls.getLast());
    }
  }

  @Test
  void aStopInTheMiddleOfSendingIsDoneOnceAllIsSentAndUntilThenItCannotBeOpened() {
    try (BenchRig rig = new BenchRig()) {
      List<Boolean> refused = new ArrayList<>();
      rig.skiff.addTap(
          tap(
              dev -> {
                dev.stop();
                refused.add(dev.isUp());
                assertThrows(IllegalStateException.class, dev::open);
                if (refused.size() == 1) {
                  SkBuff inner = rig.frame(9, 1);
                  assertEquals(Wire.Xmit.OK, dev.hardStartXmit(inner, 0), "a call in a call");
                  assertTrue(dev.isUp(), "the outer one is not done");
                }
              },
              reason -> {}));
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(2, 1));
      rig.turn();
      assertEquals(List.of(9, 1, 2), rig.sent());
      assertFalse(rig.device().isUp());
      assertEquals(0, faults(rig));
    }
  }

  // ---- What the loop waits for ------------------------------------------------------------------

  @Test
  void theLoopWaitsForRoomAndForNewsOfTheLink() throws IOException {
    BenchWire wire = new BenchWire();
    try (EventFd data = new EventFd();
        EventFd link = new EventFd();
        PollSet set = new PollSet(8)) {
      ForwardingWire polled =
          new ForwardingWire(wire) {
            @Override
            public int pollFd() {
              return data.fd();
            }

            @Override
            public int linkFd() {
              return link.fd();
            }
          };
      try (BenchRig rig = new BenchRig(builder -> builder.wire("eth0", polled))) {
        NetStack stack = Rig.stackOf(rig.skiff);
        stack.pollFds(set);
        assertEquals(0, set.await(0), "nothing is to be read");
        wire.room = 0;
        assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
        rig.turn();
        set.clear();
        stack.pollFds(set);
        assertEquals(1, set.await(0), "an eventfd always has room: POLLOUT was asked for");
        rig.device().stop();
        link.signal();
        wire.newFarMtu = 1400;
        wire.newCarrier = false;
        set.clear();
        stack.pollFds(set);
        assertEquals(1, set.await(0), "the link of a device that is down is watched too");
        wire.gone = true;
        stack.polled(set);
        assertEquals("bench: unplugged", rig.device().failure());
        set.clear();
        stack.pollFds(set);
        assertEquals(0, set.await(0), "and that of one that has failed is not");
      }
    }
  }

  @Test
  void aDeviceThatIsRegisteredOnARunningLoopWakesIt() throws Exception {
    PipeWire pipe = new PipeWire(2048, 16);
    SkBuffPool pool = new SkBuffPool(8, 2048, 1);
    try (Skiff skiff = Skiff.builder().wire("eth0", new BenchWire()).build()) {
      skiff.start();
      DeviceConfig config =
          DeviceConfig.of("eth%d", pipe.a())
              .withAddress(Ip4Prefix.parse("203.0.113.2/24"))
              .withArp(ArpConf.USUAL.withAcd(Acd.OFF));
      NetDevice dev =
          skiff.call(
              () -> {
                NetDevice more = skiff.register(config);
                more.open();
                return more;
              });
      Wire peer = pipe.b();
      SkBuff request = java.util.Objects.requireNonNull(pool.devAlloc(60, "test"));
      byte[] arp =
          Frames.arpRequest(
              Rig.PEER_MAC, Ip4Addr.parse("203.0.113.1"), Ip4Addr.parse("203.0.113.2"));
      request.copyFrom(arp, request.put(60), 60);
      assertEquals(Wire.Xmit.OK, peer.queue(request, 0));
      peer.flush(0, (skb, reason) -> skb.free(reason));
      long end = System.nanoTime() + 5_000_000_000L;
      while (dev.stat(DeviceStat.TX_PACKETS) == 0 && System.nanoTime() - end < 0) {
        Thread.onSpinWait();
      }
      assertEquals(1, dev.stat(DeviceStat.TX_PACKETS), "it was woken, and answered");
      var _ =
          skiff.call(
              () -> {
                for (NetDevice each : skiff.netDevices().all()) {
                  skiff.unregister(each);
                }
                return skiff.register(DeviceConfig.of("eth9", new BenchWire())).name();
              });
      assertEquals("eth9", skiff.device().name(), "a loop without devices waits for some");
    } finally {
      pipe.b().close((skb, reason) -> skb.free(reason));
      pool.close();
    }
  }
}
