import java.util.List;

/**
 * The ratios of the table in one picture: a line for each, on a log scale, with what is required
 * and aimed at.
 */
final class VerdictChart {
  private static final int LINE = 30;
  private static final int NAMES = 350;
  private static final double FROM = 0.25;
  private static final double TO = 4;
  private static final double[] TICKS = {0.25, 0.5, 1, 2, 4};
  private static final String GOOD = "#009E73";
  private static final String FAIR = "#0072B2";
  private static final String BAD = "#D55E00";
  private static final String INK = "#000000";

  private VerdictChart() {}

  static String draw(Verdicts verdicts, String subtitle) {
    List<Verdicts.Judged> rows =
        verdicts.rows().stream()
            .filter(row -> row.aim().isRatio() && row.measured().isThere())
            .toList();
    int floor = Svg.TOP + LINE * rows.size();
    Svg svg = new Svg("Skiff's figure divided by the peer's", subtitle, floor + Svg.BOTTOM);
    double x = Svg.LEFT;
    for (String[] key :
        new String[][] {
          {GOOD, "target reached"}, {FAIR, "what is required"}, {BAD, "short of it"}
        }) {
      svg.box(x, 54, 10, 10, key[0]);
      svg.text(x + 14, 63, "start", key[1]);
      x += 130;
    }
    svg.text(x, 63, "start", "| required, from there on: grey");
    for (double tick : TICKS) {
      svg.line(at(tick), Svg.TOP - 6, at(tick), floor, tick == 1 ? "#888888" : "#dddddd");
      svg.text(at(tick), floor + 18, "middle", Spread.format("%.2f", tick));
    }
    for (int i = 0; i < rows.size(); i++) {
      row(svg, rows.get(i), Svg.TOP + LINE * i + LINE / 2.0);
    }
    return svg.toString();
  }

  private static void row(Svg svg, Verdicts.Judged row, double y) {
    Aim aim = row.aim();
    String figure = aim.figure().replace(", paired 60 s rounds", "");
    svg.text(NAMES - 8, y + 4, "end", figure + " / " + aim.against());
    double required = at(aim.required());
    boolean more = aim.better() == Aim.Better.MORE;
    double end = more ? at(TO) : at(FROM);
    svg.box(Math.min(required, end), y - 9, Math.abs(end - required), 18, "#eeeeee");
    svg.line(required, y - 9, required, y + 9, INK);
    String colour =
        switch (row.verdict()) {
          case TARGET -> GOOD;
          case PASS -> FAIR;
          default -> BAD;
        };
    Measured m = row.measured();
    svg.line(at(m.least()), y, at(m.greatest()), y, INK);
    svg.box(at(m.value()) - 5, y - 5, 10, 10, colour);
  }

  private static double at(double ratio) {
    double within = Math.clamp(ratio, FROM, TO);
    return NAMES + Math.log(within / FROM) / Math.log(TO / FROM) * (Svg.WIDTH - Svg.RIGHT - NAMES);
  }
}
