package dev.skiff.neigh;

/** The counters of the neighbour table, named as in {@code /proc/net/stat/arp_cache}. */
public enum NeighbourStat {
  /** Entries made. */
  ALLOCS("allocs"),
  /** Entries taken out. */
  DESTROYS("destroys"),
  /** Look-ups. */
  LOOKUPS("lookups"),
  /** Look-ups that found an entry. */
  HITS("hits"),
  /** Packets that found a finished header and needed no look-up. */
  HH_HITS("hh_hits"),
  /** Resolutions that failed. */
  RES_FAILED("res_failed"),
  /** Times the table was gone through for entries that nobody has used for long. */
  PERIODIC_GC_RUNS("periodic_gc_runs"),
  /** Times entries were taken out to make room for one more. */
  FORCED_GC_RUNS("forced_gc_runs"),
  /** Entries that could not be made, since the table was full. */
  TABLE_FULLS("table_fulls"),
  /** Packets that had to wait for an answer. */
  UNRES_QUEUED("unres_queued"),
  /** Packets that waited, and were pushed out of a queue. */
  UNRES_DISCARDS("unres_discards"),
  /** Packets that waited in vain, and whose sender was told. */
  UNREACHABLES("unreachables"),
  /** Entries whose MAC address became another. */
  MAC_CHANGES("mac_changes"),
  /** Confirmations by a unicast reply. */
  CONFIRMS("confirms"),
  /** Confirmations by an upper layer. */
  HINTS("hints"),
  /** Requests received that ask for our address. */
  RCV_REQUESTS("rcv_requests"),
  /** Of those, probes: from a station that has no address yet. */
  RCV_PROBES("rcv_probes"),
  /** Replies received. */
  RCV_REPLIES("rcv_replies"),
  /** Requests sent. */
  SND_REQUESTS("snd_requests"),
  /** Of those, the ones to one neighbour, to see whether it is still there. */
  SND_REQUESTS_UCAST("snd_requests_ucast"),
  /**
   * Requests and replies not sent, for want of a buffer or an address of ours, or not taken by the
   * device.
   */
  SND_FAILED("snd_failed"),
  /** Replies sent. */
  SND_REPLIES("snd_replies");

  private final String statName;

  NeighbourStat(String statName) {
    this.statName = statName;
  }

  /** The name that people know. */
  public String statName() {
    return statName;
  }
}
