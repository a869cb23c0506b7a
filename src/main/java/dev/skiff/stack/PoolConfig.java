package dev.skiff.stack;

import dev.skiff.skb.SkBuffPool;

/**
 * How a stack's pool is made.
 *
 * @param buffers exactly so many, of one size; 0 for as many of every size as {@code bytes} allow
 * @param bytes the most memory that all buffers take together
 * @param paranoid whether to check every use, slowly
 */
public record PoolConfig(int buffers, long bytes, boolean paranoid) {
  /** The most memory unless it is told otherwise. */
  public static final long USUAL_BYTES = 16L << 20;

  /** The least that is of use: a few of the longest datagrams. */
  public static final long LEAST_BYTES = 1L << 20;

  /** More than any machine needs; a mistake. */
  public static final long MOST_BYTES = 64L << 30;

  /** Buffers for received frames that are there from the start, as far as the memory allows. */
  private static final int FROM_THE_START = 256;

  /**
   * A received frame's buffer, one that is sent and one that is answered: the least to work with.
   */
  private static final int FEWEST = 4;

  /** The system property that makes pools paranoid that are not told otherwise. */
  private static final String PARANOID = "skiff.paranoid";

  /** What a pool is like unless it is told otherwise. */
  public static PoolConfig usual() {
    return new PoolConfig(0, USUAL_BYTES, Boolean.getBoolean(PARANOID));
  }

  /** The same with exactly so many buffers. */
  public PoolConfig withBuffers(int n) {
    return new PoolConfig(n, bytes, paranoid);
  }

  /** The same with so much memory at most. */
  public PoolConfig withBytes(long n) {
    return new PoolConfig(buffers, n, paranoid);
  }

  /** The same, trusting nobody or everybody. */
  public PoolConfig withParanoia(boolean on) {
    return new PoolConfig(buffers, bytes, on);
  }

  /**
   * Opens a pool.
   *
   * @param frameLen bytes in the longest frame that is received
   * @throws IllegalArgumentException if there is too little memory
   */
  SkBuffPool open(int frameLen, int devices) {
    int slotSize = SkBuffPool.slotSizeFor(frameLen);
    if (buffers > 0) {
      return SkBuffPool.ofOneSize(buffers, slotSize, devices, paranoid);
    }
    long affordable = bytes / Math.max(slotSize, 1) / 2;
    int frames = Math.clamp(affordable, FEWEST, FROM_THE_START);
    return SkBuffPool.ofSizes(bytes, frameLen, frames, devices, paranoid);
  }
}
