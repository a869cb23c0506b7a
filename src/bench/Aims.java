import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What Skiff is to reach, row by row: the one place with its figures. All ratios are Skiff's figure divided by the
 * peer's of the same round.
 */
final class Aims {
  /** Set after measuring: what the checks cost in processor time beside a loop that has none. */
  private static final double CPU_REQUIRED = 1.3;

  /** Set after measuring: large frames, beside a loop that sums and copies nothing. */
  private static final double LARGE_REQUIRED = 0.9;

  /** Of a loop that counts its own bytes, some are the asking for them. */
  private static final double NO_BYTES = 0.01;

  private static final double NONE = Double.NaN;
  private static final double LEAST_LIFE_MINUTES = 10;
  private static final double BYTES_PER_MB = 1e6;
  private static final int SMALL = 56;
  private static final int LARGE = 1472;

  static final List<Aim> ALL =
      List.of(
          Aim.ratio("replies/s, window 1", "C poll + drain loop", Aim.Better.MORE, 0.95, 1.0, replies(SMALL, 1, Peers.C_DRAIN))
              .withTarget(" of the C blocking loop", replies(SMALL, 1, Peers.C_BLOCKING)),
          Aim.ratio("replies/s, window 64", "C blocking loop", Aim.Better.MORE, 1.05, 1.15, replies(SMALL, 64, Peers.C_BLOCKING)),
          Aim.ratio("replies/s, window 256", "C blocking loop", Aim.Better.MORE, 1.15, 1.25, replies(SMALL, 256, Peers.C_BLOCKING)),
          Aim.ratio("replies/s, window 256", "C io_uring burst loop", Aim.Better.MORE, 0.9, 1.0, replies(SMALL, 256, Peers.C_URING)),
          Aim.ratio("CPU per packet, window 64", "C blocking loop", Aim.Better.LESS, CPU_REQUIRED, 1.0,
              ratio(Results.REPLIES, SMALL, 64, Peers.C_BLOCKING, run -> run.value("cpu_ns_peer"))),
          Aim.ratio("RTT median, window 1", "C poll + drain loop", Aim.Better.LESS, 1.1, 1.0,
              ratio(Results.REPLIES, SMALL, 1, Peers.C_DRAIN, run -> run.rtt("p50"))),
          Aim.ratio("RTT p99.9, window 1, paired rounds of 60 s", "C poll + drain loop", Aim.Better.LESS, 1.5, 1.1,
              ratio(Results.RTT, SMALL, 1, Peers.C_DRAIN, run -> run.rtt("p99.9"))),
          Aim.ratio("replies/s, window 64", "lwIP without threads", Aim.Better.MORE, 1.0, 1.15, replies(SMALL, 64, Peers.LWIP)),
          Aim.ratio("replies/s, window 64", "kernel over veth", Aim.Better.MORE, 1.5, 2.0, replies(SMALL, 64, Peers.KERNEL)),
          Aim.ratio("replies/s, window 64, 1,472 bytes", "C blocking loop", Aim.Better.MORE, LARGE_REQUIRED, NONE,
              replies(LARGE, 64, Peers.C_BLOCKING)),
          Aim.atMost("pauses of GC or safepoints over 5 ms in 10 minutes", "", 0, NONE, "%.0f", Aims::pauses),
          Aim.atMost("bytes allocated per packet", "", 0, NONE, "%.3f", Aims::allocated),
          Aim.atMost("RSS after 10 million echoes, MB more", "bare Java with JNR-FFI, same flags", 40, 25, "%.1f", Aims::memory),
          Aim.atMost("first 1,000 pings over 2 ms, more of them", "C poll + drain loop", 5, NONE, "%.0f", Aims::firstPings));

  private Aims() {}

  private static Function<Results, Measured> replies(int size, int window, String peer) {
    return ratio(Results.REPLIES, size, window, peer, run -> run.value("replies_per_s"));
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

  private static Measured firstPings(Results results) {
    Row skiff = only(results, Results.PINGS, Peers.SKIFF);
    Row other = only(results, Results.PINGS, Peers.C_DRAIN);
    Spread more =
        new Spread(
            skiff.rounds().keySet().stream()
                .filter(other.rounds()::containsKey)
                .mapToDouble(round -> skiff.rounds().get(round).value("over") - other.rounds().get(round).value("over"))
                .filter(Double::isFinite)
                .toArray());
    return more.isEmpty() || !skiff.hasFigures() || !other.hasFigures()
        ? missing(results, skiff, other)
        : Measured.worst(more, "the worst of " + more.sorted().length + " starts");
  }

  private static Measured memory(Results results) {
    Row row = only(results, Results.MEMORY, Peers.SKIFF);
    Row bareRow = only(results, Results.MEMORY, Peers.BARE_JAVA);
    if (!row.hasFigures() || !bareRow.hasFigures()) {
      return missing(results, row, bareRow);
    }
    Map<Integer, Run> skiff = results.notes("memory", Peers.SKIFF);
    Map<Integer, Run> bare = results.notes("memory", Peers.BARE_JAVA);
    Spread rss = difference(skiff, bare, "rss_kb");
    Spread own = new Spread(skiff.values().stream().mapToDouble(run -> megabytes(run, "rss_kb")).toArray());
    return rss.isEmpty()
        ? Measured.not("VmRSS could not be read")
        : Measured.median(rss, Spread.format("Skiff %.1f in all; by PSS %.1f more", own.median(), difference(skiff, bare, "pss_kb").median()));
  }

  private static Spread difference(Map<Integer, Run> skiff, Map<Integer, Run> bare, String name) {
    return new Spread(
        skiff.keySet().stream()
            .filter(bare::containsKey)
            .mapToDouble(round -> megabytes(skiff.get(round), name) - megabytes(bare.get(round), name))
            .filter(Double::isFinite)
            .toArray());
  }

  /** /proc's kB are of 1,024 bytes. */
  private static double megabytes(Run run, String name) {
    return run.value(name) * 1024 / BYTES_PER_MB;
  }

  private static Measured allocated(Results results) {
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

  private static Measured pauses(Results results) {
    Run life = results.notes("life", Peers.SKIFF).get(0);
    if (life == null || Double.isNaN(life.value("over"))) {
      return Measured.not("the JVM's log of safepoints is not there");
    }
    double minutes = life.value("minutes");
    double over = life.value("over");
    String note =
        Spread.format(
            "in %.1f minutes from its start, %d safepoints of which %d for GC; the longest %.2f ms",
            minutes, life.number("safepoints"), life.number("collections"), life.value("longest_ms"));
    // Too short a life may show pauses, and cannot show that there are none.
    return over == 0 && minutes < LEAST_LIFE_MINUTES
        ? Measured.not("too short a life: none " + note)
        : new Measured(over, over, over, note);
  }
}
