package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code fib_table_lookup}, as {@code fib_hash} did it: for each length of prefix that there is a
 * hash table of networks, the longest asked first. Built from all routes, and never changed; a
 * look-up makes no garbage.
 *
 * <p>Thread: the loop thread.
 */
final class Fib {
  private static final Route[] NONE = {};
  private static final int HASH = 0x9E37_79B1;

  /** One length of prefix: open addressing, half of the places free. */
  private static final class Zone {
    private final int mask;
    private final int shift;
    private final int[] networks;
    private final Route[][] routes;

    Zone(int prefix, int size) {
      int bits = Integer.SIZE - Integer.numberOfLeadingZeros(size); // 2^bits is more than size.
      mask = Ip4Addr.mask(prefix);
      shift = Integer.SIZE - bits - 1;
      networks = new int[2 << bits];
      routes = new Route[2 << bits][];
      Arrays.fill(routes, NONE);
    }

    private int place(int network) {
      int i = (network * HASH) >>> shift;
      while (routes[i].length > 0 && networks[i] != network) {
        i = (i + 1) & (networks.length - 1);
      }
      return i;
    }

    void put(int network, Route[] all) {
      int i = place(network);
      networks[i] = network;
      routes[i] = all;
    }

    /** The routes for the network that {@code daddr} is in: those to be tried first, first. */
    Route[] get(int daddr) {
      return routes[place(daddr & mask)];
    }
  }

  private final Zone[] zones;
  private final int[] gateways;

  /**
   * A table of these routes.
   *
   * @param routes in the order in which they were entered
   * @param isPassedOver whose gateway is not to be used while there is another choice
   */
  Fib(List<Route> routes, Predicate<Route> isPassedOver) {
    Map<Integer, Map<Integer, List<Route>>> byPrefix = new TreeMap<>(Comparator.reverseOrder());
    for (Route route : routes) {
      byPrefix
          .computeIfAbsent(route.prefix(), p -> new LinkedHashMap<>())
          .computeIfAbsent(route.network(), n -> new ArrayList<>())
          .add(route);
    }
    List<Zone> made = new ArrayList<>();
    byPrefix.forEach(
        (prefix, networks) -> {
          Zone zone = new Zone(prefix, networks.size());
          networks.forEach((network, all) -> zone.put(network, inOrder(all, isPassedOver)));
          made.add(zone);
        });
    zones = made.toArray(Zone[]::new);
    gateways =
        routes.stream()
            .mapToInt(Route::gateway)
            .filter(gateway -> gateway != Ip4Addr.ANY)
            .sorted()
            .distinct()
            .toArray();
  }

  /**
   * The least metric first, and of one metric the first entered; what is passed over behind those
   * that lead somewhere, but before one that refuses: RFC 1122 3.3.1.4 speaks of another gateway.
   */
  private static Route[] inOrder(List<Route> routes, Predicate<Route> isPassedOver) {
    List<Route> sorted = new ArrayList<>(routes);
    sorted.sort(Comparator.comparingInt(Route::metric));
    List<Route> ordered = new ArrayList<>();
    List<Route> passedOver = new ArrayList<>();
    for (Route route : sorted) {
      if (route.type() != RouteType.UNICAST) {
        ordered.addAll(passedOver);
        passedOver.clear();
      }
      (isPassedOver.test(route) ? passedOver : ordered).add(route);
    }
    ordered.addAll(passedOver);
    return ordered.toArray(Route[]::new);
  }

  /** The route for {@code daddr} to be used now; null if there is none. */
  @Nullable Route lookup(int daddr) {
    for (Zone zone : zones) {
      for (Route route : zone.get(daddr)) {
        if (route.isUsable()) {
          return route;
        }
      }
    }
    return null;
  }

  /** The same of the routes by a device alone. */
  @Nullable Route lookupBy(int daddr, NetDevice dev) {
    for (Zone zone : zones) {
      for (Route route : zone.get(daddr)) {
        if (route.dev() == dev) {
          return route;
        }
      }
    }
    return null;
  }

  /** The same of the routes without a gateway alone. */
  @Nullable Route lookupOnLink(int daddr) {
    for (Zone zone : zones) {
      for (Route route : zone.get(daddr)) {
        if (route.isOnLink() && route.isUsable()) {
          return route;
        }
      }
    }
    return null;
  }

  /** Whether a route leads to this gateway. */
  boolean isGateway(int ip) {
    return Arrays.binarySearch(gateways, ip) >= 0;
  }

  /** Whether a route leads to this gateway by this device. */
  static boolean leadsTo(Route route, int gateway, NetDevice dev) {
    return route.gateway() == gateway && dev.equals(route.dev());
  }
}
