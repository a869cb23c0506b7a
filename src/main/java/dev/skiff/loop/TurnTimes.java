package dev.skiff.loop;

import dev.skiff.stats.Histogram;
import dev.skiff.time.Clock;

/** How long the turns take that find something to do. Loop thread. */
final class TurnTimes {
  private final Clock clock;
  private final Histogram times;
  private long doneBefore;

  TurnTimes(Clock clock, Histogram times, long done) {
    this.clock = clock;
    this.times = times;
    doneBefore = done;
  }

  /**
   * At the end of a turn.
   *
   * @param beganNs when it began
   * @param done a number that is another if it found something to do
   */
  void ended(long beganNs, long done) {
    if (done != doneBefore) {
      doneBefore = done;
      times.record(clock.nowNs() - beganNs);
    }
  }
}
