package dev.skiff.ip;

import dev.skiff.dev.InIfaddr;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code fib_create_info}, {@code fib_check_nh}: makes a route of what somebody says, if it can be
 * one here. An address that is not used yet counts, and so does a device that is down: both may
 * change at any time. Thread: the loop thread, or before it starts.
 */
final class NextHops {
  private final List<NetDevice> devices;
  private final List<Route> routes;

  /**
   * For a stack with these devices and routes.
   *
   * @param routes those that gateways may be reached by
   */
  NextHops(List<NetDevice> devices, List<Route> routes) {
    this.devices = devices;
    this.routes = routes;
  }

  /**
   * The route.
   *
   * @throws IllegalArgumentException if it cannot be one: one line that says why
   */
  Route make(RouteSpec spec) {
    spec.checkComplete();
    RoutePrefix dst = Objects.requireNonNull(spec.dst());
    RouteType type = Objects.requireNonNullElse(spec.type(), RouteType.UNICAST);
    RouteOrigin origin = Objects.requireNonNullElse(spec.origin(), RouteOrigin.BOOT);
    Integer metric = Objects.requireNonNullElse(spec.metric(), 0);
    NetDevice dev = type == RouteType.UNICAST ? device(spec) : null;
    int via = Objects.requireNonNullElse(spec.via(), Ip4Addr.ANY);
    int src = Objects.requireNonNullElse(spec.src(), Ip4Addr.ANY);
    if (src != Ip4Addr.ANY && !isOwn(src)) {
      throw new IllegalArgumentException(
          "src " + Ip4Addr.format(src) + " is no address of ours: see addr show");
    }
    return new Route(dst.network(), dst.prefix(), via, dev, type, metric, src, origin);
  }

  private NetDevice device(RouteSpec spec) {
    NetDevice named = spec.dev() == null ? null : named(spec.dev());
    Integer via = spec.via();
    if (via != null && via != Ip4Addr.ANY) {
      return toGateway(via, named);
    }
    if (named == null) {
      throw new IllegalArgumentException("say via a gateway or dev NAME: " + names());
    }
    return named;
  }

  private NetDevice named(String name) {
    for (NetDevice dev : devices) {
      if (dev.name().equals(name)) {
        return dev;
      }
    }
    throw new IllegalArgumentException("no device is called '" + name + "': " + names());
  }

  private String names() {
    return "there are " + String.join(", ", devices.stream().map(NetDevice::name).toList());
  }

  private boolean isOwn(int ip) {
    return devices.stream().anyMatch(dev -> dev.inDev().find(ip) != null);
  }

  // ---- The gateway ------------------------------------------------------------------------------

  /** RFC 1122 3.3.1.1: a gateway is on a connected network. */
  private NetDevice toGateway(int gateway, @Nullable NetDevice named) {
    if (isOwn(gateway)) {
      throw invalid(gateway, "is an address of our own");
    }
    List<NetDevice> asked = named == null ? devices : List.of(named);
    for (NetDevice dev : asked) {
      for (InIfaddr ifa : dev.inDev().addresses()) {
        Ip4Prefix own = ifa.local();
        if (own.contains(gateway)) {
          if (own.canBeHost(gateway)) {
            return dev;
          }
          throw invalid(gateway, "is no host in " + own);
        }
      }
    }
    NetDevice dev = byRoute(gateway, named);
    if (dev == null) {
      String where = named == null ? "the link of any device" : "the link of " + named.name();
      throw invalid(gateway, "is not on " + where);
    }
    return dev;
  }

  /** By the longest route without a gateway: a host's own route, as /32 needs it. */
  private @Nullable NetDevice byRoute(int gateway, @Nullable NetDevice named) {
    Route best = null;
    for (Route route : routes) {
      boolean here = named == null || named.equals(route.dev());
      // What stands for everything says nothing of who is on the link.
      if (here && route.isOnLink() && route.prefix() > 0 && route.matches(gateway)) {
        best = best == null || route.prefix() > best.prefix() ? route : best;
      }
    }
    return best == null ? null : best.dev();
  }

  private static IllegalArgumentException invalid(int gateway, String why) {
    return new IllegalArgumentException(
        "Nexthop has invalid gateway: " + Ip4Addr.format(gateway) + " " + why);
  }
}
