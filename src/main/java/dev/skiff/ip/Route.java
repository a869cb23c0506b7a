package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct fib_alias} and {@code struct fib_info}: where datagrams for a prefix go. Any
 * thread.
 *
 * @param network the prefix's number, host bits 0
 * @param prefix 0 to 32
 * @param gateway the next hop; 0.0.0.0 where the destination itself is on the link
 * @param dev the device; null for the types that have none
 * @param type what becomes of them
 * @param metric 0 to 2,147,483,647: of the routes for one prefix the one with the least is used
 * @param prefsrc the address to send from; 0.0.0.0 if it is to be chosen
 * @param origin who made it
 */
public record Route(
    int network,
    int prefix,
    int gateway,
    @Nullable NetDevice dev,
    RouteType type,
    int metric,
    int prefsrc,
    RouteOrigin origin) {
  /**
   * @throws IllegalArgumentException if host bits are set, the metric is negative, or there is a
   *     device where there can be none or none where there must be one
   */
  public Route {
    var _ = new RoutePrefix(network, prefix);
    if (metric < 0) {
      throw new IllegalArgumentException("metric " + metric + " is negative: use 0 or more");
    }
    boolean unicast = type == RouteType.UNICAST;
    if (unicast == (dev == null) || (!unicast && (gateway | prefsrc) != Ip4Addr.ANY)) {
      throw new IllegalArgumentException(
          unicast
              ? "a route needs a device"
              : type.word() + " goes nowhere: via, dev and src are of no use with it");
    }
  }

  /** The destinations that it is for. */
  public RoutePrefix destination() {
    return new RoutePrefix(network, prefix);
  }

  boolean matches(int ip) {
    return ((ip ^ network) & Ip4Addr.mask(prefix)) == 0;
  }

  /** {@code fib_find_alias}: whether it is for the same prefix with the same metric. */
  boolean isSameKey(Route other) {
    return metric == other.metric && network == other.network && prefix == other.prefix;
  }

  /** Whether it leads to the same place, too. */
  boolean isSameWay(Route other) {
    return isSameKey(other)
        && type == other.type
        && gateway == other.gateway
        && Objects.equals(dev, other.dev);
  }

  /** Whether it may be used now: it goes by no device, or by one that is up. */
  public boolean isUsable() {
    NetDevice by = dev;
    return by == null || by.isUp();
  }

  /** Whether its destinations are on the link themselves, behind no gateway. */
  public boolean isOnLink() {
    return type == RouteType.UNICAST && gateway == Ip4Addr.ANY;
  }

  /**
   * Who gets a frame for {@code daddr}: RFC 1122 3.3.1.1, the destination itself or the gateway.
   */
  public int nextHop(int daddr) {
    return gateway == Ip4Addr.ANY ? daddr : gateway;
  }

  /** As {@code ip route} prints it. */
  @Override
  public String toString() {
    NetDevice by = dev;
    return (type == RouteType.UNICAST ? "" : type.word() + " ")
        + destination()
        + (gateway == Ip4Addr.ANY ? "" : " via " + Ip4Addr.format(gateway))
        + (by == null ? "" : " dev " + by.name())
        + (origin == RouteOrigin.BOOT ? "" : " proto " + origin.word())
        + (isOnLink() ? " scope link" : "")
        + (prefsrc == Ip4Addr.ANY ? "" : " src " + Ip4Addr.format(prefsrc))
        + (metric == 0 ? "" : " metric " + metric);
  }
}
