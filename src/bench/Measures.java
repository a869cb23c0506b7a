import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** How the rows of {@link Aims} are taken from the results. */
final class Measures {
  /** Of a loop that counts its own bytes, some are the asking for them. */
  private static final double NO_BYTES = 0.01;

  private static final double LEAST_LIFE_MINUTES = 10;
  private static final double BYTES_PER_MB = 1e6;

  /** Bytes of data in an echo request of 64 bytes of ICMP; and in the largest without fragments. */
  static final int SMALL = 56;

  private static final int LARGE = 1472;

  private Measures() {}

  static Function<Results, Measured> replies(int size, int window, String peer) {
    return ratio(Results.REPLIES, size, window, peer, run -> run.value("replies_per_s"));
  }

  /** Processor time for a reply, of the peer's process. */
  static Function<Results, Measured> cpu(int window, String peer) {
    return ratio(Results.REPLIES, SMALL, window, peer, run -> run.value("cpu_ns_peer"));
  }

  static Function<Results, Measured> medianRtt(String peer) {
    return ratio(Results.REPLIES, SMALL, 1, peer, run -> run.rtt("p50"));
  }

  static Measured tailRtt(Results results) {
    return ratio(Results.RTT, SMALL, 1, Peers.C_DRAIN, run -> run.rtt("p99.9")).apply(results);
  }

  static Measured large(Results results) {
    return replies(LARGE, 64, Peers.C_BLOCKING).apply(results);
  }

  /** Replies a second while somebody watches, by those while nobody does. */
  static Function<Results, Measured> watchedReplies(int window) {
    return watched(window, run -> run.value("replies_per_s"));
  }

  /** Percentile 99.9 of round trips while somebody watches, by that while nobody does. */
  static Function<Results, Measured> watchedTail(int window) {
    return watched(window, run -> run.rtt("p99.9"));
  }

  private static Function<Results, Measured> watched(int window, ToDoubleFunction<Run> figure) {
    return results -> {
      Results.Case which = new Results.Case(Results.REPLIES, SMALL, window);
      Row watched = results.row(Peers.WATCHED, which);
      Row skiff = results.row(Peers.SKIFF, which);
      Spread ratios = watched.over(skiff, figure);
      if (ratios.isEmpty()) {
        return missing(results, watched, skiff);
      }
      Run watcher = results.notes("watched", Peers.WATCHED).get(0);
      // Who was not watched shows nothing.
      if (watcher == null || watcher.number("failed") > 0 || watcher.number("scrapes") == 0) {
        return Measured.not("who should have watched did not get all that was asked for");
      }
      return Measured.median(ratios, "");
    };
  }

  private static Function<Results, Measured> ratio(
      String phase, int size, int window, String peer, ToDoubleFunction<Run> figure) {
    return results -> {
      Results.Case which = new Results.Case(phase, size, window);
      Row skiff = results.row(Peers.SKIFF, which);
      Row other = results.row(peer, which);
      Spread ratios = skiff.over(other, figure);
      return ratios.isEmpty() ? missing(results, skiff, other) : Measured.median(ratios, "");
    };
  }

  /** Why there is nothing of two peers to compare. */
  private static Measured missing(Results results, Row... rows) {
    for (Row row : rows) {
      String name = Peers.name(row.peer());
      if (!row.failure().isEmpty()) {
        return Measured.not(name + ": " + row.failure());
      }
      if (row.rounds().isEmpty()) {
        String why = results.leftOut().get(row.peer());
        return Measured.not(name + (why == null ? " was not measured" : " was left out: " + why));
      }
    }
    return Measured.not("no rounds in common");
  }

  /** One case of the phase is all that there is. */
  private static Row only(Results results, String phase, String peer) {
    List<Results.Case> cases = results.cases(phase);
    return cases.isEmpty() ? new Row(peer, Map.of(), "") : results.row(peer, cases.getFirst());
  }

  static Measured firstPings(Results results) {
    Row skiff = only(results, Results.PINGS, Peers.SKIFF);
    Row other = only(results, Results.PINGS, Peers.C_DRAIN);
    Spread more =
        new Spread(
            skiff.rounds().keySet().stream()
                .filter(other.rounds()::containsKey)
                .mapToDouble(
                    round ->
                        skiff.rounds().get(round).value("over")
                            - other.rounds().get(round).value("over"))
                .filter(Double::isFinite)
                .toArray());
    return more.isEmpty() || !skiff.hasFigures() || !other.hasFigures()
        ? missing(results, skiff, other)
        : Measured.worst(more, "the worst of " + more.sorted().length + " starts");
  }

  static Measured memory(Results results) {
    Row row = only(results, Results.MEMORY, Peers.SKIFF);
    Row bareRow = only(results, Results.MEMORY, Peers.BARE_JAVA);
    if (!row.hasFigures() || !bareRow.hasFigures()) {
      return missing(results, row, bareRow);
    }
    Map<Integer, Run> skiff = results.notes("memory", Peers.SKIFF);
    Map<Integer, Run> bare = results.notes("memory", Peers.BARE_JAVA);
    Spread rss = difference(skiff, bare, "rss_kb");
    Spread own =
        new Spread(skiff.values().stream().mapToDouble(run -> megabytes(run, "rss_kb")).toArray());
    return rss.isEmpty()
        ? Measured.not("VmRSS could not be read")
        : Measured.median(
            rss,
            Spread.format(
                "Skiff %.1f in all; by PSS %.1f more",
                own.median(), difference(skiff, bare, "pss_kb").median()));
  }

  private static Spread difference(Map<Integer, Run> skiff, Map<Integer, Run> bare, String name) {
    return new Spread(
        skiff.keySet().stream()
            .filter(bare::containsKey)
            .mapToDouble(
                round -> megabytes(skiff.get(round), name) - megabytes(bare.get(round), name))
            .filter(Double::isFinite)
            .toArray());
  }

  /** /proc's kB are of 1,024 bytes. */
  private static double megabytes(Run run, String name) {
    return run.value(name) * 1024 / BYTES_PER_MB;
  }

  static Measured allocated(Results results) {
    Row row = only(results, Results.MEMORY, Peers.SKIFF);
    if (!row.hasFigures()) {
      return missing(results, row);
    }
    Map<Integer, Run> loops = results.notes("loop", Peers.SKIFF);
    Spread bytes =
        new Spread(
            loops.keySet().stream()
                .filter(row.rounds()::containsKey)
                .mapToDouble(
                    round ->
                        (loops.get(round).value("after") - loops.get(round).value("before"))
                            / row.rounds().get(round).value("replies"))
                .filter(Double::isFinite)
                .map(each -> each >= 0 && each < NO_BYTES ? 0 : each)
                .toArray());
    return bytes.isEmpty() || bytes.least() < 0
        ? Measured.not("skiff stat --json has no AllocatedBytes of the loop")
        : Measured.worst(bytes, "");
  }

  static Measured pauses(Results results) {
    Run life = results.notes("life", Peers.SKIFF).get(0);
    if (life == null || Double.isNaN(life.value("over"))) {
      return Measured.not("the JVM's log of safepoints is not there");
    }
    double minutes = life.value("minutes");
    double over = life.value("over");
    String note =
        Spread.format(
            "in %.1f minutes from its start, %d safepoints of which %d for GC; the longest %.2f ms",
            minutes,
            life.number("safepoints"),
            life.number("collections"),
            life.value("longest_ms"));
    // Too short a life may show pauses, and cannot show that there are none.
    return over == 0 && minutes < LEAST_LIFE_MINUTES
        ? Measured.not(
            Spread.format(
                "a life of %.1f minutes is too short to show that there are none", minutes))
        : new Measured(over, over, over, note);
  }
}
