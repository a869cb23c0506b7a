package dev.skiff.ip;

import java.util.random.RandomGenerator;

/**
 * {@code ip_idents}: the next identification for a source, destination and protocol. RFC 6864 4.2:
 * it must not repeat among the fragments that may still be on their way; a counter for each hash
 * value sees to that, and one that moves by a random step tells others nothing of our traffic.
 *
 * <p>Only a datagram that is, or may be, fragmented needs one: RFC 6864 4.1. Thread: the loop
 * thread.
 */
final class IpIdents {
  private static final int COUNTERS = 2048;
  private static final int MIX = 0x9E37_79B1;
  private static final int MOST_STEP = 4;

  private final short[] next = new short[COUNTERS];
  private final RandomGenerator random;
  private final int key;

  IpIdents(RandomGenerator random) {
    this.random = random;
    key = random.nextInt();
    for (int i = 0; i < COUNTERS; i++) {
      next[i] = (short) random.nextInt();
    }
  }

  /** {@code ip_select_ident}: 0 to 65,535. */
  int next(int saddr, int daddr, int protocol) {
    int hash = (daddr ^ key) * MIX;
    hash = (hash ^ hash >>> 15 ^ saddr) * MIX;
    hash = (hash ^ hash >>> 13 ^ protocol) * MIX;
    int at = hash >>> 21;
    next[at] += (short) (1 + random.nextInt(MOST_STEP));
    return next[at] & 0xFFFF;
  }
}
