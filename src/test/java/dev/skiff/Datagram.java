package dev.skiff;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An IPv4 datagram in a frame, made byte by byte without the code under test: from the rig's peer
 * to us and right in every field, but for what the test says otherwise.
 */
public final class Datagram {
  public static final int ICMP = 1;
  public static final int IGMP = 2;
  public static final int TCP = 6;
  public static final int UDP = 17;

  /** RFC 3692: for experiments. */
  public static final int UNKNOWN_PROTOCOL = 253;

  private static final int CHECK = 10;
  private static final int WORD = 4;
  private static final int EIGHT = 8;
  private static final int MF = 0x2000;
  private static final int DF = 0x4000;
  private static final int RIGHT = -1;

  private long destMac = Rig.OUR_MAC;
  private long sourceMac = Rig.PEER_MAC;
  private int saddr = Rig.PEER_IP;
  private int daddr = Rig.OUR_IP;
  private int version = 4;
  private int ihl = RIGHT;
  private int tos;
  private int totLen = RIGHT;
  private int id = 0x1234;
  private int fragOff;
  private int ttl = 64;
  private int protocol = ICMP;
  private int checksum = RIGHT;
  private byte[] options = new byte[0];
  private byte[] payload = new byte[0];
  private byte[] trailer = new byte[0];

  /** The same again, to be changed. */
  public Datagram copy() {
    Datagram copy = new Datagram();
    copy.destMac = destMac;
    copy.sourceMac = sourceMac;
    copy.saddr = saddr;
    copy.daddr = daddr;
    copy.version = version;
    copy.ihl = ihl;
    copy.tos = tos;
    copy.totLen = totLen;
    copy.id = id;
    copy.fragOff = fragOff;
    copy.ttl = ttl;
    copy.protocol = protocol;
    copy.checksum = checksum;
    copy.options = options;
    copy.payload = payload;
    copy.trailer = trailer;
    return copy;
  }

  // ---- The frame --------------------------------------------------------------------------------

  @CanIgnoreReturnValue
  public Datagram toMac(long mac) {
    destMac = mac;
    return this;
  }

  @CanIgnoreReturnValue
  public Datagram fromMac(long mac) {
    sourceMac = mac;
    return this;
  }

  /** So many bytes of rubbish behind the datagram. */
  @CanIgnoreReturnValue
  public Datagram trailer(int n) {
    trailer = new byte[n];
    Arrays.fill(trailer, (byte) 0xEE);
    return this;
  }

  // ---- The header -------------------------------------------------------------------------------

  @CanIgnoreReturnValue
  public Datagram from(int address) {
    saddr = address;
    return this;
  }

  @CanIgnoreReturnValue
  public Datagram to(int address) {
    daddr = address;
    return this;
  }

  @CanIgnoreReturnValue
  public Datagram version(int value) {
    version = value;
    return this;
  }

  /** In words of four bytes, whatever options there are. */
  @CanIgnoreReturnValue
  public Datagram ihl(int words) {
    ihl = words;
    return this;
  }

  @CanIgnoreReturnValue
  public Datagram tos(int value) {
    tos = value;
    return this;
  }

  /** In bytes, however long it is. */
  @CanIgnoreReturnValue
  public Datagram totLen(int bytes) {
    totLen = bytes;
    return this;
  }

  @CanIgnoreReturnValue
  public Datagram id(int value) {
    id = value;
    return this;
  }

  @CanIgnoreReturnValue
  public Datagram ttl(int value) {
    ttl = value;
    return this;
  }

  @CanIgnoreReturnValue
  public Datagram protocol(int value) {
    protocol = value;
    return this;
  }

  /** This header checksum, not the right one. */
  @CanIgnoreReturnValue
  public Datagram checksum(int value) {
    checksum = value;
    return this;
  }

  /** Flags and offset as they stand in the header. */
  @CanIgnoreReturnValue
  public Datagram fragOff(int value) {
    fragOff = value;
    return this;
  }

  @CanIgnoreReturnValue
  public Datagram dontFragment() {
    fragOff |= DF;
    return this;
  }

  /** Options in hexadecimal; zeros follow up to a whole word. */
  @CanIgnoreReturnValue
  public Datagram options(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    options = Arrays.copyOf(bytes, (bytes.length + WORD - 1) / WORD * WORD);
    return this;
  }

  // ---- What it carries --------------------------------------------------------------------------

  @CanIgnoreReturnValue
  public Datagram payload(byte[] bytes) {
    payload = bytes.clone();
    return this;
  }

  /** An ICMP message, its checksum right. */
  @CanIgnoreReturnValue
  public Datagram icmp(int type, int code, int id, int sequence, byte[] data) {
    return protocol(ICMP).payload(Frames.icmp(type, code, id, sequence, data));
  }

  /** An echo request with so many bytes of data. */
  @CanIgnoreReturnValue
  public Datagram echo(int bytes) {
    return icmp(EIGHT, 0, 0x5C1F, 1, Frames.data(bytes));
  }

  /** A UDP datagram, its checksum right for the addresses that were said before. */
  @CanIgnoreReturnValue
  public Datagram udp(int port, byte[] data) {
    return protocol(UDP).payload(Frames.udp(saddr, daddr, 40_000, port, data));
  }

  /**
   * A part of it as a fragment.
   *
   * @param from the first byte of the payload in it, a multiple of 8
   * @param to the byte behind the last; the payload's length or more for the last fragment
   */
  public Datagram fragment(int from, int to) {
    int end = Math.min(to, payload.length);
    Datagram fragment = copy().payload(Arrays.copyOfRange(payload, from, end));
    return fragment.fragOff(from / EIGHT | (end < payload.length ? MF : 0));
  }

  // ---- All of it --------------------------------------------------------------------------------

  /** From the IP header on. */
  public byte[] bytes() {
    int headerLen = Frames.IP_HLEN + options.length;
    int words = ihl == RIGHT ? headerLen / WORD : ihl;
    ByteBuffer ip = ByteBuffer.allocate(headerLen + payload.length);
    ip.put((byte) (version << 4 | words)).put((byte) tos);
    ip.putShort((short) (totLen == RIGHT ? ip.capacity() : totLen));
    ip.putShort((short) id).putShort((short) fragOff).put((byte) ttl).put((byte) protocol);
    ip.putShort((short) 0).putInt(saddr).putInt(daddr).put(options).put(payload);
    int summed = Math.min(words * WORD, ip.capacity());
    int right = Frames.checksum(ip.array(), 0, summed);
    return ip.putShort(CHECK, (short) (checksum == RIGHT ? right : checksum)).array();
  }

  /** The frame, padded to the least that Ethernet has. */
  public byte[] frame() {
    return Frames.padded(shortFrame());
  }

  /** The frame without padding. */
  public byte[] shortFrame() {
    byte[] ip = bytes();
    byte[] all = Arrays.copyOf(ip, ip.length + trailer.length);
    System.arraycopy(trailer, 0, all, ip.length, trailer.length);
    return Frames.ethernet(destMac, sourceMac, 0x0800, all);
  }

  /** What it begins with, as an ICMP error quotes it. */
  public byte[] quote(int bytes) {
    byte[] all = bytes();
    return Arrays.copyOf(all, Math.min(all.length, bytes));
  }
}
