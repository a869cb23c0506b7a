package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device goes up and down, again and again. */
class OpenStopTest {
  /** N08. */
  @Test
  void whatCameWhileItWasDownIsThrownAwayAndCounted() throws IOException {
    Rig rig = new Rig(128);
    rig.introducePeer();
    NetDevice dev = rig.device();
    for (int round = 1; round <= 3; round++) {
      dev.stop();
      for (int i = 0; i < 100; i++) {
        rig.inject(Frames.echoRequest(1, i, Frames.data(56)));
      }
      assertEquals(0, rig.turn().size(), "N06: without IFF_UP nothing is received");
      dev.open();
      assertEquals(100L * round, dev.stat(DeviceStat.RX_MISSED_ERRORS));
      assertEquals(0, rig.turn().size());
      rig.introducePeer();
      assertEquals(1, rig.exchange(Frames.echoRequest(1, round, Frames.data(56))).size());
    }
    assertEquals(1 + 2 * 3, dev.stat(DeviceStat.RX_PACKETS));
  }

  @Test
  void framesThatAFaultHeldAreGivenUpToo() throws IOException {
    Rig rig = new Rig();
    rig.introducePeer();
    rig.device().setFault(FaultSpec.parse("delay=1s,seed=1"), rig.clock.nowNs());
    for (int i = 0; i < 5; i++) {
      rig.exchange(Frames.echoRequest(1, i, Frames.data(56)));
    }
    rig.after(1_000_000_000L); // They are in, and their replies are held on the way out.
    rig.inject(Frames.echoRequest(1, 9, Frames.data(56)));
    rig.turn();
    rig.device().stop();
    rig.inject(Frames.echoRequest(1, 10, Frames.data(56)));
    assertEquals(5, rig.verdicts(DropReason.QUEUE_PURGE));
    rig.device().open();
    assertEquals(0, rig.after(5_000_000_000L).size(), "nothing old comes out or in");
    rig.inject(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    rig.turn();
    rig.after(1_000_000_000L);
    assertEquals(1, rig.after(1_000_000_000L).size(), "the fault stays set");
  }

  @Test
  void anOpenThatFailsLeavesItDownAndSaysWhy() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.stop();
      rig.wire.openFails = true;
      IOException e = assertThrows(IOException.class, dev::open);
      assertEquals("bench: the card does not answer", e.getMessage());
      assertEquals(0, dev.flags() & (Iff.UP | Iff.RUNNING));
      assertEquals("", dev.failure(), "it may go better next time");
      rig.wire.openFails = false;
      dev.open();
      assertEquals(Iff.UP | Iff.RUNNING, dev.flags() & (Iff.UP | Iff.RUNNING));
    }
  }

  @Test
  void withoutABufferItStaysDown() throws IOException {
    try (BenchRig rig = new BenchRig(builder -> builder.buffers(4))) {
      NetDevice dev = rig.device();
      dev.stop();
      List<SkBuff> all = new ArrayList<>();
      for (SkBuff skb = rig.skiff.pool().devAlloc(60, "test");
          skb != null;
          skb = rig.skiff.pool().devAlloc(60, "test")) {
        all.add(skb);
      }
      IOException e = assertThrows(IOException.class, dev::open);
      assertEquals("eth0: no buffer to receive into, the pool is empty", e.getMessage());
      assertFalse(dev.isUp());
      assertEquals("stop", rig.wire.calls.getLast());
      all.forEach(skb -> skb.free(DropReason.CONSUMED));
      dev.open();
    }
  }

  /** N09. */
  @Test
  void stopEmptiesAllQueuesAndTellsEachFramesEnd() throws IOException {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      rig.wire.room = 0;
      for (int band = 0; band < NetDevice.BANDS; band++) {
        for (int i = 0; i < 5; i++) {
          assertEquals(DropReason.NOT_DROPPED, rig.transmit(i, band));
        }
      }
      rig.turn();
      assertTrue(dev.isQueueStopped());
      assertEquals(DropReason.NOT_DROPPED, dev.netifRx(rig.frame(1, 0)), "one on the backlog");
      dev.stop();
      assertEquals(16, rig.verdicts(DropReason.QUEUE_PURGE));
      assertEquals(15, dev.stat(DeviceStat.TX_DROPPED));
      assertEquals(0, dev.qdisc().len());
      assertEquals(0, rig.skiff.pool().held());
      assertEquals(0, dev.flags() & (Iff.UP | Iff.RUNNING));
      rig.wire.room = 100;
      dev.open();
      rig.turn();
      assertEquals(List.of(), rig.sent(), "nothing of before goes out");
      assertFalse(dev.isQueueStopped());
    }
  }

  /** N06, N10: what is asked of a device that is down. */
  @Test
  void aDeviceThatIsDownTakesNothing() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      dev.stop();
      SkBuff skb = rig.frame(1, 1);
      assertEquals(Wire.Xmit.BUSY, dev.hardStartXmit(skb, 0), "tbusy; it is the caller's still");
      assertEquals(DropReason.DEV_READY, dev.transmit(skb, 0));
      assertEquals(DropReason.DEV_READY, dev.netifRx(skb));
      assertTrue(dev.isQueueStopped());
      skb.free(DropReason.DEV_READY);
    }
  }

  @Test
  void aDeadWireFailsTheDeviceForGood() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.gone = true;
      rig.turn();
      assertFalse(rig.device().isUp());
      assertEquals("bench: unplugged", rig.device().failure());
      assertTrue(rig.wire.calls.contains("close"), "a dead wire keeps nothing open");
      IOException e = assertThrows(IOException.class, rig.device()::open);
      assertEquals("eth0 has failed for good: bench: unplugged", e.getMessage());
    }
  }

  @Test
  void aWireThatDiesWhileTheDeviceIsDownIsFoundOutAtOpen() {
    try (BenchRig rig = new BenchRig()) {
      rig.device().stop();
      rig.wire.gone = true;
      IOException e = assertThrows(IOException.class, rig.device()::open);
      assertEquals("eth0: bench: unplugged", e.getMessage());
      assertFalse(rig.device().isUp());
    }
  }

  @Test
  void whatIsKnownOfNeighboursGoesWhenItGoesDown() throws IOException {
    Rig rig = new Rig();
    rig.introducePeer();
    assertEquals(1, rig.stack().neighbours().entries(0).size());
    rig.device().stop();
    assertEquals(0, rig.stack().neighbours().entries(0).size());
    rig.device().open();
    rig.introducePeer();
    assertEquals(1, rig.exchange(Frames.echoRequest(1, 1, Frames.data(56))).size());
  }

  @Test
  void itGoesDownAndUpInAHandlerOfItsOwnFrames() {
    Rig rig = new Rig();
    List<Long> calls = new ArrayList<>();
    rig.skiff.addHandler(
        BenchRig.OWN_TYPE,
        (skb, dev, nowNs) -> {
          calls.add(nowNs);
          dev.stop();
          try {
            dev.open();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          return DropReason.CONSUMED;
        });
    for (int i = 0; i < 10; i++) {
      rig.inject(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, BenchRig.OWN_TYPE, new byte[46]));
    }
    rig.turn();
    assertEquals(1, calls.size(), "the first of them");
    assertEquals(9, rig.verdicts(DropReason.QUEUE_PURGE), "the others stood on the backlog");
    rig.introducePeer();
  }

  @Test
  void aDeviceOfAStackThatWasClosedCannotBeOpened() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      rig.skiff.close();
      IllegalStateException e = assertThrows(IllegalStateException.class, dev::open);
      assertTrue(String.valueOf(e.getMessage()).contains("closed"), e.toString());
      assertFalse(dev.isUp());
      assertEquals(1, rig.wire.calls.stream().filter("open"::equals).count());
    }
  }

  @Test
  void whatIsSentWhenItIsAboutToGoDownStillGoesOut() {
    try (BenchRig rig = new BenchRig()) {
      rig.skiff
          .netDevices()
          .addNotifier(
              (event, dev) -> {
                if (event == NetdevEvent.GOING_DOWN) {
                  assertEquals(DropReason.NOT_DROPPED, rig.transmit(7, 1));
                }
              });
      rig.device().stop();
      assertEquals(List.of(7), rig.sent());
      assertEquals(1, rig.device().stat(DeviceStat.TX_PACKETS));
    }
  }
}
