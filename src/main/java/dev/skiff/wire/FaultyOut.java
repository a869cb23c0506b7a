package dev.skiff.wire;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a {@link FaultyWire}: holds the sk_buffs themselves. Thread: the loop thread.
 *
 * <p>While the wire below is blocked no frame is judged, so that its lack of room comes back to the
 * caller as BUSY and nothing is lost by it.
 */
final class FaultyOut extends FaultyDirection {
  private static final String HOLDER = "FaultyWire";
  private static final String POINT = "fault wire";

  private final Wire wire;
  private final Burst queued = new Burst();
  private final @Nullable SkBuff[] frames;
  private boolean blocked;

  FaultyOut(Wire wire, int capacity) {
    super(capacity);
    this.wire = wire;
    frames = new @Nullable SkBuff[slots()];
  }

  boolean isTransparent() {
    return !model.isActive() && due.isEmpty() && queued.isEmpty();
  }

  Wire.Xmit queue(SkBuff skb, long nowNs) {
    if (isTransparent()) {
      return wire.queue(skb, nowNs);
    }
    if (queued.isFull()) {
      return Wire.Xmit.BUSY;
    }
    skb.setHolder(HOLDER);
    queued.add(skb);
    return Wire.Xmit.OK;
  }

  void flush(long nowNs, Wire.Completion completion) {
    wire.flush(nowNs, completion);
    blocked = false;
    if (isTransparent()) {
      return;
    }
    long passed = stat(FaultStat.PASSED);
    blocked = wire.isBlocked();
    pass(nowNs, completion);
    while (!blocked && !queued.isEmpty()) {
      SkBuff skb = queued.first();
      skb.hop(POINT);
      queued.removeFirst();
      takeIn(skb, nowNs, completion);
      pass(nowNs, completion);
    }
    if (stat(FaultStat.PASSED) != passed) {
      wire.flush(nowNs, completion);
    }
  }

  private void takeIn(SkBuff skb, long nowNs, Wire.Completion completion) {
    switch (judge(skb.len(), nowNs)) {
      case LOST -> completion.sent(skb, DropReason.FAULT_LOSS);
      case OVERFLOW -> completion.sent(skb, DropReason.FAULT_OVERFLOW);
      case PASSES, WAITS -> {
        corrupt(skb);
        frames[place()] = skb;
        if (model.isTwice()) {
          duplicate(skb);
        }
        placed();
      }
    }
  }

  private void duplicate(SkBuff skb) {
    SkBuff copy = hasRoomForTwin() ? skb.copy() : null;
    if (copy == null) {
      count(FaultStat.DUP_FAILED);
      return;
    }
    count(FaultStat.DUPLICATED);
    frames[place()] = copy;
  }

  /** Hands on what is due, as far as the wire has room. */
  private void pass(long nowNs, Wire.Completion completion) {
    while (!blocked && due.firstDueNs() <= nowNs) {
      SkBuff skb = Objects.requireNonNull(frames[due.first()]);
      if (offer(skb, nowNs, completion)) {
        frames[due.first()] = null;
        due.removeFirst();
        count(FaultStat.PASSED);
      } else {
        blocked = true;
      }
    }
  }

  private boolean offer(SkBuff skb, long nowNs, Wire.Completion completion) {
    if (wire.queue(skb, nowNs) == Wire.Xmit.OK) {
      return true;
    }
    wire.flush(nowNs, completion);
    return !wire.isBlocked() && wire.queue(skb, nowNs) == Wire.Xmit.OK;
  }

  boolean isBlocked() {
    return blocked || wire.isBlocked();
  }

  /** When the next is due; never while the wire has no room, for then POLLOUT is what wakes. */
  long nextDeadlineNs() {
    return isBlocked() ? Long.MAX_VALUE : due.firstDueNs();
  }

  /** Gives up all that is held, in the order in which it came. */
  void purge(Wire.Completion completion) {
    due.allDue(0);
    while (!due.isEmpty()) {
      SkBuff skb = Objects.requireNonNull(frames[due.first()]);
      frames[due.first()] = null;
      due.removeFirst();
      count(FaultStat.PURGED);
      completion.sent(skb, DropReason.QUEUE_PURGE);
    }
    while (!queued.isEmpty()) {
      SkBuff skb = queued.first();
      queued.removeFirst();
      completion.sent(skb, DropReason.QUEUE_PURGE);
    }
    blocked = false;
  }
}
