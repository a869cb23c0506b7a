package dev.skiff.neigh;

import dev.skiff.dev.NetDevice;
import dev.skiff.skb.DropReason;
import dev.skiff.stats.Counters;
import dev.skiff.time.TimerQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a neighbour table, by key and in a list, and the rules by which they are made and
 * taken out. What is taken out is used again, so that a flood of new neighbours allocates nothing
 * once the table has been full. Thread: the loop thread.
 */
final class NeighbourEntries {
  private NeighbourParms parms;
  private final Counters stats;
  private final NeighbourHash hash;
  private final List<Neighbour> all;
  private final Deque<Neighbour> spare;
  private final NeighbourQueues queues;
  private final NeighbourGc gc;
  private final Nud nud;
  private int permanent;

  /**
   * None.
   *
   * @param all where they are listed
   * @param key a random number, for the hash
   */
  NeighbourEntries(
      List<Neighbour> all,
      NeighbourQueues queues,
      Nud nud,
      TimerQueue timers,
      NeighbourParms parms,
      Counters stats,
      int key) {
    this.all = all;
    this.queues = queues;
    this.nud = nud;
    this.parms = parms;
    this.stats = stats;
    hash = new NeighbourHash(2 * parms.gcThresh3(), key);
    spare = new ArrayDeque<>(parms.gcThresh3());
    gc = new NeighbourGc(this, all, parms, timers, stats);
  }

  /** From here on these bounds hold for what is made; entries that are more than that stay. */
  void setParms(NeighbourParms parms) {
    this.parms = parms;
    gc.setParms(parms);
  }

  /** {@code neigh_lookup}: null if there is none. */
  @Nullable Neighbour lookup(NetDevice dev, int ip) {
    return hash.lookup(dev, ip);
  }

  /** Entries that are not permanent: those that the bounds are for. */
  int gcEntries() {
    return all.size() - permanent;
  }

  /** Whether there may be one more permanent entry. */
  boolean hasRoomForPermanent() {
    return permanent < parms.gcThresh3();
  }

  /** {@code neigh_create}; null if there is no room. */
  @Nullable Neighbour create(NetDevice dev, int ip, long nowNs) {
    return gc.makeRoom(nowNs) ? insert(dev, ip, nowNs) : null;
  }

  /** One that will be asked: no more of them at a time than may wait for an answer. */
  @Nullable Neighbour createToAsk(NetDevice dev, int ip, long nowNs) {
    if (nud.incomplete() >= parms.gcThresh2()) {
      stats.increment(NeighbourStat.TABLE_FULLS.ordinal());
      return null;
    }
    return create(dev, ip, nowNs);
  }

  /** One more, whatever the bounds. */
  Neighbour insert(NetDevice dev, int ip, long nowNs) {
    Neighbour n = spare.pollLast();
    if (n == null) {
      n = new Neighbour(nud, dev, ip, stats);
    }
    n.begin(dev, ip, nowNs);
    n.place = all.size();
    all.add(n);
    hash.insert(n);
    stats.increment(NeighbourStat.ALLOCS.ordinal());
    gc.grown(nowNs);
    return n;
  }

  /**
   * Sets an entry by hand; permanent ones have a bound of their own.
   *
   * @return whether there was room for one more of its kind
   */
  boolean set(Neighbour n, long mac, NeighbourState to, long nowNs) {
    boolean was = n.state == NeighbourState.PERMANENT;
    boolean becomes = to == NeighbourState.PERMANENT;
    if (was && !becomes && !gc.makeRoom(nowNs)) {
      return false;
    }
    permanent += (becomes ? 1 : 0) - (was ? 1 : 0);
    nud.set(n, mac, to, nowNs);
    return true;
  }

  /**
   * Takes an entry out, whatever its state. Its place in the list is the last one's then. It is out
   * before anybody hears of the packets that waited, and used again only after that.
   */
  void remove(Neighbour n, DropReason reason) {
    if (n.isOut()) {
      return;
    }
    permanent -= n.state == NeighbourState.PERMANENT ? 1 : 0;
    hash.remove(n);
    Neighbour last = Objects.requireNonNull(all.removeLast());
    if (last != n) {
      all.set(n.place, last);
      last.place = n.place;
    }
    n.place = Neighbour.OUT;
    nud.leave(n);
    n.state = NeighbourState.FAILED;
    n.hh.invalidate();
    stats.increment(NeighbourStat.DESTROYS.ordinal());
    queues.purge(n, reason);
    spare.addLast(n);
  }

  /** Takes out all of a kind; packets that wait for them end for {@code QUEUE_PURGE}. */
  int removeIf(Predicate<Neighbour> kind) {
    int before = all.size();
    for (Neighbour n : new ArrayList<>(all)) {
      if (kind.test(n)) {
        remove(n, DropReason.QUEUE_PURGE);
      }
    }
    return before - all.size();
  }
}
