package dev.skiff.stats;

/**
 * How often something took how long: a counter for each range of times, each range twice as long as
 * the one before.
 *
 * <p>One thread (the loop thread) writes; any thread reads, without a lock, as with {@link
 * Counters}.
 */
public final class Histogram {
  private final long leastNs;
  private final int bounds;

  /** For each bound what is not above it and above the one before; what is above all; the sum. */
  private final Counters values;

  /**
   * Makes one, all zero.
   *
   * @param leastNs the least bound in nanoseconds, at least 1
   * @param bounds how many there are, at least 1, each twice the one before
   */
  public Histogram(long leastNs, int bounds) {
    this.leastNs = leastNs;
    this.bounds = bounds;
    values = new Counters(bounds + 2);
  }

  /** Counts a time; a negative one, of a clock that went back, as 0. Loop thread. */
  public void record(long ns) {
    // 0 up to the first bound, 1 up to twice as much, 2 and 3 up to four times as much.
    long steps = Math.max(0, ns - 1) / leastNs;
    int bound = Long.SIZE - Long.numberOfLeadingZeros(steps);
    values.increment(Math.min(bound, bounds));
    values.add(bounds + 1, Math.max(0, ns));
  }

  /** How many bounds there are. */
  public int bounds() {
    return bounds;
  }

  /**
   * A bound in nanoseconds; a time that is equal to it is counted as within.
   *
   * @param bound 0 to less than {@link #bounds}
   */
  public long boundNs(int bound) {
    return leastNs << bound;
  }

  /**
   * How many times were above the bound before and not above this one. Any thread.
   *
   * @param bound 0 to {@link #bounds}, which is what was above all
   */
  public long count(int bound) {
    return values.get(bound);
  }

  /** The sum of all times in nanoseconds. Any thread. */
  public long sumNs() {
    return values.get(bounds + 1);
  }
}
