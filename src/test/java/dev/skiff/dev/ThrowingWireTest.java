package dev.skiff.dev;

import static dev.skiff.dev.BenchRig.faults;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Skiff;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.RxMode;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Wires, and a qdisc, that throw: each costs its own device at most, and no buffer. */
class ThrowingWireTest {
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
}
