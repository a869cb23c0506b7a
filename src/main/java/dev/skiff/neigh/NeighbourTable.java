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
import org.jspecify.annotations.Nullable;

/**
 * {@code struct neigh_table}: the ARP cache, and what is done when a neighbour changes its state.
 *
 * <pre>
 *                    request sent            reply
 *   (none), FAILED --------------> INCOMPLETE -----> REACHABLE --(30 s, looked at when used)--> STALE
 *        ^                             |                ^                                         |
 *        |<---- 3 requests, no reply --+                |  unicast reply                    used  |
 *        |                                              |                                         v
 *        +<------ 3 requests, no reply -------------- PROBE <---(5 s, nobody confirmed)-------- DELAY
 * </pre>
 *
 * <p>Any ARP packet about an entry updates it; only a reply to us makes it REACHABLE, another makes
 * it STALE. An entry is made by our own wish to send, or by a request for our address. Entries are
 * kept and used again, so that a flood of new neighbours allocates nothing once the table is full.
 * Thread: the loop thread.
 */
public final class NeighbourTable implements Resolver, NetdevNotifier {
  /** {@code gc_thresh3}: the most entries. */
  public static final int MAX_ENTRIES = 1024;

  /** {@code unres_qlen}: the most packets that wait for one neighbour. */
  public static final int QUEUE_LEN = 101;

  /** The most packets that wait for all neighbours together. */
  public static final int TOTAL_QUEUE_LEN = 512;

  /** {@code mcast_solicit}, {@code ucast_solicit}: requests before giving up. */
  public static final int MAX_PROBES = 3;

  /** {@code retrans_time}: between two requests; RFC 1122 2.3.2.1 wants a second or more. */
  public static final long RETRANS_NS = 1_000_000_000L;

  /** {@code base_reachable_time}: how long a confirmation holds. */
  public static final long REACHABLE_NS = 30_000_000_000L;

  /** {@code delay_first_probe_time}: how long a stale entry is used before it is asked. */
  public static final long DELAY_NS = 5_000_000_000L;

  private static final String ARP_FIND = "arp_find";
  private static final String NEIGH = "neigh";

  private final Arp arp;
  private final TimerQueue timers;
  private final Counters stats = new Counters(NeighbourStat.values().length);

  private final NeighbourHash hash = new NeighbourHash(MAX_ENTRIES);
  private final List<Neighbour> entries = new ArrayList<>(MAX_ENTRIES);
  private int queued;

  /**
   * An empty table.
   *
   * @param arp sends the requests
   * @param timers where its timers are set
   */
  NeighbourTable(Arp arp, TimerQueue timers) {
    this.arp = arp;
    this.timers = timers;
  }

  // ---- Sending ----------------------------------------------------------------------------------

  @Override
  public Resolve arpFind(SkBuff skb, NetDevice dev, int haddr, int paddr, long nowNs) {
    skb.hop(ARP_FIND);
    long fixed = predefined(dev, paddr);
    if (fixed != 0) {
      EthHdr.dest(skb, haddr, fixed);
      return Resolve.RESOLVED;
    }
    count(NeighbourStat.LOOKUPS);
    Neighbour n = hash.lookup(dev, paddr);
    if (n == null) {
      n = dev.isNoArp() ? null : create(dev, paddr, nowNs);
      if (n == null) {
        skb.setVerdict(dev.isNoArp() ? DropReason.ARP_NOARP : DropReason.NEIGH_CREATEFAIL);
        return Resolve.REFUSED;
      }
    } else {
      count(NeighbourStat.HITS);
    }
    n.usedNs = nowNs;
    if (hasExpired(n, nowNs)) {
      change(n, NeighbourState.STALE, nowNs);
    }
    if (n.state == NeighbourState.STALE) {
      change(n, NeighbourState.DELAY, nowNs);
    }
    if (n.state.isValid()) {
      EthHdr.dest(skb, haddr, n.mac);
      return Resolve.RESOLVED;
    }
    enqueue(n, skb);
    if (n.state == NeighbourState.FAILED) {
      change(n, NeighbourState.INCOMPLETE, nowNs);
    }
    return Resolve.QUEUED;
  }

  @Override
  public @Nullable HhCache bindCache(NetDevice dev, int paddr) {
    Neighbour n = hash.lookup(dev, paddr);
    return n == null ? null : n.hh;
  }

  /** {@code arp_set_predefined}: addresses whose MAC is known without asking; 0 for all others. */
  private static long predefined(NetDevice dev, int ip) {
    if (ip == Ip4Addr.BROADCAST || dev.address().isBroadcast(ip)) {
      return MacAddr.BROADCAST;
    }
    return Ip4Addr.isMulticast(ip) ? MacAddr.ofIp4Multicast(ip) : 0;
  }

  /** Holds a packet, and pushes out the oldest where there are too many. */
  private void enqueue(Neighbour n, SkBuff skb) {
    if (n.queue.len() >= QUEUE_LEN) {
      discardOldest(n);
    }
    while (queued >= TOTAL_QUEUE_LEN) {
      discardOldest(longestQueue());
    }
    n.queue.queueTail(skb);
    queued++;
  }

  private Neighbour longestQueue() {
    Neighbour longest = entries.get(0);
    for (int i = 1; i < entries.size(); i++) {
      if (entries.get(i).queue.len() > longest.queue.len()) {
        longest = entries.get(i);
      }
    }
    return longest;
  }

  private void discardOldest(Neighbour n) {
    SkBuff oldest = n.queue.dequeue(NEIGH);
    if (oldest != null) {
      queued--;
      count(NeighbourStat.UNRES_DISCARDS);
      oldest.free(DropReason.NEIGH_QUEUEFULL);
    }
  }

  // ---- Learning ---------------------------------------------------------------------------------

  /**
   * {@code neigh_update}: somebody said what MAC address a neighbour has.
   *
   * @param create whether to make an entry if there is none
   * @param confirms whether it is the answer to a request of ours
   * @return whether there is an entry now
   */
  boolean update(NetDevice dev, int ip, long mac, boolean create, boolean confirms, long nowNs) {
    Neighbour n = hash.lookup(dev, ip);
    if (n == null) {
      n = create ? create(dev, ip, nowNs) : null;
      if (n == null) {
        return false;
      }
    }
    boolean sameMac = n.state.isValid() && n.mac == mac;
    n.mac = mac;
    if (confirms) {
      n.confirmedNs = nowNs;
      change(n, NeighbourState.REACHABLE, nowNs);
    } else if (!sameMac) {
      change(n, NeighbourState.STALE, nowNs);
    }
    return true;
  }

  // ---- The automaton ----------------------------------------------------------------------------

  /** The one place where a neighbour's state changes, and what follows from it. */
  private void change(Neighbour n, NeighbourState to, long nowNs) {
    n.state = to;
    timers.cancel(n);
    updateHhs(n);
    switch (to) {
      case INCOMPLETE, PROBE -> {
        n.probes = 0;
        solicit(n, nowNs);
      }
      case DELAY -> timers.set(n, nowNs + DELAY_NS);
      case REACHABLE, STALE -> sendQueue(n, nowNs);
      case FAILED -> {
        count(NeighbourStat.RES_FAILED);
        queued -= n.queue.purge(DropReason.NEIGH_FAILED);
      }
    }
  }

  /** {@code neigh_update_hhs}: the finished header is good while the address is beyond doubt. */
  private void updateHhs(Neighbour n) {
    if (n.state == NeighbourState.REACHABLE) {
      n.dev.headerCacheUpdate(n.hh, n.mac);
      n.hh.setValidUntilNs(n.confirmedNs + REACHABLE_NS);
    } else {
      n.hh.invalidate();
    }
  }

  /** A neighbour's timer has run out. */
  void timer(Neighbour n, long nowNs) {
    if (n.state == NeighbourState.DELAY) {
      change(n, NeighbourState.PROBE, nowNs);
    } else if (n.probes >= MAX_PROBES) {
      change(n, NeighbourState.FAILED, nowNs);
    } else {
      solicit(n, nowNs);
    }
  }

  /** {@code arp_solicit}: broadcast while the MAC address is unknown, else unicast to it. */
  private void solicit(Neighbour n, long nowNs) {
    n.probes++;
    long to = n.state == NeighbourState.PROBE ? n.mac : MacAddr.BROADCAST;
    arp.sendRequest(n.dev, to, n.ip, nowNs);
    timers.set(n, nowNs + RETRANS_NS);
  }

  private void sendQueue(Neighbour n, long nowNs) {
    // Counted, since what is sent to a stale neighbour moves it on.
    for (int i = n.queue.len(); i > 0; i--) {
      SkBuff skb = n.queue.dequeue(NEIGH);
      if (skb == null) {
        return;
      }
      queued--;
      DropReason reason = n.dev.transmit(skb, nowNs);
      if (reason != DropReason.NOT_DROPPED) {
        skb.free(reason);
      }
    }
  }

  // ---- The table --------------------------------------------------------------------------------

  private @Nullable Neighbour create(NetDevice dev, int ip, long nowNs) {
    Neighbour n;
    if (entries.size() < MAX_ENTRIES) {
      n = new Neighbour(this, dev, ip, stats);
      entries.add(n);
    } else {
      n = victim(nowNs);
      if (n == null) {
        return null;
      }
      count(NeighbourStat.FORCED_GC_RUNS);
      timers.cancel(n);
      queued -= n.queue.purge(DropReason.NEIGH_FAILED);
      hash.remove(n);
    }
    n.begin(dev, ip, nowNs);
    count(NeighbourStat.ALLOCS);
    hash.insert(n);
    return n;
  }

  /** Whether a confirmation has lapsed that nobody has looked at since. */
  private static boolean hasExpired(Neighbour n, long nowNs) {
    return n.state == NeighbourState.REACHABLE && nowNs - n.confirmedNs > REACHABLE_NS;
  }

  /** Whom a full table gives up: the failed or stale one that was not used for longest. */
  private @Nullable Neighbour victim(long nowNs) {
    Neighbour oldest = null;
    for (int i = 0; i < entries.size(); i++) {
      Neighbour n = entries.get(i);
      boolean stale = n.state == NeighbourState.STALE || hasExpired(n, nowNs);
      boolean spare = n.state == NeighbourState.FAILED || stale;
      if (spare && (oldest == null || n.lastUsedNs() - oldest.lastUsedNs() < 0)) {
        oldest = n;
      }
    }
    return oldest;
  }

  /**
   * {@code arp_netdev_event}: what is known of a device's neighbours goes when it goes down, has
   * nobody at its far end any more ({@code neigh_ifdown}, {@code neigh_carrier_down}) or ARP is
   * switched off on it. Packets that wait end for {@link DropReason#QUEUE_PURGE}.
   */
  @Override
  public void notify(NetdevEvent event, NetDevice dev) {
    boolean down = event == NetdevEvent.DOWN || event == NetdevEvent.UNREGISTER;
    boolean cut = event == NetdevEvent.CHANGE && (!dev.hasCarrier() || dev.isNoArp());
    if (down || cut) {
      flush(dev);
    }
  }

  private void flush(NetDevice dev) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      Neighbour n = entries.get(i);
      if (n.dev == dev) {
        timers.cancel(n);
        queued -= n.queue.purge(DropReason.QUEUE_PURGE);
        n.hh.invalidate();
        hash.remove(n);
        entries.remove(i);
      }
    }
  }

  /** Gives up all that wait, when the stack stops. */
  public void purge() {
    for (Neighbour n : entries) {
      timers.cancel(n);
      queued -= n.queue.purge(DropReason.QUEUE_PURGE);
    }
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
    return queued;
  }

  /**
   * A line of {@code ip neigh}.
   *
   * @param mac 0 where it is not known
   * @param usedNs nanoseconds since it was last used
   */
  public record Entry(
      int ip, String device, long mac, NeighbourState state, int queued, long usedNs) {}

  /** What the table holds, sorted by nothing. Allocates; for commands. */
  public List<Entry> entries(long nowNs) {
    List<Entry> list = new ArrayList<>(entries.size());
    for (Neighbour n : entries) {
      NeighbourState shown = hasExpired(n, nowNs) ? NeighbourState.STALE : n.state;
      long mac = n.state.isValid() ? n.mac : 0;
      long usedNs = nowNs - n.lastUsedNs();
      list.add(new Entry(n.ip, n.dev.name(), mac, shown, n.queue.len(), usedNs));
    }
    return list;
  }
}
