package dev.skiff.daemon;

import dev.skiff.header.ArpHdr;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.header.MacAddr;
import dev.skiff.header.UdpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.sys.EventFd;
import dev.skiff.sys.Sys;
import dev.skiff.sys.SysException;
import dev.skiff.wire.Wire;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;

/**
 * A wire whose far end is a host that pings, for {@link WarmUp}. Its eventfd stands in for a TAP's
 * descriptor: read before each frame, written to after each reply, and polled, so that a turn makes
 * the same system calls in the same order as one on a TAP.
 *
 * <p>Thread: the loop thread; {@link #enough}, {@link #replies} and {@link #isClosed} any.
 */
class WarmUpWire implements Wire {
  static final int OUR_IP = 0xC633_6402;
  static final long OUR_MAC = 0x0200_5E10_0001L;

  private static final int PEER_IP = 0xC633_6401;
  private static final long PEER_MAC = 0x0200_5E10_0002L;
  private static final int SMALL = 56;
  private static final int LARGE = 1472;

  private static final int TTL = 64;
  private static final int DISCARD = 9; // RFC 863

  private static final int RING = 32;

  /** Of so many frames one is of another kind. */
  private static final int ONE_IN = 32;

  private final EventFd bell = new EventFd();
  private final Queue<SkBuff> burst = new ArrayDeque<>();
  private final byte[] echo = echo(SMALL);
  private final byte[][] others = {echo(LARGE), arp(ArpHdr.REQUEST, 0), toClosedPort()};
  private final byte[] arpReply = arp(ArpHdr.REPLY, OUR_MAC);
  private final CountDownLatch enough = new CountDownLatch(1);
  private final int most;
  private int frames;
  private int other;
  private boolean asked;
  private volatile int replies;
  private volatile boolean closed;

  /** A wire that falls silent after {@code most} replies. */
  WarmUpWire(int most) throws SysException {
    this.most = most;
  }

  /** Opened when all replies have come. */
  CountDownLatch enough() {
    return enough;
  }

  /** Frames that came back, of whatever kind. Any thread. */
  int replies() {
    return replies;
  }

  /** Whether its eventfd is closed. Any thread. */
  boolean isClosed() {
    return closed;
  }

  // ---- The far end ------------------------------------------------------------------------------

  private static ByteBuffer frame(int proto, int length) {
    ByteBuffer frame = ByteBuffer.allocate(Math.max(EthHdr.ZLEN, EthHdr.HLEN + length));
    mac(frame, OUR_MAC);
    mac(frame, PEER_MAC);
    return frame.putShort((short) proto);
  }

  private static void mac(ByteBuffer to, long mac) {
    to.putShort((short) (mac >>> 32)).putInt((int) mac);
  }

  private static byte[] arp(int op, long tha) {
    ByteBuffer arp = frame(EtherType.ARP, ArpHdr.LEN);
    arp.putShort((short) ArpHdr.HRD_ETHERNET).putShort((short) EtherType.IP);
    arp.put((byte) MacAddr.ALEN).put((byte) ArpHdr.PLN_IP).putShort((short) op);
    mac(arp, PEER_MAC);
    arp.putInt(PEER_IP);
    mac(arp, tha);
    return bytes(arp.putInt(OUR_IP));
  }

  private static ByteBuffer ip(int protocol, int length) {
    ByteBuffer ip = frame(EtherType.IP, IpHdr.MIN_LEN + length);
    int start = ip.position();
    ip.putShort((short) 0x4500).putShort((short) (IpHdr.MIN_LEN + length)).putInt(0);
    ip.put((byte) TTL).put((byte) protocol).putShort((short) 0).putInt(PEER_IP).putInt(OUR_IP);
    return ip.putShort(start + 10, checksum(ip, start, IpHdr.MIN_LEN));
  }

  private static byte[] echo(int data) {
    ByteBuffer icmp = ip(IpProto.ICMP, IcmpHdr.LEN + data);
    int start = icmp.position();
    icmp.put((byte) IcmpHdr.ECHO);
    return bytes(icmp.putShort(start + 2, checksum(icmp, start, IcmpHdr.LEN + data)));
  }

  /** A datagram that nobody wants; without a checksum, as RFC 768 allows. */
  private static byte[] toClosedPort() {
    ByteBuffer udp = ip(IpProto.UDP, UdpHdr.LEN);
    return bytes(
        udp.putShort((short) DISCARD).putShort((short) DISCARD).putShort((short) UdpHdr.LEN));
  }

  private static byte[] bytes(ByteBuffer frame) {
    byte[] bytes = new byte[frame.capacity()];
    frame.get(0, bytes);
    return bytes;
  }

  private static short checksum(ByteBuffer of, int from, int n) {
    int sum = 0;
    for (int i = 0; i < n; i += 2) {
      sum += of.getShort(from + i) & 0xFFFF;
    }
    while (sum > 0xFFFF) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return (short) ~sum;
  }

  /** What comes next: an echo request, a few of other kinds, and the answer to what was asked. */
  private byte[] next() {
    frames++;
    if (asked) {
      asked = false;
      return arpReply;
    }
    if (frames % ONE_IN != 0) {
      return echo;
    }
    bell.signal(); // Not all of these are answered, and now and then two frames wait.
    return others[other++ % others.length];
  }

  // ---- The wire ---------------------------------------------------------------------------------

  /** Sends the first frame: after the device is up, since what came before is thrown away. */
  void begin() {
    bell.signal();
  }

  @Override
  public Rx receive(SkBuff skb, long nowNs) {
    if (Sys.read(bell.fd(), skb.address(skb.tail()), Long.BYTES) < 0) {
      return Rx.EMPTY;
    }
    byte[] frame = next();
    skb.copyFrom(frame, skb.put(frame.length), frame.length);
    return Rx.FRAME;
  }

  /** As a TAP with an io_uring, so that the way by {@link Wire#exchange} is exercised. */
  @Override
  public int rxRing() {
    return RING;
  }

  @Override
  public Xmit queue(SkBuff skb, long nowNs) {
    burst.add(skb);
    return Xmit.OK;
  }

  @Override
  public void flush(long nowNs, Completion completion) {
    for (SkBuff skb = burst.poll(); skb != null; skb = burst.poll()) {
      asked |=
          EthHdr.proto(skb, skb.data()) == EtherType.ARP
              && EthHdr.dest(skb, skb.data()) != PEER_MAC;
      completion.sent(skb, DropReason.CONSUMED);
      int n = replies + 1;
      replies = n;
      if (n < most) {
        bell.signal();
      } else {
        enough.countDown();
      }
    }
  }

  @Override
  public int pollFd() {
    return bell.fd();
  }

  @Override
  public void stop(Completion completion) {
    for (SkBuff skb = burst.poll(); skb != null; skb = burst.poll()) {
      completion.sent(skb, DropReason.QUEUE_PURGE);
    }
  }

  @Override
  public void close(Completion completion) {
    stop(completion);
    if (!closed) {
      closed = true;
      bell.close();
    }
  }
}
