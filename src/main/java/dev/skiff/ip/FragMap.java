package dev.skiff.ip;

import java.util.Arrays;

/**
 * Which parts of a datagram have come: a bit for each block of 8 bytes, as RFC 791's "fragment
 * block bit table" has it, and one for each block that a fragment begins with. RFC 815's list of
 * holes says the same, but a flood of fragments of 8 bytes, each in front of the last, makes it
 * long, and each that comes has to be looked for in it; here a fragment costs as much as it has
 * bytes. Thread: the loop thread.
 */
final class FragMap {
  /** Blocks in the longest datagram. */
  private static final int BLOCKS = 1 << 13;

  /** Bytes that it takes on the heap. */
  static final int BYTES = 2 * BLOCKS / Byte.SIZE;

  /** How a range stands to what has come. */
  enum Fit {
    /** Nothing of it has come. */
    NEW,
    /** One fragment that has come is exactly this. */
    DUPLICATE,
    /** Anything else. */
    OVERLAP
  }

  private final long[] covered = new long[BLOCKS / Long.SIZE];
  private final long[] starts = new long[BLOCKS / Long.SIZE];

  /** Words of both that may not be 0. */
  private int words;

  /** Nothing has come. */
  void clear() {
    Arrays.fill(covered, 0, words, 0);
    Arrays.fill(starts, 0, words, 0);
    words = 0;
  }

  /**
   * Compares a range with what has come.
   *
   * @param from its first block, 0 to 8191
   * @param to the block behind its last, {@code from} + 1 to 8192
   */
  Fit fit(int from, int to) {
    int bits = count(covered, from, to);
    if (bits == 0) {
      return Fit.NEW;
    }
    boolean begins = isSet(starts, from) && count(starts, from, to) == 1 && bits == to - from;
    boolean ends = to == BLOCKS || !isSet(covered, to) || isSet(starts, to);
    return begins && ends ? Fit.DUPLICATE : Fit.OVERLAP;
  }

  /** A fragment has come, which is {@link Fit#NEW}. */
  void add(int from, int to) {
    int last = (to - 1) >> 6;
    for (int i = from >> 6; i <= last; i++) {
      covered[i] |= mask(i, from, to);
    }
    starts[from >> 6] |= 1L << from;
    words = Math.max(words, last + 1);
  }

  private static boolean isSet(long[] bits, int block) {
    return (bits[block >> 6] & (1L << block)) != 0;
  }

  private static int count(long[] bits, int from, int to) {
    int n = 0;
    int last = (to - 1) >> 6;
    for (int i = from >> 6; i <= last; i++) {
      n += Long.bitCount(bits[i] & mask(i, from, to));
    }
    return n;
  }

  /** The bits of word {@code i} that stand for blocks from {@code from} to before {@code to}. */
  private static long mask(int i, int from, int to) {
    long mask = -1L;
    if (i == from >> 6) {
      mask <<= from;
    }
    if (i == to >> 6) {
      mask &= (1L << to) - 1;
    }
    return mask;
  }
}
