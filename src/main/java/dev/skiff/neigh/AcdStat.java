package dev.skiff.neigh;

/** The counters of address conflict detection. */
public enum AcdStat {
  PROBES("probes", "Probes for an address of ours sent."),
  ACQUIRED("acquired", "Addresses that nobody else turned out to have."),
  ANNOUNCEMENTS(
      "announcements", "Announcements of an address of ours sent, those that defend one included."),
  CONFLICTS(
      "conflicts", "ARP packets of other stations with an address of ours, or that we probed for."),
  DEFENDED("defended", "Announcements that defended an address."),
  GIVEN_UP("given_up", "Addresses not taken, or given up, since another station has them."),
  FAILED(
      "failed",
      "Probes and announcements not sent for want of a buffer, or since the device was down.");

  private final String statName;
  private final String text;

  AcdStat(String statName, String text) {
    this.statName = statName;
    this.text = text;
  }

  /** The name that people know. */
  public String statName() {
    return statName;
  }

  /** What it counts, in a sentence. */
  public String text() {
    return text;
  }
}
