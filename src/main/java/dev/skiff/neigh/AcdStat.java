package dev.skiff.neigh;

/** The counters of address conflict detection. */
public enum AcdStat {
  /** Probes sent. */
  PROBES("probes"),
  /** Addresses that nobody else turned out to have. */
  ACQUIRED("acquired"),
  /** Announcements sent, those that defend an address included. */
  ANNOUNCEMENTS("announcements"),
  /** ARP packets of other stations with an address of ours, or that we probed for. */
  CONFLICTS("conflicts"),
  /** Announcements that defended an address. */
  DEFENDED("defended"),
  /** Addresses not taken, or given up, since another station has them. */
  GIVEN_UP("given_up"),
  /** Probes and announcements not sent for want of a buffer, or since the device was down. */
  FAILED("failed");

  private final String statName;

  AcdStat(String statName) {
    this.statName = statName;
  }

  /** The name that people know. */
  public String statName() {
    return statName;
  }
}
