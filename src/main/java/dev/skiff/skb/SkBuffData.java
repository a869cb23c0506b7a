package dev.skiff.skb;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The block of memory behind a buffer, {@code skb_shared_info} with its {@code dataref}: who uses
 * it, and who goes back to the free list with it.
 *
 * <p>Thread: the loop thread of the pool.
 */
final class SkBuffData {
  final SizeClass sizeClass;

  /** The whole slot; an exact slice, made once. */
  final MemorySegment memory;

  /** The same bytes, for all who share it: writing through it throws. */
  final MemorySegment readOnly;

  /**
   * The buffer that the slot goes back with; it may have ended before its clones did. Null while
   * the block is in quarantine.
   */
  @Nullable SkBuff owner;

  /** {@code dataref}: buffers that have not ended and use the block. */
  int users;

  SkBuffData(SizeClass sizeClass, MemorySegment memory) {
    this.sizeClass = sizeClass;
    this.memory = memory;
    readOnly = memory.asReadOnly();
  }
}
