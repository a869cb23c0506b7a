package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that ping: {@code ping_table}. Echo requests go out by them and what is said of these
 * comes back to them, RFC 1122 3.2.2.6; net/ipv4/ping.c.
 *
 * <p>Thread: the loop thread.
 */
public final class Pings implements IpHandler {
  /** The most sockets at a time. */
  public static final int MAX_SOCKETS = 64;

  private static final int IDS = 0x10000;
  private static final String PING_RCV = "ping_rcv";

  final Ipv4 ipv4;
  final SkBuffPool pool;
  private final RandomGenerator random;
  private PingSocket[] sockets = {};

  /**
   * No sockets yet.
   *
   * @param random what their identifiers are drawn from: who cannot guess one cannot forge a reply
   */
  public Pings(Ipv4 ipv4, SkBuffPool pool, RandomGenerator random) {
    this.ipv4 = ipv4;
    this.pool = pool;
    this.random = random;
  }

  /**
   * {@code ping_get_port}: a socket with an identifier of its own.
   *
   * @param daddr who is pinged, a host's address: nobody else's replies are his
   * @throws IllegalStateException if there are {@link #MAX_SOCKETS} already
   */
  public PingSocket open(int daddr, PingListener listener) {
    if (sockets.length == MAX_SOCKETS) {
      throw new IllegalStateException("there are " + MAX_SOCKETS + " pings already: end one");
    }
    int id = random.nextInt(1, IDS);
    while (find(id) != null) { // A few are taken, of 65,535.
      id = random.nextInt(1, IDS);
    }
    PingSocket socket = new PingSocket(this, id, daddr, listener);
    sockets = Arrays.copyOf(sockets, sockets.length + 1);
    sockets[sockets.length - 1] = socket;
    return socket;
  }

  void close(PingSocket gone) {
    sockets = Arrays.stream(sockets).filter(s -> !s.equals(gone)).toArray(PingSocket[]::new);
  }

  /** How many sockets there are. */
  public int size() {
    return sockets.length;
  }

  /** {@code ping_lookup}. */
  private @Nullable PingSocket find(int id) {
    for (PingSocket socket : sockets) {
      if (socket.id() == id) {
        return socket;
      }
    }
    return null;
  }

  /** {@code ping_rcv}: an echo reply. Only one that answers a request of ours is heard. */
  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(PING_RCV);
    int icmp = skb.data();
    int ip = skb.networkHeader();
    PingSocket socket = find(IcmpHdr.id(skb, icmp));
    if (socket == null || !socket.awaits(IpHdr.saddr(skb, ip), IcmpHdr.sequence(skb, icmp))) {
      return DropReason.ICMP_ECHO_REPLY_UNASKED;
    }
    socket.received(skb, icmp, nowNs);
    return DropReason.CONSUMED;
  }

  /** {@code ping_err}: an echo request of ours did not get there. */
  @Override
  public void error(Packet packet, int ip, IcmpError why, NetDevice dev, long nowNs) {
    PingSocket socket = sender(packet, ip);
    if (socket != null) {
      int from = why.isOurOwn() ? IpHdr.saddr(packet, ip) : why.reporter();
      socket.failed(IcmpHdr.sequence(packet, icmp(packet, ip)), from, why, nowNs);
    }
  }

  /** Only who knows its identifier, its destination and its number has seen a request of ours. */
  @Override
  public boolean hasSent(Packet packet, int ip) {
    return sender(packet, ip) != null;
  }

  private @Nullable PingSocket sender(Packet packet, int ip) {
    int icmp = icmp(packet, ip);
    // What stands behind the header of a later fragment is no ICMP header.
    boolean first = (IpHdr.fragOff(packet, ip) & IpHdr.OFFSET) == 0;
    if (!first || IcmpHdr.type(packet, icmp) != IcmpHdr.ECHO) {
      return null;
    }
    PingSocket socket = find(IcmpHdr.id(packet, icmp));
    boolean awaited =
        socket != null && socket.awaits(IpHdr.daddr(packet, ip), IcmpHdr.sequence(packet, icmp));
    return awaited ? socket : null;
  }

  private static int icmp(Packet packet, int ip) {
    return ip + IpHdr.ihl(packet, ip) * 4;
  }
}
