package dev.skiff.log;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is said again and again from one place, as {@code printk_ratelimit} has it: {@link #BURST}
 * times in {@link #INTERVAL_NS} it may be; what is more is counted, and summed up in one line when
 * the interval is over. Thread: the log's own.
 */
final class RateLimit {
  /** How often one place may say something in an interval. */
  static final int BURST = 10;

  /** How long an interval is, in nanoseconds. It begins with the first record. */
  static final long INTERVAL_NS = 5_000_000_000L;

  /** The most places that are watched at a time; for one more the oldest interval ends early. */
  static final int MAX_SITES = 256;

  /** Takes the sums. */
  interface Sums {
    /** So many more have been left out, of which this was the last. */
    void add(long more, Entry last);
  }

  private static final class Interval {
    private final long endNs;
    private int admitted = 1;
    private long more;
    private @Nullable Entry last;

    Interval(long endNs) {
      this.endNs = endNs;
    }
  }

  /** In the order in which they began, and so end. */
  private final Map<Object, Interval> intervals = new LinkedHashMap<>();

  private final Sums sums;
  private long suppressed;

  RateLimit(Sums sums) {
    this.sums = sums;
  }

  /** Whether this record, said at {@code site}, may be logged. */
  boolean admits(Object site, Entry entry, long nowNs) {
    advance(nowNs);
    Interval interval = intervals.get(site);
    if (interval == null) {
      if (intervals.size() == MAX_SITES) {
        endFirst();
      }
      intervals.put(site, new Interval(nowNs + INTERVAL_NS));
      return true;
    }
    if (interval.admitted < BURST) {
      interval.admitted++;
      return true;
    }
    interval.more++;
    interval.last = entry;
    suppressed++;
    return false;
  }

  /** Sums up what is over. */
  void advance(long nowNs) {
    while (nextDeadlineNs() - nowNs <= 0 && !intervals.isEmpty()) {
      endFirst();
    }
  }

  /** When the next interval is over; of no meaning if there is none. */
  long nextDeadlineNs() {
    return intervals.isEmpty() ? 0 : intervals.values().iterator().next().endNs;
  }

  boolean isIdle() {
    return intervals.isEmpty();
  }

  /** Sums up all there is. */
  void end() {
    while (!intervals.isEmpty()) {
      endFirst();
    }
  }

  private void endFirst() {
    Iterator<Interval> all = intervals.values().iterator();
    Interval first = all.next();
    all.remove();
    Entry last = first.last;
    if (last != null) {
      sums.add(first.more, last);
    }
  }

  /** How many records were left out so far. */
  long suppressed() {
    return suppressed;
  }
}
