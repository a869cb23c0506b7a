package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.time.TimerQueue;
import java.util.random.RandomGenerator;

/** Puts fragments together. */
final class Reassembly {
  /** Who gets what comes of it. */
  interface Sink {
    DropReason whole(SkBuff skb, NetDevice dev, long nowNs);

    void expired(Packet first, NetDevice dev, long nowNs);
  }

  /** Makes one for its sink. */
  interface Factory {
    Reassembly make(Sink sink);
  }

  private final IpCounters stats;

  Reassembly(
      SkBuffPool pool,
      TimerQueue timers,
      FragParms parms,
      RandomGenerator random,
      IpCounters stats,
      Sink sink) {
    this.stats = stats;
  }

  DropReason add(SkBuff skb, NetDevice dev, long nowNs) {
    stats.count(IpStat.IP_IN_DISCARDS);
    return DropReason.IP_FRAGMENT;
  }

  void purge(NetDevice dev) {}

  void purge() {}
}
