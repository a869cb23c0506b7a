package dev.skiff.time;

/**
 * What time of day it is: for what the Internet timestamp option and ICMP timestamp messages carry.
 * Never for timers, since it can go back.
 */
@FunctionalInterface
public interface TimeOfDay {
  /** Milliseconds in a day. */
  int MS_PER_DAY = 86_400_000;

  /** Milliseconds since midnight UT, 0 to 86,399,999: RFC 791 3.1, RFC 792. */
  int msOfDay();

  /** The machine's own. */
  static TimeOfDay system() {
    return () -> (int) (System.currentTimeMillis() % MS_PER_DAY);
  }
}
