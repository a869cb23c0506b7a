package dev.skiff.wire;

/**
 * The counters of a {@link FaultyWire}, for each direction.
 *
 * <p>They balance: seen + duplicated = passed + lost + burst_lost + overflow + purged + what is
 * held.
 */
public enum FaultStat {
  /** Frames that came while there were faults to be done. */
  SEEN("seen"),
  /** Frames that went on, duplicates included. */
  PASSED("passed"),
  /** Frames that {@code loss} lost. */
  LOST("lost"),
  /** Frames that {@code burst} lost. */
  BURST_LOST("burst_lost"),
  /** Frames of which one bit was turned round. */
  CORRUPTED("corrupted"),
  /** Frames that were made, each equal to one that came. */
  DUPLICATED("duplicated"),
  /** Duplicates that could not be made, for want of a buffer or of room. */
  DUP_FAILED("dup_failed"),
  /** Frames that were held back for the next one to overtake them. */
  REORDERED("reordered"),
  /** Frames that had to wait for {@code delay}, {@code jitter} or {@code rate}. */
  DELAYED("delayed"),
  /** Frames that were lost since as many were held as there is room for. */
  OVERFLOW("overflow"),
  /** Frames that were given up when the wire was closed or died. */
  PURGED("purged");

  private static final FaultStat[] VALUES = values();

  private final String statName;

  FaultStat(String statName) {
    this.statName = statName;
  }

  /** The name that people know. */
  public String statName() {
    return statName;
  }

  static int count() {
    return VALUES.length;
  }
}
