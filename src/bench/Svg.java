import java.util.List;

/** A chart that is being drawn. */
final class Svg {
  static final int WIDTH = 820;
  static final int LEFT = 70;
  static final int RIGHT = 20;
  static final int TOP = 80;
  static final int BOTTOM = 50;

  private final StringBuilder out = new StringBuilder();

  Svg(String title, String subtitle, int height) {
    out.append(
        Spread.format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\""
                + " role=\"img\">%n<title>%s</title>%n<rect width=\"%d\" height=\"%d\""
                + " fill=\"#ffffff\"/>%n",
            WIDTH, height, title, WIDTH, height));
    out.append(
        Spread.format(
            "<text x=\"%d\" y=\"22\" font-size=\"15\" font-weight=\"bold\">%s</text>%n",
            LEFT, title));
    out.append(
        Spread.format("<text x=\"%d\" y=\"40\" fill=\"#555555\">%s</text>%n", LEFT, subtitle));
  }

  void text(double x, double y, String anchor, String text) {
    out.append(
        Spread.format(
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
  }

  void line(double x1, double y1, double x2, double y2, String colour) {
    out.append(
        Spread.format(
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
            x1, y1, x2, y2, colour));
  }

  void box(double x, double y, double width, double height, String colour) {
    out.append(
        Spread.format(
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
            x, y, width, height, colour));
  }

  void path(List<double[]> points, String colour, double width) {
    StringBuilder d = new StringBuilder();
    for (double[] p : points) {
      d.append(d.isEmpty() ? "M" : " L").append(Spread.format("%.1f,%.1f", p[0], p[1]));
    }
    out.append(
        Spread.format(
            "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\"/>%n",
            d, colour, width));
  }

  /** The peers and their colours, in one line. */
  void legend(List<String> peers) {
    double x = LEFT;
    for (String peer : peers) {
      box(x, 54, 10, 10, Peers.colour(peer));
      text(x + 14, 63, "start", Peers.name(peer));
      x += 34 + 6.4 * Peers.name(peer).length();
    }
  }

  @Override
  public String toString() {
    return out + "</svg>\n";
  }
}
