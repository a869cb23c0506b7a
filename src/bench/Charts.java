import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The charts of a run. */
final class Charts {
  private static final int HEIGHT = 400;
  private static final int FLOOR = HEIGHT - Svg.BOTTOM;
  private static final double ROOM = HEIGHT - Svg.TOP - Svg.BOTTOM;
  private static final String GRID = "#dddddd";
  private static final String INK = "#000000";
  private static final String[] POINTS = {
    "p1", "p10", "p25", "p50", "p75", "p90", "p99", "p99.9", "p99.99"
  };

  private final Results results;
  private final List<String> peers;

  private Charts(Results results) {
    this.results = results;
    this.peers = results.peers(Results.REPLIES);
  }

  static void draw(Results results, Verdicts verdicts, Path directory) throws IOException {
    Files.createDirectories(directory);
    Charts charts = new Charts(results);
    for (int size : sizes(results)) {
      Files.writeString(directory.resolve("replies-" + size + ".svg"), charts.replies(size));
      Files.writeString(directory.resolve("rtt-" + size + ".svg"), charts.roundTrips(size));
    }
    if (results.isFull()) {
      Files.writeString(
          directory.resolve("verdicts.svg"), VerdictChart.draw(verdicts, charts.subtitle()));
    }
  }

  static List<Integer> sizes(Results results) {
    return results.cases(Results.REPLIES).stream().map(Results.Case::size).distinct().toList();
  }

  private List<Results.Case> cases(int size) {
    return results.cases(Results.REPLIES).stream().filter(which -> which.size() == size).toList();
  }

  private String subtitle() {
    return results.meta("cpu")
        + ", "
        + results.meta("kernel")
        + "; "
        + results.meta("date")
        + "; medians of "
        + results.meta("rounds")
        + " rounds";
  }

  private static Spread replies(Row row) {
    return row.spread(run -> run.value("replies_per_s"));
  }

  private String replies(int size) {
    Svg svg =
        new Svg(
            Spread.format("Echo replies a second, %d bytes", size),
            subtitle() + ", whiskers: least and greatest",
            HEIGHT);
    svg.legend(peers);
    List<Results.Case> cases = cases(size);
    double most = 1;
    for (Results.Case which : cases) {
      for (String peer : peers) {
        Row row = results.row(peer, which);
        most = row.hasFigures() ? Math.max(most, replies(row).greatest()) : most;
      }
    }
    double step = step(most / 5);
    double top = Math.ceil(most / step) * step;
    double perUnit = ROOM / top;
    for (double y = 0; y <= top + step / 2; y += step) {
      svg.line(Svg.LEFT, FLOOR - y * perUnit, Svg.WIDTH - Svg.RIGHT, FLOOR - y * perUnit, GRID);
      svg.text(Svg.LEFT - 6, FLOOR - y * perUnit + 4, "end", Spread.format("%,.0f", y));
    }
    double group = (Svg.WIDTH - Svg.LEFT - Svg.RIGHT) / (double) cases.size();
    double bar = group * 0.8 / peers.size();
    for (int g = 0; g < cases.size(); g++) {
      double from = Svg.LEFT + g * group + group * 0.1;
      for (int p = 0; p < peers.size(); p++) {
        bar(svg, results.row(peers.get(p), cases.get(g)), from + p * bar, bar, perUnit);
      }
      svg.text(
          Svg.LEFT + (g + 0.5) * group,
          FLOOR + 18,
          "middle",
          cases.get(g).window() + " outstanding");
    }
    svg.line(Svg.LEFT, FLOOR, Svg.WIDTH - Svg.RIGHT, FLOOR, INK);
    return svg.toString();
  }

  private static void bar(Svg svg, Row row, double x, double width, double perUnit) {
    double middle = x + width / 2;
    if (!row.hasFigures()) {
      svg.text(middle, FLOOR - 4, "middle", "x");
      return;
    }
    Spread all = replies(row);
    double height = all.median() * perUnit;
    svg.box(x + 1, FLOOR - height, width - 2, height, Peers.colour(row.peer()));
    double low = FLOOR - all.least() * perUnit;
    double high = FLOOR - all.greatest() * perUnit;
    svg.line(middle, low, middle, high, INK);
    svg.line(middle - 3, low, middle + 3, low, INK);
    svg.line(middle - 3, high, middle + 3, high, INK);
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

  /** A panel for each window: the percentiles from left to right, microseconds on a log scale. */
  private String roundTrips(int size) {
    Svg svg =
        new Svg(
            Spread.format("Round trip by percentile, %d bytes, microseconds", size),
            subtitle(),
            HEIGHT);
    svg.legend(peers);
    List<Results.Case> cases = cases(size);
    double least = Double.MAX_VALUE;
    double most = 1;
    for (Results.Case which : cases) {
      for (String peer : peers) {
        Row row = results.row(peer, which);
        if (row.hasFigures()) {
          least = Math.min(least, row.rtt("p1") / 1e3);
          most = Math.max(most, row.rtt("p99.99") / 1e3);
        }
      }
    }
    double from = Math.floor(Math.log10(Math.min(least, most)));
    double to = Math.ceil(Math.log10(most));
    double perDecade = ROOM / Math.max(1, to - from);
    for (double decade = from; decade <= to; decade++) {
      double at = FLOOR - (decade - from) * perDecade;
      svg.line(Svg.LEFT, at, Svg.WIDTH - Svg.RIGHT, at, GRID);
      svg.text(Svg.LEFT - 6, at + 4, "end", Spread.format("%,.0f", Math.pow(10, decade)));
    }
    double panel = (Svg.WIDTH - Svg.LEFT - Svg.RIGHT) / (double) cases.size();
    for (int g = 0; g < cases.size(); g++) {
      panel(svg, cases.get(g), Svg.LEFT + g * panel + 12, panel, from, perDecade);
    }
    return svg.toString();
  }

  private void panel(
      Svg svg, Results.Case which, double left, double width, double from, double perDecade) {
    double perPoint = (width - 34) / (POINTS.length - 1);
    for (String peer : peers) {
      Row row = results.row(peer, which);
      if (row.hasFigures()) {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < POINTS.length; i++) {
          double us = Math.max(row.rtt(POINTS[i]) / 1e3, Math.pow(10, from));
          points.add(
              new double[] {left + i * perPoint, FLOOR - (Math.log10(us) - from) * perDecade});
        }
        svg.path(points, Peers.colour(peer), peer.equals(Peers.SKIFF) ? 3 : 1.6);
      }
    }
    for (int i = 1; i < POINTS.length; i += 2) {
      svg.text(left + i * perPoint, FLOOR + 16, "middle", POINTS[i]);
      svg.line(left + i * perPoint, FLOOR, left + i * perPoint, FLOOR + 4, INK);
    }
    svg.text(left + (width - 34) / 2, FLOOR + 36, "middle", which.window() + " outstanding");
    svg.line(left - 4, FLOOR, left + width - 28, FLOOR, INK);
  }
}
