package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routing table of a host: RFC 1122 3.3.1. Longest prefix first.
 *
 * <p>Thread: the loop thread, or before it starts.
 */
public final class Routes {
  private Route[] routes = new Route[0];
  private int genid;

  /** The route to a device's own network. */
  public void addConnected(NetDevice dev, Ip4Prefix address) {
    add(new Route(address.network(), address.prefix(), Ip4Addr.ANY, dev));
  }

  /** The route to everything else. */
  public void addDefault(NetDevice dev, int gateway) {
    add(new Route(0, 0, gateway, dev));
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

  /** {@code fib_lookup}: the route for {@code daddr}, or null if there is none. */
  public @Nullable Route lookup(int daddr) {
    for (Route route : routes) {
      if (route.matches(daddr)) {
        return route;
      }
    }
    return null;
  }
}
