package dev.skiff.loop;

/** The counters of a loop. */
public enum LoopStat {
  TURNS("Turns", "Turns of the loop."),
  WAITS("Waits", "Waits in ppoll."),
  WAKEUPS("Wakeups", "Waits that ended since a descriptor was ready, and not since it was time."),
  SPINS("Spins", "Turns that found nothing and were made instead of a wait."),
  COMMANDS("Commands", "Commands carried out on the loop's thread."),
  TIMERS("Timers", "Timers fired."),
  FAULTS("Faults", "Exceptions caught: bugs.");

  private final String statName;
  private final String text;

  LoopStat(String statName, String text) {
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
