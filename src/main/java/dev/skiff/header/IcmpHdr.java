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

  /** {@code ICMP_SOURCE_QUENCH}, deprecated by RFC 6633. */
  public static final int SOURCE_QUENCH = 4;

  /** {@code ICMP_REDIRECT}. */
  public static final int REDIRECT = 5;

  /** {@code ICMP_ECHO}: echo request. */
  public static final int ECHO = 8;

  /** {@code ICMP_TIME_EXCEEDED}. */
  public static final int TIME_EXCEEDED = 11;

  /** {@code ICMP_PARAMETERPROB}: parameter problem. */
  public static final int PARAMETERPROB = 12;

  /** {@code ICMP_TIMESTAMP}: timestamp request. */
  public static final int TIMESTAMP = 13;

  /** {@code ICMP_TIMESTAMPREPLY}. */
  public static final int TIMESTAMP_REPLY = 14;

  /** {@code ICMP_ADDRESS}: address mask request, deprecated by RFC 6918. */
  public static final int ADDRESS = 17;

  /** {@code ICMP_ADDRESSREPLY}, deprecated by RFC 6918. */
  public static final int ADDRESS_REPLY = 18;

  /** {@code ICMP_NET_UNREACH}, a code of {@link #DEST_UNREACH}: net unreachable. */
  public static final int NET_UNREACH = 0;

  /** {@code ICMP_HOST_UNREACH}: host unreachable. */
  public static final int HOST_UNREACH = 1;

  /** {@code ICMP_PROT_UNREACH}: nobody handles the protocol. */
  public static final int PROT_UNREACH = 2;

  /** {@code ICMP_PORT_UNREACH}: nobody listens at the port. */
  public static final int PORT_UNREACH = 3;

  /** {@code ICMP_FRAG_NEEDED}: too long for the next hop, and DF set. RFC 1191. */
  public static final int FRAG_NEEDED = 4;

  /** {@code ICMP_SR_FAILED}: source route failed. */
  public static final int SR_FAILED = 5;

  /** {@code ICMP_EXC_FRAGTIME}, a code of {@link #TIME_EXCEEDED}: in reassembly. */
  public static final int EXC_FRAGTIME = 1;

  private static final int CODE = 1;
  private static final int CHECKSUM = 2;
  private static final int ID = 4;
  private static final int SEQUENCE = 6;
  private static final int INFO = 4;
  private static final int MTU = 6;

  private IcmpHdr() {}

  /** The first four bytes in one read, for who looks at more than one field of them. */
  public static int head(Packet p, int icmp) {
    return p.u32(icmp);
  }

  /** Type, of a {@link #head}. */
  public static int type(int head) {
    return head >>> 24;
  }

  /** Type and code as the 16-bit word that the checksum sees, of a {@link #head}. */
  public static int firstWord(int head) {
    return head >>> 16;
  }

  /** Checksum over the whole ICMP message, of a {@link #head}. */
  public static int checksum(int head) {
    return head & 0xFFFF;
  }

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

  /** Sets identifier and sequence number of an echo. */
  public static void idAndSequence(SkBuff skb, int icmp, int id, int sequence) {
    skb.set16(icmp + ID, id);
    skb.set16(icmp + SEQUENCE, sequence);
  }

  /** Sets the checksum. */
  public static void checksum(SkBuff skb, int icmp, int value) {
    skb.set16(icmp + CHECKSUM, value);
  }

  /** The four bytes behind the checksum, which errors use: pointer, gateway, MTU or nothing. */
  public static int info(Packet p, int icmp) {
    return p.u32(icmp + INFO);
  }

  /** Sets the four bytes behind the checksum. */
  public static void info(SkBuff skb, int icmp, int value) {
    skb.set32(icmp + INFO, value);
  }

  /** The MTU of the next hop in a {@link #FRAG_NEEDED}: RFC 1191 4. */
  public static int mtu(Packet p, int icmp) {
    return p.u16(icmp + MTU);
  }

  /** Whether a message of this type tells of an error: RFC 1122 3.2.2. */
  public static boolean isError(int type) {
    return switch (type) {
      case DEST_UNREACH, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETERPROB -> true;
      default -> false;
    };
  }
}
