package dev.skiff.neigh;

import dev.skiff.skb.DropReason;
import dev.skiff.stats.Counters;
import dev.skiff.time.Timer;
import dev.skiff.time.TimerQueue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code neigh_periodic_work} and {@code neigh_forced_gc}: which entries are taken out, so that the
 * table stays within its bounds and an attacker's neighbours push out each other and not those in
 * use. Thread: the loop thread.
 */
final class NeighbourGc extends Timer {
  /** An entry that was used, or heard of, so lately is left alone where others are to be had. */
  static final long RECENT_NS = 5_000_000_000L;

  private final NeighbourEntries table;
  private final List<Neighbour> entries;
  private NeighbourParms parms;
  private final TimerQueue timers;
  private final Counters stats;
  private long lastForcedNs = Neighbour.NEVER;

  NeighbourGc(
      NeighbourEntries table,
      List<Neighbour> entries,
      NeighbourParms parms,
      TimerQueue timers,
      Counters stats) {
    this.table = table;
    this.entries = entries;
    this.parms = parms;
    this.timers = timers;
    this.stats = stats;
  }

  /** From here on these bounds hold. */
  void setParms(NeighbourParms parms) {
    this.parms = parms;
    grown(timers.nowNs());
  }

  // ---- From time to time ------------------------------------------------------------------------

  /** An entry was made: a small table needs no looking after, and no timer. */
  void grown(long nowNs) {
    if (!isSet() && entries.size() > parms.gcThresh1()) {
      timers.set(this, nowNs + parms.baseReachableNs() / 2);
    }
  }

  @Override
  protected void fire(long nowNs) {
    stats.increment(NeighbourStat.PERIODIC_GC_RUNS.ordinal());
    removeUnused(parms.gcStaleNs(), parms.gcThresh1(), nowNs);
    grown(nowNs);
  }

  /** Takes out what has failed or nobody used for so long, until {@code enough} are left. */
  private void removeUnused(long unusedNs, int enough, long nowNs) {
    for (int i = entries.size() - 1; i >= 0 && table.gcEntries() > enough; i--) {
      if (i >= entries.size()) {
        continue; // Who heard of one that went has taken out others.
      }
      Neighbour n = entries.get(i);
      boolean hasTimer = n.state == NeighbourState.DELAY;
      boolean idle = !hasTimer && rank(n) <= UNCONFIRMED && isUnused(n, unusedNs, nowNs);
      if (n.state == NeighbourState.FAILED || idle) {
        table.remove(n, DropReason.NEIGH_FAILED);
      }
    }
  }

  private static boolean isUnused(Neighbour n, long ns, long nowNs) {
    return nowNs - n.lastUsedNs() > ns && nowNs - n.updatedNs > ns;
  }

  // ---- To make room -----------------------------------------------------------------------------

  /**
   * One more entry is wanted.
   *
   * @return whether there is room for it
   */
  boolean makeRoom(long nowNs) {
    if (table.gcEntries() >= parms.gcThresh2()
        && (lastForcedNs == Neighbour.NEVER || nowNs - lastForcedNs > RECENT_NS)) {
      lastForcedNs = nowNs;
      int before = entries.size();
      removeUnused(parms.gcStaleNs(), parms.gcThresh2() - 1, nowNs);
      removeUnused(RECENT_NS, parms.gcThresh2() - 1, nowNs);
      if (entries.size() < before) {
        stats.increment(NeighbourStat.FORCED_GC_RUNS.ordinal());
      }
    }
    if (table.gcEntries() < parms.gcThresh3()) {
      return true;
    }
    Neighbour victim = victim(nowNs);
    if (victim == null) {
      stats.increment(NeighbourStat.TABLE_FULLS.ordinal());
      return false;
    }
    stats.increment(NeighbourStat.FORCED_GC_RUNS.ordinal());
    table.remove(victim, DropReason.NEIGH_FAILED);
    return true;
  }

  private static final int UNCONFIRMED = 2;
  private static final int CONFIRMED = 3;
  private static final int NEVER_TAKEN = 4;

  /** The lower, the sooner it goes. */
  private static int rank(Neighbour n) {
    return switch (n.state) {
      case FAILED -> 0;
      case STALE -> 1;
      case NOARP -> UNCONFIRMED;
      // Who never answered us may be nobody: a request and a ping are easily forged.
      case DELAY -> n.confirmedNs == Neighbour.NEVER ? UNCONFIRMED : CONFIRMED;
      case REACHABLE -> CONFIRMED;
      // Who is being asked stays to the end of it, or he would be asked too often: RFC 1122
      // 2.3.2.1.
      case INCOMPLETE, PROBE, PERMANENT -> NEVER_TAKEN;
    };
  }

  /** Of the lowest rank that there is the one not used for longest; null if all are in use. */
  private @Nullable Neighbour victim(long nowNs) {
    Neighbour victim = null;
    int lowest = NEVER_TAKEN;
    for (int i = 0; i < entries.size(); i++) {
      Neighbour n = entries.get(i);
      int rank = rank(n);
      boolean inUse = rank == CONFIRMED && !isUnused(n, RECENT_NS, nowNs);
      boolean sooner =
          rank < lowest
              || (victim != null && rank == lowest && n.lastUsedNs() - victim.lastUsedNs() < 0);
      if (sooner && !inUse) {
        victim = n;
        lowest = rank;
      }
    }
    return victim;
  }
}
