package dev.skiff.header;

import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;

/**
 * {@code struct iphdr}: the IPv4 header. RFC 791 3.1.
 *
 * <pre>
 *    0       1       2               4               6
 *   +---+---+-------+---------------+---------------+---------------+
 *   |ver|ihl|  tos  |    tot_len    |      id       |    frag_off   |
 *   +-------+-------+---------------+---------------+---------------+  8
 *   |  ttl  | proto |     check     |             saddr             |
 *   +-------+-------+---------------+-------------------------------+ 16
 *   |             daddr             | options, to ihl * 4 ...
 *   +-------------------------------+
 * </pre>
 */
public final class IpHdr {
  /** Bytes in a header without options. */
  public static final int MIN_LEN = 20;

  /** {@code IP_DF}: don't fragment, in {@link #fragOff}. */
  public static final int DF = 0x4000;

  /** {@code IP_MF}: more fragments, in {@link #fragOff}. */
  public static final int MF = 0x2000;

  /** {@code IP_OFFSET}: the mask of the offset, in units of 8 bytes, in {@link #fragOff}. */
  public static final int OFFSET = 0x1FFF;

  /** Where {@code tot_len} stands. */
  public static final int TOT_LEN = 2;

  private static final int VERSION_4_IHL_5 = 0x45;
  private static final int TOS = 1;
  private static final int ID = 4;
  private static final int FRAG_OFF = 6;
  private static final int TTL = 8;
  private static final int PROTOCOL = 9;
  private static final int CHECK = 10;
  private static final int SADDR = 12;
  private static final int DADDR = 16;

  private IpHdr() {}

  // ---- In one read ------------------------------------------------------------------------------

  /**
   * The first eight bytes in one read, for who looks at more than one field of them: {@code
   * version} to {@code frag_off}.
   */
  public static long head(Packet p, int ip) {
    return p.u64(ip);
  }

  /** Version, of a {@link #head}. */
  public static int version(long head) {
    return (int) (head >>> 60);
  }

  /** Header length in bytes, of a {@link #head}. */
  public static int headerLen(long head) {
    return (int) (head >>> 56 & 0xF) * 4;
  }

  /** Total length in bytes, of a {@link #head}. */
  public static int totLen(long head) {
    return (int) (head >>> 32) & 0xFFFF;
  }

  /** Whether it is a part of a datagram, of a {@link #head}. */
  public static boolean isFragment(long head) {
    return (head & (MF | OFFSET)) != 0;
  }

  /** Source address in the upper half, destination in the lower, in one read. */
  public static long addresses(Packet p, int ip) {
    return p.u64(ip + SADDR);
  }

  /** Source address, of {@link #addresses}. */
  public static int saddr(long addresses) {
    return (int) (addresses >>> 32);
  }

  /** Destination address, of {@link #addresses}. */
  public static int daddr(long addresses) {
    return (int) addresses;
  }

  /** The ones' complement sum of a header without options, of which so much was read. */
  public static int sum(Packet p, int ip, long head, long addresses) {
    return InetChecksum.fold(halves(head) + (p.u32(ip + TTL) & 0xFFFF_FFFFL) + halves(addresses));
  }

  private static long halves(long word) {
    return (word >>> 32) + (word & 0xFFFF_FFFFL);
  }

  // ---- Field by field ---------------------------------------------------------------------------

  /** Version, 4 for IPv4. */
  public static int version(Packet p, int ip) {
    return p.u8(ip) >>> 4;
  }

  /** Header length in words of 4 bytes. */
  public static int ihl(Packet p, int ip) {
    return p.u8(ip) & 0xF;
  }

  /** Type of service, or the DS field with ECN. */
  public static int tos(Packet p, int ip) {
    return p.u8(ip + TOS);
  }

  /** Total length in bytes, header included. */
  public static int totLen(Packet p, int ip) {
    return p.u16(ip + TOT_LEN);
  }

  /** Identification. */
  public static int id(Packet p, int ip) {
    return p.u16(ip + ID);
  }

  /** Flags and fragment offset. */
  public static int fragOff(Packet p, int ip) {
    return p.u16(ip + FRAG_OFF);
  }

  /** Whether it is a part of a datagram: more follow, or it is not the first. */
  public static boolean isFragment(Packet p, int ip) {
    return (fragOff(p, ip) & (MF | OFFSET)) != 0;
  }

  /** Time to live. */
  public static int ttl(Packet p, int ip) {
    return p.u8(ip + TTL);
  }

  /** Protocol. */
  public static int protocol(Packet p, int ip) {
    return p.u8(ip + PROTOCOL);
  }

  /** Header checksum. */
  public static int check(Packet p, int ip) {
    return p.u16(ip + CHECK);
  }

  /** Source address. */
  public static int saddr(Packet p, int ip) {
    return p.u32(ip + SADDR);
  }

  /** Destination address. */
  public static int daddr(Packet p, int ip) {
    return p.u32(ip + DADDR);
  }

  /**
   * Writes a header without options, its checksum included.
   *
   * @param totLen bytes in the datagram, this header included
   * @param fragOff flags and offset
   */
  public static void write(
      SkBuff skb,
      int ip,
      int tos,
      int totLen,
      int id,
      int fragOff,
      int ttl,
      int protocol,
      int saddr,
      int daddr) {
    // In whole words, and summed as they are written: to read again what was written in pieces, the
    // processor has to wait until the pieces are in the cache.
    long first =
        (long) (VERSION_4_IHL_5 << 8 | (tos & 0xFF)) << 48
            | (long) (totLen & 0xFFFF) << 32
            | (long) (id & 0xFFFF) << 16
            | (fragOff & 0xFFFF);
    int third = ttl << 24 | (protocol & 0xFF) << 16;
    int sum =
        InetChecksum.fold(
            (first >>> 32)
                + (first & 0xFFFF_FFFFL)
                + (third & 0xFFFF_FFFFL)
                + (saddr & 0xFFFF_FFFFL)
                + (daddr & 0xFFFF_FFFFL));
    skb.set64(ip, first);
    skb.set64(ip + TTL, (long) (third | (~sum & 0xFFFF)) << 32 | (saddr & 0xFFFF_FFFFL));
    skb.set32(ip + DADDR, daddr);
  }

  /** Sets the header length, in words of 4 bytes; the checksum is the caller's to make right. */
  public static void ihl(SkBuff skb, int ip, int words) {
    skb.set8(ip, 4 << 4 | words);
  }

  /**
   * Writes anew what fragmentation and reassembly change in a header, and its checksum.
   *
   * @param totLen bytes in the datagram, this header included
   * @param fragOff flags and offset
   */
  public static void rewrite(SkBuff skb, int ip, int tos, int totLen, int fragOff) {
    skb.set8(ip + TOS, tos);
    skb.set16(ip + TOT_LEN, totLen);
    skb.set16(ip + FRAG_OFF, fragOff);
    sendCheck(skb, ip);
  }

  /** {@code ip_send_check}: writes the checksum that a header of this length has. */
  public static void sendCheck(SkBuff skb, int ip) {
    skb.set16(ip + CHECK, 0);
    skb.set16(ip + CHECK, InetChecksum.of(skb, ip, ihl(skb, ip) * 4));
  }
}
