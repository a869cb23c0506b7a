package dev.skiff.neigh;

import dev.skiff.text.Settings;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code struct neigh_parms}: the times and bounds of the neighbour table, under Linux's names and
 * with Linux's defaults (Documentation/networking/ip-sysctl, {@code neigh/default}). Any thread.
 *
 * @param baseReachableNs {@code base_reachable_time}: how long a confirmation holds on average; it
 *     is a random time between half and one and a half of it, drawn anew every five minutes. RFC
 *     4861 6.3.2
 * @param delayNs {@code delay_first_probe_time}: how long a stale entry is used before it is asked
 * @param retransNs {@code retrans_time}: between two requests for one address; RFC 1122 2.3.2.1
 *     wants a second or more
 * @param locktimeNs sysctl {@code neigh/default/locktime}: how long the first of several different
 *     answers stands
 * @param gcStaleNs {@code gc_stale_time}: how long an entry stays that nobody uses
 * @param mcastSolicit {@code mcast_solicit}: requests to all before giving up
 * @param ucastSolicit {@code ucast_solicit}: requests to a known address before giving up
 * @param mcastResolicit {@code mcast_resolicit}: requests to all after those
 * @param queuePackets {@code unres_qlen}: the most packets that wait for one neighbour
 * @param queueBytes {@code unres_qlen_bytes}: the most memory that they take; Linux has 212,992,
 *     which is for its smaller structure: here as there 101 frames of 1514 bytes fit
 * @param totalPackets the most packets that wait for all neighbours together
 * @param totalBytes the most memory that they take
 * @param gcThresh1 {@code gc_thresh1}: up to so many entries none is taken out for its age
 * @param gcThresh2 {@code gc_thresh2}: above so many, those unused for 5 s are taken out as others
 *     are made; no more than that are being asked for at a time
 * @param gcThresh3 {@code gc_thresh3}: the most entries; permanent ones are not counted in, and
 *     there may be as many of them
 */
public record NeighbourParms(
    long baseReachableNs,
    long delayNs,
    long retransNs,
    long locktimeNs,
    long gcStaleNs,
    int mcastSolicit,
    int ucastSolicit,
    int mcastResolicit,
    int queuePackets,
    int queueBytes,
    int totalPackets,
    int totalBytes,
    int gcThresh1,
    int gcThresh2,
    int gcThresh3) {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;
  private static final long DAY = 86_400 * SECOND;
  private static final int MOST_ENTRIES = 1 << 16;
  private static final int MOST_PROBES = 100;
  private static final int MOST_BYTES = 1 << 29;

  /** What it is unless it is told otherwise. */
  public static final NeighbourParms USUAL =
      new NeighbourParms(
          30 * SECOND,
          5 * SECOND,
          SECOND,
          SECOND,
          60 * SECOND,
          3,
          3,
          0,
          101,
          256 << 10,
          512,
          2 << 20,
          128,
          512,
          1024);

  /**
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public NeighbourParms {
    long shortestNs = Math.min(Math.min(delayNs, locktimeNs), gcStaleNs);
    int least = Math.min(Math.min(ucastSolicit, mcastResolicit), gcThresh1);
    int leastPositive = Math.min(Math.min(mcastSolicit, queuePackets), totalPackets);
    if (baseReachableNs < 2
        || shortestNs < 0
        || least < 0
        || Math.min(Math.min(leastPositive, queueBytes), Math.min(totalBytes, gcThresh2)) < 1) {
      throw new IllegalArgumentException("a time or bound of the neighbour table is too small");
    }
    if (retransNs < SECOND) {
      throw new IllegalArgumentException("retrans_time: use 1s or more, RFC 1122 2.3.2.1");
    }
    if (gcThresh1 > gcThresh2 || gcThresh2 > gcThresh3) {
      throw new IllegalArgumentException(
          "gc_thresh1="
              + gcThresh1
              + ",gc_thresh2="
              + gcThresh2
              + ",gc_thresh3="
              + gcThresh3
              + ": none may be greater than the next");
    }
  }

  /**
   * Reads settings as {@code base_reachable_time=10s,gc_thresh3=4096}; what is not said stays as it
   * is here.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public NeighbourParms with(String text) {
    Settings said =
        Settings.parse(
            text,
            "the neighbour table",
            "base_reachable_time=30s",
            "delay_first_probe_time=5s",
            "retrans_time=1s",
            "locktime=1s",
            "gc_stale_time=60s",
            "mcast_solicit=3",
            "ucast_solicit=3",
            "mcast_resolicit=0",
            "unres_qlen=101",
            "unres_qlen_bytes=262144",
            "unres_total=512",
            "unres_total_bytes=2097152",
            "gc_thresh1=128",
            "gc_thresh2=512",
            "gc_thresh3=1024");
    return new NeighbourParms(
        said.time("base_reachable_time", baseReachableNs, SECOND, DAY),
        said.time("delay_first_probe_time", delayNs, 0, DAY),
        said.time("retrans_time", retransNs, SECOND, DAY),
        said.time("locktime", locktimeNs, 0, DAY),
        said.time("gc_stale_time", gcStaleNs, SECOND, DAY),
        said.number("mcast_solicit", mcastSolicit, 1, MOST_PROBES),
        said.number("ucast_solicit", ucastSolicit, 0, MOST_PROBES),
        said.number("mcast_resolicit", mcastResolicit, 0, MOST_PROBES),
        said.number("unres_qlen", queuePackets, 1, MOST_ENTRIES),
        said.number("unres_qlen_bytes", queueBytes, 1, MOST_BYTES),
        said.number("unres_total", totalPackets, 1, MOST_ENTRIES),
        said.number("unres_total_bytes", totalBytes, 1, MOST_BYTES),
        said.number("gc_thresh1", gcThresh1, 0, MOST_ENTRIES),
        said.number("gc_thresh2", gcThresh2, 1, MOST_ENTRIES),
        said.number("gc_thresh3", gcThresh3, 1, MOST_ENTRIES));
  }

  /** All of them, as {@link #with} reads each. */
  public Map<String, String> settings() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("base_reachable_time", Settings.shown(baseReachableNs));
    all.put("delay_first_probe_time", Settings.shown(delayNs));
    all.put("retrans_time", Settings.shown(retransNs));
    all.put("locktime", Settings.shown(locktimeNs));
    all.put("gc_stale_time", Settings.shown(gcStaleNs));
    all.put("mcast_solicit", Integer.toString(mcastSolicit));
    all.put("ucast_solicit", Integer.toString(ucastSolicit));
    all.put("mcast_resolicit", Integer.toString(mcastResolicit));
    all.put("unres_qlen", Integer.toString(queuePackets));
    all.put("unres_qlen_bytes", Integer.toString(queueBytes));
    all.put("unres_total", Integer.toString(totalPackets));
    all.put("unres_total_bytes", Integer.toString(totalBytes));
    all.put("gc_thresh1", Integer.toString(gcThresh1));
    all.put("gc_thresh2", Integer.toString(gcThresh2));
    all.put("gc_thresh3", Integer.toString(gcThresh3));
    return all;
  }

  /** The same where no more memory may wait than that. */
  public NeighbourParms withAtMost(long bytes) {
    int most = (int) Math.min(totalBytes, bytes);
    return new NeighbourParms(
        baseReachableNs,
        delayNs,
        retransNs,
        locktimeNs,
        gcStaleNs,
        mcastSolicit,
        ucastSolicit,
        mcastResolicit,
        queuePackets,
        Math.min(queueBytes, most),
        totalPackets,
        most,
        gcThresh1,
        gcThresh2,
        gcThresh3);
  }

  /** Requests in {@code PROBE} before giving up. */
  int maxProbes() {
    return ucastSolicit + mcastResolicit;
  }
}
