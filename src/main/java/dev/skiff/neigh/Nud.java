package dev.skiff.neigh;

import dev.skiff.header.MacAddr;
import dev.skiff.stats.Counters;
import dev.skiff.time.TimerQueue;
import java.util.random.RandomGenerator;

/**
 * Neighbour unreachability detection: the states of a neighbour, and what is done when it changes
 * from one to another. RFC 4861 7.3 for ARP, as in net/core/neighbour.c.
 *
 * <pre>
 *   from                           when                                            to
 *   (none), FAILED                 a packet for it                                 INCOMPLETE
 *   FAILED, INCOMPLETE             a request of its, or a reply to all             STALE
 *   (none)                         a request for our address                       STALE
 *   FAILED, INCOMPLETE             a reply to us                                   REACHABLE
 *   (none)                         a reply to us, only if arp_accept               STALE
 *   INCOMPLETE                     3 requests to all, 1 s apart, no answer         FAILED
 *   REACHABLE                      15 to 45 s since the last confirmation, used    DELAY
 *   REACHABLE                      the same, not used in the last 5 s              STALE
 *   STALE                          a packet for it                                 DELAY
 *   DELAY                          5 s                                             PROBE
 *   DELAY, never confirmed         5 s, and gc_thresh2 others are being asked      STALE
 *   PROBE                          3 requests to it, 1 s apart, no answer          FAILED
 *   STALE, DELAY, PROBE            a reply to us, or an upper layer's word         REACHABLE
 *   REACHABLE, DELAY, PROBE        another MAC address, but not in a reply to us   STALE
 *   any                            set by hand                                     PERMANENT, NOARP
 * </pre>
 *
 * <p>In REACHABLE, STALE, DELAY and PROBE packets are sent, so that traffic does not stop for a
 * check. Thread: the loop thread.
 */
final class Nud {
  /** How often {@code reachable_time} is drawn anew. */
  private static final long REACHABLE_DRAWN_EVERY_NS = 300_000_000_000L;

  private final Arp arp;
  private final TimerQueue timers;
  private NeighbourParms parms;
  private final NeighbourQueues queues;
  private final Counters stats;
  private final RandomGenerator random;
  private long reachableNs;
  private long drawnNs;
  private int incomplete;
  private int probing;

  Nud(
      Arp arp,
      TimerQueue timers,
      NeighbourParms parms,
      NeighbourQueues queues,
      Counters stats,
      RandomGenerator random) {
    this.arp = arp;
    this.timers = timers;
    this.parms = parms;
    this.queues = queues;
    this.stats = stats;
    this.random = random;
    drawReachableTime(timers.nowNs());
  }

  /** From here on these times hold; timers that run already run on. */
  void setParms(NeighbourParms parms) {
    boolean anew = parms.baseReachableNs() != this.parms.baseReachableNs();
    this.parms = parms;
    if (anew) {
      drawReachableTime(timers.nowNs());
    }
  }

  /** {@code neigh_rand_reach_time}: between half and one and a half of the base. RFC 4861 6.3.2. */
  private void drawReachableTime(long nowNs) {
    long base = parms.baseReachableNs();
    reachableNs = random.nextLong(base / 2, base + base / 2);
    drawnNs = nowNs;
  }

  /** {@code parms->reachable_time}: how long a confirmation holds now. */
  long reachableNs() {
    return reachableNs;
  }

  /** How many are being asked for the first time. */
  int incomplete() {
    return incomplete;
  }

  // ---- What happens to a neighbour --------------------------------------------------------------

  /** {@code neigh_event_send}: it is used. */
  void used(Neighbour n, long nowNs) {
    n.usedNs = nowNs;
    if (n.state == NeighbourState.STALE) {
      change(n, NeighbourState.DELAY, nowNs);
    }
  }

  /** A packet waits for one whose MAC address is not known: it is asked, if it is not yet. */
  void wanted(Neighbour n, long nowNs) {
    if (n.state == NeighbourState.FAILED) {
      change(n, NeighbourState.INCOMPLETE, nowNs);
    }
  }

  /** {@code neigh_confirm}: an upper layer has had an answer. RFC 4861 7.3.1. */
  void confirm(Neighbour n, long nowNs) {
    if (!n.state.isValid() || n.state.isFixed()) {
      return;
    }
    stats.increment(NeighbourStat.HINTS.ordinal());
    n.confirmedNs = nowNs;
    if (n.state != NeighbourState.REACHABLE) {
      change(n, NeighbourState.REACHABLE, nowNs);
    }
  }

  /** Its MAC address is {@code mac}, says somebody whom it is believed. */
  void learn(Neighbour n, long mac, NeighbourState to, long nowNs) {
    boolean sameMac = n.state.isValid() && n.mac == mac;
    if (to == NeighbourState.REACHABLE) {
      n.confirmedNs = nowNs;
      stats.increment(NeighbourStat.CONFIRMS.ordinal());
    } else if (to == NeighbourState.STALE && sameMac) {
      return; // Nothing new, and no confirmation.
    }
    if (!sameMac && n.state.isValid()) {
      stats.increment(NeighbourStat.MAC_CHANGES.ordinal());
    }
    if (!sameMac || n.state != to) {
      n.updatedNs = nowNs;
      n.mac = mac;
      change(n, to, nowNs);
    }
  }

  /** It is set by hand. */
  void set(Neighbour n, long mac, NeighbourState to, long nowNs) {
    n.mac = mac;
    n.updatedNs = nowNs;
    if (to.isConnected()) {
      n.confirmedNs = nowNs;
    }
    n.probes = 0;
    change(n, to, nowNs);
  }

  /** Its timer has run out. */
  void timer(Neighbour n, long nowNs) {
    switch (n.state) {
      case REACHABLE -> {
        long lapsesNs = n.confirmedNs + reachableNs;
        if (nowNs - lapsesNs < 0) {
          timers.set(n, lapsesNs); // It was confirmed again meanwhile.
        } else if (nowNs - n.lastUsedNs() <= parms.delayNs()) {
          change(n, NeighbourState.DELAY, nowNs);
        } else {
          change(n, NeighbourState.STALE, nowNs);
        }
      }
      case DELAY -> change(n, mayBeProbed(n) ? NeighbourState.PROBE : NeighbourState.STALE, nowNs);
      case PROBE -> again(n, parms.maxProbes(), nowNs);
      case INCOMPLETE -> again(n, parms.mcastSolicit(), nowNs);
      case STALE, FAILED, PERMANENT, NOARP -> {} // They have no timer.
    }
  }

  /** Who is asked is not taken out: whom anybody can make up must not fill the table with that. */
  private boolean mayBeProbed(Neighbour n) {
    return n.confirmedNs != Neighbour.NEVER || incomplete + probing < parms.gcThresh2();
  }

  private void again(Neighbour n, int most, long nowNs) {
    if (n.probes >= most) {
      change(n, NeighbourState.FAILED, nowNs);
    } else {
      solicit(n, nowNs);
    }
  }

  // ---- The one place where a state changes ------------------------------------------------------

  private void change(Neighbour n, NeighbourState to, long nowNs) {
    boolean wasKnown = n.state.isValid();
    leave(n);
    n.state = to;
    if (to == NeighbourState.REACHABLE || (to.isValid() && !wasKnown)) {
      queues.works(n); // Before what waits is sent, which may change it again.
    }
    updateHhs(n);
    switch (to) {
      case INCOMPLETE -> {
        incomplete++;
        n.probes = 0;
        solicit(n, nowNs);
      }
      case PROBE -> {
        probing++;
        n.probes = 0;
        again(n, parms.maxProbes(), nowNs);
      }
      case DELAY -> timers.set(n, nowNs + parms.delayNs());
      case REACHABLE -> {
        if (nowNs - drawnNs >= REACHABLE_DRAWN_EVERY_NS) {
          drawReachableTime(nowNs);
        }
        timers.set(n, n.confirmedNs + reachableNs);
        queues.send(n, nowNs);
      }
      case STALE, PERMANENT, NOARP -> queues.send(n, nowNs);
      case FAILED -> {
        stats.increment(NeighbourStat.RES_FAILED.ordinal());
        queues.fail(n, nowNs);
      }
    }
  }

  /** It is in no state any more: it is taken out, or about to be in another one. */
  void leave(Neighbour n) {
    timers.cancel(n);
    if (n.state == NeighbourState.INCOMPLETE) {
      incomplete--;
      n.state = NeighbourState.FAILED;
    } else if (n.state == NeighbourState.PROBE) {
      probing--;
      n.state = NeighbourState.STALE;
    }
  }

  /** {@code neigh_update_hhs}: the finished header is good while the address is beyond doubt. */
  private static void updateHhs(Neighbour n) {
    if (n.state.isConnected()) {
      n.dev.headerCacheUpdate(n.hh, n.mac);
    } else {
      n.hh.invalidate();
    }
  }

  /** {@code arp_solicit}: to all while the MAC address is unknown, else first to it. */
  private void solicit(Neighbour n, long nowNs) {
    n.probes++;
    boolean unicast = n.state == NeighbourState.PROBE && n.probes <= parms.ucastSolicit();
    timers.set(n, nowNs + parms.retransNs());
    arp.solicit(n, unicast ? n.mac : MacAddr.BROADCAST, nowNs);
  }
}
