package dev.skiff.wire;

/** What a {@link TapWire} has asked of the kernel: calls, not frames. */
public enum TapStat {
  READS("Reads", "Calls of read(2), those that found nothing included."),
  WRITES("Writes", "Calls of write(2)."),
  ENTERS("Enters", "Calls of io_uring_enter(2)."),
  RING_READS("RingReads", "Reads that were put into the ring, those that found nothing included."),
  RING_WRITES("RingWrites", "Writes that were put into the ring.");

  private final String statName;
  private final String text;

  TapStat(String statName, String text) {
    this.statName = statName;
    this.text = text;
  }

  /** The name that people see. */
  public String statName() {
    return statName;
  }

  /** What it counts, in a sentence. */
  public String text() {
    return text;
  }
}
