package dev.skiff.loop;

/** The counters of a loop. */
public enum LoopStat {
  /** Turns. */
  TURNS("Turns"),
  /** Waits. */
  WAITS("Waits"),
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
