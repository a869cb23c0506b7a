package dev.skiff.ip;

/**
 * The sysctls {@code ipfrag_*} of {@code struct fqdir}: what reassembly may take, and for how long.
 * Documentation/networking/ip-sysctl has Linux's; {@code ipfrag_low_thresh}, {@code
 * ipfrag_max_dist} and {@code ipfrag_secret_interval} have nothing to say here. Any thread.
 *
 * @param highThresh {@code ipfrag_high_thresh}: the most memory of all fragments that wait, in
 *     bytes of {@code truesize}, and 2304 more for each datagram. Where there is more the oldest
 *     datagram goes; Linux takes no new one instead, so that who fills it shuts everybody out
 * @param sourceBytes {@code ipfrag_source_thresh}, which Linux does not have: the most memory of
 *     what comes from one source address, whose own oldest datagram goes where there is more; 0 for
 *     a quarter of {@code highThresh}
 * @param timeNs {@code ipfrag_time}: how long a datagram waits for its other fragments, from the
 *     first that came, 1 to 120 s. Linux has 30 s; RFC 1122 3.3.2 would rather have 60 to 120 s,
 *     which is up to four times as long for a flood to be held
 */
public record FragParms(int highThresh, int sourceBytes, long timeNs) {
  private static final long SECOND = 1_000_000_000L;
  private static final long LONGEST_NS = 120 * SECOND;
  private static final int SOURCES = 4;

  /** What it is unless it is told otherwise: 4 MB, 1 MB and 30 s. */
  public static final FragParms USUAL = new FragParms(4 << 20, 0, 30 * SECOND);

  /**
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public FragParms {
    if (highThresh < 0 || sourceBytes < 0) {
      throw new IllegalArgumentException(
          "ipfrag_high_thresh and ipfrag_source_thresh: use 0 bytes or more");
    }
    if (timeNs < SECOND || timeNs > LONGEST_NS) {
      throw new IllegalArgumentException("ipfrag_time: use 1s to 120s");
    }
  }

  /** The same where no more memory may wait than that. */
  public FragParms withAtMost(long bytes) {
    return new FragParms((int) Math.min(highThresh, bytes), sourceBytes, timeNs);
  }

  /** The most memory of one source, in bytes: no more than that of all. */
  int sourceLimit() {
    return sourceBytes == 0 ? highThresh / SOURCES : Math.min(sourceBytes, highThresh);
  }
}
