import java.util.List;
import java.util.function.UnaryOperator;

/** The tables of a run, as text for a terminal. */
final class Tables {
  static final String[] HEADS = {
    "peer", "replies/s", "Skiff against it", "RTT p50 us", "RTT p99 us", "CPU us peer", "CPU us all"
  };

  private static final String[] RTT_HEADS = {
    "peer", "replies/s", "p50 us", "p99 us", "p99.9 us", "p99.99 us", "greatest us"
  };

  private final Results results;
  private final Verdicts verdicts;

  Tables(Results results, Verdicts verdicts) {
    this.results = results;
    this.verdicts = verdicts;
  }

  /**
   * That it works, without a figure; which rows of the table no verdict was possible on, and why.
   */
  String smoke() {
    StringBuilder text = new StringBuilder(complaints());
    if (results.failures().isEmpty()) {
      List<String> peers = results.peers(null);
      text.append(
          Spread.format(
              "bench: %d peers answered %,d requests, each once and byte for byte: %s%n",
              peers.size(), results.requests(), String.join(", ", peers)));
    }
    for (Verdicts.Judged row : verdicts.rows()) {
      if (row.verdict() == Verdicts.Verdict.NOT_MEASURED) {
        text.append(
            Spread.format(
                "bench: no verdict on \"%s\": %s%n", row.aim().figure(), row.measured().note()));
      }
    }
    return text.toString();
  }

  String text() {
    StringBuilder text = new StringBuilder(machine("")).append('\n');
    for (Results.Case which : results.cases(Results.REPLIES)) {
      append(text, which.text(), HEADS, peer -> cells(which, peer), Results.REPLIES);
    }
    for (Results.Case which : results.cases(Results.RTT)) {
      append(text, rttTitle(which), RTT_HEADS, peer -> rttCells(which, peer), Results.RTT);
    }
    text.append('\n').append(legend()).append('\n');
    text.append(complaints());
    if (results.isFull() || results.peers(Results.REPLIES).contains(Peers.WATCHED)) {
      text.append(verdicts.text());
    }
    return text.toString();
  }

  private void append(StringBuilder text, String title, String[] heads, Cells cells, String phase) {
    text.append(Spread.format("%n%s%n", title));
    String line = "  %-24s %11s  %-20s %10s %11s %16s %11s%n";
    text.append(Spread.format(line, (Object[]) heads));
    for (String peer : results.peers(phase)) {
      String[] row = cells.of(peer);
      text.append(
          row.length == 2
              ? Spread.format("  %-24s %s%n", (Object[]) row)
              : Spread.format(line, (Object[]) row));
    }
  }

  /** The cells of a peer's line. */
  interface Cells {
    String[] of(String peer);
  }

  /** The same as tables in Markdown. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    for (Results.Case which : results.cases(Results.REPLIES)) {
      appendMarkdown(text, which.text(), HEADS, peer -> cells(which, peer), Results.REPLIES);
    }
    for (Results.Case which : results.cases(Results.RTT)) {
      appendMarkdown(text, rttTitle(which), RTT_HEADS, peer -> rttCells(which, peer), Results.RTT);
    }
    results
        .leftOut()
        .forEach(
            (peer, why) ->
                text.append("\nLeft out: ").append(peer).append(": ").append(why).append('\n'));
    return text.toString();
  }

  private void appendMarkdown(
      StringBuilder text, String title, String[] heads, Cells cells, String phase) {
    text.append(Spread.format("%n**%s**%n%n", title));
    UnaryOperator<String> row = cell -> "| " + cell + " |\n";
    text.append(row.apply(String.join(" | ", heads))).append("|---|--:|--:|--:|--:|--:|--:|\n");
    for (String peer : results.peers(phase)) {
      text.append(row.apply(String.join(" | ", cells.of(peer))));
    }
  }

  /** The cells of a row: figures, or the reason why there are none. */
  private String[] cells(Results.Case which, String peer) {
    Row row = results.row(peer, which);
    if (!row.hasFigures()) {
      return without(row);
    }
    double generator = row.median("cpu_ns_generator");
    double cpu = row.median("cpu_ns_peer");
    boolean inKernel = Double.isNaN(cpu);
    Row skiff = results.row(Peers.SKIFF, which);
    return new String[] {
      Peers.name(peer),
      Spread.format("%,.0f", row.median("replies_per_s")),
      peer.equals(Peers.SKIFF)
          ? ""
          : skiff.over(row, run -> run.value("replies_per_s")).text("%.2f"),
      Spread.format("%.1f", row.rtt("p50") / 1e3),
      Spread.format("%.1f", row.rtt("p99") / 1e3),
      inKernel ? "in the sender's" : Spread.format("%.2f", cpu / 1e3),
      Spread.format("%.2f", (generator + (inKernel ? 0 : cpu)) / 1e3)
    };
  }

  private String rttTitle(Results.Case which) {
    return which.text() + ", rounds of " + results.meta("pair_seconds") + " s";
  }

  private String[] rttCells(Results.Case which, String peer) {
    Row row = results.row(peer, which);
    if (!row.hasFigures()) {
      return without(row);
    }
    return new String[] {
      Peers.name(peer),
      Spread.format("%,.0f", row.median("replies_per_s")),
      micros(row, "p50"),
      micros(row, "p99"),
      micros(row, "p99.9"),
      micros(row, "p99.99"),
      micros(row, "p100")
    };
  }

  private static String micros(Row row, String point) {
    return Spread.format("%,.1f", row.rtt(point) / 1e3);
  }

  private static String[] without(Row row) {
    return new String[] {
      Peers.name(row.peer()),
      "no figure: " + (row.failure().isEmpty() ? "not measured" : row.failure())
    };
  }

  private String complaints() {
    StringBuilder text = new StringBuilder();
    results
        .leftOut()
        .forEach(
            (peer, why) ->
                text.append("LEFT OUT: ").append(peer).append(": ").append(why).append('\n'));
    results.failures().forEach(failure -> text.append("FAILED: ").append(failure).append('\n'));
    return text.toString();
  }

  String machine(String code) {
    return Spread.format(
        "%s, %s CPUs, %s, %s, lwIP %s; %s; Skiff %s; %s",
        results.meta("cpu"),
        results.meta("cpus"),
        results.meta("kernel"),
        results.meta("java"),
        results.meta("lwip"),
        code + results.meta("command") + code,
        results.meta("commit"),
        results.meta("date"));
  }

  String legend() {
    return Spread.format(
        "Medians of %s rounds of %s s. \"Skiff against it\": Skiff's replies a second divided by"
            + " the peer's of the same round, median [least..greatest]. CPU: microseconds of"
            + " processor time for a reply, of the peer's process, and of peer and load generator"
            + " together.",
        results.meta("rounds"), results.meta("seconds"));
  }
}
