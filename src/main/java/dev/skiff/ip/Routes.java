package dev.skiff.ip;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetdevEvent;
import dev.skiff.dev.NetdevNotifier;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.time.TimerQueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct fib_table}: the routes of a host, RFC 1122 3.3.1. For a destination the route with
 * the longest prefix is used, of these the one with the least metric, of these the first entered;
 * one by a device that is down is not.
 *
 * <p>The routes to a device's own networks come and go with its addresses: one for each prefix,
 * with the first of its addresses to send from, and none for a /32. All routes by a device go with
 * it. Other than in Linux, they stay while it is down.
 *
 * <p>A gateway whose MAC address was asked for in vain is passed over for a minute, and longer each
 * time that happens again, while there is another way by the same prefix: RFC 1122 3.3.1.4.
 *
 * <p>Thread: the loop thread, or before it starts.
 */
public final class Routes implements NetdevNotifier {
  /** In the order in which they were entered. */
  private final List<Route> routes = new ArrayList<>();

  /** By each device one to 169.254.0.0/16, for want of others. */
  private Route[] linkLocal = {};

  private final DeadGateways dead;
  private @Nullable Fib fib;
  private int genid;

  /** No routes, and none that come back by time. */
  Routes() {
    this(new TimerQueue());
  }

  /** No routes. */
  public Routes(TimerQueue timers) {
    dead = new DeadGateways(timers, this::changed);
  }

  private void changed() {
    fib = null;
    genid++;
  }

  private void routesChanged() {
    dead.retain(routes);
    changed();
  }

  // ---- With the devices -------------------------------------------------------------------------

  /**
   * {@code fib_netdev_event}, {@code fib_inetaddr_event}: the route to a device's own network comes
   * and goes with its addresses; all routes by it go with the device.
   */
  @Override
  public void notify(NetdevEvent event, NetDevice dev) {
    genid++; // Of a device that is down no route is used.
    switch (event) {
      case REGISTER -> {
        List<Route> more = new ArrayList<>(List.of(linkLocal));
        more.add(ConnectedRoutes.linkLocal(dev));
        linkLocal = more.toArray(Route[]::new);
        connect(dev);
        if (dev.gateway() != Ip4Addr.ANY) {
          addDefault(dev, dev.gateway());
        }
      }
      case CHANGEINET -> connect(dev);
      case UP -> {
        dead.forget(dev);
        changed();
      }
      case UNREGISTER -> {
        linkLocal =
            Arrays.stream(linkLocal).filter(r -> !dev.equals(r.dev())).toArray(Route[]::new);
        routes.removeIf(route -> dev.equals(route.dev()));
        routesChanged();
      }
      default -> {}
    }
  }

  private void connect(NetDevice dev) {
    ConnectedRoutes.sync(routes, dev);
    routesChanged();
  }

  /** The route to a device's own network. */
  void addConnected(NetDevice dev, Ip4Prefix address) {
    routes.add(ConnectedRoutes.of(dev, address));
    routesChanged();
  }

  /** The route to everything else: {@code --gateway}. One more of them is used after the others. */
  void addDefault(NetDevice dev, int gateway) {
    routes.add(new Route(0, 0, gateway, dev, RouteType.UNICAST, 0, Ip4Addr.ANY, RouteOrigin.BOOT));
    routesChanged();
  }

  // ---- By hand ----------------------------------------------------------------------------------

  /**
   * {@code ip route add}: a route for a prefix and metric that there is none for yet.
   *
   * @throws IllegalArgumentException if it cannot be one, as with a gateway that is not on the link
   * @throws IllegalStateException if there is one already
   */
  @CanIgnoreReturnValue
  public Route add(RouteSpec spec) {
    Route route = make(spec);
    if (indexOf(route) >= 0) {
      throw new IllegalStateException(
          "there is a route to " + name(route) + " already: say replace, or another metric");
    }
    return enter(route);
  }

  /**
   * {@code ip route append}: one more route, used after those for the same prefix and metric.
   *
   * @throws IllegalArgumentException if it cannot be one
   * @throws IllegalStateException if there is the very same already
   */
  @CanIgnoreReturnValue
  public Route append(RouteSpec spec) {
    Route route = make(spec);
    if (routes.stream().anyMatch(route::isSameWay)) {
      throw new IllegalStateException("there is the route '" + route + "' already");
    }
    return enter(route);
  }

  /**
   * {@code ip route replace}: in place of the first for the same prefix and metric, if there is
   * one.
   *
   * @throws IllegalArgumentException if it cannot be one
   * @throws IllegalStateException if that one comes from an address
   */
  @CanIgnoreReturnValue
  public Route replace(RouteSpec spec) {
    Route route = make(spec);
    int at = indexOf(route);
    return at < 0 ? enter(route) : enterAt(at, route);
  }

  /**
   * {@code ip route change}: in place of the first for the same prefix and metric.
   *
   * @throws IllegalArgumentException if it cannot be one
   * @throws IllegalStateException if there is none, or that one comes from an address
   */
  @CanIgnoreReturnValue
  public Route change(RouteSpec spec) {
    Route route = make(spec);
    int at = indexOf(route);
    if (at < 0) {
      throw new IllegalStateException("there is no route to " + name(route) + ": say add");
    }
    return enterAt(at, route);
  }

  /**
   * {@code ip route del}: the first route to a prefix of which all is true that is said.
   *
   * @throws IllegalArgumentException if no prefix is said
   * @throws IllegalStateException if there is none, or it comes from an address
   */
  @CanIgnoreReturnValue
  public Route delete(RouteSpec spec) {
    if (spec.dst() == null) {
      throw new IllegalArgumentException("the destination is missing: say default, or a prefix");
    }
    List<Route> found = list(spec);
    if (found.isEmpty()) {
      throw new IllegalStateException("there is no route '" + spec + "': see route show");
    }
    Route route =
        found.stream()
            .filter(r -> r.origin() != RouteOrigin.KERNEL)
            .findFirst()
            .orElse(found.getFirst());
    checkByHand(route);
    routes.remove(route);
    routesChanged();
    return route;
  }

  /** {@code ip route flush}: all that match but those that come from addresses. How many. */
  @CanIgnoreReturnValue
  public int flush(RouteSpec spec) {
    int before = routes.size();
    routes.removeIf(route -> route.origin() != RouteOrigin.KERNEL && spec.matches(route));
    routesChanged();
    return before - routes.size();
  }

  /**
   * {@code ip route show}: those that match; by network, the longest prefix first, then by metric
   * and order of entry.
   */
  public List<Route> list(RouteSpec spec) {
    return routes.stream()
        .filter(spec::matches)
        .sorted(
            Comparator.comparingInt((Route route) -> route.network() ^ Integer.MIN_VALUE)
                .thenComparing(Comparator.comparingInt(Route::prefix).reversed())
                .thenComparingInt(Route::metric))
        .toList();
  }

  /** All of them, in the same order. */
  public List<Route> list() {
    return list(RouteSpec.ANY);
  }

  /** All of them in the order in which they were entered, for {@link #restore}. */
  public List<Route> entered() {
    return List.copyOf(routes);
  }

  /** Has exactly these again, as {@link #entered} said, of devices that are there still. */
  public void restore(List<Route> before) {
    routes.clear();
    routes.addAll(before);
    routesChanged();
  }

  private Route make(RouteSpec spec) {
    List<NetDevice> devices =
        List.of(linkLocal).stream().map(route -> Objects.requireNonNull(route.dev())).toList();
    return new NextHops(devices, routes).make(spec);
  }

  /** The first for the same prefix and metric. */
  private int indexOf(Route route) {
    int i = 0;
    while (i < routes.size() && !route.isSameKey(routes.get(i))) {
      i++;
    }
    return i < routes.size() ? i : -1;
  }

  private static String name(Route route) {
    return route.destination() + " with metric " + route.metric();
  }

  private Route enter(Route route) {
    routes.add(route);
    routesChanged();
    return route;
  }

  private Route enterAt(int at, Route route) {
    checkByHand(routes.get(at));
    routes.set(at, route);
    routesChanged();
    return route;
  }

  private static void checkByHand(Route route) {
    if (route.origin() == RouteOrigin.KERNEL) {
      throw new IllegalStateException(
          "'" + route + "' comes from an address and goes with it: say addr del");
    }
  }

  // ---- Look-up ----------------------------------------------------------------------------------

  /**
   * {@code rt_genid}: another number after each change, so that what was looked up before is old.
   */
  int genid() {
    return genid;
  }

  /** How many there are, those by devices that are down included. */
  int size() {
    return routes.size();
  }

  private Fib fib() {
    Fib now = fib;
    if (now == null) {
      now = new Fib(routes, dead::isPassedOver);
      fib = now;
    }
    return now;
  }

  /**
   * {@code fib_lookup}: the route for {@code daddr}, of whatever type; null if there is none. RFC
   * 3927 2.6.2: what is for 169.254.0.0/16 MUST NOT go to a gateway: it is on the link, always.
   */
  public @Nullable Route lookup(int daddr) {
    Route route = fib().lookup(daddr);
    if (Ip4Addr.isLinkLocal(daddr) && (route == null || route.gateway() != Ip4Addr.ANY)) {
      return lookupLinkLocal(daddr, route);
    }
    return route;
  }

  /**
   * {@code fib_lookup} with an {@code oif}: of the routes by a device alone, whether it is up or
   * not; null if there is none, or the destination is link-local, and so on its link.
   */
  public @Nullable Route lookup(int daddr, NetDevice dev) {
    Route route = fib().lookupBy(daddr, dev);
    boolean direct = route == null || route.gateway() == Ip4Addr.ANY;
    return direct || !Ip4Addr.isLinkLocal(daddr) ? route : null;
  }

  /** By the device that the gateway is behind; without one, by the first that can. */
  private @Nullable Route lookupLinkLocal(int daddr, @Nullable Route toGateway) {
    Route direct = fib().lookupOnLink(daddr);
    if (direct != null) {
      return direct;
    }
    for (Route route : linkLocal) {
      NetDevice dev = route.dev();
      boolean isMeant = toGateway == null || toGateway.dev() == dev;
      if (isMeant && dev != null && dev.isUp() && dev.address().address() != Ip4Addr.ANY) {
        return route;
      }
    }
    return null;
  }

  /**
   * {@code fib_select_addr}: the address to send to {@code daddr} from by a route, RFC 1122
   * 3.3.4.3: the one the route says, as long as it is ours and used; else one in the network of the
   * next hop; else the device's primary one; else one of another device. 0.0.0.0 if there is none.
   */
  public int sourceFor(Route route, int daddr) {
    NetDevice dev = route.dev();
    if (dev == null) {
      return Ip4Addr.ANY;
    }
    int prefsrc = route.prefsrc();
    if (prefsrc != Ip4Addr.ANY && dev.inDev().isLocal(prefsrc)) {
      return prefsrc;
    }
    int own = dev.inDev().selectAddress(route.nextHop(daddr));
    for (int i = 0; own == Ip4Addr.ANY && i < linkLocal.length; i++) {
      NetDevice other = linkLocal[i].dev();
      if (other != null && other.isUp()) {
        own = other.inDev().selectAddress(daddr);
      }
    }
    return own;
  }

  // ---- Dead gateways ----------------------------------------------------------------------------

  /**
   * The next hop of a datagram did not answer ARP. If it is a gateway, another one is used for a
   * while, if there is another: RFC 1122 3.3.1.4. Cheap if it is none.
   */
  public void gatewayFailed(int gateway, NetDevice dev, long nowNs) {
    if (fib().isGateway(gateway)
        && routes.stream().anyMatch(route -> Fib.leadsTo(route, gateway, dev))
        && dead.failed(gateway, dev, nowNs)) {
      changed();
    }
  }

  /** A next hop has answered: if it is a gateway that was passed over, it is used again at once. */
  public void gatewayWorks(int gateway, NetDevice dev) {
    if (dead.works(gateway, dev)) {
      changed();
    }
  }

  /** Whether its gateway has failed, so that it is used only for want of another. */
  public boolean isPassedOver(Route route) {
    return dead.isPassedOver(route);
  }
}
