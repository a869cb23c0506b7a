package dev.skiff.header;

import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;

/**
 * {@code struct igmphdr}. RFC 2236 2.
 *
 * <pre>
 *    0      1      2          4                     8
 *   +------+------+----------+---------------------+
 *   | type | code | checksum |        group        |
 *   +------+------+----------+---------------------+
 * </pre>
 */
public final class IgmpHdr {
  /** Bytes in the header, and in a message of version 1 or 2. */
  public static final int LEN = 8;

  /** The least bytes in a query of version 3. RFC 3376 7.1. */
  public static final int V3_QUERY_MIN_LEN = 12;

  /** {@code IGMP_HOST_MEMBERSHIP_QUERY}. */
  public static final int QUERY = 0x11;

  /** {@code IGMP_HOST_MEMBERSHIP_REPORT}: a report of version 1. */
  public static final int V1_REPORT = 0x12;

  /** {@code IGMPV2_HOST_MEMBERSHIP_REPORT}: a report of version 2. */
  public static final int V2_REPORT = 0x16;

  /** {@code IGMP_HOST_LEAVE_MESSAGE}. */
  public static final int LEAVE = 0x17;

  private static final int CODE = 1;
  private static final int CHECKSUM = 2;
  private static final int GROUP = 4;

  private IgmpHdr() {}

  /** Type. */
  public static int type(Packet p, int igmp) {
    return p.u8(igmp);
  }

  /** Of a query the maximum response time in tenths of a second, 0 to 255; 0 in version 1. */
  public static int code(Packet p, int igmp) {
    return p.u8(igmp + CODE);
  }

  /** The group that it is about; 0.0.0.0 in a general query. */
  public static int group(Packet p, int igmp) {
    return p.u32(igmp + GROUP);
  }

  /** Writes a message that has no code, its checksum included. */
  public static void write(SkBuff skb, int igmp, int type, int group) {
    skb.set8(igmp, type);
    skb.set8(igmp + CODE, 0);
    skb.set16(igmp + CHECKSUM, 0);
    skb.set32(igmp + GROUP, group);
    skb.set16(igmp + CHECKSUM, InetChecksum.of(skb, igmp, LEN));
  }
}
