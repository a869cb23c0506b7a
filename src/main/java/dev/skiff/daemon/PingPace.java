package dev.skiff.daemon;

/**
 * When the next request of a ping is due: a bucket of as many tokens as are sent at once in the
 * beginning, of which one comes in each interval. Thread: the loop thread.
 */
final class PingPace {
  private final long intervalNs;
  private final long roomNs;
  private long tokensNs;
  private long lastNs;
  private boolean begun;

  /**
   * @param preload how many go out at once in the beginning
   */
  PingPace(long intervalNs, int preload) {
    this.intervalNs = intervalNs;
    roomNs = intervalNs * preload;
  }

  /** Nanoseconds until a request may be sent; 0 if one may now. */
  long untilNextNs(long nowNs) {
    return begun ? Math.max(0, intervalNs - tokens(nowNs)) : 0;
  }

  private long tokens(long nowNs) {
    return Math.min(roomNs, tokensNs + nowNs - lastNs);
  }

  /** One is sent. */
  void sent(long nowNs) {
    tokensNs = begun ? tokens(nowNs) - intervalNs : roomNs - intervalNs;
    begun = true;
    lastNs = nowNs;
  }

  /** It could not be: those that follow wait a whole interval. */
  void failed() {
    tokensNs = 0;
  }
}
