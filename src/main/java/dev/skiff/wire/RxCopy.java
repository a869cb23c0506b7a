package dev.skiff.wire;

import dev.skiff.skb.SkBuff;
import java.lang.foreign.MemorySegment;

/**
 * How a received frame comes out of foreign memory into a buffer; implemented by {@code eth}, used
 * by wires and drivers that have frames in memory of their own.
 *
 * <p>Thread: the loop thread.
 */
@FunctionalInterface
public interface RxCopy {
  /** Copies and sums nothing. */
  RxCopy PLAIN =
      (dest, src, at, length, base) ->
          MemorySegment.copy(src, at, dest.segment(), dest.data(), length);

  /**
   * Copies a frame to the beginning of a buffer that {@code put} has made long enough.
   *
   * @param src where the frame is
   * @param at where it begins there
   * @param length bytes in it
   * @param base what is added to the checksum
   */
  void copyAndSum(SkBuff dest, MemorySegment src, long at, int length, int base);
}
