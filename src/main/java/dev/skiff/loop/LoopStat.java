package dev.skiff.loop;

/** The counters of a loop. */
public enum LoopStat {
  /** Turns. */
  TURNS("Turns"),
  /** Waits in {@code ppoll}. */
  WAITS("Waits"),
  /** Waits that ended since a descriptor was ready, and not since it was time. */
  WAKEUPS("Wakeups"),
  /** Turns that found nothing and were made instead of a wait. */
  SPINS("Spins"),
  /** Commands carried out. */
  COMMANDS("Commands"),
  /** Timers fired. */
  TIMERS("Timers"),
  /** Exceptions caught: bugs. */
  FAULTS("Faults");

  private final String statName;

  LoopStat(String statName) {
    this.statName = statName;
  }

  /** The name that people see. */
  public String statName() {
    return statName;
  }
}
