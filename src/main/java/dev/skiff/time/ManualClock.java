package dev.skiff.time;

/** A clock that stands still until it is told to move: the clock of every test of a timer. */
public final class ManualClock implements Clock {
  private long nowNs;

  /** A clock that begins at {@code startNs} nanoseconds. */
  public ManualClock(long startNs) {
    nowNs = startNs;
  }

  @Override
  public long nowNs() {
    return nowNs;
  }

  /**
   * Moves on.
   *
   * @param ns nanoseconds, 0 or more
   * @throws IllegalArgumentException if {@code ns} is negative
   */
  public void advance(long ns) {
    if (ns < 0) {
      throw new IllegalArgumentException("a clock does not go back: " + ns + " ns");
    }
    nowNs += ns;
  }
}
