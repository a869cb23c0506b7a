package dev.skiff.metrics;

import dev.skiff.dev.PacketTimes;
import dev.skiff.stats.Histogram;
import dev.skiff.time.Clock;

/**
 * Keeps the times of packets.
 *
 * @param clock what they are taken with
 * @param times where they go
 */
record TimedPackets(Clock clock, Histogram times) implements PacketTimes {
  @Override
  public long nowNs() {
    return clock.nowNs();
  }

  @Override
  public void took(long ns) {
    times.record(ns);
  }
}
