package dev.skiff.neigh;

/** The counters of the neighbour table, named as in {@code /proc/net/stat/arp_cache}. */
public enum NeighbourStat {
  /** Entries made. */
  ALLOCS("allocs"),
  /** Entries taken out to make room. */
  FORCED_GC_RUNS("forced_gc_runs"),
  /** Resolutions that failed. */
  RES_FAILED("res_failed"),
  /** Look-ups. */
  LOOKUPS("lookups"),
  /** Look-ups that found an entry. */
  HITS("hits"),
  /** Packets that found a finished header and needed no look-up. */
  HH_HITS("hh_hits"),
  /** Packets that were pushed out of a queue. */
  UNRES_DISCARDS("unres_discards"),
  /** Requests received that ask for our address. */
  RCV_REQUESTS("rcv_requests"),
  /** Replies received. */
  RCV_REPLIES("rcv_replies"),
  /** Requests sent. */
  SND_REQUESTS("snd_requests"),
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
