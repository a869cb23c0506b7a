package dev.skiff.docs;

import java.util.Locale;

/**
 * A drawing, written line by line: the same calls give the same bytes, whatever the machine, the
 * day and the locale.
 */
final class Svg {
  /** Fonts that every viewer has something for. */
  static final String SANS = "Helvetica, Arial, sans-serif";

  static final String MONO = "DejaVu Sans Mono, Menlo, Consolas, monospace";
  static final String INK = "#1a1a1a";
  static final String GREY = "#6b6b6b";

  /** Where a text stands beside its point. */
  enum Anchor {
    START("start"),
    MIDDLE("middle"),
    END("end");

    private final String svg;

    Anchor(String svg) {
      this.svg = svg;
    }
  }

  private final StringBuilder out = new StringBuilder();

  Svg(int width, int height, String title, String description) {
    line(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
            + " role=\"img\" font-family=\"%s\" font-size=\"12\">",
        width, height, width, height, SANS);
    line("<title>%s</title>", escaped(title));
    line("<desc>%s</desc>", escaped(description));
    line("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height);
  }

  /** Plain text. */
  void text(double x, double y, Anchor anchor, String colour, String text) {
    line(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
        x, y, anchor.svg, colour, escaped(text));
  }

  /** Plain text, smaller. */
  void small(double x, double y, Anchor anchor, String colour, String text) {
    line(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\" font-size=\"11\">%s</text>",
        x, y, anchor.svg, colour, escaped(text));
  }

  /** Code. */
  void code(double x, double y, int size, String text) {
    line(
        "<text x=\"%.1f\" y=\"%.1f\" font-family=\"%s\" font-size=\"%d\" font-weight=\"bold\""
            + " fill=\"%s\">%s</text>",
        x, y, MONO, size, INK, escaped(text));
  }

  void rect(double x, double y, double width, double height, String fill, String more) {
    line(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" %s/>",
        x, y, width, height, fill, more);
  }

  void path(String stroke, String d) {
    line("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.2\"/>", d, stroke);
  }

  /** A vertical line with its point at {@code toY}. */
  void arrow(double x, double fromY, double toY, String colour) {
    double back = toY > fromY ? toY - 8 : toY + 8;
    path(colour, at("M %.1f %.1f V %.1f", x, fromY, back));
    line(
        "<path d=\"M %.1f %.1f L %.1f %.1f L %.1f %.1f Z\" fill=\"%s\"/>",
        x, toY, x - 4, back, x + 4, back, colour);
  }

  /** Numbers as SVG wants them, wherever this runs. */
  static String at(String format, Object... args) {
    return String.format(Locale.ROOT, format, args);
  }

  String end() {
    line("</svg>");
    return out.toString();
  }

  private void line(String format, Object... args) {
    out.append(at(format, args)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
