package dev.skiff.ip;

import dev.skiff.stats.Counters;

/** The counters of {@link IpStat}. Written by the loop thread, read by any. */
public final class IpCounters {
  private final Counters values = new Counters(IpStat.values().length);

  /** Adds 1. Loop thread. */
  public void count(IpStat stat) {
    values.increment(stat.ordinal());
  }

  /** One counter. Any thread. */
  public long get(IpStat stat) {
    return values.get(stat.ordinal());
  }
}
