package dev.skiff.daemon;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What has become of the requests of one ping, in the figures that iputils' ping ends with. Times
 * in microseconds, as there.
 *
 * <p>Thread: the loop thread.
 */
final class PingTally {
  private static final int SEQUENCES = 0xFFFF;
  private static final int HALF = 0x7FFF;

  /** The weight of the newest round-trip time in their moving average: one part in so many. */
  private static final int EWMA = 8;

  /** Up to this sum of times its square is no overflow. */
  private static final long SMALL_SUM = Integer.MAX_VALUE;

  private final boolean timed;
  private long received;
  private long duplicates;
  private long errors;
  private long minUs = Long.MAX_VALUE;
  private long maxUs;
  private long sumUs;
  private long squares;
  private long ewmaUs8;
  private int acked;
  private int pipe;

  /**
   * Nothing yet.
   *
   * @param timed whether the data are long enough to carry a time, without which iputils has none
   */
  PingTally(boolean timed) {
    this.timed = timed;
  }

  /** A reply to {@code sequence}. */
  void reply(int sequence, long transmitted, long rttUs, boolean duplicate) {
    if (duplicate) {
      duplicates++;
    } else {
      received++;
    }
    acknowledge(sequence, transmitted);
    minUs = Math.min(minUs, rttUs);
    maxUs = Math.max(maxUs, rttUs);
    sumUs += rttUs;
    squares += rttUs * rttUs;
    ewmaUs8 = ewmaUs8 == 0 ? rttUs * EWMA : ewmaUs8 + rttUs - ewmaUs8 / EWMA;
  }

  /** Something on the way, or here, says that {@code sequence} did not get there. */
  void error(int sequence, long transmitted) {
    errors++;
    acknowledge(sequence, transmitted);
  }

  /** One was refused here for its size. */
  void localError() {
    errors++;
  }

  private void acknowledge(int sequence, long transmitted) {
    int behind = ((int) transmitted - sequence) & SEQUENCES;
    if (behind <= HALF) {
      pipe = Math.max(pipe, behind + 1);
      if ((short) (sequence - acked) > 0 || (((int) transmitted - acked) & SEQUENCES) > HALF) {
        acked = sequence;
      }
    }
  }

  /** How many requests nothing was heard of, as far as is known. */
  long inFlight(long transmitted) {
    int behind = ((int) transmitted - acked) & SEQUENCES;
    return behind <= HALF ? behind : transmitted - received - errors;
  }

  long received() {
    return received;
  }

  long errors() {
    return errors;
  }

  long maxUs() {
    return maxUs;
  }

  /** The figures by name; those of time only if there are any. */
  Map<String, Object> members(long transmitted, long timeUs) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("transmitted", transmitted);
    members.put("received", received);
    members.put("duplicates", duplicates);
    members.put("errors", errors);
    members.put("time_us", timeUs);
    members.put("pipe", pipe);
    long all = received + duplicates;
    if (received > 0 && timed) {
      long avgUs = sumUs / all;
      // The squares of small sums are exact, those of great ones would overflow.
      long variance =
          sumUs < SMALL_SUM ? (squares - sumUs * sumUs / all) / all : squares / all - avgUs * avgUs;
      members.put("rtt_min_us", minUs);
      members.put("rtt_avg_us", avgUs);
      members.put("rtt_max_us", maxUs);
      members.put("rtt_mdev_us", (long) Math.sqrt((double) Math.max(0, variance)));
      members.put("rtt_ewma_us", ewmaUs8 / EWMA);
    }
    return members;
  }
}
