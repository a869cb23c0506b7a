package dev.skiff.header;

import dev.skiff.skb.Packet;

/**
 * {@code struct udphdr}. RFC 768.
 *
 * <pre>
 *    0          2          4          6          8
 *   +----------+----------+----------+----------+--------
 *   |  source  |   dest   |   len    |  check   | data
 *   +----------+----------+----------+----------+--------
 * </pre>
 */
public final class UdpHdr {
  /** Bytes in the header. */
  public static final int LEN = 8;

  private static final int DEST = 2;
  private static final int LENGTH = 4;
  private static final int CHECK = 6;

  private UdpHdr() {}

  /** Source port. */
  public static int source(Packet p, int udp) {
    return p.u16(udp);
  }

  /** Destination port. */
  public static int dest(Packet p, int udp) {
    return p.u16(udp + DEST);
  }

  /** Bytes in the datagram, this header included. */
  public static int len(Packet p, int udp) {
    return p.u16(udp + LENGTH);
  }

  /** Checksum; 0 if there is none. */
  public static int check(Packet p, int udp) {
    return p.u16(udp + CHECK);
  }
}
