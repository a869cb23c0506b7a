package dev.skiff.neigh;

import dev.skiff.dev.HhCache;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetdevEvent;
import dev.skiff.dev.NetdevNotifier;
import dev.skiff.dev.Resolve;
import dev.skiff.eth.Resolver;
import dev.skiff.header.EthHdr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.stats.Counters;
import dev.skiff.time.TimerQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct neigh_table}: the ARP cache.
 *
 * <p>An entry is made by our own wish to send, by a request for our address, or by hand; any ARP
 * packet about it updates it. {@link Nud} has the states, {@link NeighbourEntries} makes entries
 * and takes them out, {@link NeighbourQueues} holds the packets that wait. Thread: the loop thread;
 * counters any.
 */
public final class NeighbourTable implements Resolver, NetdevNotifier {
  private static final String ARP_FIND = "arp_find";

  private final int capacity;
  private NeighbourParms parms;
  private final Counters stats = new Counters(NeighbourStat.values().length);
  private final List<Neighbour> all;
  private final NeighbourQueues queues;
  private final Nud nud;
  private final NeighbourEntries entries;
  private final ByHand byHand;

  /**
   * An empty table.
   *
   * @param arp sends the requests
   * @param timers where its timers are set
   * @param random draws how long confirmations hold, and the key of the hash
   */
  NeighbourTable(Arp arp, TimerQueue timers, NeighbourParms parms, RandomGenerator random) {
    this.parms = parms;
    capacity = parms.gcThresh3();
    all = new ArrayList<>(parms.gcThresh3());
    queues = new NeighbourQueues(parms, all, stats);
    nud = new Nud(arp, timers, parms, queues, stats, random);
    entries = new NeighbourEntries(all, queues, nud, timers, parms, stats, random.nextInt());
    byHand = new ByHand(entries, parms);
  }

  /**
   * From here on these times and bounds hold; entries, what waits for them and timers that run stay
   * as they are.
   *
   * @throws IllegalArgumentException if there may be more entries than it was made for
   */
  public void setParms(NeighbourParms parms) {
    if (parms.gcThresh3() > capacity) {
      throw new IllegalArgumentException(
          "gc_thresh3=" + parms.gcThresh3() + ": there is room for " + capacity + " entries");
    }
    this.parms = parms;
    queues.setParms(parms);
    nud.setParms(parms);
    entries.setParms(parms);
    byHand.setParms(parms);
  }

  /** The greatest {@code gc_thresh3} that {@link #setParms} takes: what it was made with. */
  public int capacity() {
    return capacity;
  }

  /** Sets who is told of packets that waited in vain. */
  public void setUnreachableSink(UnreachableSink sink) {
    queues.setUnreachableSink(sink);
  }

  // ---- Sending ----------------------------------------------------------------------------------

  @Override
  public Resolve arpFind(SkBuff skb, NetDevice dev, int haddr, int paddr, long nowNs) {
    skb.hop(ARP_FIND);
    Neighbour n = entries.lookup(dev, paddr);
    if (n == null) {
      return arpFindNew(skb, dev, haddr, paddr, nowNs);
    }
    count(NeighbourStat.LOOKUPS);
    count(NeighbourStat.HITS);
    return send(n, skb, haddr, nowNs);
  }

  /** There is no entry: it is an address that needs none, or one is made. */
  private Resolve arpFindNew(SkBuff skb, NetDevice dev, int haddr, int paddr, long nowNs) {
    long fixed = predefined(dev, paddr);
    if (fixed != 0) {
      EthHdr.dest(skb, haddr, fixed);
      return Resolve.RESOLVED;
    }
    count(NeighbourStat.LOOKUPS);
    Neighbour n = dev.isNoArp() ? null : entries.createToAsk(dev, paddr, nowNs);
    if (n == null) {
      skb.setVerdict(dev.isNoArp() ? DropReason.ARP_NOARP : DropReason.NEIGH_CREATEFAIL);
      return Resolve.REFUSED;
    }
    return send(n, skb, haddr, nowNs);
  }

  private Resolve send(Neighbour n, SkBuff skb, int haddr, long nowNs) {
    nud.used(n, nowNs);
    if (n.state.isValid()) {
      EthHdr.dest(skb, haddr, n.mac);
      return Resolve.RESOLVED;
    }
    // X08, RFC 1122 2.4: that nothing is known yet is no error. X30, 2.3.2.2: the packet is kept.
    queues.enqueue(n, skb);
    queues.freePushedOut();
    if (!n
        .isOut()) { // Who heard of what was pushed out may have deleted it, and with it the packet.
      nud.wanted(n, nowNs);
    }
    return Resolve.QUEUED;
  }

  @Override
  public @Nullable HhCache bindCache(NetDevice dev, int paddr) {
    Neighbour n = entries.lookup(dev, paddr);
    return n == null ? null : n.hh;
  }

  /** {@code arp_set_predefined}: addresses whose MAC is known without asking; 0 for all others. */
  private static long predefined(NetDevice dev, int ip) {
    if (ip == Ip4Addr.BROADCAST || dev.inDev().isBroadcast(ip)) {
      return MacAddr.BROADCAST;
    }
    return Ip4Addr.isMulticast(ip) ? MacAddr.ofIp4Multicast(ip) : 0;
  }

  // ---- Learning ---------------------------------------------------------------------------------

  /** What became of somebody's word about a neighbour. */
  enum Merge {
    /** There is no entry for it, and none was made. */
    NO_ENTRY,
    /** The entry says so now. */
    MERGED,
    /** Another answer came less than {@code locktime} ago, which stands. */
    LOCKED,
    /** The entry was set by hand, and says otherwise. */
    FIXED
  }

  /**
   * {@code neigh_update}: somebody said what MAC address a neighbour has.
   *
   * @param to REACHABLE if it is the answer to a request of ours, else STALE
   * @param create whether to make an entry if there is none
   * @param override whether it stands against an answer that came a moment ago
   */
  Merge update(
      NetDevice dev,
      int ip,
      long mac,
      NeighbourState to,
      boolean create,
      boolean override,
      long nowNs) {
    Neighbour n = entries.lookup(dev, ip);
    if (n == null) {
      n = create ? entries.create(dev, ip, nowNs) : null;
      if (n == null) {
        return Merge.NO_ENTRY;
      }
      nud.learn(n, mac, NeighbourState.STALE, nowNs); // Nothing was asked: nothing is confirmed.
      return Merge.MERGED;
    }
    boolean sameMac = n.state.isValid() && n.mac == mac;
    if (n.state.isFixed()) {
      return sameMac ? Merge.MERGED : Merge.FIXED;
    }
    long lockNs = parms.locktimeNs();
    boolean locked = !override && lockNs > 0 && nowNs - n.updatedNs <= lockNs;
    if (n.state.isValid() && !sameMac && locked) {
      return Merge.LOCKED;
    }
    nud.learn(n, mac, to, nowNs);
    return Merge.MERGED;
  }

  /**
   * {@code neigh_confirm}: an upper layer has had an answer by way of a neighbour, so that it need
   * not be asked. RFC 4861 7.3.1. Of one that is not known nothing is learnt.
   */
  public void confirm(NetDevice dev, int ip, long nowNs) {
    Neighbour n = entries.lookup(dev, ip);
    if (n != null) {
      nud.confirm(n, nowNs);
    }
  }

  // ---- By hand ----------------------------------------------------------------------------------

  /** What an entry set by hand may meet. */
  public enum IfThere {
    /** {@code NLM_F_CREATE | NLM_F_EXCL}, {@code ip neigh add}: there must be none. */
    REFUSE,
    /** {@code NLM_F_CREATE | NLM_F_REPLACE}, {@code ip neigh replace}: there may be one. */
    REPLACE,
    /** {@code NLM_F_REPLACE}, {@code ip neigh change}: there must be one. */
    REQUIRE
  }

  /**
   * {@code neigh_add}: sets an entry by hand. What waits for it is sent.
   *
   * @param mac any but zero and the broadcast address; a group's, as clusters have it, may be
   * @param state PERMANENT, NOARP, REACHABLE or STALE
   * @throws IllegalArgumentException if it cannot be, one line that says why
   * @throws IllegalStateException if there is one, or none, or the table is full
   */
  public void add(
      NetDevice dev, int ip, long mac, NeighbourState state, IfThere ifThere, long nowNs) {
    byHand.add(dev, ip, mac, state, ifThere, nowNs);
  }

  /**
   * {@code neigh_delete}: forgets a neighbour. What waits for it is given up.
   *
   * @return whether it was there
   */
  public boolean delete(NetDevice dev, int ip) {
    Neighbour n = entries.lookup(dev, ip);
    if (n != null) {
      entries.remove(n, DropReason.QUEUE_PURGE);
    }
    return n != null;
  }

  /**
   * {@code ip neigh flush}: forgets those that are in one of these states.
   *
   * @param dev on this device alone; null for all
   * @return how many there were
   */
  public int flush(@Nullable NetDevice dev, Set<NeighbourState> states) {
    return entries.removeIf(n -> (dev == null || n.dev == dev) && states.contains(n.state));
  }

  // ---- What happens to devices ------------------------------------------------------------------

  /**
   * {@code arp_netdev_event}: what is known of a device's neighbours goes when it goes down ({@code
   * neigh_ifdown}). Permanent ones stay when only nobody is at its far end any more ({@code
   * neigh_carrier_down}), its own MAC address is another ({@code neigh_changeaddr}) or ARP is
   * switched off on it. Packets that wait end for {@link DropReason#QUEUE_PURGE}.
   */
  @Override
  public void notify(NetdevEvent event, NetDevice dev) {
    switch (event) {
      case DOWN, UNREGISTER -> forget(dev, true);
      case CHANGE -> {
        if (!dev.hasCarrier() || dev.isNoArp()) {
          forget(dev, false);
        }
      }
      case CHANGEADDR -> forget(dev, false);
      case CHANGEINET -> forgetNoHosts(dev);
      default -> {}
    }
  }

  private void forget(NetDevice dev, boolean permanentToo) {
    var _ =
        entries.removeIf(
            n -> n.dev == dev && (permanentToo || n.state != NeighbourState.PERMANENT));
  }

  /** Another address of ours may make a neighbour a broadcast address, or ourselves. */
  private void forgetNoHosts(NetDevice dev) {
    var _ =
        entries.removeIf(
            n -> n.dev == dev && (dev.inDev().isNoHost(n.ip) || dev.inDev().has(n.ip)));
  }

  /** Gives up all that wait, when the stack stops. */
  public void purge() {
    for (Neighbour n : new ArrayList<>(all)) {
      nud.leave(n);
      queues.purge(n, DropReason.QUEUE_PURGE);
    }
  }

  // ---- What it says -----------------------------------------------------------------------------

  Nud nud() {
    return nud;
  }

  void count(NeighbourStat stat) {
    stats.increment(stat.ordinal());
  }

  /** One counter. Any thread. */
  public long stat(NeighbourStat stat) {
    return stats.get(stat.ordinal());
  }

  /** Packets that wait for an answer. */
  public int queued() {
    return queues.packets();
  }

  /** The memory that they take, in bytes. */
  public int queuedBytes() {
    return queues.bytes();
  }

  /** Its times and bounds. */
  public NeighbourParms parms() {
    return parms;
  }

  /** {@code reachable_time}: how long a confirmation holds now, in nanoseconds. */
  public long reachableNs() {
    return nud.reachableNs();
  }

  /**
   * A line of {@code ip -s neigh}.
   *
   * @param mac 0 where it is not known
   * @param usedNs nanoseconds since it was last used
   * @param confirmedNs nanoseconds since it was last confirmed; -1 if it never was
   * @param updatedNs nanoseconds since something that was heard or set changed it
   * @param probes requests sent when it was last asked
   */
  public record Entry(
      int ip,
      String device,
      long mac,
      NeighbourState state,
      int queued,
      long usedNs,
      long confirmedNs,
      long updatedNs,
      int probes) {}

  /** What the table holds, sorted by nothing. Allocates; for commands. */
  public List<Entry> entries(long nowNs) {
    List<Entry> list = new ArrayList<>(all.size());
    for (Neighbour n : all) {
      list.add(
          new Entry(
              n.ip,
              n.dev.name(),
              n.state.isValid() ? n.mac : 0,
              n.state,
              n.queue.len(),
              nowNs - n.lastUsedNs(),
              n.confirmedNs == Neighbour.NEVER ? -1 : nowNs - n.confirmedNs,
              nowNs - n.updatedNs,
              n.probes));
    }
    return list;
  }
}
