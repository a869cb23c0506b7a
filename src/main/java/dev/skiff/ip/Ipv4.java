package dev.skiff.ip;

import dev.skiff.dev.HhCache;
import dev.skiff.dev.InDevice;
import dev.skiff.dev.LinkOps;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketHandler;
import dev.skiff.header.EtherType;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.neigh.UnreachableSink;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.stats.Counters;
import org.jspecify.annotations.Nullable;

/**
 * The Internet Protocol, as a host that is no gateway: RFC 791, RFC 1122 3; net/ipv4/ip_input.c and
 * ip_output.c.
 *
 * <p>Thread: the loop thread.
 */
public final class Ipv4 implements PacketHandler, UnreachableSink {
  /** {@code ip_default_ttl}. RFC 1122 3.2.1.7 wants it configurable, RFC 1700 says 64. */
  public static final int DEFAULT_TTL = 64;

  private static final int PROTOCOLS = 256;
  private static final int CHECKED = 0xFFFF;
  private static final String IP_RCV = "ip_rcv";
  private static final String IP_LOCAL_DELIVER = "ip_local_deliver";
  private static final String IP_SEND = "ip_send";

  private final RouteCache routeCache;
  private final @Nullable IpHandler[] handlers = new @Nullable IpHandler[PROTOCOLS];
  private final Counters stats = new Counters(IpStat.values().length);

  /** IP without protocols above it. */
  public Ipv4(Routes routes) {
    routeCache = new RouteCache(routes);
  }

  /**
   * {@code inet_add_protocol}: registers who handles a protocol.
   *
   * @throws IllegalStateException if somebody does already
   */
  public void addProtocol(int protocol, IpHandler handler) {
    if (handlers[protocol] != null) {
      throw new IllegalStateException("IP protocol " + protocol + " has a handler already");
    }
    handlers[protocol] = handler;
  }

  // ---- Receive ----------------------------------------------------------------------------------

  /** {@code ip_rcv}: the checks of RFC 1122 3.2.1, then the protocol's handler. */
  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(IP_RCV);
    if (skb.pktType() == PacketType.OTHERHOST) {
      return DropReason.OTHERHOST; // Shown to us in promiscuous mode; as in the kernel not counted.
    }
    count(IpStat.IP_IN_RECEIVES);
    DropReason reason = checkHeader(skb);
    if (reason != DropReason.NOT_DROPPED) {
      count(IpStat.IP_IN_HDR_ERRORS);
      return reason;
    }
    int ip = skb.networkHeader();
    reason = checkAddresses(skb, ip, dev);
    if (reason != DropReason.NOT_DROPPED) {
      count(IpStat.IP_IN_ADDR_ERRORS);
      return reason;
    }
    if (IpHdr.isFragment(skb, ip)) {
      count(IpStat.IP_IN_DISCARDS);
      return DropReason.IP_FRAGMENT;
    }
    return localDeliver(skb, ip, dev, nowNs);
  }

  /** Version, lengths and checksum; trims what is behind the datagram. Data stays at the header. */
  private static DropReason checkHeader(SkBuff skb) {
    if (!skb.mayPull(IpHdr.MIN_LEN)) {
      return DropReason.PKT_TOO_SMALL;
    }
    int ip = skb.data();
    int headerLen = IpHdr.ihl(skb, ip) * 4;
    // RFC 1122 3.2.1.1: a version other than 4 MUST be silently discarded.
    if (IpHdr.version(skb, ip) != 4 || headerLen < IpHdr.MIN_LEN) {
      return DropReason.IP_INHDR;
    }
    if (!skb.mayPull(headerLen)) {
      return DropReason.IP_TRUNCATED;
    }
    // RFC 1122 3.2.1.2: a host MUST verify the checksum of every datagram.
    if (InetChecksum.sum(skb, ip, headerLen) != CHECKED) {
      return DropReason.IP_CSUM;
    }
    int totLen = IpHdr.totLen(skb, ip);
    if (totLen < headerLen) {
      return DropReason.IP_INHDR;
    }
    if (totLen > skb.len()) {
      return DropReason.IP_TRUNCATED;
    }
    // RFC 894: what pads a frame to its least length is no part of the datagram.
    skb.trim(totLen);
    return DropReason.NOT_DROPPED;
  }

  private static DropReason checkAddresses(SkBuff skb, int ip, NetDevice dev) {
    int saddr = IpHdr.saddr(skb, ip);
    int daddr = IpHdr.daddr(skb, ip);
    InDevice own = dev.inDev();
    // RFC 1122 3.2.1.3: a source that no host can have MUST be silently discarded.
    if (!Ip4Addr.isUnicast(saddr) || own.isBroadcast(saddr)) {
      return DropReason.IP_INVALID_SOURCE;
    }
    if (own.isLocal(saddr)) {
      return DropReason.IP_LOCAL_SOURCE;
    }
    // RFC 1122 3.2.1.3 (g): loopback addresses MUST NOT appear outside a host.
    if (Ip4Addr.isLoopback(daddr)) {
      return DropReason.IP_LOCALNET;
    }
    // RFC 1122 3.3.4.2, weak ES model: by whatever device it comes in, as in Linux.
    if (own.isLocal(daddr)) {
      // RFC 1122 3.3.6: unicast in a link-layer broadcast SHOULD be silently discarded.
      return skb.pktType() == PacketType.HOST
          ? DropReason.NOT_DROPPED
          : DropReason.UNICAST_IN_L2_MULTICAST;
    }
    if (isBroadcast(daddr, own) || daddr == Ip4Addr.ALL_HOSTS) {
      return DropReason.NOT_DROPPED;
    }
    return Ip4Addr.isMulticast(daddr)
        ? DropReason.IP_MULTICAST_UNJOINED
        : DropReason.IP_INADDRERRORS;
  }

  private static boolean isBroadcast(int daddr, InDevice own) {
    return daddr == Ip4Addr.BROADCAST || own.isBroadcast(daddr);
  }

  private DropReason localDeliver(SkBuff skb, int ip, NetDevice dev, long nowNs) {
    skb.hop(IP_LOCAL_DELIVER);
    IpHandler handler = handlers[IpHdr.protocol(skb, ip)];
    if (handler == null) {
      count(IpStat.IP_IN_UNKNOWN_PROTOS);
      return DropReason.IP_NOPROTO;
    }
    var _ = skb.pull(IpHdr.ihl(skb, ip) * 4);
    skb.resetTransportHeader();
    count(IpStat.IP_IN_DELIVERS);
    return handler.receive(skb, dev, nowNs);
  }

  // ---- Send -------------------------------------------------------------------------------------

  /**
   * {@code ip_send}: puts an IP header in front of a transport segment and sends it.
   *
   * <p>The datagram is atomic, DF set and id 0, as RFC 6864 4.1 allows.
   *
   * @param skb lent: data at the transport header, 34 bytes of headroom in front of it
   * @param saddr source, an address of ours
   * @param tos type of service, 0 to 255
   * @param ttl time to live, 1 to 255
   */
  public DropReason send(
      SkBuff skb, int saddr, int daddr, int protocol, int tos, int ttl, long nowNs) {
    skb.hop(IP_SEND);
    count(IpStat.IP_OUT_REQUESTS);
    RouteCache.Rtable rt = routeCache.lookup(daddr);
    Route route = rt.route();
    if (route == null) {
      count(IpStat.IP_OUT_NO_ROUTES);
      return DropReason.IP_OUTNOROUTES;
    }
    NetDevice dev = route.dev();
    int totLen = skb.len() + IpHdr.MIN_LEN;
    if (totLen > dev.mtu()) {
      count(IpStat.IP_OUT_DISCARDS);
      return DropReason.PKT_TOO_BIG;
    }
    if (!skb.unshare()) {
      count(IpStat.IP_OUT_DISCARDS);
      return DropReason.NOMEM;
    }
    int ip = skb.push(IpHdr.MIN_LEN);
    skb.resetNetworkHeader();
    IpHdr.write(skb, ip, tos, totLen, 0, IpHdr.DF, ttl, protocol, saddr, daddr);
    skb.setPriority(NetDevice.BAND_NORMAL);
    skb.setProtocol(EtherType.IP);
    pushLinkHeader(skb, dev, rt, totLen, nowNs);
    DropReason reason = dev.transmit(skb, nowNs);
    if (reason != DropReason.NOT_DROPPED) {
      count(IpStat.IP_OUT_DISCARDS);
    }
    return reason;
  }

  /** A finished header if the next hop has one; else one that lacks its destination. */
  private static void pushLinkHeader(
      SkBuff skb, NetDevice dev, RouteCache.Rtable rt, int totLen, long nowNs) {
    HhCache hh = rt.headerFor(dev);
    if (hh != null) {
      hh.push(skb, nowNs);
    } else if (dev.hardHeader(skb, EtherType.IP, LinkOps.UNKNOWN, totLen) < 0) {
      skb.setHeaderIncomplete(rt.nextHop());
    }
  }

  /**
   * {@code arp_error_report}, {@code ipv4_link_failure}: the next hop of a datagram does not
   * answer. It is ours, since a host forwards nothing: its protocol is told what an ICMP message
   * would say.
   */
  @Override
  public void unreachable(Packet packet, NetDevice dev, long nowNs) {
    int ip = packet.data() + dev.headerLen();
    boolean whole = packet.mayPull(dev.headerLen() + IpHdr.MIN_LEN);
    if (packet.protocol() != EtherType.IP || packet.networkHeader() != ip || !whole) {
      return; // A program's own frame: no protocol here has sent it.
    }
    count(IpStat.IP_OUT_DISCARDS);
    IpHandler handler = handlers[IpHdr.protocol(packet, ip)];
    if (handler != null) {
      handler.error(packet, IcmpHdr.DEST_UNREACH, IcmpHdr.HOST_UNREACH, dev, nowNs);
    }
  }

  void count(IpStat stat) {
    stats.increment(stat.ordinal());
  }

  /** One counter. Any thread. */
  public long stat(IpStat stat) {
    return stats.get(stat.ordinal());
  }
}
