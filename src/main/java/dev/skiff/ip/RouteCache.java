package dev.skiff.ip;

import dev.skiff.dev.HhCache;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.EtherType;
import org.jspecify.annotations.Nullable;

/**
 * {@code rt_hash_table}: for the destinations of the last datagrams, the route and the finished
 * link header ({@code rt->rt_hh}). A destination has one place, and the last one of several that
 * share it has it; what does not stand here is looked up as ever.
 *
 * <p>Thread: the loop thread.
 */
final class RouteCache {
  private static final int PLACES = 256;
  private static final int HASH = 0x9E37_79B1;
  private static final int SHIFT = 24;

  /** {@code struct rtable}: where datagrams for one destination go. */
  static final class Rtable {
    private int daddr;
    private int genid = -1;
    private @Nullable Route route;
    private int nextHop;
    private @Nullable HhCache hh;

    @Nullable Route route() {
      return route;
    }

    int nextHop() {
      return nextHop;
    }

    /** {@code rt->rt_hh}, if it may be used now. */
    @Nullable HhCache headerFor(NetDevice dev) {
      HhCache cached = hh;
      if (cached == null || !cached.isUpToDate(dev, nextHop)) {
        cached = dev.headerCacheBind(EtherType.IP, nextHop);
        hh = cached;
      }
      return cached != null && cached.isUpToDate(dev, nextHop) ? cached : null;
    }
  }

  private final Routes routes;
  private final Rtable[] places = new Rtable[PLACES];

  RouteCache(Routes routes) {
    this.routes = routes;
    for (int i = 0; i < PLACES; i++) {
      places[i] = new Rtable();
    }
  }

  /** {@code ip_route_output}; the route in it is null if there is none. */
  Rtable lookup(int daddr) {
    Rtable rt = places[(daddr * HASH) >>> SHIFT];
    if (rt.daddr != daddr || rt.genid != routes.genid()) {
      rt.daddr = daddr;
      rt.genid = routes.genid();
      rt.hh = null;
      Route route = routes.lookup(daddr);
      rt.route = route;
      rt.nextHop = route == null ? daddr : route.nextHop(daddr);
    }
    return rt;
  }
}
