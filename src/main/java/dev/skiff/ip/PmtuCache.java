package dev.skiff.ip;

import java.util.random.RandomGenerator;

/**
 * {@code fib_nh_exception}: paths whose MTU is less than their first link's. RFC 1191.
 *
 * <p>A path is a destination. The last 1024 are remembered, each for {@code mtu_expires}, 10
 * minutes, after which the whole MTU of the link is tried again (RFC 1191 6.3). Who may say so is
 * {@link Ipv4}'s and {@link RouteCache}'s to find out. Thread: the loop thread.
 */
final class PmtuCache {
  private static final int WAYS = 4;
  private static final int SETS = 256;

  /** The MTUs that links mostly have, for routers that do not say theirs: RFC 1191 7.1. */
  private static final int[] PLATEAUS = {
    65_535, 32_000, 17_914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68
  };

  private int minPmtu;
  private long expiresNs;
  private final int key;
  private final int[] hosts = new int[SETS * WAYS];
  private final int[] mtus = new int[SETS * WAYS]; // 0: free.
  private final boolean[] locked = new boolean[SETS * WAYS];
  private final long[] untilNs = new long[SETS * WAYS];

  PmtuCache(int minPmtu, long expiresNs, RandomGenerator random) {
    this.minPmtu = minPmtu;
    this.expiresNs = expiresNs;
    key = random.nextInt();
  }

  /** From here on these bounds hold for what is heard; what is known stays. */
  void setBounds(int minPmtu, long expiresNs) {
    this.minPmtu = minPmtu;
    this.expiresNs = expiresNs;
  }

  /**
   * The MTU that a router has that does not say it: the next less than what it would not pass.
   *
   * @param totLen of the datagram that it would not
   */
  static int plateauBelow(int totLen) {
    for (int plateau : PLATEAUS) {
      if (plateau < totLen) {
        return plateau;
      }
    }
    return PLATEAUS[PLATEAUS.length - 1];
  }

  /**
   * {@code update_or_create_fnhe}: from here on the path takes no more than {@code mtu}, or {@code
   * min_pmtu} if that is more: then DF is not set on it any longer, as in Linux.
   *
   * @param before its MTU so far
   * @return whether anything is known now that was not
   */
  boolean lower(int host, int mtu, int before, long nowNs) {
    int least = Math.min(before, minPmtu);
    if (mtu >= before) {
      return false;
    }
    int at = find(host, nowNs);
    if (at < 0) {
      at = victim(host, nowNs);
      hosts[at] = host;
    }
    locked[at] = mtu < minPmtu;
    mtus[at] = Math.max(mtu, least);
    untilNs[at] = nowNs + expiresNs;
    return true;
  }

  /** Where a path stands; -1 if its MTU is its first link's. */
  int find(int host, long nowNs) {
    int first = first(host);
    for (int at = first; at < first + WAYS; at++) {
      if (mtus[at] != 0 && hosts[at] == host) {
        if (nowNs - untilNs[at] < 0) {
          return at;
        }
        mtus[at] = 0;
      }
    }
    return -1;
  }

  private int first(int host) {
    return (KeyedHash.of(host, key) >>> 24) * WAYS;
  }

  private int victim(int host, long nowNs) {
    int first = first(host);
    int best = first;
    for (int at = first; at < first + WAYS; at++) {
      if (mtus[at] == 0 || nowNs - untilNs[at] >= 0) {
        return at;
      }
      if (untilNs[at] - untilNs[best] < 0) {
        best = at;
      }
    }
    return best;
  }

  int mtu(int at) {
    return mtus[at];
  }

  boolean isLocked(int at) {
    return locked[at];
  }

  long untilNs(int at) {
    return untilNs[at];
  }
}
