package dev.skiff.control;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.Route;
import dev.skiff.ip.RoutePrefix;
import dev.skiff.ip.RouteSpec;
import dev.skiff.ip.RouteType;
import dev.skiff.ip.Routes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Carries out what {@code skiff route} asks. Thread: the loop thread. */
final class RouteAnswers {
  private static final String LOCAL = "local";
  private static final String BROADCAST = "broadcast";
  private static final String MULTICAST = "multicast";

  private final Routes routes;
  private final List<NetDevice> devices;

  RouteAnswers(Routes routes, List<NetDevice> devices) {
    this.routes = routes;
    this.devices = devices;
  }

  /**
   * Does it.
   *
   * @throws IllegalArgumentException if it cannot be
   * @throws IllegalStateException if it cannot be done as things are
   */
  Reply carryOut(RouteRequest request) {
    RouteSpec spec = request.spec();
    return switch (request.action()) {
      case SHOW -> new Reply.Routes(routes.list(spec).stream().map(this::shown).toList());
      case GET -> get(Objects.requireNonNull(spec.dst()).network());
      case ADD -> one(routes.add(spec));
      case APPEND -> one(routes.append(spec));
      case REPLACE -> one(routes.replace(spec));
      case CHANGE -> one(routes.change(spec));
      case DEL -> one(routes.delete(spec));
      case FLUSH -> new Reply.Flushed(routes.flush(spec));
    };
  }

  private Reply.Routes one(Route route) {
    return new Reply.Routes(List.of(shown(route)));
  }

  private Reply.RouteEntry shown(Route route) {
    NetDevice dev = route.dev();
    List<String> flags = new ArrayList<>();
    if (!route.isUsable()) {
      flags.add("dead"); // RTNH_F_DEAD: its device is down.
    }
    if (routes.isPassedOver(route)) {
      flags.add("unresponsive");
    }
    return new Reply.RouteEntry(
        route.type().word(),
        route.destination().toString(),
        format(route.gateway()),
        dev == null ? "" : dev.name(),
        route.origin().word(),
        route.isOnLink() ? "link" : "",
        format(route.prefsrc()),
        route.metric(),
        flags);
  }

  private static String format(int ip) {
    return ip == Ip4Addr.ANY ? "" : Ip4Addr.format(ip);
  }

  // ---- route get --------------------------------------------------------------------------------

  private Reply.Routes get(int daddr) {
    for (NetDevice dev : devices) {
      if (dev.isUp() && dev.inDev().has(daddr)) {
        return found(LOCAL, daddr, Ip4Addr.ANY, dev, daddr);
      }
    }
    Route route = routes.lookup(daddr);
    NetDevice dev = route == null ? null : route.dev();
    if (route == null || dev == null) {
      throw new IllegalStateException(whyNot(daddr, route));
    }
    int source = routes.sourceFor(route, daddr);
    if (isBroadcast(daddr)) {
      return found(BROADCAST, daddr, Ip4Addr.ANY, dev, source);
    }
    if (Ip4Addr.isMulticast(daddr)) {
      return found(MULTICAST, daddr, Ip4Addr.ANY, dev, source);
    }
    return found(RouteType.UNICAST.word(), daddr, route.gateway(), dev, source);
  }

  private boolean isBroadcast(int daddr) {
    return daddr == Ip4Addr.BROADCAST
        || devices.stream().anyMatch(dev -> dev.inDev().isBroadcast(daddr));
  }

  private static Reply.Routes found(String type, int daddr, int via, NetDevice dev, int source) {
    return new Reply.Routes(
        List.of(
            new Reply.RouteEntry(
                type,
                new RoutePrefix(daddr, Integer.SIZE).toString(),
                format(via),
                dev.name(),
                "",
                "",
                format(source),
                0,
                List.of())));
  }

  private static String whyNot(int daddr, @Nullable Route route) {
    String to = Ip4Addr.format(daddr);
    return route == null
        ? "there is no route to " + to + ": say route add"
        : "what is for " + to + " goes nowhere, by the route '" + route + "'";
  }
}
