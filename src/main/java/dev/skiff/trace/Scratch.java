package dev.skiff.trace;

import dev.skiff.header.EthHdr;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.util.Objects;

/**
 * One buffer of its own, so that frames that stand elsewhere are read by the same functions as
 * those on the data path. It ends with its pool.
 *
 * <p>Thread: its owner's, which is not the loop's.
 */
final class Scratch implements AutoCloseable {
  /** The longest frame that a device can have. */
  static final int MAX_FRAME = EthHdr.HLEN + 0xFFFF;

  private final SkBuffPool pool = new SkBuffPool(1, MAX_FRAME, 1);
  private final SkBuff skb = Objects.requireNonNull(pool.alloc(MAX_FRAME, "scratch"));

  /** Loads a frame in place of the one before: link header at data. */
  Packet load(byte[] frame, int n) {
    skb.trim(0);
    var _ = skb.put(n);
    skb.copyFrom(frame, skb.data(), n);
    return skb;
  }

  @Override
  public void close() {
    pool.close();
  }
}
