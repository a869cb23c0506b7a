package dev.skiff.ip;

import dev.skiff.dev.InIfaddr;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code fib_add_ifaddr}, {@code fib_del_ifaddr}: the routes to the networks that a device has
 * addresses in. Thread: the loop thread, or before it starts.
 */
final class ConnectedRoutes {
  private static final int LINK_LOCAL_PREFIX = 16;

  private ConnectedRoutes() {}

  /** The route to the network of an address. */
  static Route of(NetDevice dev, Ip4Prefix local) {
    return connected(dev, local.network(), local.prefix(), local.address());
  }

  /** The route to all link-local addresses by a device. */
  static Route linkLocal(NetDevice dev) {
    return connected(dev, Ip4Addr.LINK_LOCAL, LINK_LOCAL_PREFIX, Ip4Addr.ANY);
  }

  private static Route connected(NetDevice dev, int network, int prefix, int prefsrc) {
    return new Route(
        network, prefix, Ip4Addr.ANY, dev, RouteType.UNICAST, 0, prefsrc, RouteOrigin.KERNEL);
  }

  /** One for each network of an address that is used, with the first of several to send from. */
  private static List<Route> all(NetDevice dev) {
    List<Route> all = new ArrayList<>();
    for (InIfaddr ifa : dev.inDev().addresses()) {
      boolean isAlone = ifa.local().prefix() == Integer.SIZE; // Its network is the host itself.
      if (ifa.state() == InIfaddr.State.VALID && !isAlone) {
        Route route = of(dev, ifa.local());
        if (find(all, route) < 0) {
          all.add(route);
        }
      }
    }
    return all;
  }

  private static int find(List<Route> routes, Route wanted) {
    for (int i = 0; i < routes.size(); i++) {
      if (routes.get(i).destination().equals(wanted.destination())) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Has {@code routes} have these by the device and no others; those that stay keep their places.
   */
  static void sync(List<Route> routes, NetDevice dev) {
    List<Route> wanted = all(dev);
    for (int i = routes.size() - 1; i >= 0; i--) {
      Route old = routes.get(i);
      if (old.origin() == RouteOrigin.KERNEL && dev.equals(old.dev())) {
        int at = find(wanted, old);
        if (at < 0) {
          routes.remove(i);
        } else {
          routes.set(i, wanted.remove(at));
        }
      }
    }
    routes.addAll(wanted);
  }
}
