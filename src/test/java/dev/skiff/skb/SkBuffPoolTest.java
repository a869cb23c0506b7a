package dev.skiff.skb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes, slabs, the limit, and what a paranoid pool sees. */
class SkBuffPoolTest {
  private static final long LIMIT = 2 << 20;
  private static final int FRAME = 1519;
  private static final int FRAMES = 256;

  private static SkBuffPool sizes(boolean paranoid) {
    return SkBuffPool.ofSizes(LIMIT, FRAME, FRAMES, 1, paranoid);
  }

  @ParameterizedTest
  @CsvSource({"1, 512", "512, 512", "513, 2048", "2048, 2048", "2049, 9216", "9217, 65664"})
  void aBufferIsOfTheSmallestSizeThatHoldsIt(int size, int slot) {
    try (SkBuffPool pool = sizes(false)) {
      SkBuff skb = Objects.requireNonNull(pool.alloc(size, "test"));
      assertEquals(size, skb.end());
      assertEquals(slot + SkBuff.HEAD_BYTES, skb.truesize());
      assertThrows(IndexOutOfBoundsException.class, () -> skb.u8(slot));
    }
  }

  @Test
  void theLongestDatagramHasABuffer() {
    try (SkBuffPool pool = sizes(false)) {
      assertNotNull(pool.devAlloc(14 + 65_521 + 5, "test"));
      assertNotNull(pool.alloc(65_535 + 128, "test"));
      assertNull(pool.alloc(65_535 + 128 + 2, "test"));
      assertEquals(1, pool.failed());
    }
  }

  /** A04. The headroom is there from the start: a virtio_net_hdr in front of an aligned frame. */
  @Test
  void aDriversBufferHasRoomForAVirtioHeaderToo() {
    try (SkBuffPool pool = sizes(false)) {
      SkBuff skb = Objects.requireNonNull(pool.devAlloc(FRAME, "test"));
      assertTrue(skb.headroom() >= SkBuff.VIRTIO_NET_HDR_LEN + SkBuff.NET_IP_ALIGN);
      assertEquals(2, skb.address(skb.data()) % 16, "NET_IP_ALIGN");
    }
  }

  @Test
  void allSizesTogetherStayUnderTheLimitAndWhatIsMissingIsCounted() {
    try (SkBuffPool pool = sizes(false)) {
      assertEquals(FRAMES * 2048L, pool.bytes(), "what is there from the start");
      List<SkBuff> small = new ArrayList<>();
      for (SkBuff skb = pool.alloc(100, "test"); skb != null; skb = pool.alloc(100, "test")) {
        small.add(skb);
      }
      assertTrue(pool.bytes() <= LIMIT, "bytes " + pool.bytes());
      assertTrue(small.size() > (LIMIT - pool.bytes()) / 512, "there is no more to be had");
      assertEquals(1, pool.failed());
      assertTrue(small.stream().anyMatch(s -> s.truesize() > 2048), "larger ones serve in need");
      small.forEach(skb -> skb.free(DropReason.CONSUMED));
      assertEquals(0, pool.held());
      assertNotNull(pool.devAlloc(FRAME, "test"));
    }
  }

  @Test
  void whatIsThereFromTheStartNoOtherSizeTakesAway() {
    try (SkBuffPool pool = sizes(false)) {
      int jumbo = 0;
      while (pool.alloc(9000, "test") != null) {
        jumbo++;
      }
      assertTrue(jumbo > 100);
      for (int i = 0; i < FRAMES; i++) {
        assertNotNull(pool.devAlloc(FRAME, "test"), "frame " + i);
      }
    }
  }

  @Test
  void tooLittleMemoryIsSaidAtOnce() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> SkBuffPool.ofSizes(100_000, FRAME, FRAMES, 1, false));
    assertTrue(String.valueOf(e.getMessage()).contains("give at least 524288"), e.toString());
    assertThrows(
        IllegalArgumentException.class, () -> SkBuffPool.ofSizes(LIMIT, 70_000, 1, 1, false));
  }

  @Test
  void truesizeStaysWhatItWasWhenTheBytesMove() {
    try (SkBuffPool pool = SkBuffPool.ofSizes(LIMIT, 9000, 4, 1, false)) {
      List<SkBuff> all = new ArrayList<>();
      for (SkBuff skb = pool.alloc(100, "test"); skb != null; skb = pool.alloc(100, "test")) {
        all.add(skb);
      }
      SkBuff large = all.getLast();
      assertEquals(9216 + SkBuff.HEAD_BYTES, large.truesize(), "a larger one served in need");
      all.getFirst().free(DropReason.CONSUMED);
      SkBuff clone = Objects.requireNonNull(large.skbClone());
      assertTrue(large.unshare());
      assertEquals(9216 + SkBuff.HEAD_BYTES, large.truesize());
      clone.free(DropReason.CONSUMED);
    }
  }

  @Test
  void theLastFreedIsTakenFirst() {
    try (SkBuffPool pool = sizes(false)) {
      SkBuff skb = Objects.requireNonNull(pool.alloc(100, "test"));
      skb.free(DropReason.CONSUMED);
      assertSame(skb, pool.alloc(400, "test"), "its memory is in the cache");
    }
  }

  // ---- Paranoid ---------------------------------------------------------------------------------

  @Test
  void aParanoidPoolNeverGivesABufferOutTwice() {
    try (SkBuffPool pool = sizes(true)) {
      SkBuff kept = Objects.requireNonNull(pool.alloc(100, "test"));
      kept.free(DropReason.CONSUMED);
      for (int i = 0; i < 5000; i++) {
        SkBuff skb = Objects.requireNonNull(pool.alloc(100, "test"));
        assertNotSame(kept, skb);
        skb.free(DropReason.CONSUMED);
      }
      assertThrows(IndexOutOfBoundsException.class, () -> kept.u8(0));
      IllegalStateException twice =
          assertThrows(IllegalStateException.class, () -> kept.free(DropReason.CONSUMED));
      assertNotNull(twice.getCause(), "where it was freed");
      assertTrue(String.valueOf(twice.getCause().getMessage()).startsWith("freed here"));
      assertTrue(pool.slots() < 1000, "and it does not grow");
    }
  }

  @Test
  void aParanoidPoolForgetsTheDead() {
    try (SkBuffPool pool = SkBuffPool.ofOneSize(128, 256, 1, true)) {
      for (int i = 0; i < 100_000; i++) {
        Objects.requireNonNull(pool.alloc(100, "test")).free(DropReason.CONSUMED);
      }
      assertTrue(pool.ledgerSize() <= 1024, "lines in the ledger: " + pool.ledgerSize());
    }
  }

  @Test
  void thereAreAsManyClonesAsSlotsAtMost() {
    try (SkBuffPool pool = new SkBuffPool(3, 256, 1)) {
      SkBuff skb = Objects.requireNonNull(pool.alloc(100, "test"));
      for (int round = 0; round < 2; round++) {
        List<SkBuff> clones = new ArrayList<>();
        for (SkBuff clone = skb.skbClone(); clone != null; clone = skb.skbClone()) {
          clones.add(clone);
        }
        assertEquals(3, clones.size());
        clones.forEach(clone -> clone.free(DropReason.CONSUMED));
      }
      assertEquals(2, pool.failed());
    }
  }

  @Test
  void aNegativeLengthIsRefusedAndLosesNothing() {
    try (SkBuffPool pool = sizes(false)) {
      assertNull(pool.devAlloc(-1, "test"));
      assertNull(pool.alloc(-1, "test"));
      assertEquals(2, pool.failed());
      assertEquals(0, pool.held());
    }
  }

  @Test
  void aParanoidPoolSeesWritesToFreedMemory() {
    try (SkBuffPool pool = SkBuffPool.ofOneSize(2, 256, 1, true)) {
      SkBuff skb = Objects.requireNonNull(pool.alloc(256, "test"));
      MemorySegment kept = skb.segment();
      skb.free(DropReason.CONSUMED);
      kept.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 77, (byte) 1);
      assertNotNull(pool.alloc(256, "test"), "another slot");
      IllegalStateException caught =
          assertThrows(IllegalStateException.class, () -> pool.alloc(256, "test"));
      assertTrue(String.valueOf(caught.getMessage()).startsWith("byte 77 of a buffer"));
      assertNotNull(caught.getCause());
    }
  }

  @Test
  void aParanoidReportSaysWhereEachBufferWasTaken() {
    try (SkBuffPool pool = sizes(true)) {
      assertNotNull(pool.alloc(100, "test"));
      String line = pool.report().getFirst();
      assertTrue(line.contains("last seen at alloc, taken "), line);
    }
  }

  @Test
  void aParanoidPoolKnowsItsThread() throws InterruptedException {
    try (SkBuffPool pool = sizes(true)) {
      SkBuff skb = Objects.requireNonNull(pool.alloc(100, "test"));
      pool.claim(Thread.currentThread());
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread other = new Thread(() -> skb.free(DropReason.CONSUMED), "other");
      other.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
      other.start();
      other.join();
      Throwable caught = Objects.requireNonNull(thrown.get());
      assertTrue(
          String.valueOf(caught.getMessage()).contains("thread 'other' uses the pool of thread"),
          caught.toString());
      assertTrue(skb.isLive(), "and nothing was done");
    }
  }
}
