package dev.skiff.neigh;

import dev.skiff.dev.HhCache;
import dev.skiff.dev.NetDevice;
import dev.skiff.skb.SkBuffQueue;
import dev.skiff.stats.Counters;
import dev.skiff.time.Timer;

/**
 * {@code struct neighbour}: one next hop on one device, its state and the packets that wait for it.
 *
 * <p>What is done at a change of state is in {@link Nud}. Thread: the loop thread.
 */
final class Neighbour extends Timer {
  /** Of a {@link #place}: it is in no table. */
  static final int OUT = -1;

  /** Of a time: it has not been yet. */
  static final long NEVER = Long.MIN_VALUE;

  private final Nud nud;
  NetDevice dev;
  int ip;
  long mac;
  NeighbourState state = NeighbourState.FAILED;

  /** {@code neigh->arp_queue}: what waits for its MAC address. */
  final SkBuffQueue queue = new SkBuffQueue("neighbour queue");

  /** {@code neigh->arp_queue_len_bytes}: the memory that takes. */
  int queueBytes;

  /** {@code neigh->confirmed}: when a unicast reply, or an upper layer, confirmed it. */
  long confirmedNs;

  /** {@code neigh->updated}: when something that was heard or set changed it. */
  long updatedNs;

  /** {@code neigh->used}: when it was last looked up; see {@link #lastUsedNs}. */
  long usedNs;

  /** {@code neigh->hh}: the finished header for it. */
  final HhCache hh;

  /** {@code neigh->probes}: requests sent when it was last asked. */
  int probes;

  /** Where it stands in the table's list, or {@link #OUT}. */
  int place = OUT;

  Neighbour(Nud nud, NetDevice dev, int ip, Counters stats) {
    this.nud = nud;
    this.dev = dev;
    this.ip = ip;
    hh = new HhCache(dev, ip, stats, NeighbourStat.HH_HITS.ordinal());
  }

  /** It is about another next hop from here on, of which nothing is known. */
  void begin(NetDevice device, int address, long nowNs) {
    dev = device;
    ip = address;
    mac = 0;
    state = NeighbourState.FAILED;
    confirmedNs = NEVER;
    updatedNs = nowNs;
    usedNs = nowNs;
    probes = 0;
    hh.begin(device, address, nowNs);
  }

  /** Whether it was taken out of its table. */
  boolean isOut() {
    return place == OUT;
  }

  /** When it was last sent to, by a look-up or a finished header. */
  long lastUsedNs() {
    return hh.usedNs() - usedNs > 0 ? hh.usedNs() : usedNs;
  }

  @Override
  protected void fire(long nowNs) {
    nud.timer(this, nowNs);
  }
}
