package dev.skiff.stats;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exceptions that a handler, a timer or a command threw: each is a bug. Counted always, logged once
 * per stack trace, and never allowed to end the loop.
 *
 * <p>Written by the loop thread; the count may be read by any.
 */
public final class Faults {
  /** How many different stack traces are remembered; later ones are counted and not logged. */
  public static final int MOST_TRACES = 64;

  private static final Logger LOG = LoggerFactory.getLogger("skiff.fault");

  private final Counters count = new Counters(1);
  private final Set<Integer> seen = new HashSet<>();

  /**
   * Counts a fault and logs it if its stack trace is new.
   *
   * @param where what was being done
   */
  public void caught(String where, Throwable fault) {
    count.increment(0);
    int trace = 31 * fault.getClass().hashCode() + Arrays.hashCode(fault.getStackTrace());
    if (seen.size() < MOST_TRACES && seen.add(trace)) {
      LOG.error("a bug: {} threw; this stack trace is logged once", where, fault);
    }
  }

  /** How many there were. Any thread. */
  public long count() {
    return count.get(0);
  }
}
