package dev.skiff.ip;

import java.util.random.RandomGenerator;

/**
 * How many ICMP errors may be sent: {@code icmp_global_allow}, to all hosts together, and {@code
 * inet_peer_xrlim_allow}, to each. RFC 1812 4.3.2.8 and RFC 1122 3.2.2: so that nobody has us flood
 * him, or others, in his name.
 *
 * <p>What a host has had is remembered for the last 1024 hosts; a host that is not remembered may
 * have a few at once, which the limit for all together bounds. Thread: the loop thread.
 */
final class IcmpRateLimit {
  /** {@code XRLIM_BURST_FACTOR}: what one host may have at once. */
  static final int BURST_FACTOR = 6;

  private static final long NS_PER_S = 1_000_000_000L;
  private static final int WAYS = 4;
  private static final int SETS = 256;

  private IcmpParms parms;
  private final int key;

  /** When the credit was last counted, and what there is of it: ns worth of messages. */
  private long globalNs;

  private long globalCredit;
  private boolean begun;

  private final int[] hosts = new int[SETS * WAYS];
  private final long[] tokens = new long[SETS * WAYS];
  private final long[] lastNs = new long[SETS * WAYS];
  private final boolean[] taken = new boolean[SETS * WAYS];

  IcmpRateLimit(IcmpParms parms, RandomGenerator random) {
    this.parms = parms;
    key = random.nextInt();
  }

  /** From here on these limits hold. */
  void setParms(IcmpParms parms) {
    this.parms = parms;
  }

  /** Whether the limit holds for messages of this type. */
  boolean isFor(int type) {
    return type < Integer.SIZE && (parms.ratemask() >>> type & 1) != 0;
  }

  /** {@code icmp_global_allow}: whether one more may go out now; takes nothing yet. */
  boolean globalAllow(long nowNs) {
    long perMessage = NS_PER_S / parms.msgsPerSec();
    long most = perMessage * parms.msgsBurst();
    if (!begun) {
      begun = true;
      globalCredit = most;
    } else {
      globalCredit = Math.min(most, globalCredit + Math.min(most, nowNs - globalNs));
    }
    globalNs = nowNs;
    return globalCredit >= perMessage;
  }

  /** {@code icmp_global_consume}: one goes out. */
  void globalConsume() {
    globalCredit -= NS_PER_S / parms.msgsPerSec();
  }

  /** {@code inet_peer_xrlim_allow}: whether this host may have one more now, and takes it. */
  boolean hostAllow(int host, long nowNs) {
    long each = parms.ratelimitNs();
    if (each == 0) {
      return true;
    }
    long most = BURST_FACTOR * each;
    int at = find(host, nowNs, most);
    long token = Math.min(most, tokens[at] + Math.min(most, nowNs - lastNs[at]));
    lastNs[at] = nowNs;
    boolean allowed = token >= each;
    tokens[at] = allowed ? token - each : token;
    return allowed;
  }

  /** The host's place; of a set without one, that of the host that was heard of longest ago. */
  private int find(int host, long nowNs, long most) {
    int first = (KeyedHash.of(host, key) >>> 24) * WAYS;
    int oldest = first;
    for (int at = first; at < first + WAYS; at++) {
      if (taken[at] && hosts[at] == host) {
        return at;
      }
      if (!taken[at] || (taken[oldest] && lastNs[at] - lastNs[oldest] < 0)) {
        oldest = at;
      }
    }
    taken[oldest] = true;
    hosts[oldest] = host;
    tokens[oldest] = most;
    lastNs[oldest] = nowNs;
    return oldest;
  }
}
