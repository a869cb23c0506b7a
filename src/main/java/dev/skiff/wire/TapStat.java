package dev.skiff.wire;

/** What a {@link TapWire} has asked of the kernel: calls, not frames. */
public enum TapStat {
  /** {@code read(2)}, those that found nothing included. */
  READS("Reads"),
  /** {@code write(2)}. */
  WRITES("Writes"),
  /** {@code io_uring_enter(2)}. */
  ENTERS("Enters"),
  /** Reads that were put into the ring, those that found nothing included. */
  RING_READS("RingReads"),
  /** Writes that were put into the ring. */
  RING_WRITES("RingWrites");

  private final String statName;

  TapStat(String statName) {
    this.statName = statName;
  }

  /** The name that people see. */
  public String statName() {
    return statName;
  }
}
