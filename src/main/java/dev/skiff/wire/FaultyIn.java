package dev.skiff.wire;

import dev.skiff.skb.SkBuff;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way in of a {@link FaultyWire}: frames that wait are copied to memory of its own, since the
 * caller's buffer is the caller's. Thread: the loop thread.
 */
final class FaultyIn extends FaultyDirection {
  /** How many frames in a row may be kept from the caller before it gets a turn. */
  static final int MOST_KEPT = 64;

  private final Wire wire;
  private int slotSize;
  private @Nullable HeldFrames frames;
  private long wantsTurnNs = Long.MAX_VALUE;

  FaultyIn(Wire wire, int slotSize, int capacity) {
    super(capacity);
    this.wire = wire;
    this.slotSize = slotSize;
  }

  /**
   * Has memory for frames that wait: taken once, so that who sets no such fault pays nothing.
   *
   * @throws IllegalStateException if there is not enough
   */
  void allocate() {
    if (frames == null) {
      frames = held(slotSize);
    }
  }

  private HeldFrames held(int size) {
    try {
      return new HeldFrames(slots(), size);
    } catch (OutOfMemoryError e) {
      throw new IllegalStateException(
          "no memory for frames that wait: " + slots() + " of " + size + " bytes", e);
    }
  }

  /** See {@link FaultyWire#growTo}. */
  boolean growTo(int size) {
    HeldFrames old = frames;
    if (size > slotSize) {
      if (old != null) {
        if (!due.isEmpty()) {
          return false;
        }
        frames = held(size);
        old.close();
      }
      slotSize = size;
    }
    return true;
  }

  boolean isTransparent() {
    return !model.isActive() && due.isEmpty() && wantsTurnNs == Long.MAX_VALUE;
  }

  Wire.Rx receive(SkBuff skb, long nowNs) {
    wantsTurnNs = Long.MAX_VALUE;
    for (int kept = 0; kept < MOST_KEPT; kept++) {
      if (due.firstDueNs() <= nowNs) {
        deliver(skb);
        return Wire.Rx.FRAME;
      }
      Wire.Rx rx = wire.receive(skb, nowNs);
      if (rx == Wire.Rx.GONE) {
        purge();
      }
      if (rx != Wire.Rx.FRAME || !model.isActive() || takeIn(skb, nowNs)) {
        return rx;
      }
      skb.clear();
    }
    wantsTurnNs = nowNs; // There may be more, and nobody else would say so.
    return Wire.Rx.EMPTY;
  }

  /** Says whether the frame goes on to the caller, in the buffer that it is in. */
  private boolean takeIn(SkBuff skb, long nowNs) {
    Fate fate = judge(skb.len(), nowNs);
    if (fate == Fate.LOST || fate == Fate.OVERFLOW) {
      return false;
    }
    corrupt(skb);
    if (fate == Fate.WAITS) {
      store(skb);
    } else {
      count(FaultStat.PASSED);
    }
    if (model.isTwice()) {
      if (hasRoomForTwin()) {
        count(FaultStat.DUPLICATED);
        store(skb);
      } else {
        count(FaultStat.DUP_FAILED);
      }
    }
    placed();
    return fate == Fate.PASSES;
  }

  private void store(SkBuff skb) {
    frames().put(place(), skb);
  }

  private void deliver(SkBuff skb) {
    frames().get(due.first(), skb);
    due.removeFirst();
    count(FaultStat.PASSED);
  }

  private HeldFrames frames() {
    return Objects.requireNonNull(frames, "a fault that holds frames was set without memory");
  }

  long nextDeadlineNs() {
    return Math.min(wantsTurnNs, due.firstDueNs());
  }

  /** Gives up all that is held. */
  void purge() {
    wantsTurnNs = Long.MAX_VALUE;
    while (!due.isEmpty()) {
      due.removeFirst();
      count(FaultStat.PURGED);
    }
  }

  /** Gives up all that is held, and the memory. */
  void close() {
    purge();
    if (frames != null) {
      frames.close();
      frames = null;
    }
  }
}
