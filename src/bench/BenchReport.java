import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tables and charts of what scripts/bench has measured; run from source with Skiff's jar on the
 * class path, for its JSON.
 *
 * <p>Usage: BenchReport RAW [--plot DIRECTORY] [--document FILE]. Exit code 1 if a check failed.
 */
final class BenchReport {
  private static final String SKIFF = "skiff";
  private static final String BEGIN = "<!-- bench:begin -->";
  private static final String END = "<!-- bench:end -->";
  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put(SKIFF, "Skiff");
    NAMES.put("skiff-pcap", "Skiff, capturing");
    NAMES.put("skiff-copybreak", "Skiff, rx_copybreak");
    NAMES.put("c-blocking", "C, blocking");
    NAMES.put("c-drain", "C, poll and drain");
    NAMES.put("c-uring", "C, drain and io_uring");
    NAMES.put("kernel", "Linux over veth");
    NAMES.put("lwip", "lwIP");
  }

  /** One line of the raw results. */
  record Run(Map<String, Object> values) {
    String peer() {
      return String.valueOf(values.get("peer"));
    }

    int number(String name) {
      return values.get(name) instanceof Number n ? n.intValue() : 0;
    }

    double value(String name) {
      return values.get(name) instanceof Number n ? n.doubleValue() : Double.NaN;
    }

    boolean ok() {
      return Boolean.TRUE.equals(values.get("ok"));
    }

    double rtt(String point) {
      return values.get("rtt_ns") instanceof Map<?, ?> m && m.get(point) instanceof Number n
          ? n.doubleValue()
          : Double.NaN;
    }

    /** What failed, in a few words. */
    String complaint() {
      if (values.get("error") != null) {
        return String.valueOf(values.get("error"));
      }
      List<String> words = new ArrayList<>();
      for (String what : List.of("lost", "dup", "corrupt", "wrong_mac")) {
        if (number(what) > 0) {
          words.add(number(what) + " " + what);
        }
      }
      return words.isEmpty() ? "no reply" : String.join(", ", words) + " of " + number("sent");
    }
  }

  /** All runs of one peer with one window and size, by round; or why there is no figure. */
  record Row(String peer, Map<Integer, Run> rounds, String failure) {
    double[] all(String name) {
      return rounds.values().stream().mapToDouble(run -> run.value(name)).toArray();
    }

    double median(String name) {
      return BenchReport.median(all(name));
    }

    double rtt(String point) {
      return BenchReport.median(
          rounds.values().stream().mapToDouble(run -> run.rtt(point)).toArray());
    }
  }

  private final Map<String, Object> meta = new LinkedHashMap<>();
  private final List<Run> runs = new ArrayList<>();
  private final Map<String, Long> ownCounts = new LinkedHashMap<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  public static void main(String[] args) throws IOException {
    BenchReport report = new BenchReport();
    report.read(Path.of(args[0]));
    for (int i = 1; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--plot" -> report.plot(Path.of(args[i + 1]));
        case "--document" -> report.document(Path.of(args[i + 1]));
        default -> throw new IllegalArgumentException(args[i]);
      }
    }
    System.out.print(report.isSmoke() ? report.smoke() : report.text());
    System.exit(report.failures().isEmpty() ? 0 : 1);
  }

  @SuppressWarnings("unchecked")
  private void read(Path raw) throws IOException {
    for (String line : Files.readAllLines(raw)) {
      Map<String, Object> object = JSON.std.mapFrom(line);
      if (object.get("meta") instanceof Map<?, ?> m) {
        meta.putAll((Map<String, Object>) m);
      } else if (object.get("own_count") instanceof String peer) {
        ownCounts.put(peer, ((Number) object.get("answered")).longValue());
      } else if (object.get("left_out") instanceof String peer) {
        leftOut.put(peer, String.valueOf(object.get("why")));
      } else {
        runs.add(new Run(object));
      }
    }
  }

  private boolean isSmoke() {
    return meta.get("smoke") instanceof Number n && n.intValue() == 1;
  }

  // ---- What the runs say --------------------------------------------------------------------------

  private Collection<Integer> distinct(String name) {
    TreeSet<Integer> all = new TreeSet<>();
    runs.stream().filter(run -> run.number("round") > 0).forEach(run -> all.add(run.number(name)));
    return all;
  }

  private List<String> peers() {
    return NAMES.keySet().stream()
        .filter(peer -> runs.stream().anyMatch(run -> run.peer().equals(peer)))
        .toList();
  }

  private Row row(String peer, int window, int size) {
    Map<Integer, Run> rounds = new TreeMap<>();
    String failure = miscount(peer);
    for (Run run : runs) {
      if (run.peer().equals(peer)
          && run.number("round") > 0
          && run.number("window") == window
          && run.number("size") == size) {
        rounds.put(run.number("round"), run);
        if (!run.ok() && failure.isEmpty()) {
          failure = "round " + run.number("round") + ": " + run.complaint();
        }
      }
    }
    return new Row(peer, rounds, failure);
  }

  /** Whether the peer that was measured is another than the peer that counted: why, or empty. */
  private String miscount(String peer) {
    long sent = 0;
    for (Run run : runs) {
      if (run.peer().equals(peer)) {
        if (!run.ok()) {
          return ""; // That failed by itself, and nothing need add up.
        }
        sent += (long) run.value("sent");
      }
    }
    Long own = ownCounts.get(peer);
    if (own == null) {
      return "it was never asked for its own count";
    }
    return own == sent ? "" : "it says it answered " + own + " of " + sent;
  }

  private List<String> failures() {
    List<String> failures = new ArrayList<>();
    for (int size : distinct("size")) {
      for (int window : distinct("window")) {
        for (String peer : peers()) {
          String failure = row(peer, window, size).failure;
          if (!failure.isEmpty()) {
            failures.add(
                NAMES.get(peer) + ", " + size + " bytes, window " + window + ": " + failure);
          }
        }
      }
    }
    if (runs.isEmpty()) {
      failures.add("nothing was measured");
    }
    return failures;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    if (n == 0) {
      return Double.NaN;
    }
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  /** Skiff's replies a second over another's, round by round; empty if one has no figure. */
  private static double[] ratios(Row skiff, Row other) {
    if (!skiff.failure.isEmpty() || !other.failure.isEmpty()) {
      return new double[0];
    }
    return skiff.rounds.keySet().stream()
        .filter(other.rounds::containsKey)
        .mapToDouble(
            round ->
                skiff.rounds.get(round).value("replies_per_s")
                    / other.rounds.get(round).value("replies_per_s"))
        .toArray();
  }

  private static String ratio(double[] ratios) {
    return ratios.length == 0
        ? "-"
        : format(
            "%.2f [%.2f..%.2f]",
            median(ratios),
            Arrays.stream(ratios).min().orElseThrow(),
            Arrays.stream(ratios).max().orElseThrow());
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  // ---- Text ---------------------------------------------------------------------------------------

  private String smoke() {
    StringBuilder text = new StringBuilder();
    leftOut.forEach((peer, why) -> text.append("LEFT OUT: ").append(peer).append(": ").append(why).append('\n'));
    failures().forEach(failure -> text.append("FAILED: ").append(failure).append('\n'));
    long requests = runs.stream().mapToLong(run -> (long) run.value("sent")).sum();
    if (failures().isEmpty()) {
      text.append(
          format(
              "bench: %d peers answered %,d requests, each once and byte for byte: %s%n",
              peers().size(), requests, String.join(", ", peers())));
    }
    return text.toString();
  }

  private static final String[] HEADS = {
    "peer", "replies/s", "Skiff against it", "RTT p50 us", "RTT p99 us", "CPU us peer", "CPU us all"
  };

  /** The cells of a row: figures, or the reason why there are none. */
  private String[] cells(Row skiff, Row row) {
    if (!row.failure.isEmpty()) {
      return new String[] {NAMES.get(row.peer), "no figure: " + row.failure};
    }
    double generator = row.median("cpu_ns_generator");
    double peer = row.median("cpu_ns_peer");
    boolean inKernel = Double.isNaN(peer);
    return new String[] {
      NAMES.get(row.peer),
      format("%,.0f", row.median("replies_per_s")),
      row.peer.equals(SKIFF) || skiff == null ? "" : ratio(ratios(skiff, row)),
      format("%.1f", row.rtt("p50") / 1e3),
      format("%.1f", row.rtt("p99") / 1e3),
      inKernel ? "in the sender's" : format("%.2f", peer / 1e3),
      format("%.2f", (generator + (inKernel ? 0 : peer)) / 1e3)
    };
  }

  private String text() {
    StringBuilder text = new StringBuilder(machine("")).append('\n');
    for (int size : distinct("size")) {
      for (int window : distinct("window")) {
        text.append(format("%n%d bytes, %d outstanding%n", size, window));
        text.append(format("  %-22s %11s  %-20s %10s %11s %16s %11s%n", (Object[]) HEADS));
        Row skiff = peers().contains(SKIFF) ? row(SKIFF, window, size) : null;
        for (String peer : peers()) {
          String[] cells = cells(skiff, row(peer, window, size));
          text.append(
              cells.length == 2
                  ? format("  %-22s %s%n", (Object[]) cells)
                  : format("  %-22s %11s  %-20s %10s %11s %16s %11s%n", (Object[]) cells));
        }
      }
    }
    text.append('\n').append(legend()).append('\n');
    leftOut.forEach((peer, why) -> text.append("LEFT OUT: ").append(peer).append(": ").append(why).append('\n'));
    failures().forEach(failure -> text.append("FAILED: ").append(failure).append('\n'));
    return text.toString();
  }

  private String machine(String code) {
    return format(
        "%s, %s CPUs, %s, %s, lwIP %s; %s; Skiff %s; %s",
        meta.get("cpu"),
        meta.get("cpus"),
        meta.get("kernel"),
        meta.get("java"),
        meta.get("lwip"),
        code + meta.get("command") + code,
        meta.get("commit"),
        meta.get("date"));
  }

  private String legend() {
    return format(
        "Medians of %s rounds of %s s. \"Skiff against it\": Skiff's replies a second divided by the peer's of the same"
            + " round, median [least..greatest]. CPU: microseconds of processor time for a reply, of the peer's process, and"
            + " of peer and load generator together.",
        meta.get("rounds"), meta.get("seconds"));
  }

  // ---- Markdown -----------------------------------------------------------------------------------

  private void document(Path file) throws IOException {
    String text = Files.readString(file);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(file + " has no " + BEGIN + " and " + END);
    }
    Files.writeString(
        file, text.substring(0, begin + BEGIN.length()) + "\n" + markdown() + text.substring(end));
  }

  private String markdown() {
    StringBuilder text = new StringBuilder(machine("`")).append(".\n\n").append(legend()).append('\n');
    for (int size : distinct("size")) {
      for (int window : distinct("window")) {
        text.append(format("%n**%d bytes, %d outstanding**%n%n", size, window));
        text.append("| ").append(String.join(" | ", HEADS)).append(" |\n|---|--:|--:|--:|--:|--:|--:|\n");
        Row skiff = peers().contains(SKIFF) ? row(SKIFF, window, size) : null;
        for (String peer : peers()) {
          String[] cells = cells(skiff, row(peer, window, size));
          text.append("| ").append(String.join(" | ", cells)).append(" |\n");
        }
      }
    }
    leftOut.forEach((peer, why) -> text.append("\nLeft out: ").append(peer).append(": ").append(why).append('\n'));
    return text.toString();
  }

  // ---- Charts -------------------------------------------------------------------------------------

  /** Okabe and Ito's colours, which the colour-blind tell apart. */
  private static final Map<String, String> COLOURS =
      Map.of(
          SKIFF, "#D55E00",
          "skiff-pcap", "#E69F00",
          "skiff-copybreak", "#000000",
          "c-blocking", "#56B4E9",
          "c-drain", "#0072B2",
          "c-uring", "#009E73",
          "kernel", "#999999",
          "lwip", "#CC79A7");

  private static final int WIDTH = 820;
  private static final int HEIGHT = 400;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 80;
  private static final int BOTTOM = 50;

  private void plot(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (int size : distinct("size")) {
      Files.writeString(directory.resolve("replies-" + size + ".svg"), replies(size));
      Files.writeString(directory.resolve("rtt-" + size + ".svg"), roundTrips(size));
    }
  }

  /** A chart that is being drawn. */
  private static final class Svg {
    private final StringBuilder out = new StringBuilder();

    Svg(String title, String subtitle) {
      out.append(
          format(
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                  + " font-size=\"12\" role=\"img\">%n<title>%s</title>%n<rect width=\"%d\" height=\"%d\""
                  + " fill=\"#ffffff\"/>%n",
              WIDTH, HEIGHT, title, WIDTH, HEIGHT));
      out.append(format("<text x=\"%d\" y=\"22\" font-size=\"15\" font-weight=\"bold\">%s</text>%n", LEFT, title));
      out.append(format("<text x=\"%d\" y=\"40\" fill=\"#555555\">%s</text>%n", LEFT, subtitle));
    }

    void text(double x, double y, String anchor, String text) {
      out.append(format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
    }

    void line(double x1, double y1, double x2, double y2, String colour) {
      out.append(
          format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n", x1, y1, x2, y2, colour));
    }

    void box(double x, double y, double width, double height, String colour) {
      out.append(
          format("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n", x, y, width, height, colour));
    }

    void path(List<double[]> points, String colour, double width) {
      StringBuilder d = new StringBuilder();
      for (double[] p : points) {
        d.append(d.isEmpty() ? "M" : " L").append(format("%.1f,%.1f", p[0], p[1]));
      }
      out.append(format("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\"/>%n", d, colour, width));
    }

    /** The peers and their colours, in one line. */
    void legend(List<String> peers) {
      double x = LEFT;
      for (String peer : peers) {
        box(x, 54, 10, 10, COLOURS.get(peer));
        text(x + 14, 63, "start", NAMES.get(peer));
        x += 34 + 6.4 * NAMES.get(peer).length();
      }
    }

    @Override
    public String toString() {
      return out + "</svg>\n";
    }
  }

  private String subtitle() {
    return meta.get("cpu") + ", " + meta.get("kernel") + "; " + meta.get("date") + "; medians of " + meta.get("rounds")
        + " rounds";
  }

  private String replies(int size) {
    Svg svg = new Svg(format("Echo replies a second, %d bytes", size), subtitle() + ", whiskers: least and greatest");
    svg.legend(peers());
    List<Integer> windows = List.copyOf(distinct("window"));
    double most = 0;
    for (int window : windows) {
      for (String peer : peers()) {
        Row row = row(peer, window, size);
        if (row.failure.isEmpty()) {
          most = Math.max(most, Arrays.stream(row.all("replies_per_s")).max().orElse(0));
        }
      }
    }
    double step = step(most / 5);
    double top = Math.ceil(most / step) * step;
    double perUnit = (HEIGHT - TOP - BOTTOM) / top;
    for (double y = 0; y <= top + step / 2; y += step) {
      double at = HEIGHT - BOTTOM - y * perUnit;
      svg.line(LEFT, at, WIDTH - RIGHT, at, "#dddddd");
      svg.text(LEFT - 6, at + 4, "end", format("%,.0f", y));
    }
    double group = (WIDTH - LEFT - RIGHT) / (double) windows.size();
    double bar = group * 0.8 / peers().size();
    for (int g = 0; g < windows.size(); g++) {
      double from = LEFT + g * group + group * 0.1;
      for (int p = 0; p < peers().size(); p++) {
        Row row = row(peers().get(p), windows.get(g), size);
        double x = from + p * bar;
        if (row.failure.isEmpty()) {
          double[] all = row.all("replies_per_s");
          double height = median(all) * perUnit;
          svg.box(x + 1, HEIGHT - BOTTOM - height, bar - 2, height, COLOURS.get(row.peer));
          double low = HEIGHT - BOTTOM - Arrays.stream(all).min().orElseThrow() * perUnit;
          double high = HEIGHT - BOTTOM - Arrays.stream(all).max().orElseThrow() * perUnit;
          svg.line(x + bar / 2, low, x + bar / 2, high, "#000000");
          svg.line(x + bar / 2 - 3, low, x + bar / 2 + 3, low, "#000000");
          svg.line(x + bar / 2 - 3, high, x + bar / 2 + 3, high, "#000000");
        } else {
          svg.text(x + bar / 2, HEIGHT - BOTTOM - 4, "middle", "x");
        }
      }
      svg.text(LEFT + (g + 0.5) * group, HEIGHT - BOTTOM + 18, "middle", windows.get(g) + " outstanding");
    }
    svg.line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#000000");
    return svg.toString();
  }

  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(1, least))));
    for (double factor : new double[] {1, 2, 5, 10}) {
      if (power * factor >= least) {
        return power * factor;
      }
    }
    return power * 10;
  }

  private static final String[] POINTS = {"p1", "p10", "p25", "p50", "p75", "p90", "p99", "p99.9", "p99.99"};

  /** A panel for each window: the percentiles from left to right, microseconds on a log scale. */
  private String roundTrips(int size) {
    Svg svg = new Svg(format("Round trip by percentile, %d bytes, microseconds", size), subtitle());
    svg.legend(peers());
    List<Integer> windows = List.copyOf(distinct("window"));
    double least = Double.MAX_VALUE;
    double most = 1;
    for (int window : windows) {
      for (String peer : peers()) {
        Row row = row(peer, window, size);
        if (row.failure.isEmpty()) {
          least = Math.min(least, row.rtt("p1") / 1e3);
          most = Math.max(most, row.rtt("p99.99") / 1e3);
        }
      }
    }
    double from = Math.floor(Math.log10(Math.min(least, most)));
    double to = Math.ceil(Math.log10(most));
    double perDecade = (HEIGHT - TOP - BOTTOM) / Math.max(1, to - from);
    for (double decade = from; decade <= to; decade++) {
      double at = HEIGHT - BOTTOM - (decade - from) * perDecade;
      svg.line(LEFT, at, WIDTH - RIGHT, at, "#dddddd");
      svg.text(LEFT - 6, at + 4, "end", format("%,.0f", Math.pow(10, decade)));
    }
    double panel = (WIDTH - LEFT - RIGHT) / (double) windows.size();
    for (int g = 0; g < windows.size(); g++) {
      double left = LEFT + g * panel + 12;
      double perPoint = (panel - 34) / (POINTS.length - 1);
      for (String peer : peers()) {
        Row row = row(peer, windows.get(g), size);
        if (row.failure.isEmpty()) {
          List<double[]> points = new ArrayList<>();
          for (int i = 0; i < POINTS.length; i++) {
            double us = Math.max(row.rtt(POINTS[i]) / 1e3, Math.pow(10, from));
            points.add(new double[] {left + i * perPoint, HEIGHT - BOTTOM - (Math.log10(us) - from) * perDecade});
          }
          svg.path(points, COLOURS.get(peer), peer.equals(SKIFF) ? 3 : 1.6);
        }
      }
      for (int i = 1; i < POINTS.length; i += 2) {
        svg.text(left + i * perPoint, HEIGHT - BOTTOM + 16, "middle", POINTS[i]);
        svg.line(left + i * perPoint, HEIGHT - BOTTOM, left + i * perPoint, HEIGHT - BOTTOM + 4, "#000000");
      }
      svg.text(left + (panel - 34) / 2, HEIGHT - BOTTOM + 36, "middle", windows.get(g) + " outstanding");
      svg.line(left - 4, HEIGHT - BOTTOM, left + panel - 28, HEIGHT - BOTTOM, "#000000");
    }
    return svg.toString();
  }
}
