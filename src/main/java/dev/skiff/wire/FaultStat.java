package dev.skiff.wire;

/**
 * The counters of a {@link FaultyWire}, for each direction.
 *
 * <p>They balance: seen + duplicated = passed + lost + burst_lost + overflow + purged + what is
 * held.
 */
public enum FaultStat {
  SEEN("seen", "Frames that came while there were faults to be done."),
  PASSED("passed", "Frames that went on, duplicates included."),
  LOST("lost", "Frames that the setting loss lost."),
  BURST_LOST("burst_lost", "Frames that the setting burst lost."),
  CORRUPTED("corrupted", "Frames of which one bit was turned round."),
  DUPLICATED("duplicated", "Frames that were made, each equal to one that came."),
  DUP_FAILED("dup_failed", "Duplicates that could not be made, for want of a buffer or of room."),
  REORDERED("reordered", "Frames that were held back for the next one to overtake them."),
  DELAYED("delayed", "Frames that had to wait for the settings delay, jitter or rate."),
  OVERFLOW("overflow", "Frames that were lost since as many were held as there is room for."),
  PURGED("purged", "Frames that were given up when the wire was closed or died.");

  private static final FaultStat[] VALUES = values();

  private final String statName;
  private final String text;

  FaultStat(String statName, String text) {
    this.statName = statName;
    this.text = text;
  }

  /** The name that people know. */
  public String statName() {
    return statName;
  }

  /** What it counts, in a sentence. */
  public String text() {
    return text;
  }

  static int count() {
    return VALUES.length;
  }
}
