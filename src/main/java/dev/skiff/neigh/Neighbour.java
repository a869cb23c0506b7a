package dev.skiff.neigh;

import dev.skiff.dev.HhCache;
import dev.skiff.dev.NetDevice;
import dev.skiff.skb.SkBuffQueue;
import dev.skiff.stats.Counters;
import dev.skiff.time.Timer;

/**
 * {@code struct neighbour}: one next hop on one device, its state and the packets that wait for it.
 *
 * <p>What is done at a change of state is in {@link NeighbourTable}. Thread: the loop thread.
 */
public final class Neighbour extends Timer {
  private final NeighbourTable table;
  final SkBuffQueue queue = new SkBuffQueue("neighbour queue");
  NetDevice dev;
  int ip;
  long mac;
  NeighbourState state = NeighbourState.FAILED;

  /** {@code neigh->confirmed}: when a unicast reply confirmed it. */
  long confirmedNs;

  /** {@code neigh->used}: when it was last asked for. */
  long usedNs;

  /** {@code neigh->hh}: the finished header for it. */
  final HhCache hh;

  /** {@code neigh->probes}: requests sent since the last answer. */
  int probes;

  Neighbour(NeighbourTable table, NetDevice dev, int ip, Counters stats) {
    this.table = table;
    this.dev = dev;
    this.ip = ip;
    hh = new HhCache(dev, ip, stats, NeighbourStat.HH_HITS.ordinal());
  }

  void begin(NetDevice device, int address, long nowNs) {
    dev = device;
    ip = address;
    mac = 0;
    state = NeighbourState.FAILED;
    confirmedNs = nowNs;
    usedNs = nowNs;
    probes = 0;
    hh.begin(device, address, nowNs);
  }

  /** When it was last sent to, by a look-up or a finished header. */
  long lastUsedNs() {
    return hh.usedNs() - usedNs > 0 ? hh.usedNs() : usedNs;
  }

  @Override
  protected void fire(long nowNs) {
    table.timer(this, nowNs);
  }
}
