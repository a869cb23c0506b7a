package dev.skiff.ip;

/**
 * Bounds of reassembly.
 *
 * @param highThresh bytes
 * @param sourceBytes bytes
 * @param timeNs ns
 */
public record FragParms(long highThresh, long sourceBytes, long timeNs) {
  /** What they are unless told otherwise. */
  public static final FragParms USUAL = new FragParms(4L << 20, 1L << 20, 30_000_000_000L);

  /** At most so much memory. */
  public FragParms withAtMost(long bytes) {
    return this;
  }
}
