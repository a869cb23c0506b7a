package dev.skiff.neigh;

/** The counters of the neighbour table, named as in {@code /proc/net/stat/arp_cache}. */
public enum NeighbourStat {
  ALLOCS("allocs", "Entries of the neighbour table made."),
  DESTROYS("destroys", "Entries of the neighbour table taken out."),
  LOOKUPS("lookups", "Look-ups in the neighbour table."),
  HITS("hits", "Look-ups in the neighbour table that found an entry."),
  HH_HITS("hh_hits", "Packets that found a finished header and needed no look-up."),
  RES_FAILED("res_failed", "Resolutions of a MAC address that failed."),
  PERIODIC_GC_RUNS(
      "periodic_gc_runs",
      "Times the neighbour table was gone through for entries that nobody has used for long."),
  FORCED_GC_RUNS("forced_gc_runs", "Times entries were taken out to make room for one more."),
  TABLE_FULLS("table_fulls", "Entries that could not be made, since the neighbour table was full."),
  UNRES_QUEUED("unres_queued", "Packets that had to wait for a MAC address."),
  UNRES_DISCARDS(
      "unres_discards", "Packets that waited for a MAC address, and were pushed out of the queue."),
  UNREACHABLES(
      "unreachables", "Packets that waited for a MAC address in vain, and whose sender was told."),
  MAC_CHANGES("mac_changes", "Times a neighbour's MAC address became another."),
  CONFIRMS("confirms", "Confirmations of a neighbour by a unicast reply."),
  HINTS("hints", "Confirmations of a neighbour by an upper layer."),
  RCV_REQUESTS("rcv_requests", "ARP requests received that ask for our address."),
  RCV_PROBES("rcv_probes", "ARP probes received: requests of a station that has no address yet."),
  RCV_REPLIES("rcv_replies", "ARP replies received."),
  SND_REQUESTS("snd_requests", "ARP requests sent."),
  SND_REQUESTS_UCAST(
      "snd_requests_ucast",
      "ARP requests sent to one neighbour, to see whether it is still there."),
  SND_FAILED(
      "snd_failed",
      "ARP requests and replies not sent, for want of a buffer or an address of ours, or not taken by the device."),
  SND_REPLIES("snd_replies", "ARP replies sent.");

  private final String statName;
  private final String text;

  NeighbourStat(String statName, String text) {
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
