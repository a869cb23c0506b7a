package dev.skiff.neigh;

import dev.skiff.dev.NetDevice;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffQueue;
import dev.skiff.stats.Counters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The packets that wait for neighbours' MAC addresses: {@code arp_queue}, bounded for each
 * neighbour and for all together, in packets and in memory. Where there are too many, the oldest of
 * the neighbour goes; where all together are too many, the oldest of the neighbour that takes most.
 * Thread: the loop thread.
 */
final class NeighbourQueues {
  private static final String NEIGH = "neigh";

  private NeighbourParms parms;
  private final List<Neighbour> entries;
  private final Counters stats;
  private UnreachableSink sink = (packet, dev, nowNs) -> {};
  private final SkBuffQueue pushedOut = new SkBuffQueue("pushed out of a neighbour's queue");
  private boolean freeing;
  private final SkBuffQueue failed = new SkBuffQueue("failed neighbour's queue");
  private int packets;
  private int bytes;

  /**
   * None waits.
   *
   * @param entries the table's, for a look at who takes most
   */
  NeighbourQueues(NeighbourParms parms, List<Neighbour> entries, Counters stats) {
    this.parms = parms;
    this.entries = entries;
    this.stats = stats;
  }

  /** From here on these bounds hold for what comes; what waits stays. */
  void setParms(NeighbourParms parms) {
    this.parms = parms;
  }

  /**
   * Holds a packet, in place of what is too much with it; a queue that is empty takes one, however
   * long. What was pushed out is given up by {@link #freePushedOut}.
   */
  void enqueue(Neighbour n, SkBuff skb) {
    int more = skb.truesize();
    while (!n.queue.isEmpty()
        && (n.queue.len() >= parms.queuePackets() || n.queueBytes + more > parms.queueBytes())) {
      pushOutOldest(n);
    }
    while (packets > 0 && (packets >= parms.totalPackets() || bytes + more > parms.totalBytes())) {
      pushOutOldest(largest());
    }
    n.queue.queueTail(skb);
    n.queueBytes += more;
    packets++;
    bytes += more;
    stats.increment(NeighbourStat.UNRES_QUEUED.ordinal());
  }

  /**
   * Gives up what was pushed out. Not before the newcomer is held: who hears of it may send, delete
   * and set. What that pushes out is given up here too, and not deeper and deeper in calls.
   */
  void freePushedOut() {
    if (!freeing) {
      freeing = true;
      try {
        var _ = pushedOut.purge(DropReason.NEIGH_QUEUEFULL);
      } finally {
        freeing = false;
      }
    }
  }

  private Neighbour largest() {
    Neighbour largest = entries.get(0);
    for (int i = 1; i < entries.size(); i++) {
      if (entries.get(i).queueBytes > largest.queueBytes) {
        largest = entries.get(i);
      }
    }
    return largest;
  }

  private void pushOutOldest(Neighbour n) {
    SkBuff oldest = dequeue(n);
    if (oldest != null) {
      stats.increment(NeighbourStat.UNRES_DISCARDS.ordinal());
      pushedOut.queueTail(oldest);
    }
  }

  private @Nullable SkBuff dequeue(Neighbour n) {
    SkBuff skb = n.queue.dequeue(NEIGH);
    if (skb != null) {
      n.queueBytes -= skb.truesize();
      packets--;
      bytes -= skb.truesize();
    }
    return skb;
  }

  void setUnreachableSink(UnreachableSink sink) {
    this.sink = sink;
  }

  /** The neighbour's MAC address is known: all that wait for it are sent, in order. */
  void send(Neighbour n, long nowNs) {
    // Counted, since what is sent to a stale neighbour moves it on.
    for (int i = n.queue.len(); i > 0; i--) {
      SkBuff skb = dequeue(n);
      if (skb == null) {
        return;
      }
      DropReason reason = n.dev.transmit(skb, nowNs);
      if (reason != DropReason.NOT_DROPPED) {
        skb.free(reason);
      }
    }
  }

  /**
   * {@code neigh_invalidate}: the neighbour does not answer. Those who sent what waits are told,
   * RFC 1122 2.4, and it is given up. What they send meanwhile waits anew, and is no part of it.
   */
  void fail(Neighbour n, long nowNs) {
    NetDevice dev = n.dev; // The entry may be another's before all are told.
    sink.nextHopFailed(n.ip, dev, nowNs);
    for (SkBuff skb; (skb = dequeue(n)) != null; ) {
      failed.queueTail(skb);
    }
    try {
      for (SkBuff skb; (skb = failed.dequeue(NEIGH)) != null; ) {
        tell(dev, skb, nowNs);
      }
    } finally {
      var _ = failed.purge(DropReason.NEIGH_FAILED); // If it threw: nobody else would.
    }
  }

  /** The neighbour is there, as it was not known to be. */
  void works(Neighbour n) {
    sink.nextHopWorks(n.ip, n.dev);
  }

  private void tell(NetDevice dev, SkBuff skb, long nowNs) {
    try {
      stats.increment(NeighbourStat.UNREACHABLES.ordinal());
      sink.unreachable(skb, dev, nowNs);
    } finally {
      skb.free(DropReason.NEIGH_FAILED);
    }
  }

  /** Gives up all that wait for one. */
  void purge(Neighbour n, DropReason reason) {
    packets -= n.queue.len(); // First: who hears of their end may look, and purge others.
    bytes -= n.queueBytes;
    n.queueBytes = 0;
    var _ = n.queue.purge(reason);
  }

  /** How many wait. */
  int packets() {
    return packets;
  }

  /** The memory that they take. */
  int bytes() {
    return bytes;
  }
}
