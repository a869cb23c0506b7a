package dev.skiff.wire;

import java.util.SplittableRandom;

/**
 * Decides what becomes of each frame of one direction.
 *
 * <p>For each frame the same number of random numbers is drawn in the same order, whatever is set:
 * so the fate of a frame depends on the seed, the setting and the frame's number alone. Thread: the
 * loop thread.
 */
final class FaultModel {
  /** How long a frame that is held back waits for the next one. */
  static final long REORDER_NS = 100_000_000L;

  private static final double PERCENT = 100;
  private static final long BITS_AND_NS = 8 * 1_000_000_000L;

  private FaultSpec spec = FaultSpec.OFF;
  private boolean active;
  private SplittableRandom random = new SplittableRandom(0);
  private int burstLeft;
  private long transmitterFreeNs;

  // What was decided of the last frame.
  private boolean lost;
  private boolean lostInBurst;
  private boolean corrupt;
  private double where;
  private boolean twice;
  private boolean heldBack;
  private double jitter;
  private long sentNs;

  /** Starts afresh: no burst, an idle transmitter. */
  void set(FaultSpec newSpec, FaultDirection direction, SplittableRandom newRandom) {
    spec = newSpec;
    active = !newSpec.isOff() && newSpec.direction().covers(direction);
    random = newRandom;
    burstLeft = 0;
    transmitterFreeNs = 0;
    forget();
  }

  private void forget() {
    lost = false;
    lostInBurst = false;
    corrupt = false;
    twice = false;
    heldBack = false;
  }

  /** Whether there is anything to be done to frames of this direction. */
  boolean isActive() {
    return active;
  }

  /** Decides about the next frame; the questions below are about that one. */
  void nextFrame() {
    if (!active) {
      forget();
      return;
    }
    boolean burst = happens(spec.burstPercent());
    boolean single = happens(spec.lossPercent());
    corrupt = happens(spec.corruptPercent());
    where = random.nextDouble();
    twice = happens(spec.dupPercent());
    heldBack = happens(spec.reorderPercent());
    jitter = 2 * random.nextDouble() - 1;
    if (burst && burstLeft == 0) {
      burstLeft = spec.burstFrames();
    }
    lostInBurst = burstLeft > 0;
    if (lostInBurst) {
      burstLeft--;
    }
    lost = lostInBurst || single;
  }

  private boolean happens(double percent) {
    return random.nextDouble() * PERCENT < percent;
  }

  boolean isLost() {
    return lost;
  }

  /** By which of two the frame is lost, for the counters. */
  FaultStat loss() {
    return lostInBurst ? FaultStat.BURST_LOST : FaultStat.LOST;
  }

  /**
   * The bit to be turned round, counted from the frame's first byte; -1 for none.
   *
   * @param len the frame's bytes
   */
  long corruptBit(int len) {
    return corrupt && len > 0 ? (long) (where * len * Byte.SIZE) : -1;
  }

  /** Whether the frame arrives twice. */
  boolean isTwice() {
    return twice;
  }

  /** Whether the frame waits until the next one has passed. */
  boolean isHeldBack() {
    return heldBack;
  }

  /**
   * When the frame is through: its turn at the transmitter, its bits, and the way; never before
   * {@code nowNs}.
   */
  long dueNs(int len, long nowNs) {
    if (!active) {
      return nowNs;
    }
    sentNs = nowNs;
    if (spec.rateBits() > 0) {
      // Rounded up: no faster than the rate.
      sentNs =
          Math.max(nowNs, transmitterFreeNs) + Math.ceilDiv(len * BITS_AND_NS, spec.rateBits());
    }
    return sentNs + Math.max(0, spec.delayNs() + Math.round(jitter * spec.jitterNs()));
  }

  /** The frame of the last {@link #dueNs} occupies the transmitter. */
  void transmit() {
    if (active && spec.rateBits() > 0) {
      transmitterFreeNs = sentNs;
    }
  }
}
