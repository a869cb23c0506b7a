package dev.skiff.dev;

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
import dev.skiff.wire.RxMode;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Devices whose notifiers, taps and wires do what they like while something else is going on. */
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

  private static void on(BenchRig rig, NetdevEvent wanted, Consumer<NetDevice> action) {
    rig.skiff
        .netDevices()
        .addNotifier(
            (event, dev) -> {
              if (event == wanted) {
                action.accept(dev);
              }
            });
  }

  private static long faults(BenchRig rig) {
    return Rig.stackOf(rig.skiff).faults().count();
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

  // ---- Wires that throw -------------------------------------------------------------------------

  @Test
  void aFrameThatTheWireThrowsOverIsFreedAndCounted() {
    BenchWire wire = new BenchWire();
    boolean[] throwing = {true};
    ForwardingWire bad =
        new ForwardingWire(wire) {
          @Override
          public Xmit queue(SkBuff skb, long nowNs) {
            if (throwing[0]) {
              throwing[0] = false;
              throw new IllegalStateException("on purpose");
            }
            return super.queue(skb, nowNs);
          }
        };
    try (BenchRig rig = new BenchRig(builder -> builder.wire("eth0", bad))) {
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(2, 1));
      rig.turn();
      assertEquals(1, rig.verdicts(DropReason.WIRE_ERROR));
      assertEquals(1, rig.device().stat(DeviceStat.TX_ERRORS));
      assertEquals(1, wire.sent.size());
    }
  }

  @Test
  void aWireThatThrowsAtOpenLeavesItDown() throws IOException {
    BenchWire wire = new BenchWire();
    boolean[] throwing = {false};
    ForwardingWire bad =
        new ForwardingWire(wire) {
          @Override
          public void setMulticastList(RxMode mode, long[] list) {
            if (throwing[0]) {
              throw new IllegalStateException("on purpose");
            }
          }
        };
    try (BenchRig rig = new BenchRig(builder -> builder.wire("eth0", bad))) {
      rig.device().stop();
      throwing[0] = true;
      assertThrows(IllegalStateException.class, rig.device()::open);
      assertFalse(rig.device().isUp());
      assertFalse(rig.device().hasCarrier());
      assertEquals(0, rig.skiff.pool().held());
      throwing[0] = false;
      rig.device().open();
    }
  }

  @Test
  void aWireThatThrowsAtItsEndKeepsNobodyFromTheirs() throws IOException {
    BenchWire wire = new BenchWire();
    ForwardingWire bad =
        new ForwardingWire(wire) {
          @Override
          public void stop(Completion completion) {
            super.stop(completion);
            throw new IllegalStateException("on purpose");
          }

          @Override
          public void close(Completion completion) {
            super.close(completion);
            throw new IllegalStateException("on purpose");
          }
        };
    BenchWire good = new BenchWire();
    Skiff skiff = Skiff.builder().wire("eth0", bad).build();
    skiff.register(DeviceConfig.of("eth1", good)).open();
    List<NetdevEvent> heard = new ArrayList<>();
    skiff.netDevices().addNotifier((event, dev) -> heard.add(event));
    heard.clear();
    skiff.device().stop();
    assertEquals(List.of(NetdevEvent.GOING_DOWN, NetdevEvent.DOWN), heard);
    assertEquals(1, skiff.pool().held(), "the buffer that eth1 has posted");
    skiff.close();
    assertEquals("close", good.calls.getLast());
    assertEquals("close", wire.calls.getLast());
  }

  @Test
  void anErrorOfTheDeviceBeforeIsNotTheNextOnesWithItsNumber() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      boolean[] throwing = {false};
      NetDevice bad = rig.skiff.register(DeviceConfig.of("bad%d", throwsWhile(throwing)));
      bad.open();
      throwing[0] = true;
      for (int i = 0; i < 9; i++) {
        var _ = rig.skiff.turn();
      }
      assertTrue(bad.failure().contains("on purpose"), bad.failure());
      rig.skiff.unregister(bad);
      throwing[0] = false;
      NetDevice next = rig.skiff.register(DeviceConfig.of("bad%d", throwsWhile(throwing)));
      assertEquals(bad.index(), next.index());
      next.open();
      for (int round = 0; round < 3; round++) {
        throwing[0] = true;
        for (int i = 0; i < 7; i++) {
          var _ = rig.skiff.turn();
        }
        throwing[0] = false;
        var _ = rig.skiff.turn();
      }
      assertEquals("", next.failure(), "seven bad turns and a good one, three times");
    }
  }

  private static Wire throwsWhile(boolean[] throwing) {
    return new ForwardingWire(new BenchWire()) {
      @Override
      public Rx receive(SkBuff skb, long nowNs) {
        if (throwing[0]) {
          throw new IllegalStateException("on purpose");
        }
        return super.receive(skb, nowNs);
      }
    };
  }

  // ---- What is there at open --------------------------------------------------------------------

  @Test
  void theWatchdogTellsTheWireAllThatOpenDoes() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.room = 0;
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      rig.turn();
      rig.wire.calls.clear();
      rig.wire.newCarrier = false;
      rig.after(NetDevice.WATCHDOG_TIMEO_NS);
      assertEquals(List.of("stop", "open", "set_multicast_list"), rig.wire.calls);
      assertFalse(rig.device().hasCarrier());
    }
  }

  @Test
  void oldFramesAreThrownAwayWhateverFaultIsSet() throws IOException {
    for (String spec : List.of("delay=1ms,seed=1", "loss=50%,seed=1", "dup=100%,seed=1")) {
      try (BenchRig rig = new BenchRig()) {
        NetDevice dev = rig.device();
        dev.setFault(FaultSpec.parse(spec), rig.clock.nowNs());
        dev.stop();
        for (int i = 0; i < 500; i++) {
          rig.wire.in.add(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
        }
        dev.open();
        assertEquals(500, dev.stat(DeviceStat.RX_MISSED_ERRORS), spec);
        rig.after(10_000_000L);
        assertEquals(0, dev.stat(DeviceStat.RX_PACKETS), spec);
      }
    }
  }

  @Test
  void aWireThatNeverRunsDryDoesNotKeepItFromOpening() throws IOException {
    ForwardingWire endless =
        new ForwardingWire(new BenchWire()) {
          @Override
          public Rx receive(SkBuff skb, long nowNs) {
            var _ = skb.put(60);
            return Rx.FRAME;
          }
        };
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.skiff.register(DeviceConfig.of("eth%d", endless));
      dev.open();
      assertTrue(dev.isUp());
    }
  }

  @Test
  void anMtuThatChangedWhileItWasDownIsFollowedAtOpen() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      rig.wire.newFarMtu = 1500;
      dev.lookAtLink();
      dev.changeMtu(1300);
      dev.stop();
      dev.open();
      assertEquals(1300, dev.mtu(), "the far end's is what it was");
      dev.stop();
      rig.wire.farMtu = 1400;
      dev.open();
      assertEquals(1400, dev.mtu());
    }
  }

  @Test
  void theMtuThatADeviceIsRegisteredWithHoldsThoughTheFarEndsIsAnother() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      BenchWire wire = new BenchWire();
      wire.farMtu = 1400;
      wire.newFarMtu = 1400;
      NetDevice dev = rig.skiff.register(DeviceConfig.of("eth%d", wire));
      dev.open();
      dev.lookAtLink();
      assertEquals(1500, dev.mtu());
    }
  }

  @Test
  void anMtuThatThereWasNoMemoryForIsTriedAgain() {
    try (BenchRig rig = new BenchRig(builder -> builder.buffers(4))) {
      NetDevice dev = rig.device();
      List<SkBuff> all = new ArrayList<>();
      for (SkBuff skb = rig.skiff.pool().devAlloc(1000, "test");
          skb != null;
          skb = rig.skiff.pool().devAlloc(1000, "test")) {
        all.add(skb);
      }
      rig.wire.newFarMtu = 1400;
      dev.lookAtLink();
      assertEquals(1500, dev.mtu());
      all.forEach(skb -> skb.free(DropReason.CONSUMED));
      dev.lookAtLink();
      assertEquals(1400, dev.mtu());
    }
  }

  /** A device that was up when the pool was empty receives again once it is not. */
  @Test
  void withoutABufferPostedItGetsOneWhenThereIsMemoryAgain() {
    try (BenchRig rig = new BenchRig(builder -> builder.buffers(2))) {
      SkBuff other = rig.skiff.pool().devAlloc(1000, "test");
      rig.skiff.addHandler(
          BenchRig.OWN_TYPE,
          (skb, dev, nowNs) -> {
            throw new AssertionError("there was no buffer for it");
          });
      byte[] own = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, BenchRig.OWN_TYPE, new byte[46]);
      rig.wire.in.add(own);
      rig.turn();
      assertEquals(1, rig.verdicts(DropReason.NOMEM));
      assertTrue(other != null);
      if (other != null) {
        other.free(DropReason.CONSUMED);
      }
      rig.wire.in.add(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
      rig.turn();
      assertEquals(1, rig.wire.sent.size());
    }
  }

  // ---- A fault, and another MTU -----------------------------------------------------------------

  @Test
  void anMtuMayGoDownAndUpUnderAFaultAndBeyondWhatItWas() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.setFault(FaultSpec.parse("loss=1%,seed=1"), rig.clock.nowNs());
      dev.changeMtu(1400);
      dev.changeMtu(1500);
      dev.changeMtu(4000);
      dev.setFault(FaultSpec.parse("delay=1ms,seed=1"), rig.clock.nowNs());
      dev.changeMtu(5000);
      dev.changeMtu(1400);
      byte[] big = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, BenchRig.OWN_TYPE, new byte[1400]);
      rig.wire.in.add(big);
      rig.turn();
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> dev.changeMtu(6000));
      assertTrue(String.valueOf(e.getMessage()).contains("shorter frames wait"), e.toString());
      assertEquals(1400, dev.mtu());
      rig.after(1_000_000L);
      assertEquals(1414, dev.stat(DeviceStat.RX_BYTES), "it came through whole");
      dev.changeMtu(6000);
    }
  }

  @Test
  void aFaultHandsTheWiresLifeAndLinkOn() throws IOException {
    BenchWire wire = new BenchWire();
    ForwardingWire watched =
        new ForwardingWire(wire) {
          @Override
          public int linkFd() {
            return 77;
          }
        };
    try (BenchRig rig = new BenchRig(builder -> builder.wire("eth0", watched))) {
      NetDevice dev = rig.device();
      dev.setFault(FaultSpec.parse("loss=1%,seed=1"), rig.clock.nowNs());
      assertEquals(77, dev.wire().linkFd());
      wire.newFarMtu = 1400;
      wire.newCarrier = false;
      dev.lookAtLink();
      assertEquals(1400, dev.mtu());
      assertFalse(dev.hasCarrier());
      wire.calls.clear();
      dev.stop();
      dev.open();
      assertEquals(List.of("stop", "open"), wire.calls);
      rig.skiff.unregister(dev);
      assertThrows(
          IllegalStateException.class, () -> dev.setFault(FaultSpec.parse("delay=1ms,seed=1"), 0));
    }
  }

  // ---- More of those who come in between --------------------------------------------------------

  @Test
  void whoHearsOfTheMtuAtOpenMayStopIt() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.stop();
      List<NetdevEvent> heard = new ArrayList<>();
      rig.skiff.netDevices().addNotifier((event, d) -> heard.add(event));
      heard.clear();
      on(rig, NetdevEvent.CHANGEMTU, NetDevice::stop);
      rig.wire.farMtu = 1400;
      rig.wire.newFarMtu = 1400;
      dev.open();
      assertFalse(dev.isUp());
      assertEquals(
          List.of(NetdevEvent.UP, NetdevEvent.CHANGEMTU, NetdevEvent.GOING_DOWN, NetdevEvent.DOWN),
          heard);
      assertEquals(0, rig.skiff.pool().held());
    }
  }

  @Test
  void anMtuThatWasSetByUsIsNewerThanWhatTheFarEndChangedBefore() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.stop();
      rig.wire.newFarMtu = 1300;
      dev.changeMtu(1200);
      dev.open();
      dev.lookAtLink();
      assertEquals(1200, dev.mtu());
      rig.wire.newFarMtu = 0;
      dev.lookAtLink();
      rig.wire.newFarMtu = 1300;
      dev.lookAtLink();
      assertEquals(1200, dev.mtu(), "not known for a while is no change");
      rig.wire.newCarrier = false;
      dev.changeMtu(1100);
      assertFalse(dev.hasCarrier(), "news that was read on the way is not lost");
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

  @Test
  void aQdiscThatThrowsAtItsEndDoesNotKeepTheDeviceUp() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      boolean[] throwing = {false};
      PfifoFast inner = new PfifoFast(() -> 10);
      dev.setQdisc(
          new Qdisc() {
            @Override
            public DropReason enqueue(SkBuff skb) {
              return inner.enqueue(skb);
            }

            @Override
            public void requeue(SkBuff skb) {
              inner.requeue(skb);
            }

            @Override
            public @Nullable SkBuff dequeue(String taker) {
              return inner.dequeue(taker);
            }

            @Override
            public int len() {
              return inner.len();
            }

            @Override
            public String name() {
              return "bad";
            }

            @Override
            public int reset() {
              int n = inner.reset();
              if (throwing[0]) {
                throw new IllegalStateException("on purpose");
              }
              return n;
            }
          });
      throwing[0] = true;
      dev.stop();
      assertFalse(dev.isUp());
      assertEquals("stop", rig.wire.calls.getLast());
      throwing[0] = false;
      dev.open();
      assertTrue(dev.isUp());
    }
  }

  @Test
  void framesThatAFaultHoldsAreGivenUpThoughTheWireBelowThrows() {
    BenchWire wire = new BenchWire();
    ForwardingWire bad =
        new ForwardingWire(wire) {
          @Override
          public void stop(Completion completion) {
            super.stop(completion);
            throw new IllegalStateException("on purpose");
          }
        };
    try (BenchRig rig = new BenchRig(builder -> builder.wire("eth0", bad))) {
      rig.device().setFault(FaultSpec.parse("delay=10s,seed=1"), rig.clock.nowNs());
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(2, 1));
      rig.turn();
      rig.device().stop();
      assertEquals(0, rig.skiff.pool().held());
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

  @Test
  void aWireWhoseLinkThrowsFailsItsOwnDeviceAlone() throws IOException {
    ForwardingWire bad =
        new ForwardingWire(new BenchWire()) {
          @Override
          public int linkFd() {
            return 0; // Nobody polls here.
          }

          @Override
          public void lookAtLink() {
            throw new IllegalStateException("on purpose");
          }
        };
    BenchWire good = new BenchWire();
    ForwardingWire watched =
        new ForwardingWire(good) {
          @Override
          public int linkFd() {
            return 0;
          }
        };
    try (BenchRig rig = new BenchRig(builder -> builder.wire("eth0", bad))) {
      NetDevice other = rig.skiff.register(DeviceConfig.of("eth1", watched));
      other.open();
      good.newCarrier = false;
      rig.after(20_000_000L);
      assertTrue(rig.device().failure().contains("on purpose"), rig.device().failure());
      assertFalse(rig.device().hasCarrier());
      assertFalse(other.hasCarrier(), "its news was read");
      assertEquals(1, faults(rig));
      assertThrows(
          IllegalStateException.class,
          () -> rig.device().setFault(FaultSpec.parse("delay=1ms,seed=1"), 0));
    }
  }

  @Test
  void aWireThatThrowsWhenTheWatchdogOpensItFailsItsDevice() {
    BenchWire wire = new BenchWire();
    boolean[] throwing = {false};
    ForwardingWire bad =
        new ForwardingWire(wire) {
          @Override
          public void open() throws IOException {
            if (throwing[0]) {
              throw new IllegalStateException("on purpose");
            }
            super.open();
          }
        };
    try (BenchRig rig = new BenchRig(builder -> builder.wire("eth0", bad))) {
      wire.room = 0;
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      rig.turn();
      throwing[0] = true;
      rig.after(NetDevice.WATCHDOG_TIMEO_NS);
      assertFalse(rig.device().isUp());
      assertTrue(rig.device().failure().contains("on purpose"), rig.device().failure());
      assertEquals("close", wire.calls.getLast());
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
          DeviceConfig.of("eth%d", pipe.a()).withAddress(Ip4Prefix.parse("203.0.113.2/24"));
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
