package dev.skiff.header;

import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;

/**
 * The ARP packet for IPv4 on Ethernet, its fields named as in RFC 826 (without the {@code ar$}).
 *
 * <pre>
 *    0     2     4   5   6    8       14    18      24    28
 *   +-----+-----+---+---+----+-------+-----+-------+-----+
 *   | hrd | pro |hln|pln| op |  sha  | spa |  tha  | tpa |
 *   +-----+-----+---+---+----+-------+-----+-------+-----+
 * </pre>
 */
public final class ArpHdr {
  /** Bytes in the packet. */
  public static final int LEN = 28;

  /** {@code ares_hrd$Ethernet}. */
  public static final int HRD_ETHERNET = 1;

  /** IEEE 802 networks, which Linux takes on Ethernet too. RFC 1042. */
  public static final int HRD_IEEE802 = 6;

  /** {@code ares_op$REQUEST}. */
  public static final int REQUEST = 1;

  /** {@code ares_op$REPLY}. */
  public static final int REPLY = 2;

  /** Bytes in an IPv4 address. */
  public static final int PLN_IP = 4;

  private static final int PRO = 2;
  private static final int HLN = 4;
  private static final int PLN = 5;
  private static final int OP = 6;
  private static final int SHA = 8;
  private static final int SPA = 14;
  private static final int THA = 18;
  private static final int TPA = 24;

  private ArpHdr() {}

  /** Hardware address space. */
  public static int hrd(Packet p, int arp) {
    return p.u16(arp);
  }

  /** Protocol address space, an EtherType. */
  public static int pro(Packet p, int arp) {
    return p.u16(arp + PRO);
  }

  /** Bytes in a hardware address. */
  public static int hln(Packet p, int arp) {
    return p.u8(arp + HLN);
  }

  /** Bytes in a protocol address. */
  public static int pln(Packet p, int arp) {
    return p.u8(arp + PLN);
  }

  /** Opcode. */
  public static int op(Packet p, int arp) {
    return p.u16(arp + OP);
  }

  /** Sender's hardware address. */
  public static long sha(Packet p, int arp) {
    return p.u48(arp + SHA);
  }

  /** Sender's protocol address. */
  public static int spa(Packet p, int arp) {
    return p.u32(arp + SPA);
  }

  /** Target's hardware address. */
  public static long tha(Packet p, int arp) {
    return p.u48(arp + THA);
  }

  /** Target's protocol address. */
  public static int tpa(Packet p, int arp) {
    return p.u32(arp + TPA);
  }

  /** Writes a whole packet for IPv4 on Ethernet, 28 bytes from {@code arp} on. */
  public static void write(SkBuff skb, int arp, int op, long sha, int spa, long tha, int tpa) {
    skb.set16(arp, HRD_ETHERNET);
    skb.set16(arp + PRO, EtherType.IP);
    skb.set8(arp + HLN, MacAddr.ALEN);
    skb.set8(arp + PLN, PLN_IP);
    skb.set16(arp + OP, op);
    skb.set48(arp + SHA, sha);
    skb.set32(arp + SPA, spa);
    skb.set48(arp + THA, tha);
    skb.set32(arp + TPA, tpa);
  }
}
