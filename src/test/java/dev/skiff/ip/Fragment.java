package dev.skiff.ip;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.skb.PacketType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A fragment that a test sends: what its IP header says, and its data. */
record Fragment(
    int saddr,
    int id,
    int protocol,
    int tos,
    int offset,
    boolean more,
    boolean df,
    byte[] options,
    byte[] data,
    PacketType pktType) {
  static final int TTL = 63;

  /** Fragments are cut at multiples of so many bytes. */
  static final int BLOCK = 8;

  /** One from the peer, with the usual id. */
  static Fragment of(int offset, boolean more, byte[] data) {
    return new Fragment(
        Rig.PEER_IP, 7, 17, 0, offset, more, false, new byte[0], data, PacketType.HOST);
  }

  /** The part of a datagram's data from one byte to before another. */
  static Fragment part(byte[] whole, int from, int to) {
    return of(from, to < whole.length, Arrays.copyOfRange(whole, from, to));
  }

  /** A datagram's data cut into pieces of so many bytes. */
  static List<Fragment> cut(byte[] whole, int size) {
    List<Fragment> all = new ArrayList<>();
    for (int at = 0; at < whole.length; at += size) {
      all.add(part(whole, at, Math.min(at + size, whole.length)));
    }
    return all;
  }

  /** Data in which no two places look alike. */
  static byte[] data(int n, long seed) {
    byte[] data = new byte[n];
    new Random(seed).nextBytes(data);
    return data;
  }

  int end() {
    return offset + data.length;
  }

  Fragment from(int from) {
    return new Fragment(from, id, protocol, tos, offset, more, df, options, data, pktType);
  }

  Fragment id(int n) {
    return new Fragment(saddr, n, protocol, tos, offset, more, df, options, data, pktType);
  }

  Fragment protocol(int n) {
    return new Fragment(saddr, id, n, tos, offset, more, df, options, data, pktType);
  }

  Fragment tos(int n) {
    return new Fragment(saddr, id, protocol, n, offset, more, df, options, data, pktType);
  }

  Fragment df(boolean on) {
    return new Fragment(saddr, id, protocol, tos, offset, more, on, options, data, pktType);
  }

  Fragment options(byte[] some) {
    return new Fragment(saddr, id, protocol, tos, offset, more, df, some, data, pktType);
  }

  Fragment by(PacketType type) {
    return new Fragment(saddr, id, protocol, tos, offset, more, df, options, data, type);
  }

  /** The datagram as it is on the wire. */
  byte[] bytes() {
    int headerLen = Frames.IP_HLEN + options.length;
    ByteBuffer ip = ByteBuffer.allocate(headerLen + data.length);
    ip.put((byte) (0x40 | headerLen / 4)).put((byte) tos).putShort((short) ip.capacity());
    ip.putShort((short) id);
    ip.putShort((short) (offset / BLOCK | (more ? 0x2000 : 0) | (df ? 0x4000 : 0)));
    ip.put((byte) TTL).put((byte) protocol).putShort((short) 0);
    ip.putInt(saddr).putInt(Rig.OUR_IP).put(options).put(data);
    ip.putShort(10, (short) Frames.checksum(ip.array(), 0, headerLen));
    return ip.array();
  }

  @Override
  public String toString() {
    return "[" + offset + "," + end() + (more ? ")" : "]");
  }
}
