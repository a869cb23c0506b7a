package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffQueue;
import dev.skiff.wire.Wire;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits to be sent, in which order it goes, and what is lost. */
class QdiscTest {
  /** Q01, Q04, Q05, Q06. */
  @Test
  void aFrameThatTheWireHadNoRoomForGoesFirstNextTimeAndOrderIsKept() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.room = 0;
      for (int i = 0; i < 12; i++) {
        assertEquals(DropReason.NOT_DROPPED, rig.transmit(i, NetDevice.BAND_NORMAL));
      }
      rig.turn();
      assertEquals(12 - BenchWire.BURST, rig.device().qdisc().len(), "the wire has the others");
      assertTrue(rig.device().isQueueStopped());
      for (int i = 0; i < 12; i++) {
        rig.wire.room = 1;
        rig.turn();
      }
      assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), rig.sent());
      assertFalse(rig.device().isQueueStopped());
    }
  }

  /** N10. */
  @Test
  void hardStartXmitTakesTheFrameOrLeavesItToTheCaller() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      rig.wire.room = 0;
      for (int i = 0; i < BenchWire.BURST; i++) {
        assertEquals(Wire.Xmit.OK, dev.hardStartXmit(rig.frame(i, 1), 0));
      }
      SkBuff skb = rig.frame(9, 1);
      assertEquals(Wire.Xmit.BUSY, dev.hardStartXmit(skb, 0));
      assertEquals("test", skb.holder());
      rig.wire.room = 100;
      rig.turn();
      assertEquals(Wire.Xmit.OK, dev.hardStartXmit(skb, 0));
      rig.turn();
      assertEquals(List.of(0, 1, 2, 3, 9), rig.sent());
    }
  }

  /** N12, and the longest. */
  @Test
  void hardStartXmitPadsWhatIsTooShortAndDropsWhatIsTooLong() {
    try (BenchRig rig = new BenchRig(builder -> builder.mtu(68))) {
      SkBuff shortest = rig.frame(1, 1);
      shortest.trim(15);
      assertEquals(Wire.Xmit.OK, rig.device().hardStartXmit(shortest, 0));
      SkBuff longer = java.util.Objects.requireNonNull(rig.skiff.pool().devAlloc(200, "test"));
      var _ = longer.put(83);
      assertEquals(Wire.Xmit.OK, rig.device().hardStartXmit(longer, 0));
      rig.turn();
      assertEquals(1, rig.wire.sent.size());
      assertEquals(60, rig.wire.sent.getFirst().length);
      assertEquals(1, rig.verdicts(DropReason.PKT_TOO_BIG));
      assertEquals(1, rig.device().stat(DeviceStat.TX_DROPPED));
      SkBuff full = java.util.Objects.requireNonNull(rig.skiff.pool().devAlloc(200, "test"));
      var _ = full.put(82);
      assertEquals(Wire.Xmit.OK, rig.device().hardStartXmit(full, 0));
      rig.turn();
      assertEquals(82, rig.wire.sent.getLast().length);
    }
  }

  @Test
  void framesThatAWireCannotSendAreErrorsAndWithoutCarrierOfThatKind() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.fate = DropReason.DEV_READY;
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      rig.turn();
      assertEquals(1, rig.device().stat(DeviceStat.TX_ERRORS));
      assertEquals(1, rig.device().stat(DeviceStat.TX_CARRIER_ERRORS));
      assertEquals(0, rig.device().stat(DeviceStat.TX_PACKETS));
    }
  }

  /**
   * Q03, Q06, W05: ten times what the wire takes is offered, seed by seed. All books balance, drops
   * are at the tail of the full band, each band is in order, and band 0 loses nothing.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void underTenfoldOverloadTheControlBandLosesNothingAndOrderIsKept(long seed) {
    try (BenchRig rig = new BenchRig()) {
      SplittableRandom random = new SplittableRandom(seed);
      NetDevice dev = rig.device();
      dev.setTxQueueLen(50);
      long[] offered = new long[NetDevice.BANDS];
      long[] refused = new long[NetDevice.BANDS];
      int[] number = new int[NetDevice.BANDS];
      for (int turn = 0; turn < 300; turn++) {
        rig.wire.room = 2;
        for (int i = 0; i < 20; i++) {
          int band = i == 7 ? 0 : 1 + random.nextInt(2);
          offered[band]++;
          if (rig.transmit((band << 6) | (number[band]++ & 0x3F), band) != DropReason.NOT_DROPPED) {
            refused[band]++;
            number[band]--;
          }
        }
        assertTrue(dev.qdisc().len() <= 3 * 50);
        var _ = rig.skiff.turn();
      }
      assertEquals(0, refused[0], "one in twenty is control, and a flood takes no room of it");
      assertEquals(refused[1] + refused[2], dev.stat(DeviceStat.TX_DROPPED));
      assertEquals(dev.stat(DeviceStat.TX_DROPPED), rig.verdicts(DropReason.QDISC_DROP));
      assertTrue(refused[1] > 2 * offered[1] / 3, "most of the flood is lost");
      rig.wire.room = Integer.MAX_VALUE;
      rig.turn();
      long taken = 300 * 20 - refused[1] - refused[2];
      assertEquals(taken, dev.stat(DeviceStat.TX_PACKETS));
      int[] next = new int[NetDevice.BANDS];
      for (int sent : rig.sent()) {
        int band = sent >> 6;
        assertEquals(next[band]++ & 0x3F, sent & 0x3F, "order within band " + band);
      }
      assertEquals(offered[0], next[0], "all control frames went out");
    }
  }

  /** A control frame waits for no more than what the wire already has. */
  @Test
  void aControlFrameOvertakesAFlood() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.room = 0;
      for (int i = 0; i < 600; i++) {
        var _ = rig.transmit(1, NetDevice.BAND_BULK);
      }
      for (int i = 0; i < 600; i++) {
        var _ = rig.transmit(2, NetDevice.BAND_NORMAL);
      }
      rig.turn();
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(3, NetDevice.BAND_CONTROL));
      rig.wire.room = BenchWire.BURST + 1;
      rig.turn();
      assertEquals(3, rig.sent().get(BenchWire.BURST), "right behind what was on the wire");
      rig.wire.room = Integer.MAX_VALUE;
      rig.turn();
      assertEquals(2 * 500 + 1, rig.sent().size());
    }
  }

  /** Newest first: not of much use, and not what {@link PfifoFast} does. */
  private static final class Lifo implements Qdisc {
    private final SkBuffQueue queue = new SkBuffQueue("lifo");

    @Override
    public DropReason enqueue(SkBuff skb) {
      queue.queueHead(skb);
      return DropReason.NOT_DROPPED;
    }

    @Override
    public void requeue(SkBuff skb) {
      queue.queueHead(skb);
    }

    @Override
    public @Nullable SkBuff dequeue(String taker) {
      return queue.dequeue(taker);
    }

    @Override
    public int len() {
      return queue.len();
    }

    @Override
    public String name() {
      return "lifo";
    }

    @Override
    public int reset() {
      return queue.purge(DropReason.QUEUE_PURGE);
    }
  }

  @Test
  void anotherQdiscDecidesTheOrderAndWhatTheOldOneHeldIsGivenUp() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(8, 1));
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(9, 2));
      dev.setQdisc(new Lifo());
      assertEquals("lifo", dev.qdisc().name());
      assertEquals(2, rig.verdicts(DropReason.QUEUE_PURGE));
      assertEquals(2, dev.stat(DeviceStat.TX_DROPPED));
      for (int i = 0; i < 6; i++) {
        assertEquals(DropReason.NOT_DROPPED, rig.transmit(i, 0));
      }
      rig.turn();
      assertEquals(List.of(5, 4, 3, 2, 1, 0), rig.sent());
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 0));
    }
  }

  @Test
  void aPriorityThatIsNoBandIsItsCallersMistake() {
    try (BenchRig rig = new BenchRig()) {
      SkBuff skb = rig.frame(1, 2);
      assertThrows(IllegalArgumentException.class, () -> skb.setPriority(3));
      assertThrows(IllegalArgumentException.class, () -> skb.setPriority(-1));
      assertEquals(2, skb.priority());
      skb.free(DropReason.CONSUMED);
    }
  }

  // ---- The watchdog -----------------------------------------------------------------------------

  /** N11. */
  @Test
  void aWireThatTakesNothingForFiveSecondsIsOpenedAnew() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      rig.wire.room = 0;
      for (int i = 0; i < 6; i++) {
        assertEquals(DropReason.NOT_DROPPED, rig.transmit(i, 1));
      }
      rig.turn();
      long deadline = rig.clock.nowNs() + NetDevice.WATCHDOG_TIMEO_NS;
      assertEquals(deadline, dev.nextDeadlineNs());
      rig.after(NetDevice.WATCHDOG_TIMEO_NS - 1);
      assertEquals(0, dev.stat(DeviceStat.TX_TIMEOUT));
      int calls = rig.wire.calls.size();
      rig.after(1);
      assertEquals(1, dev.stat(DeviceStat.TX_TIMEOUT));
      assertEquals(List.of("stop", "open"), rig.wire.calls.subList(calls, calls + 2));
      assertEquals(BenchWire.BURST, rig.verdicts(DropReason.QUEUE_PURGE), "what was stuck on it");
      assertTrue(dev.isUp());
      rig.wire.room = 100;
      rig.turn();
      assertEquals(List.of(4, 5), rig.sent(), "the queue goes on");
      assertEquals(Long.MAX_VALUE, dev.nextDeadlineNs());
    }
  }

  @Test
  void aWireThatIsSlowAndTakesSomethingIsLeftAlone() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.room = 0;
      for (int i = 0; i < 20; i++) {
        assertEquals(DropReason.NOT_DROPPED, rig.transmit(i, 1));
      }
      rig.turn();
      for (int i = 0; i < 10; i++) {
        rig.wire.room = 1;
        rig.after(NetDevice.WATCHDOG_TIMEO_NS - 1);
      }
      assertEquals(0, rig.device().stat(DeviceStat.TX_TIMEOUT));
      assertEquals(10, rig.sent().size());
    }
  }

  @Test
  void aWireThatDoesNotOpenAnewFailsItsDevice() {
    try (BenchRig rig = new BenchRig()) {
      rig.wire.room = 0;
      assertEquals(DropReason.NOT_DROPPED, rig.transmit(1, 1));
      rig.turn();
      rig.wire.openFails = true;
      rig.after(NetDevice.WATCHDOG_TIMEO_NS);
      assertFalse(rig.device().isUp());
      assertEquals(
          "it could not be opened anew: bench: the card does not answer", rig.device().failure());
    }
  }

  // ---- The way in under load --------------------------------------------------------------------

  /** Q07: ten times what is drained comes in by {@code netif_rx}; each is counted once. */
  @Test
  void underTenfoldOverloadTheBacklogDropsAtTheEdgeAndAllIsCounted() {
    try (BenchRig rig = new BenchRig()) {
      NetDevice dev = rig.device();
      Deque<Integer> kept = new ArrayDeque<>();
      List<Integer> heard = new ArrayList<>();
      rig.skiff.addHandler(
          BenchRig.OWN_TYPE,
          (skb, from, nowNs) -> {
            heard.add(skb.u8(skb.data()));
            return DropReason.CONSUMED;
          });
      dev.setPromiscuity(1);
      int refused = 0;
      int longest = 0;
      for (int turn = 0; turn < 200; turn++) {
        for (int i = 0; i < 20; i++) {
          SkBuff skb = rig.frame(turn % 200, 0);
          DropReason reason = dev.netifRx(skb);
          if (reason == DropReason.NOT_DROPPED) {
            kept.add(turn % 200);
          } else {
            assertEquals(DropReason.CPU_BACKLOG, reason);
            skb.free(reason);
            refused++;
          }
        }
        var _ = dev.netBh(2, 0);
        longest = Math.max(longest, kept.size() - heard.size());
      }
      while (!dev.netBh(64, 0)) {
        assertTrue(heard.size() < kept.size());
      }
      assertEquals(new ArrayList<>(kept), heard, "in order, none lost once taken");
      assertEquals(200 * 20, kept.size() + refused);
      assertEquals(refused, dev.stat(DeviceStat.RX_DROPPED));
      assertEquals(refused, rig.verdicts(DropReason.CPU_BACKLOG));
      assertTrue(longest <= 301, "never longer than its limit: " + longest);
      assertTrue(refused > 3000, "refused " + refused);
    }
  }
}
