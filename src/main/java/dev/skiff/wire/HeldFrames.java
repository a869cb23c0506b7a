package dev.skiff.wire;

import dev.skiff.skb.IpSummed;
import dev.skiff.skb.SkBuff;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The bytes of frames that wait and have no sk_buff: slots of one size. Thread: the loop thread.
 */
final class HeldFrames implements AutoCloseable {
  private final Arena arena = Arena.ofShared(); // The end of a loop may be another thread's doing.
  private final MemorySegment memory;
  private final int[] lengths;
  private final int slotSize;

  HeldFrames(int slots, int slotSize) {
    this.slotSize = slotSize;
    lengths = new int[slots];
    memory = arena.allocate((long) slots * slotSize, Long.BYTES);
  }

  /** Copies a frame in, cut to the slot's size. */
  void put(int slot, SkBuff skb) {
    lengths[slot] = Math.min(skb.len(), slotSize);
    skb.copyTo(skb.data(), memory, (long) slot * slotSize, lengths[slot]);
  }

  /** Copies a frame to the tail of a buffer, cut to its tailroom. */
  void get(int slot, SkBuff skb) {
    int n = Math.min(lengths[slot], skb.tailroom());
    int at = skb.put(n);
    MemorySegment.copy(memory, (long) slot * slotSize, skb.segment(), at, n);
    skb.setCsum(0, IpSummed.NONE);
  }

  @Override
  public void close() {
    arena.close();
  }
}
