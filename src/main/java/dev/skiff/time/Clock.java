package dev.skiff.time;

/** A monotonic clock; the loop reads it once per turn. */
@FunctionalInterface
public interface Clock {
  /**
   * The time now.
   *
   * @return nanoseconds since an arbitrary origin, never going back; compare by subtraction
   */
  long nowNs();

  /** The machine's own monotonic clock, {@code CLOCK_MONOTONIC}. */
  static Clock system() {
    return System::nanoTime;
  }
}
