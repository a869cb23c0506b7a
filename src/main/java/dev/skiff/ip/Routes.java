package dev.skiff.ip;

import dev.skiff.dev.InIfaddr;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetdevEvent;
import dev.skiff.dev.NetdevNotifier;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The routing table of a host: RFC 1122 3.3.1. Longest prefix first.
 *
 * <p>Thread: the loop thread, or before it starts.
 */
public final class Routes implements NetdevNotifier {
  private Route[] routes = new Route[0];
  private int genid;

  /**
   * {@code fib_netdev_event}, {@code fib_inetaddr_event}: the route to a device's own network comes
   * and goes with its addresses; all routes by it go with the device.
   */
  @Override
  public void notify(NetdevEvent event, NetDevice dev) {
    genid++; // Of a device that is down no route is used.
    switch (event) {
      case REGISTER -> {
        addConnected(dev);
        if (dev.gateway() != Ip4Addr.ANY) {
          addDefault(dev, dev.gateway());
        }
      }
      case CHANGEINET -> {
        keep(route -> route.dev() != dev || route.gateway() != Ip4Addr.ANY);
        addConnected(dev);
      }
      case UNREGISTER -> keep(route -> route.dev() != dev);
      default -> {}
    }
  }

  private void addConnected(NetDevice dev) {
    for (InIfaddr ifa : dev.inDev().addresses()) {
      if (ifa.state() == InIfaddr.State.VALID) {
        addConnected(dev, ifa.local());
      }
    }
  }

  /** The route to a device's own network. */
  public void addConnected(NetDevice dev, Ip4Prefix address) {
    add(new Route(address.network(), address.prefix(), Ip4Addr.ANY, dev));
  }

  /** The route to everything else. */
  public void addDefault(NetDevice dev, int gateway) {
    add(new Route(0, 0, gateway, dev));
  }

  private void keep(Predicate<Route> which) {
    routes = Arrays.stream(routes).filter(which).toArray(Route[]::new);
  }

  private void add(Route route) {
    List<Route> list = new ArrayList<>(List.of(routes));
    list.add(route);
    list.sort(Comparator.comparingInt(Route::prefix).reversed());
    routes = list.toArray(Route[]::new);
    genid++;
  }

  /**
   * {@code rt_genid}: another number after each change, so that what was looked up before is old.
   */
  int genid() {
    return genid;
  }

  /** How many there are, those by devices that are down included. */
  int size() {
    return routes.length;
  }

  /** {@code fib_lookup}: the route for {@code daddr}, or null if there is none. */
  public @Nullable Route lookup(int daddr) {
    for (Route route : routes) {
      if (route.matches(daddr) && route.dev().isUp()) {
        return route;
      }
    }
    return null;
  }
}
