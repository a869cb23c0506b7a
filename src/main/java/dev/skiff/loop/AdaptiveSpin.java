package dev.skiff.loop;

import java.util.function.LongSupplier;

/**
 * Decides how long a loop that has nothing to do turns on before it blocks.
 *
 * <p>A wait lasts from the turn that found nothing more until one that finds something. One that
 * was over within {@link #MOST_NS}, blocked or not, says that turning on for so long pays: the
 * limit grows. A longer one says that it was waste: the limit is halved, soon to nothing. Without a
 * limit every wait blocks, and being woken takes so long that even a quick answer may seem slow, so
 * that one wait in {@link #PROBE_EVERY} is tried without blocking.
 *
 * <p>It needs a processor that nobody else wants: with only one it never spins, and if it was taken
 * off its own more than once in {@link #LOOK_NS} ({@code ru_nivcsw}), not before {@link
 * #BACK_OFF_NS} are over.
 *
 * <p>Owns no clock, and allocates nothing. Thread: the loop thread.
 */
final class AdaptiveSpin {
  /** The most that one wait spins. */
  static final long MOST_NS = 50_000;

  /** The least limit that there is beside none. */
  static final long LEAST_NS = 5_000;

  /** Without a limit, one wait in so many spins all the same: at most a hundredth of the time. */
  static final int PROBE_EVERY = 100;

  /** How often it is looked whether others want the processor. */
  static final long LOOK_NS = 10_000_000;

  /** For how long it does not spin once they do; twice as long if they still do after that... */
  static final long BACK_OFF_NS = 100_000_000;

  /** ...and no longer than this. */
  static final long MOST_BACK_OFF_NS = 32 * BACK_OFF_NS;

  private final boolean alone;
  private final LongSupplier switches;
  private long limitNs;

  /** Of the present wait: how long it may spin, and since when it lasts, if it has begun. */
  private long budgetNs;

  private boolean begun;
  private long beganNs;

  private int waitsWithoutSpin;
  private boolean backingOff;
  private long backedOffNs;
  private long backOffNs;
  private long nextBackOffNs = BACK_OFF_NS;
  private long lookedNs;
  private long switchesThen;

  /**
   * One that has learnt nothing yet, and blocks.
   *
   * @param processors how many there are for this process
   * @param switches how often the loop thread was taken off its processor so far, asked on it
   */
  AdaptiveSpin(int processors, LongSupplier switches) {
    alone = processors <= 1;
    this.switches = switches;
  }

  /**
   * Whether to turn again at once, after a turn with nothing left to do.
   *
   * @param nowNs the time of that turn
   * @param found whether there was something to do since this was last asked
   */
  boolean spins(long nowNs, boolean found) {
    if (alone) {
      return false;
    }
    if (found) {
      if (begun) {
        learn(nowNs - beganNs);
      } else if (budgetNs > 0) {
        learn(0); // The very next turn found more.
      }
      begun = false;
      budgetNs = nextBudgetNs(nowNs);
      return budgetNs > 0;
    }
    begin(nowNs);
    return nowNs - beganNs < budgetNs;
  }

  /**
   * The loop blocks now.
   *
   * @param nowNs the time now, which is that of the turn and what its work took
   */
  void blocks(long nowNs) {
    begin(nowNs);
  }

  private void begin(long nowNs) {
    if (!begun) {
      begun = true;
      beganNs = nowNs;
    }
  }

  private void learn(long lastedNs) {
    if (lastedNs <= MOST_NS) {
      limitNs = Math.clamp(2 * Math.max(limitNs, lastedNs), LEAST_NS, MOST_NS);
    } else {
      limitNs = limitNs / 2 < LEAST_NS ? 0 : limitNs / 2;
    }
  }

  private long nextBudgetNs(long nowNs) {
    if (backingOff && nowNs - backedOffNs < backOffNs) {
      return 0;
    }
    backingOff = false;
    long wanted = limitNs;
    if (wanted == 0 && ++waitsWithoutSpin >= PROBE_EVERY) {
      wanted = MOST_NS;
    }
    if (wanted == 0) {
      return 0;
    }
    waitsWithoutSpin = 0;
    return isPreempted(nowNs) ? backOff(nowNs) : wanted;
  }

  /** Whether others want the processor. Looks only so often: it is a system call. */
  private boolean isPreempted(long nowNs) {
    boolean spun = budgetNs > 0;
    long sinceNs = nowNs - lookedNs;
    if (spun && sinceNs < LOOK_NS) {
      return false;
    }
    long now = switches.getAsLong();
    long grown = now - switchesThen;
    lookedNs = nowNs;
    switchesThen = now;
    if (!spun) {
      // A peer that is woken on this processor by our own frame counts too, as long as we block.
      return false;
    }
    // The kernel's own threads come now and then.
    if (grown > Math.max(1, sinceNs / LOOK_NS)) {
      return true;
    }
    nextBackOffNs = BACK_OFF_NS;
    return false;
  }

  private long backOff(long nowNs) {
    limitNs = 0;
    backingOff = true;
    backedOffNs = nowNs;
    backOffNs = nextBackOffNs;
    nextBackOffNs = Math.min(2 * backOffNs, MOST_BACK_OFF_NS);
    return 0;
  }

  /** How long the present wait may spin, in nanoseconds. */
  long budgetNs() {
    return budgetNs;
  }
}
