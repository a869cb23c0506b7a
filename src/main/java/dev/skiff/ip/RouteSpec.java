package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct fib_config}: a route as somebody says it, or what routes are to be found by. What
 * is null was not said. Any thread.
 *
 * @param type what becomes of datagrams
 * @param dst the destinations
 * @param via the gateway; 0.0.0.0 for none, where the destination itself is on the link
 * @param dev the device's name
 * @param metric 0 to 2,147,483,647; the least is used
 * @param src the address to send from
 * @param origin who makes it, or made it
 */
public record RouteSpec(
    @Nullable RouteType type,
    @Nullable RoutePrefix dst,
    @Nullable Integer via,
    @Nullable String dev,
    @Nullable Integer metric,
    @Nullable Integer src,
    @Nullable RouteOrigin origin) {
  /** Nothing said: every route matches it. */
  public static final RouteSpec ANY = new RouteSpec(null, null, null, null, null, null, null);

  /**
   * Reads a route that is to be made, as {@code 203.0.113.0/24 via 198.51.100.1 metric 10}: the
   * words of {@code ip route add}.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public static RouteSpec parse(String text) {
    String stripped = text.strip();
    List<String> words = stripped.isEmpty() ? List.of() : Arrays.asList(stripped.split("\\s+", -1));
    RouteSpec spec = new RouteSpecReader(words).read();
    spec.checkComplete();
    return spec;
  }

  /**
   * Reads the words of {@code ip route}, those behind what is to be done.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public static RouteSpec of(List<String> words) {
    return new RouteSpecReader(words).read();
  }

  /** The same by this device. */
  public RouteSpec withDev(String name) {
    return new RouteSpec(type, dst, via, name, metric, src, origin);
  }

  /**
   * Checks that it says enough, and nothing too much, to make a route of.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public void checkComplete() {
    RoutePrefix to = dst;
    if (to == null) {
      throw new IllegalArgumentException(
          "the destination is missing: say default, or a prefix as 203.0.113.0/24");
    }
    // RFC 1122 3.2.1.3 (g): loopback addresses MUST NOT appear outside a host.
    if (to.prefix() > 0 && Ip4Addr.isLoopback(to.network())) {
      throw new IllegalArgumentException(to + " is loopback: it never leaves a host");
    }
    if (origin == RouteOrigin.KERNEL) {
      throw new IllegalArgumentException(
          "proto kernel is made with an address: say addr add, or another proto");
    }
    if (type != null && type != RouteType.UNICAST && (via != null || dev != null || src != null)) {
      throw new IllegalArgumentException(
          type.word() + " goes nowhere: via, dev and src are of no use with it");
    }
    if (via != null && via != Ip4Addr.ANY && !Ip4Addr.isUnicast(via)) {
      throw new IllegalArgumentException("gateway " + Ip4Addr.format(via) + " is no host");
    }
  }

  /** Whether all that is said here is true of a route. */
  public boolean matches(Route route) {
    NetDevice by = route.dev();
    return (type == null || type == route.type())
        && (dst == null || dst.equals(route.destination()))
        && (via == null || via == route.gateway())
        && (dev == null || (by != null && dev.equals(by.name())))
        && (metric == null || metric == route.metric())
        && (src == null || src == route.prefsrc())
        && (origin == null || origin == route.origin());
  }

  /** As {@link #of} reads it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text, "", type == null || type == RouteType.UNICAST ? null : type.word());
    append(text, "", dst);
    append(text, "via ", via == null || via == Ip4Addr.ANY ? null : Ip4Addr.format(via));
    append(text, "dev ", dev);
    append(text, "proto ", origin == null ? null : origin.word());
    append(text, "scope ", via != null && via == Ip4Addr.ANY ? "link" : null);
    append(text, "src ", src == null ? null : Ip4Addr.format(src));
    append(text, "metric ", metric);
    return text.toString();
  }

  private static void append(StringBuilder text, String name, @Nullable Object value) {
    if (value != null) {
      text.append(text.isEmpty() ? "" : " ").append(name).append(value);
    }
  }
}
