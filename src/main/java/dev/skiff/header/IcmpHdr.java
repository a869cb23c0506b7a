package dev.skiff.header;

import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;

/**
 * {@code struct icmphdr}, with the fields of echo. RFC 792.
 *
 * <pre>
 *    0      1      2          4          6          8
 *   +------+------+----------+----------+----------+--------
 *   | type | code | checksum |    id    | sequence | data
 *   +------+------+----------+----------+----------+--------
 * </pre>
 */
public final class IcmpHdr {
  /** Bytes in the header. */
  public static final int LEN = 8;

  /** {@code ICMP_ECHOREPLY}. */
  public static final int ECHO_REPLY = 0;

  /** {@code ICMP_DEST_UNREACH}: destination unreachable. */
  public static final int DEST_UNREACH = 3;

  /** {@code ICMP_HOST_UNREACH}, a code of {@link #DEST_UNREACH}: host unreachable. */
  public static final int HOST_UNREACH = 1;

  /** {@code ICMP_ECHO}: echo request. */
  public static final int ECHO = 8;

  private static final int CODE = 1;
  private static final int CHECKSUM = 2;
  private static final int ID = 4;
  private static final int SEQUENCE = 6;

  private IcmpHdr() {}

  /** Type. */
  public static int type(Packet p, int icmp) {
    return p.u8(icmp);
  }

  /** Code. */
  public static int code(Packet p, int icmp) {
    return p.u8(icmp + CODE);
  }

  /** Checksum over the whole ICMP message. */
  public static int checksum(Packet p, int icmp) {
    return p.u16(icmp + CHECKSUM);
  }

  /** Identifier of an echo. */
  public static int id(Packet p, int icmp) {
    return p.u16(icmp + ID);
  }

  /** Sequence number of an echo. */
  public static int sequence(Packet p, int icmp) {
    return p.u16(icmp + SEQUENCE);
  }

  /** Sets type and code. */
  public static void typeAndCode(SkBuff skb, int icmp, int type, int code) {
    skb.set8(icmp, type);
    skb.set8(icmp + CODE, code);
  }

  /** Type and code as the 16-bit word that the checksum sees. */
  public static int firstWord(Packet p, int icmp) {
    return p.u16(icmp);
  }

  /** Sets the checksum. */
  public static void checksum(SkBuff skb, int icmp, int value) {
    skb.set16(icmp + CHECKSUM, value);
  }
}
