package dev.skiff.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.Frames;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipeWireTest {
  private final PipeWire pipe = new PipeWire(128, 64);
  private final Wire a = pipe.a();
  private final Wire b = pipe.b();
  private final SkBuffPool pool = new SkBuffPool(256, 256, 1);
  private final List<DropReason> fates = new ArrayList<>();
  private final Wire.Completion completion =
      (skb, reason) -> {
        fates.add(reason);
        skb.free(reason);
      };

  @AfterEach
  void nothingIsOut() {
    a.close(completion);
    b.close(completion);
    assertEquals(0, pool.held(), pool.report().toString());
    pool.close();
  }

  private SkBuff frame(int n) {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(128, "test"));
    skb.copyFrom(Frames.data(n), skb.put(n), n);
    return skb;
  }

  private int receive(Wire end, int room) {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(room, "test"));
    int n = end.receive(skb, 0) == Wire.Rx.FRAME ? skb.len() : -1;
    skb.free(DropReason.CONSUMED);
    return n;
  }

  @Test
  void framesComeOutAtTheOtherEndInOrder() {
    for (int n = 0; n < 50; n++) {
      assertEquals(Wire.Xmit.OK, a.queue(frame(n), 0));
    }
    assertEquals(-1, receive(b, 128), "not before the flush");
    a.flush(0, completion);
    for (int n = 0; n < 50; n++) {
      assertEquals(n, receive(b, 128));
    }
    assertEquals(-1, receive(b, 128));
    assertEquals(-1, receive(a, 128), "and not at the same end");
  }

  @Test
  void aFrameLongerThanTheRoomIsCut() {
    assertEquals(Wire.Xmit.OK, a.queue(frame(100), 0));
    a.flush(0, completion);
    assertEquals(60, receive(b, 60));
  }

  @Test
  void aFrameLongerThanTheWiresLongestIsDroppedByName() {
    SkBuff giant = Objects.requireNonNull(pool.devAlloc(129, "test"));
    var _ = giant.put(129);
    assertEquals(Wire.Xmit.OK, a.queue(giant, 0));
    a.flush(0, completion);
    assertEquals(List.of(DropReason.PKT_TOO_BIG), fates);
    assertEquals(-1, receive(b, 128));
  }

  @Test
  void aFullBurstIsBusyAndLeavesTheBufferWithTheCaller() {
    for (int i = 0; i < Burst.CAPACITY; i++) {
      assertEquals(Wire.Xmit.OK, a.queue(frame(60), 0));
    }
    SkBuff late = frame(60);
    assertEquals(Wire.Xmit.BUSY, a.queue(late, 0));
    late.free(DropReason.QDISC_DROP);
    a.flush(0, completion);
  }

  @Test
  void whatFindsTheRingFullIsDroppedByName() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 64; i++) {
        assertEquals(Wire.Xmit.OK, a.queue(frame(60), 0));
      }
      a.flush(0, completion);
    }
    assertEquals(64, fates.stream().filter(r -> r == DropReason.CONSUMED).count());
    assertEquals(64, fates.stream().filter(r -> r == DropReason.FULL_RING).count());
  }

  @Test
  void theFarEndsLoopIsWokenOnceForABurst() {
    AtomicInteger woken = new AtomicInteger();
    b.setWaker(woken::incrementAndGet);
    a.flush(0, completion);
    assertEquals(0, woken.get(), "nothing to flush");
    for (int i = 0; i < 3; i++) {
      assertEquals(Wire.Xmit.OK, a.queue(frame(60), 0));
    }
    a.flush(0, completion);
    assertEquals(1, woken.get());
  }

  @Test
  void closingGivesUpWhatWasQueued() {
    assertEquals(Wire.Xmit.OK, a.queue(frame(60), 0));
    a.close(completion);
    a.close(completion);
    assertEquals(List.of(DropReason.QUEUE_PURGE), fates);
  }

  @Test
  void theCapacityIsAPowerOfTwo() {
    assertThrows(IllegalArgumentException.class, () -> new PipeWire(128, 48));
  }
}
