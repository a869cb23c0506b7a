package dev.skiff;

import java.nio.ByteBuffer;

/**
 * Frames made byte by byte, without the code under test: what a peer would send, and how what came
 * out is read.
 */
public final class Frames {
  public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
  public static final int ETH_HLEN = 14;
  public static final int ETH_ZLEN = 60;
  public static final int IP_HLEN = 20;
  public static final int ICMP_HLEN = 8;
  public static final int UDP_HLEN = 8;

  private Frames() {}

  /** An Ethernet II frame, not padded. */
  public static byte[] ethernet(long dest, long source, int type, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(ETH_HLEN + payload.length);
    mac(frame, dest);
    mac(frame, source);
    return frame.putShort((short) type).put(payload).array();
  }

  /** The same frame with zeros up to 60 bytes. */
  public static byte[] padded(byte[] frame) {
    return frame.length >= ETH_ZLEN ? frame : java.util.Arrays.copyOf(frame, ETH_ZLEN);
  }

  /** An ARP packet for IPv4 on Ethernet, without a link header. */
  public static byte[] arp(int op, long sha, int spa, long tha, int tpa) {
    ByteBuffer arp = ByteBuffer.allocate(28);
    arp.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
    arp.putShort((short) op);
    mac(arp, sha);
    arp.putInt(spa);
    mac(arp, tha);
    return arp.putInt(tpa).array();
  }

  /** A broadcast request for {@code tpa}, padded. */
  public static byte[] arpRequest(long sha, int spa, int tpa) {
    return padded(ethernet(BROADCAST, sha, 0x0806, arp(1, sha, spa, 0, tpa)));
  }

  /** A unicast reply, padded. */
  public static byte[] arpReply(long sha, int spa, long tha, int tpa) {
    return padded(ethernet(tha, sha, 0x0806, arp(2, sha, spa, tha, tpa)));
  }

  /** An IPv4 datagram without options, its header checksum right. */
  public static byte[] ipv4(int saddr, int daddr, int protocol, int ttl, byte[] payload) {
    ByteBuffer ip = ByteBuffer.allocate(IP_HLEN + payload.length);
    ip.put((byte) 0x45).put((byte) 0).putShort((short) ip.capacity());
    ip.putShort((short) 0x1234).putShort((short) 0).put((byte) ttl).put((byte) protocol);
    ip.putShort((short) 0).putInt(saddr).putInt(daddr).put(payload);
    ip.putShort(10, (short) checksum(ip.array(), 0, IP_HLEN));
    return ip.array();
  }

  /** An ICMP message with id and sequence, its checksum right. */
  public static byte[] icmp(int type, int code, int id, int sequence, byte[] data) {
    ByteBuffer icmp = ByteBuffer.allocate(ICMP_HLEN + data.length);
    icmp.put((byte) type).put((byte) code).putShort((short) 0);
    icmp.putShort((short) id).putShort((short) sequence).put(data);
    icmp.putShort(2, (short) checksum(icmp.array(), 0, icmp.capacity()));
    return icmp.array();
  }

  /** An echo request from the rig's peer to us, padded. */
  public static byte[] echoRequest(int id, int sequence, byte[] data) {
    byte[] icmp = icmp(8, 0, id, sequence, data);
    return padded(
        ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp)));
  }

  /** A UDP datagram, its checksum over the pseudo header right. */
  public static byte[] udp(int saddr, int daddr, int sourcePort, int destPort, byte[] data) {
    int length = UDP_HLEN + data.length;
    int pseudo = 12;
    ByteBuffer udp = ByteBuffer.allocate(pseudo + length);
    udp.putInt(saddr).putInt(daddr).putShort((short) 17).putShort((short) length);
    udp.putShort((short) sourcePort).putShort((short) destPort).putShort((short) length);
    udp.putShort((short) 0).put(data);
    int check = checksum(udp.array(), 0, udp.capacity());
    udp.putShort(pseudo + 6, (short) (check == 0 ? 0xFFFF : check));
    return java.util.Arrays.copyOfRange(udp.array(), pseudo, udp.capacity());
  }

  /** A UDP datagram from the rig's peer to us, padded. */
  public static byte[] udpToUs(int sourcePort, int destPort, byte[] data) {
    byte[] udp = udp(Rig.PEER_IP, Rig.OUR_IP, sourcePort, destPort, data);
    return padded(
        ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ipv4(Rig.PEER_IP, Rig.OUR_IP, 17, 64, udp)));
  }

  /** Some data in which no two neighbouring bytes are alike. */
  public static byte[] data(int n) {
    byte[] data = new byte[n];
    for (int i = 0; i < n; i++) {
      data[i] = (byte) (i * 7 + 1);
    }
    return data;
  }

  /** The Internet checksum, word by word as RFC 1071 writes it; slow and plain. */
  public static int checksum(byte[] bytes, int offset, int n) {
    long sum = 0;
    for (int i = 0; i < n; i += 2) {
      int high = bytes[offset + i] & 0xFF;
      int low = i + 1 < n ? bytes[offset + i + 1] & 0xFF : 0;
      sum += high << 8 | low;
    }
    while (sum > 0xFFFF) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return (int) ~sum & 0xFFFF;
  }

  public static int u8(byte[] frame, int offset) {
    return frame[offset] & 0xFF;
  }

  public static int u16(byte[] frame, int offset) {
    return ByteBuffer.wrap(frame).getShort(offset) & 0xFFFF;
  }

  public static int u32(byte[] frame, int offset) {
    return ByteBuffer.wrap(frame).getInt(offset);
  }

  public static long u48(byte[] frame, int offset) {
    return (long) u16(frame, offset) << 32 | (u32(frame, offset + 2) & 0xFFFF_FFFFL);
  }

  private static void mac(ByteBuffer to, long mac) {
    to.putShort((short) (mac >>> 32)).putInt((int) mac);
  }
}
