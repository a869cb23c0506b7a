package dev.skiff.header;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.skiff.skb.SkBuff;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * The Internet checksum: RFC 1071, and RFC 1624 for changing one word of what it covers.
 *
 * <p>A sum here is an int: 16 bits, folded, in network order, not complemented. It is 0 only for
 * bytes that are all zero; the other zero of ones' complement is 0xFFFF. {@link #add} joins two of
 * them or adds a base, {@link #blockAdd} joins those of two blocks that follow each other, {@link
 * #subtract} takes one out.
 *
 * <p>Words are read in the order of the machines that this mostly runs on, which RFC 1071 2 (B)
 * allows, and the sum is turned once at the end. They are read from the segment itself: a slice for
 * each call would be an allocation wherever the compiler fails to do away with it.
 */
public final class InetChecksum {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  /** Bytes from which on vector code, with what it needs before and after, is the faster way. */
  private static final int LONG_RUN = 128;

  private InetChecksum() {}

  /**
   * The ones' complement sum of {@code n} bytes, folded to 16 bits and in network order.
   *
   * @return 0xFFFF exactly where the bytes hold a right checksum of their own (and are not all
   *     zero, which sums to 0)
   */
  public static int sum(SkBuff skb, int offset, int n) {
    return sum(skb.segment(), offset, n);
  }

  /** The checksum to be written for {@code n} bytes whose checksum field is 0: {@code ~sum}. */
  public static int of(SkBuff skb, int offset, int n) {
    return ~sum(skb.segment(), offset, n) & 0xFFFF;
  }

  /**
   * {@code csum_partial}: the same of any memory.
   *
   * @throws IndexOutOfBoundsException if the bytes are not all inside the segment
   */
  public static int sum(MemorySegment segment, long offset, int n) {
    Objects.checkFromIndexSize(offset, n, segment.byteSize());
    long words = n < LONG_RUN ? shortRun(segment, offset, n) : longRun(segment, offset, n);
    return Short.reverseBytes((short) fold(words + tail(segment, offset, n))) & 0xFFFF;
  }

  /**
   * {@code csum_partial_copy}: copies {@code n} bytes and sums them. The two do not overlap, and
   * nobody else writes to the source meanwhile: it is read twice.
   *
   * <p>The source is summed first and copied then. Not in one loop: C2 makes no vector code of a
   * loop that reads here and writes there, since the two might overlap. Not in chunks: each would
   * pay for the beginning and the end of a vector loop. And not the copy first: in the cache that
   * costs the same, but what is not there and is used in turn comes faster to a loop that only
   * reads, and the copy then finds it.
   *
   * @return the {@link #sum} of the bytes; a base is added with {@link #add}
   * @throws IndexOutOfBoundsException if the bytes are not all inside both segments; nothing is
   *     copied then
   */
  public static int copyAndSum(
      MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, int n) {
    int sum = sum(src, srcOffset, n);
    MemorySegment.copy(src, srcOffset, dst, dstOffset, n);
    return sum;
  }

  /** Whole words, of which there are many: C2 makes vector code of this loop. */
  private static long longRun(MemorySegment segment, long offset, int n) {
    long sum = 0;
    long end = n & -Long.BYTES;
    for (long i = 0; i < end; i += Long.BYTES) {
      sum += halves(segment.get(LONG, offset + i));
    }
    return sum;
  }

  /** Whole words, of which there are few: by the bits of their number, without a loop. */
  private static long shortRun(MemorySegment segment, long offset, int n) {
    long sum = 0;
    long at = offset;
    if ((n & 64) != 0) {
      sum = four(segment, at) + four(segment, at + 32);
      at += 64;
    }
    if ((n & 32) != 0) {
      sum += four(segment, at);
      at += 32;
    }
    if ((n & 16) != 0) {
      sum += two(segment, at);
      at += 16;
    }
    if ((n & 8) != 0) {
      sum += halves(segment.get(LONG, at));
    }
    return sum;
  }

  private static long four(MemorySegment segment, long at) {
    return two(segment, at) + two(segment, at + 16);
  }

  private static long two(MemorySegment segment, long at) {
    return halves(segment.get(LONG, at)) + halves(segment.get(LONG, at + 8));
  }

  private static long halves(long word) {
    return (word & 0xFFFF_FFFFL) + (word >>> 32);
  }

  /** What is left behind the last whole word, as if zeros followed: RFC 1071 4.1. */
  private static long tail(MemorySegment segment, long offset, int n) {
    int left = n & 7;
    if (left == 0) {
      return 0;
    }
    if (n > Long.BYTES) {
      // The last eight bytes; those of them that were summed before are shifted out.
      long word = segment.get(LONG, offset + n - Long.BYTES);
      return halves(word >>> (Long.SIZE - Byte.SIZE * left));
    }
    long sum = 0;
    long at = offset;
    if ((n & 4) != 0) {
      sum = segment.get(INT, at) & 0xFFFF_FFFFL;
      at += 4;
    }
    if ((n & 2) != 0) {
      sum += segment.get(SHORT, at) & 0xFFFF;
      at += 2;
    }
    if ((n & 1) != 0) {
      sum += segment.get(BYTE, at) & 0xFF;
    }
    return sum;
  }

  /**
   * {@code csum_fold} without the complement: adds the carries back in until 16 bits are left. Not
   * 0 unless {@code sum} is.
   */
  static int fold(long sum) {
    // Added to itself with its halves exchanged, the upper half is the sum of both and its carry.
    int half = (int) ((sum + Long.rotateLeft(sum, 32)) >>> 32);
    return (half + Integer.rotateLeft(half, 16)) >>> 16;
  }

  /** {@code csum_add}: the sum of both. */
  public static int add(int sum, int more) {
    return fold((long) (sum & 0xFFFF) + (more & 0xFFFF));
  }

  /** {@code csum_sub}: the sum without a part of it. */
  public static int subtract(int sum, int part) {
    return add(sum, ~part);
  }

  /**
   * {@code csum_block_add}: the sum of two blocks of which the second begins {@code offset} bytes
   * behind the beginning of the first. An odd offset exchanges its bytes, RFC 1071 2 (B).
   */
  public static int blockAdd(int sum, int next, int offset) {
    return add(sum, (offset & 1) == 0 ? next : Short.reverseBytes((short) next));
  }

  /**
   * {@code csum_tcpudp_magic} without the complement: a transport's sum with that of its pseudo
   * header, RFC 768.
   *
   * @param len bytes of the transport's header and data
   * @param sum of them
   */
  public static int pseudo(int saddr, int daddr, int protocol, int len, int sum) {
    return fold((saddr & 0xFFFF_FFFFL) + (daddr & 0xFFFF_FFFFL) + protocol + len + sum);
  }

  /**
   * The checksum after one 16-bit word under it has changed: RFC 1624 3, equation 3, {@code HC' =
   * ~(~HC + ~m + m')}. Not the equation of RFC 1141, which gives 0xFFFF where 0 is right.
   *
   * @param check the checksum before
   * @param before the word before
   * @param after the word after
   */
  public static int replace(int check, int before, int after) {
    return ~fold((~check & 0xFFFF) + (~before & 0xFFFF) + (after & 0xFFFF)) & 0xFFFF;
  }
}
