package dev.skiff.daemon;

import dev.skiff.skb.DropReason;

/** Why a request was not sent, in the words that the C library has for it. Any thread. */
final class PingErrno {
  private PingErrno() {}

  static String text(DropReason reason) {
    return switch (reason) {
      case IP_OUTNOROUTES -> "Network is unreachable"; // ENETUNREACH
      case NOMEM, QDISC_DROP -> "No buffer space available"; // ENOBUFS
      case DEV_READY -> "Network is down"; // ENETDOWN
      default -> reason.text();
    };
  }
}
