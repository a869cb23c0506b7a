package dev.skiff.ip;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.dev.HhCache;
import dev.skiff.dev.LinkOps;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.time.TimeOfDay;
import java.util.random.RandomGenerator;

/**
 * The way of a datagram out: RFC 791, RFC 1122 3.3; net/ipv4/ip_output.c.
 *
 * <p>Thread: the loop thread.
 */
final class IpOutput {
  private static final String IP_SEND = "ip_send";

  /** The longest datagram: RFC 791 3.1. */
  static final int MAX_LEN = 65_535;

  private static final int GROUP_TTL = 1;

  private int ttl;
  private PmtuDisc usualDisc = PmtuDisc.WANT;
  private final RouteCache routeCache;
  private final IpCounters stats;
  private final IpIdents idents;
  private final TimeOfDay timeOfDay;
  private final Fragmenter fragmenter;

  IpOutput(
      IpParms parms,
      RouteCache routeCache,
      IpCounters stats,
      RandomGenerator random,
      TimeOfDay timeOfDay) {
    setParms(parms);
    this.routeCache = routeCache;
    this.stats = stats;
    this.timeOfDay = timeOfDay;
    idents = new IpIdents(random);
    fragmenter = new Fragmenter(this, stats);
  }

  /** From here on these switches hold. */
  final void setParms(IpParms parms) {
    ttl = parms.ttl();
    usualDisc = parms.discoversPmtu() ? PmtuDisc.WANT : PmtuDisc.DONT;
  }

  /** See {@link Ipv4#send}. */
  DropReason send(SkBuff skb, Flow flow, long nowNs) {
    skb.hop(IP_SEND);
    stats.count(IpStat.IP_OUT_REQUESTS);
    // RFC 791 3.1: with a source route the destination is, so far, the first hop.
    int to = flow.options == null ? flow.daddr : flow.options.firstHop(flow.daddr);
    RouteCache.Rtable rt =
        flow.dev == null ? routeCache.lookup(to, nowNs) : routeCache.lookup(to, flow.dev, nowNs);
    NetDevice dev = rt.dev();
    if (dev == null || rt.reason() != DropReason.NOT_DROPPED) {
      stats.count(IpStat.IP_OUT_NO_ROUTES);
      return rt.reason();
    }
    int saddr = flow.saddr != Ip4Addr.ANY || flow.anySource ? flow.saddr : rt.source(dev);
    if (saddr == Ip4Addr.ANY ? !flow.anySource : !rt.isOurs(saddr, dev)) {
      // RFC 1122 3.2.1.3: what a host sends MUST come from one of its own addresses.
      stats.count(IpStat.IP_OUT_DISCARDS);
      return DropReason.IP_OUT_INVALID_SOURCE;
    }
    if (Ip4Addr.isLinkLocal(saddr) && rt.nextHop() != to) {
      // RFC 3927 2.6.2: from a link-local address a host MUST NOT send through a router.
      stats.count(IpStat.IP_OUT_DISCARDS);
      return DropReason.IP_OUT_INVALID_SOURCE;
    }
    DropReason reason = send(skb, flow, rt, dev, saddr, to, nowNs);
    if (reason.isDrop()) {
      stats.count(IpStat.IP_OUT_DISCARDS);
    }
    return reason;
  }

  /** See {@link Ipv4#mtu(int, long)}. */
  int mtu(int daddr, long nowNs) {
    RouteCache.Rtable rt = routeCache.lookup(daddr, nowNs);
    NetDevice dev = rt.dev();
    return dev == null ? 0 : rt.mtu(dev, nowNs);
  }

  /** See {@link Ipv4#mtu(int, NetDevice, long)}. */
  int mtu(int daddr, NetDevice dev, long nowNs) {
    return routeCache.lookup(daddr, dev, nowNs).mtu(dev, nowNs);
  }

  /** See {@link Ipv4#sendOwn}. */
  @CanIgnoreReturnValue
  DropReason sendOwn(SkBuff skb, Flow flow, long nowNs) {
    DropReason reason = send(skb, flow, nowNs);
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
    return reason;
  }

  private DropReason send(
      SkBuff skb,
      Flow flow,
      RouteCache.Rtable rt,
      NetDevice dev,
      int saddr,
      int daddr,
      long nowNs) {
    IpOptions options = flow.options;
    int headerLen = IpHdr.MIN_LEN + (options == null ? 0 : options.length());
    int totLen = skb.len() + headerLen;
    int mtu = flow.answer ? dev.mtu() : rt.mtu(dev, nowNs);
    boolean fits = totLen <= mtu;
    PmtuDisc disc = flow.pmtuDisc == PmtuDisc.WANT ? usualDisc : flow.pmtuDisc;
    if (totLen > MAX_LEN) {
      return DropReason.PKT_TOO_BIG;
    }
    if (!fits && disc == PmtuDisc.DO) {
      stats.count(IpStat.IP_FRAG_FAILS);
      return DropReason.PKT_TOO_BIG;
    }
    if (!skb.unshare()) {
      return DropReason.NOMEM;
    }
    // RFC 6864 4.1: what is not fragmented, nor may be, needs no identification.
    boolean df =
        fits && (disc == PmtuDisc.DO || (disc == PmtuDisc.WANT && mayHaveDf(flow, rt, nowNs)));
    int id = df ? 0 : idents.next(saddr, daddr, flow.protocol);
    int ip = skb.push(headerLen);
    skb.resetNetworkHeader();
    IpHdr.write(
        skb,
        ip,
        flow.tos,
        totLen,
        id,
        df ? IpHdr.DF : 0,
        flow.ttl != 0 ? flow.ttl : usualTtl(daddr),
        flow.protocol,
        saddr,
        daddr);
    if (options != null && headerLen > IpHdr.MIN_LEN) {
      IpHdr.ihl(skb, ip, headerLen / 4);
      options.build(skb, ip, saddr, flow.daddr, timeOfDay.msOfDay());
      IpHdr.sendCheck(skb, ip);
    }
    if (df && !flow.answer) {
      routeCache.sentWithDf(rt, totLen, nowNs);
    }
    return fits
        ? finish(skb, dev, rt, totLen, nowNs)
        : fragmenter.fragment(skb, dev, rt, mtu, nowNs);
  }

  private static boolean mayHaveDf(Flow flow, RouteCache.Rtable rt, long nowNs) {
    return flow.answer ? !rt.isAnsweredWithoutDf(nowNs) : !rt.isPmtuLocked();
  }

  /** RFC 1112 6.1: what is sent to a group stays on the link unless its sender says otherwise. */
  private int usualTtl(int daddr) {
    return Ip4Addr.isMulticast(daddr) ? GROUP_TTL : ttl;
  }

  /**
   * {@code ip_finish_output2}: puts the link header in front of a datagram that fits, and hands it
   * to its device.
   */
  DropReason finish(SkBuff skb, NetDevice dev, RouteCache.Rtable rt, int totLen, long nowNs) {
    skb.setPriority(NetDevice.BAND_NORMAL); // Whatever its TOS: others must not get before ARP.
    skb.setProtocol(EtherType.IP);
    stats.count(IpStat.IP_OUT_TRANSMITS);
    HhCache hh = rt.headerFor(dev);
    if (hh != null) {
      hh.push(skb, nowNs);
    } else if (dev.hardHeader(skb, EtherType.IP, LinkOps.UNKNOWN, totLen) < 0) {
      skb.setHeaderIncomplete(rt.nextHop());
    }
    return dev.transmit(skb, nowNs);
  }
}
