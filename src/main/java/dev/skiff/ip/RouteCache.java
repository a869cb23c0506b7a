package dev.skiff.ip;

import dev.skiff.dev.HhCache;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@code rt_hash_table}: for the destinations of the last datagrams, the route, the path's MTU and
 * the finished link header ({@code rt->rt_hh}). A destination has one place, and the last one of
 * several that share it has it; what does not stand here is looked up as ever.
 *
 * <p>Thread: the loop thread.
 */
final class RouteCache {
  private static final int PLACES = 256;
  private static final int SHIFT = 24;

  /** {@code struct rtable}: where datagrams for one destination go, and how. */
  static final class Rtable {
    private int daddr;
    private int genid = -1;
    private DropReason reason = DropReason.IP_OUTNOROUTES;
    private @Nullable NetDevice dev;
    private int nextHop;
    private int prefsrc;
    private @Nullable HhCache hh;

    private int pmtu; // 0: that of the link.
    private boolean pmtuLocked;
    private long pmtuUntilNs;

    /** Until when answers go there without DF: see {@link #answerTooLong}. */
    private long withoutDfUntilNs;

    private boolean withoutDf;

    /** The longest datagram that was sent there with DF set: nobody may say more was too long. */
    private int longestWithDf;

    /** An address that was found to be ours since the last change of anything. */
    private int ourSource;

    /** Why nothing can be sent there; {@code NOT_DROPPED} if something can. */
    DropReason reason() {
      return reason;
    }

    /** By which device; null if nothing can be sent there. */
    @Nullable NetDevice dev() {
      return dev;
    }

    int nextHop() {
      return nextHop;
    }

    /** {@code ip_dst_mtu_maybe_forward}: bytes of the longest datagram that the path takes. */
    int mtu(NetDevice by, long nowNs) {
      return Math.min(by.mtu(), pathMtu(nowNs));
    }

    /**
     * What routers have said that the path takes; the longest datagram there is if they did not.
     */
    private int pathMtu(long nowNs) {
      if (pmtu != 0 && nowNs - pmtuUntilNs >= 0) {
        pmtu = 0;
        pmtuLocked = false;
      }
      return pmtu == 0 ? IpOutput.MAX_LEN : pmtu;
    }

    /** Whether DF is of no use there: see {@link PmtuCache#lower}. After {@link #mtu}. */
    boolean isPmtuLocked() {
      return pmtuLocked;
    }

    boolean isAnsweredWithoutDf(long nowNs) {
      withoutDf = withoutDf && nowNs - withoutDfUntilNs < 0;
      return withoutDf;
    }

    void sentWithDf(int totLen) {
      if (totLen > longestWithDf) {
        longestWithDf = totLen;
      }
    }

    int longestWithDf() {
      return longestWithDf;
    }

    /** The address to send from: the route's, or the device's own. */
    int source(NetDevice by) {
      return prefsrc != Ip4Addr.ANY ? prefsrc : by.inDev().selectAddress(nextHop);
    }

    /** RFC 1122 3.2.1.3: whether an address is ours to send from. */
    boolean isOurs(int saddr, NetDevice by) {
      if (saddr == ourSource) {
        return true;
      }
      if (!by.inDev().isLocal(saddr)) {
        return false;
      }
      ourSource = saddr;
      return true;
    }

    /** {@code rt->rt_hh}, if it may be used now. */
    @Nullable HhCache headerFor(NetDevice by) {
      HhCache cached = hh;
      if (cached == null || !cached.isUpToDate(by, nextHop)) {
        cached = by.headerCacheBind(EtherType.IP, nextHop);
        hh = cached;
      }
      return cached != null && cached.isUpToDate(by, nextHop) ? cached : null;
    }
  }

  private final Routes routes;
  private final PmtuCache pmtus;

  /** Who gets answers without DF. */
  private final PmtuCache answers;

  private final int key;
  private final Rtable[] places = new Rtable[PLACES];
  private final Rtable byDevice = new Rtable();

  /**
   * Nothing is known.
   *
   * @param random draws the key of the hash: nobody who has us answer others may choose whose place
   *     they take, and with it what is known of the path there
   */
  RouteCache(Routes routes, PmtuCache pmtus, PmtuCache answers, RandomGenerator random) {
    this.routes = routes;
    this.pmtus = pmtus;
    this.answers = answers;
    key = random.nextInt();
    for (int i = 0; i < PLACES; i++) {
      places[i] = new Rtable();
    }
  }

  /** See {@link PmtuCache#setBounds}. */
  void setPmtuBounds(int minPmtu, long expiresNs) {
    pmtus.setBounds(minPmtu, expiresNs);
    answers.setBounds(minPmtu, expiresNs);
  }

  /** {@code ip_route_output_key}. */
  Rtable lookup(int daddr, long nowNs) {
    Rtable rt = place(daddr);
    if (rt.daddr != daddr || rt.genid != genid()) {
      fill(rt, daddr, nowNs);
    }
    return rt;
  }

  private int genid() {
    return routes.genid();
  }

  private Rtable place(int daddr) {
    return places[KeyedHash.of(daddr, key) >>> SHIFT];
  }

  /** {@code ip_route_output_key} with an {@code oif}: by this device, whatever other routes say. */
  Rtable lookup(int daddr, NetDevice dev, long nowNs) {
    begin(byDevice, daddr);
    Route route = routes.lookup(daddr, dev);
    if (route != null) {
      byDevice.nextHop = nextHop(daddr, route);
      byDevice.prefsrc = routes.sourceFor(route, daddr);
    }
    byDevice.reason = dev.isUp() ? reasonAgainst(daddr, dev) : DropReason.DEV_READY;
    byDevice.dev = dev;
    setPmtu(byDevice, nowNs);
    return byDevice;
  }

  /** Remembers that a datagram went out with DF set: of a longer one nobody will be believed. */
  void sentWithDf(Rtable rt, int totLen, long nowNs) {
    Rtable ofDestination = rt == byDevice ? lookup(rt.daddr, nowNs) : rt;
    ofDestination.sentWithDf(totLen);
  }

  private void begin(Rtable rt, int daddr) {
    if (rt.daddr != daddr) {
      rt.longestWithDf = 0;
    }
    rt.daddr = daddr;
    rt.genid = genid();
    rt.hh = null;
    rt.dev = null;
    rt.nextHop = daddr;
    rt.prefsrc = Ip4Addr.ANY;
    rt.pmtu = 0;
    rt.pmtuLocked = false;
    rt.withoutDf = false;
    rt.ourSource = Ip4Addr.ANY;
  }

  private void fill(Rtable rt, int daddr, long nowNs) {
    begin(rt, daddr);
    setPmtu(rt, nowNs); // Without a route too: a device may be chosen that leads there.
    Route route = routes.lookup(daddr);
    rt.reason = reasonAgainst(daddr, route == null ? null : route.dev());
    if (route != null && rt.reason == DropReason.IP_OUTNOROUTES) {
      rt.reason = DropReason.IP_ROUTE_REFUSED; // It is of a type that goes nowhere.
    }
    if (rt.reason != DropReason.NOT_DROPPED || route == null) {
      return;
    }
    rt.dev = route.dev();
    rt.nextHop = nextHop(daddr, route);
    rt.prefsrc = routes.sourceFor(route, daddr);
  }

  private void setPmtu(Rtable rt, long nowNs) {
    int at = pmtus.find(rt.daddr, nowNs);
    if (at >= 0) {
      rt.pmtu = pmtus.mtu(at);
      rt.pmtuLocked = pmtus.isLocked(at);
      rt.pmtuUntilNs = pmtus.untilNs(at);
    }
    setWithoutDf(rt, nowNs);
  }

  /** RFC 1112 6.2, RFC 1122 3.3.6: what is for many is for those on the link, not for a gateway. */
  private static int nextHop(int daddr, Route route) {
    boolean many = Ip4Addr.isMulticast(daddr) || daddr == Ip4Addr.BROADCAST;
    return many ? daddr : route.nextHop(daddr);
  }

  private static DropReason reasonAgainst(int daddr, @Nullable NetDevice dev) {
    // RFC 1122 3.2.1.3 (a), (g): these MUST NOT be sent to; what class E is for nobody knows.
    boolean noHost = !Ip4Addr.isUnicast(daddr) && !Ip4Addr.isMulticast(daddr);
    if (noHost && daddr != Ip4Addr.BROADCAST) {
      return DropReason.IP_OUT_INVALID_DEST;
    }
    if (dev == null) {
      return DropReason.IP_OUTNOROUTES;
    }
    return dev.inDev().isLocal(daddr) ? DropReason.IP_OUT_LOCAL : DropReason.NOT_DROPPED;
  }

  /**
   * A router has said that an answer was too long. Who asked may have been anybody, and what he
   * asks for in another's name must give him no power over that one's path. So all that comes of it
   * is that answers go there without DF for as long as a path's MTU is believed.
   */
  void answerTooLong(int daddr, long nowNs) {
    var _ = answers.lower(daddr, 0, IpOutput.MAX_LEN, nowNs);
    setWithoutDf(lookup(daddr, nowNs), nowNs);
  }

  private void setWithoutDf(Rtable rt, long nowNs) {
    int at = answers.find(rt.daddr, nowNs);
    rt.withoutDf = at >= 0;
    rt.withoutDfUntilNs = at >= 0 ? answers.untilNs(at) : 0;
  }

  /**
   * {@code ip_rt_update_pmtu}: a router has said that a datagram was too long.
   *
   * @param mtu what it said; 0 if it did not, as routers older than RFC 1191
   * @param totLen of the datagram
   * @return whether it is believed: it tells of a datagram that can have been sent, and of no more
   *     than is known
   */
  boolean updatePmtu(int daddr, int mtu, int totLen, long nowNs) {
    Rtable rt = lookup(daddr, nowNs);
    int next = mtu == 0 ? PmtuCache.plateauBelow(totLen) : mtu;
    // RFC 1191 8: no message may raise the MTU, nor tell of what was never sent. By which device it
    // was sent does not matter: it was longer than this.
    int known = rt.pathMtu(nowNs);
    if (totLen > rt.longestWithDf() || next >= totLen || next > known) {
      return false;
    }
    if (pmtus.lower(daddr, next, known, nowNs)) {
      setPmtu(rt, nowNs); // Its only place: what is known of others is not old by that.
    }
    return true; // As much is said of each datagram that was on its way.
  }
}
