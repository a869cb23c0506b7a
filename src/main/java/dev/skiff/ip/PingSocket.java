package dev.skiff.ip;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.EthHdr;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.IpProto;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct ping_sock}: sends echo requests to one host, RFC 792, and knows which of them a
 * reply answers: one with its identifier, from that host, with a sequence number that was sent not
 * long ago.
 *
 * <p>Thread: the loop thread.
 */
public final class PingSocket implements AutoCloseable {
  /** The most bytes of data: what a datagram has room for beside IP's header and ICMP's. */
  public static final int MAX_SIZE = 65_507;

  /** Bytes of data unless it is said otherwise. */
  public static final int USUAL_SIZE = 56;

  /** Data of so many bytes or more begin with the time in so many. */
  public static final int STAMP = 16;

  /** So many requests back replies are known; a power of two. */
  static final int WINDOW = 4096;

  private static final int SEQUENCES = 0xFFFF;
  private static final int US_PER_S = 1_000_000;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final String HOLDER = "ping_sendmsg";

  private final Pings pings;
  private final int id;
  private final int daddr;
  private final PingListener listener;
  private final Flow flow = new Flow();
  private final PingReply reply = new PingReply();

  /** When each of the last requests was sent, by the low bits of its sequence number. */
  private final long[] sentNs = new long[WINDOW];

  private final boolean[] answered = new boolean[WINDOW];
  private byte[] data = {};
  private int saddr;
  private @Nullable NetDevice dev;
  private int tos;
  private int ttl;
  private PmtuDisc pmtuDisc = PmtuDisc.WANT;
  private long transmitted;
  private boolean closed;

  PingSocket(Pings pings, int id, int daddr, PingListener listener) {
    this.pings = pings;
    this.id = id;
    this.daddr = daddr;
    this.listener = listener;
    data(USUAL_SIZE, new byte[0]);
  }

  // ---- What is said of requests, before the first -----------------------------------------------

  /**
   * The data: from the beginning {@code pattern} again and again, or 0, 1, 2 ... if it is empty;
   * over them the time, see {@link #STAMP}.
   *
   * @param size bytes, 0 to {@link #MAX_SIZE}
   * @throws IllegalArgumentException if {@code size} is out of range
   */
  @CanIgnoreReturnValue
  public PingSocket data(int size, byte[] pattern) {
    if (size < 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException("a ping has 0 to " + MAX_SIZE + " bytes, not " + size);
    }
    data = new byte[size];
    for (int i = 0; i < size; i++) {
      data[i] = pattern.length == 0 ? (byte) i : pattern[i % pattern.length];
    }
    return this;
  }

  /**
   * From this address, which must be ours, and by this device; 0.0.0.0 and null for IP's choice.
   */
  @CanIgnoreReturnValue
  public PingSocket from(int saddr, @Nullable NetDevice dev) {
    this.saddr = saddr;
    this.dev = dev;
    return this;
  }

  /** Type of service, 0 to 255, and time to live, 1 to 255, or 0 for the stack's own. */
  @CanIgnoreReturnValue
  public PingSocket tosAndTtl(int tos, int ttl) {
    this.tos = tos;
    this.ttl = ttl;
    return this;
  }

  /** Whether requests may be fragmented. */
  @CanIgnoreReturnValue
  public PingSocket pmtuDisc(PmtuDisc pmtuDisc) {
    this.pmtuDisc = pmtuDisc;
    return this;
  }

  // ---- Requests and what comes back -------------------------------------------------------------

  /**
   * {@code ping_v4_sendmsg}: sends the next request. Its sequence number is one more than that of
   * the last one, and it is used up even if it could not be sent.
   *
   * @param epochUs the time that the data begin with, microseconds since 1970; ping puts it there
   *     for other programs: round-trip times are taken from {@code nowNs}
   * @return {@code NOT_DROPPED} or {@code CONSUMED}, or why it was not sent
   */
  @CanIgnoreReturnValue
  public DropReason send(long epochUs, long nowNs) {
    if (closed) {
      throw new IllegalStateException("this ping is closed");
    }
    transmitted++;
    int slot = (int) transmitted & (WINDOW - 1);
    sentNs[slot] = nowNs;
    answered[slot] = false;
    int len = IcmpHdr.LEN + data.length;
    // A short frame is padded to its least length in the same buffer.
    SkBuff skb = pings.pool.devAlloc(Math.max(len, EthHdr.ZLEN), HOLDER);
    if (skb == null) {
      return DropReason.NOMEM;
    }
    int icmp = skb.put(len);
    skb.resetTransportHeader();
    IcmpHdr.typeAndCode(skb, icmp, IcmpHdr.ECHO, 0);
    IcmpHdr.idAndSequence(skb, icmp, id, sequence());
    if (data.length >= STAMP) {
      // As on x86: struct timeval, 64 bits of seconds and 64 of microseconds.
      MemorySegment stamp = MemorySegment.ofArray(data);
      stamp.set(LONG, 0, epochUs / US_PER_S);
      stamp.set(LONG, Long.BYTES, epochUs % US_PER_S);
    }
    skb.copyFrom(data, icmp + IcmpHdr.LEN, data.length);
    IcmpHdr.checksum(skb, icmp, 0);
    IcmpHdr.checksum(skb, icmp, InetChecksum.of(skb, icmp, len));
    pings.ipv4.count(IpStat.ICMP_OUT_MSGS);
    pings.ipv4.count(IpStat.ICMP_OUT_ECHOS);
    flow.to(daddr, IpProto.ICMP).from(saddr).dev(dev).tos(tos).ttl(ttl).pmtuDisc(pmtuDisc);
    return pings.ipv4.sendOwn(skb, flow, nowNs);
  }

  /** Whether {@code sequence} was sent to this address, and not too long ago. */
  boolean awaits(int address, int sequence) {
    int back = ((int) transmitted - sequence) & SEQUENCES;
    return address == daddr && back < WINDOW && back < transmitted;
  }

  void received(SkBuff skb, int icmp, long nowNs) {
    int slot = IcmpHdr.sequence(skb, icmp) & (WINDOW - 1);
    boolean duplicate = answered[slot];
    answered[slot] = true;
    int from = data.length >= STAMP ? STAMP : 0;
    listener.reply(reply.set(skb, icmp, data, from, nowNs - sentNs[slot], duplicate), nowNs);
  }

  void failed(int sequence, int from, IcmpError why, long nowNs) {
    listener.error(sequence, from, why, nowNs);
  }

  /** Replies and errors are nobody's from here on. A second call does nothing. */
  @Override
  public void close() {
    closed = true;
    pings.close(this);
  }

  // ---- What it says of itself -------------------------------------------------------------------

  /** The identifier of its requests, 1 to 65,535. */
  public int id() {
    return id;
  }

  /** Who is pinged. */
  public int daddr() {
    return daddr;
  }

  /** How many requests there were, those included that could not be sent. */
  public long transmitted() {
    return transmitted;
  }

  /** The sequence number of the last request: from 1 on, and after 65,535 comes 0. */
  public int sequence() {
    return (int) transmitted & SEQUENCES;
  }

  /** Why nothing can be sent there, unless by another device; {@code NOT_DROPPED} if it can. */
  public DropReason reasonAgainst(long nowNs) {
    return pings.ipv4.reasonAgainst(daddr, nowNs);
  }

  /** The longest datagram that gets there whole, in bytes; 0 if there is no way. */
  public int mtu(long nowNs) {
    NetDevice by = dev;
    return by == null ? pings.ipv4.mtu(daddr, nowNs) : pings.ipv4.mtu(daddr, by, nowNs);
  }
}
