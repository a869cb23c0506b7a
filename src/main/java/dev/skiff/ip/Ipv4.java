package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketHandler;
import dev.skiff.header.EtherType;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.neigh.UnreachableSink;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.time.TimeOfDay;
import dev.skiff.time.TimerQueue;
import java.util.random.RandomGenerator;

/**
 * The Internet Protocol, as a host that is no gateway: RFC 791, RFC 1122 3. What comes in goes
 * through {@link IpInput}, what goes out through {@link IpOutput}.
 *
 * <p>Thread: the loop thread.
 */
public final class Ipv4 implements PacketHandler, UnreachableSink {
  private IpParms parms;
  private final Routes routes;
  private final IpCounters stats = new IpCounters();
  private final RouteCache routeCache;
  private final IpOutput output;
  private final Broadcasts broadcasts;
  private final IcmpErrors errors;
  private final IpInput input;
  private final TimeOfDay timeOfDay;
  private final IcmpError said = new IcmpError();

  /** Another one: who is told what others say may send, and hear of that. */
  private final IcmpError failed = new IcmpError();

  /**
   * IP without protocols above it.
   *
   * @param random what identifications and hash keys come from
   */
  public Ipv4(
      IpParms parms,
      Routes routes,
      SkBuffPool pool,
      TimerQueue timers,
      RandomGenerator random,
      TimeOfDay timeOfDay) {
    this.parms = parms;
    this.routes = routes;
    this.timeOfDay = timeOfDay;
    routeCache =
        new RouteCache(
            routes,
            new PmtuCache(parms.minPmtu(), parms.mtuExpiresNs(), random),
            new PmtuCache(parms.minPmtu(), parms.mtuExpiresNs(), random),
            random);
    output = new IpOutput(parms, routeCache, stats, random, timeOfDay);
    broadcasts = new Broadcasts(parms.oldBroadcasts());
    errors = new IcmpErrors(parms, output, stats, broadcasts, random);
    input =
        new IpInput(
            parms,
            stats,
            broadcasts,
            errors,
            sink -> new Reassembly(pool, timers, parms.fragments(), random, stats::count, sink));
  }

  /**
   * From here on these switches hold; what waits, and what is known of paths, stays. Loop thread.
   */
  public void setParms(IpParms parms) {
    this.parms = parms;
    routeCache.setPmtuBounds(parms.minPmtu(), parms.mtuExpiresNs());
    output.setParms(parms);
    broadcasts.setOld(parms.oldBroadcasts());
    errors.setParms(parms.icmp());
    input.setParms(parms);
  }

  /**
   * {@code inet_add_protocol}: registers who handles a protocol.
   *
   * @param protocol 0 to 255
   * @throws IllegalStateException if somebody does already
   */
  public void addProtocol(int protocol, IpHandler handler) {
    input.addProtocol(protocol, handler);
  }

  /**
   * {@code inet_del_protocol}: from here on nobody handles a protocol; for who wants to handle one
   * himself.
   *
   * @param protocol 0 to 255
   * @throws IllegalStateException if nobody does
   */
  public void removeProtocol(int protocol) {
    input.removeProtocol(protocol);
  }

  /** {@code ip_rcv}. */
  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    return input.receive(skb, dev, nowNs);
  }

  /**
   * The options of the datagram that is being received; empty if it has none. Valid during {@link
   * IpHandler#receive}.
   */
  public IpOptions options() {
    return input.options();
  }

  /**
   * Whether the datagram that is being received is for one of our addresses: neither a group's nor
   * one that is all hosts'. Valid during {@link IpHandler#receive}.
   */
  boolean isForUs() {
    return input.isForUs();
  }

  /**
   * {@code ip_send}: puts an IP header in front of a transport segment and sends it, in pieces if
   * it is longer than its path takes.
   *
   * <p>What fits is sent with DF set and id 0, as RFC 6864 4.1 allows, so that the path's MTU is
   * found out (RFC 1191); what does not is fragmented here.
   *
   * @param skb lent: data at the transport header, with headroom for the IP header, its options and
   *     a link header in front of it, and tailroom for padding if the frame would be too short
   * @param flow where to and how; not looked at any more when this returns
   * @return {@code NOT_DROPPED} or {@code CONSUMED}, or why it was not sent
   */
  public DropReason send(SkBuff skb, Flow flow, long nowNs) {
    return output.send(skb, flow, nowNs);
  }

  /**
   * {@code ip_push_pending_frames}: {@link #send} for a buffer that was made here: it is the
   * caller's no more, whatever becomes of it.
   *
   * @return what {@link #send} says
   */
  public DropReason sendOwn(SkBuff skb, Flow flow, long nowNs) {
    return output.sendOwn(skb, flow, nowNs);
  }

  /**
   * {@code icmp_send}: tells the sender of a received datagram what was wrong with it, unless RFC
   * 1122 3.2.2 says that it must not be told, or too much was said already.
   *
   * @param in the datagram, its IP header at {@code in.networkHeader()}
   * @param info what stands in the four bytes behind the checksum
   */
  public void icmpSend(Packet in, NetDevice dev, int type, int code, int info, long nowNs) {
    errors.send(in, dev, type, code, info, nowNs);
  }

  /**
   * {@code EMTU_S}, RFC 1122 3.3.3: bytes of the longest datagram that goes to {@code daddr} in one
   * piece, header included; MMS_S is 20 less, and the bytes of its options. 0 if there is no way.
   */
  public int mtu(int daddr, long nowNs) {
    return output.mtu(daddr, nowNs);
  }

  /** Why nothing can be sent to {@code daddr}; {@code NOT_DROPPED} if something can. */
  DropReason reasonAgainst(int daddr, long nowNs) {
    return routeCache.lookup(daddr, nowNs).reason();
  }

  /** The same of a datagram that goes by a certain device. */
  public int mtu(int daddr, NetDevice dev, long nowNs) {
    return output.mtu(daddr, dev, nowNs);
  }

  /** {@code EMTU_R}, RFC 1122 3.3.2: bytes of the longest datagram that is put together. */
  public static int maxReassembled() {
    return IpOutput.MAX_LEN;
  }

  /** {@code ip_default_ttl}: 1 to 255. Any thread. */
  public int defaultTtl() {
    return parms.ttl();
  }

  /** {@code RTN_BROADCAST}: whether an address means all hosts of a network that a device is in. */
  public boolean isBroadcast(int ip, NetDevice dev) {
    return broadcasts.isBroadcast(ip, dev.inDev());
  }

  // ---- What becomes of what was sent ------------------------------------------------------------

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
    stats.count(IpStat.IP_OUT_DISCARDS);
    if ((IpHdr.fragOff(packet, ip) & IpHdr.OFFSET) != 0) {
      return; // RFC 1122 3.2.2: of another fragment than the first nothing is said.
    }
    IpHandler handler = input.handler(IpHdr.protocol(packet, ip));
    if (handler != null && packet.tail() - ip >= IpHdr.ihl(packet, ip) * 4 + IcmpHdr.LEN) {
      failed.set(IcmpHdr.DEST_UNREACH, IcmpHdr.HOST_UNREACH, 0, Ip4Addr.ANY);
      handler.error(packet, ip, failed, dev, nowNs);
    }
  }

  /** RFC 1122 3.3.1.4: if it is a gateway, another one is used for a while. */
  @Override
  public void nextHopFailed(int nextHop, NetDevice dev, long nowNs) {
    routes.gatewayFailed(nextHop, dev, nowNs);
  }

  @Override
  public void nextHopWorks(int nextHop, NetDevice dev) {
    routes.gatewayWorks(nextHop, dev);
  }

  /**
   * {@code icmp_unreach}: somebody says what has become of a datagram of ours.
   *
   * @param skb the ICMP message, data at its header
   * @param ip the offset of the header that it quotes
   * @return {@code CONSUMED}, or that it quotes nothing that we have sent, or is not believed
   */
  DropReason quoted(SkBuff skb, int ip, int type, int code, int info, NetDevice dev, long nowNs) {
    IpHandler handler = input.handler(IpHdr.protocol(skb, ip));
    boolean first = (IpHdr.fragOff(skb, ip) & IpHdr.OFFSET) == 0; // Else it does not say whose.
    boolean ours = first && dev.inDev().isLocal(IpHdr.saddr(skb, ip));
    if (handler == null || !ours || !handler.hasSent(skb, ip)) {
      stats.count(IpStat.ICMP_IN_ERRORS);
      return DropReason.ICMP_QUOTE;
    }
    boolean tooLong = type == IcmpHdr.DEST_UNREACH && code == IcmpHdr.FRAG_NEEDED;
    if (tooLong && !isTooLong(skb, ip, info, nowNs)) {
      stats.count(IpStat.ICMP_IN_ERRORS);
      return DropReason.ICMP_PMTU;
    }
    said.set(type, code, info, IpHdr.saddr(skb, skb.networkHeader()));
    handler.error(skb, ip, said, dev, nowNs);
    return DropReason.CONSUMED;
  }

  /** {@code icmp_err}, {@code ipv4_update_pmtu}: whether it is believed that it was too long. */
  private boolean isTooLong(SkBuff skb, int ip, int mtu, long nowNs) {
    int daddr = IpHdr.daddr(skb, ip);
    if ((IpHdr.fragOff(skb, ip) & IpHdr.DF) == 0) {
      return false;
    }
    if (Icmp.isAnswer(skb, ip)) {
      routeCache.answerTooLong(daddr, nowNs);
      return true;
    }
    return routeCache.updatePmtu(daddr, mtu, IpHdr.totLen(skb, ip), nowNs);
  }

  /** Gives up the fragments that a device has received. */
  public void purge(NetDevice dev) {
    input.reassembly().purge(dev);
  }

  /** Gives up all fragments. */
  public void purge() {
    input.reassembly().purge();
  }

  // ---- For the protocols here -------------------------------------------------------------------

  IpParms parms() {
    return parms;
  }

  Routes routes() {
    return routes;
  }

  Broadcasts broadcasts() {
    return broadcasts;
  }

  TimeOfDay timeOfDay() {
    return timeOfDay;
  }

  /** Adds 1 to a counter. Loop thread. */
  public void count(IpStat stat) {
    stats.count(stat);
  }

  /** One counter. Any thread. */
  public long stat(IpStat stat) {
    return stats.get(stat);
  }
}
