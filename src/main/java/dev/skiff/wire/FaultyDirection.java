package dev.skiff.wire;

import dev.skiff.skb.IpSummed;
import dev.skiff.skb.SkBuff;
import dev.skiff.stats.Counters;

/**
 * What the two ways through a {@link FaultyWire} have in common: judging each frame, counting, and
 * the order in which those that wait are due. Thread: the loop thread.
 */
abstract class FaultyDirection {
  /** What is to be done with a frame. */
  enum Fate {
    /** It ends here. */
    LOST,
    /** It would have to wait, and there is no room. */
    OVERFLOW,
    /** It goes on at once. */
    PASSES,
    /** It waits. */
    WAITS
  }

  /** A frame that goes on at once, and its duplicate, find room when nothing else does. */
  private static final int SPARE = 2;

  final FaultModel model = new FaultModel();
  final DueQueue due;
  private final int capacity;
  private final Counters stats = new Counters(FaultStat.count());
  private long dueNs;
  private boolean waits;

  /**
   * @param capacity how many frames may wait
   */
  FaultyDirection(int capacity) {
    this.capacity = capacity;
    due = new DueQueue(capacity + SPARE);
  }

  /** How many slots there are. */
  final int slots() {
    return capacity + SPARE;
  }

  /** Draws the fate of the next frame, and counts it. */
  final Fate judge(int len, long nowNs) {
    count(FaultStat.SEEN);
    model.nextFrame();
    if (model.isLost()) {
      count(model.loss());
      return Fate.LOST;
    }
    dueNs = model.dueNs(len, nowNs);
    boolean delayed = dueNs > nowNs;
    waits = delayed || model.isHeldBack();
    if (waits && !hasRoom()) {
      count(FaultStat.OVERFLOW);
      return Fate.OVERFLOW;
    }
    model.transmit();
    if (delayed) {
      count(FaultStat.DELAYED);
    }
    if (model.isHeldBack()) {
      count(FaultStat.REORDERED);
      dueNs += FaultModel.REORDER_NS;
    }
    return waits ? Fate.WAITS : Fate.PASSES;
  }

  private boolean hasRoom() {
    return due.size() < capacity;
  }

  /** Turns a bit of the frame round, if that is to be. */
  final void corrupt(SkBuff skb) {
    long bit = model.corruptBit(skb.len());
    // A frame whose bytes a clone shares is spared if there is no memory to corrupt a copy of it.
    if (bit >= 0 && skb.unshare()) {
      count(FaultStat.CORRUPTED);
      skb.setCsum(0, IpSummed.NONE);
      int at = skb.data() + (int) (bit / Byte.SIZE);
      skb.set8(at, skb.u8(at) ^ 1 << bit % Byte.SIZE);
    }
  }

  /** A slot for the frame that was judged last. */
  final int place() {
    return model.isHeldBack() ? due.addHeldBack(dueNs) : due.add(dueNs);
  }

  /** Whether there is a slot for a duplicate of the frame that was judged last. */
  final boolean hasRoomForTwin() {
    return !waits || hasRoom();
  }

  /** The frame that was judged last, and its duplicate, are placed: others may follow them. */
  final void placed() {
    if (!model.isHeldBack()) {
      due.passes(dueNs);
    }
  }

  final void count(FaultStat stat) {
    stats.increment(stat.ordinal());
  }

  final long stat(FaultStat stat) {
    return stats.get(stat.ordinal());
  }
}
