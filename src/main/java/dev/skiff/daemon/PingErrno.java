package dev.skiff.daemon;

import dev.skiff.ip.Route;
import dev.skiff.skb.DropReason;
import org.jspecify.annotations.Nullable;

/** Why a request was not sent, in the words that the C library has for it. Any thread. */
final class PingErrno {
  private PingErrno() {}

  /**
   * The words.
   *
   * @param route the route to who is pinged; null if there is none
   */
  static String text(DropReason reason, @Nullable Route route) {
    return switch (reason) {
      case IP_OUTNOROUTES -> "Network is unreachable"; // ENETUNREACH
      case IP_ROUTE_REFUSED -> refused(route, reason);
      case NOMEM, QDISC_DROP -> "No buffer space available"; // ENOBUFS
      case DEV_READY -> "Network is down"; // ENETDOWN
      default -> reason.text();
    };
  }

  private static String refused(@Nullable Route route, DropReason reason) {
    return route == null
        ? reason.text()
        : switch (route.type()) {
          case BLACKHOLE -> "Invalid argument"; // EINVAL
          case UNREACHABLE -> "No route to host"; // EHOSTUNREACH
          case PROHIBIT -> "Permission denied"; // EACCES
          case UNICAST -> reason.text();
        };
  }
}
