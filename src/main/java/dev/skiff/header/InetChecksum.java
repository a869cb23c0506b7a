package dev.skiff.header;

import dev.skiff.skb.SkBuff;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The Internet checksum: RFC 1071, and RFC 1624 for changing one word of what it covers.
 *
 * <p>Sums are taken in the machine's byte order, which RFC 1071 2 (B) allows, and turned once at
 * the end.
 */
public final class InetChecksum {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

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

  static int sum(MemorySegment segment, long offset, int n) {
    // A slice and a plain index: the one form of this loop that C2 turns into vector code.
    MemorySegment bytes = segment.asSlice(offset, n);
    long sum = 0;
    long words = n & ~3;
    for (long i = 0; i < words; i += 4) {
      sum += bytes.get(INT, i) & 0xFFFF_FFFFL;
    }
    long at = words;
    if ((n & 2) != 0) {
      sum += bytes.get(SHORT, at) & 0xFFFF;
      at += 2;
    }
    if ((n & 1) != 0) {
      int odd = bytes.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
      // RFC 1071 4.1: the odd byte counts as if a zero byte followed it.
      sum += LITTLE ? odd : odd << 8;
    }
    int folded = fold(sum);
    return LITTLE ? Short.reverseBytes((short) folded) & 0xFFFF : folded;
  }

  /** {@code csum_fold} without the complement: adds the carries back in until 16 bits are left. */
  static int fold(long sum) {
    sum = (sum & 0xFFFF_FFFFL) + (sum >>> 32);
    sum = (sum & 0xFFFF_FFFFL) + (sum >>> 32);
    sum = (sum & 0xFFFF) + (sum >>> 16);
    sum = (sum & 0xFFFF) + (sum >>> 16);
    sum = (sum & 0xFFFF) + (sum >>> 16);
    return (int) sum;
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
