package dev.skiff.skb;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Buffers of one size, {@code kmem_cache}: a stack of the free ones, which grows by a slab when it
 * is empty and the pool has memory left. A slab is never given back.
 *
 * <p>Thread: the loop thread of the pool.
 */
final class SizeClass {
  /** Bytes of a slab, unless one slot is more. */
  private static final int SLAB_BYTES = 128 << 10;

  private final SkBuffPool pool;
  final int slotSize;
  private SkBuff[] free = new SkBuff[0];
  private int count;
  private int slots;

  SizeClass(SkBuffPool pool, int slotSize) {
    this.pool = pool;
    this.slotSize = slotSize;
  }

  /** The last that was freed, whose memory is most likely still in the cache; null if none. */
  @Nullable SkBuff take() {
    if (count == 0 && !refill()) {
      return null;
    }
    return free[--count];
  }

  void put(SkBuff skb) {
    free[count++] = skb;
  }

  private boolean refill() {
    return pool.releaseQuarantine(this) || grow(Math.max(1, SLAB_BYTES / slotSize));
  }

  /**
   * Adds slots, or as many as the pool's memory allows.
   *
   * @return whether there is one more at least
   */
  boolean grow(int wanted) {
    int more = (int) Math.min(wanted, pool.bytesLeft() / slotSize);
    if (more < 1) {
      return false;
    }
    MemorySegment slab = pool.slab((long) more * slotSize);
    if (slab == null) {
      return false;
    }
    slots += more;
    free = Arrays.copyOf(free, slots);
    // The last first, so that they are taken in the order in which they lie in memory.
    for (int i = more - 1; i >= 0; i--) {
      SkBuff skb = pool.newHead();
      MemorySegment slot = slab.asSlice((long) i * slotSize, slotSize, SkBuffPool.CACHE_LINE);
      SkBuffData block = new SkBuffData(this, slot);
      block.owner = skb;
      skb.block = block;
      put(skb);
    }
    return true;
  }

  /** Slots that there are. */
  int slots() {
    return slots;
  }
}
