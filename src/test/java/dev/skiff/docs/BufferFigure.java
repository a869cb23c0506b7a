package dev.skiff.docs;

import dev.skiff.docs.Svg.Anchor;
import dev.skiff.skb.SkBuff;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws sk_buffs as they are at the moment of the call: every number in a figure is read out of the
 * buffer.
 */
final class BufferFigure {
  private static final int WIDTH = 820;
  private static final int LEFT = 30;
  private static final int RIGHT = 780;
  private static final double SCALE = 4.6;

  /** Bytes that are drawn to scale; what is behind them is cut short. */
  private static final int TO_SCALE = 150;

  /** Characters that have room in a line, whatever the font. */
  private static final int MOST_TEXT = 108;

  private static final int BAR = 46;
  private static final int POINTERS = 44;

  private BufferFigure() {}

  // ---- One buffer -------------------------------------------------------------------------------

  /**
   * One buffer.
   *
   * @param call the call that led here
   * @param text what it did, a sentence
   * @param at what stands at data
   */
  static String of(String call, String text, SkBuff skb, Part.Layer at) {
    Svg svg = new Svg(WIDTH, 232, call, text + " " + numbers(skb));
    heading(svg, call, text);
    int bar = 62 + POINTERS;
    pointers(svg, skb, bar, true);
    block(svg, Part.of(skb, at), skb.end(), bar, "");
    notes(svg, skb, bar + BAR);
    int y = bar + BAR + 42;
    bracket(svg, "headroom", skb.headroom(), 0, skb.data(), y);
    bracket(svg, "len", skb.len(), skb.data(), skb.tail(), y);
    bracket(svg, "tailroom", skb.tailroom(), skb.tail(), skb.end(), y);
    return svg.end();
  }

  /** Where the layers noted their headers: under the block. */
  private static void notes(Svg svg, SkBuff skb, int y) {
    note(svg, "mac_header", skb.macHeader(), y, Anchor.END);
    note(svg, "network_header", skb.networkHeader(), y, Anchor.MIDDLE);
    note(svg, "transport_header", skb.transportHeader(), y, Anchor.START);
  }

  private static void note(Svg svg, String name, int offset, int y, Anchor anchor) {
    if (offset != 0) {
      double nudge = anchor == Anchor.START ? -4 : anchor == Anchor.END ? -4 : 6;
      svg.arrow(x(offset), y + 14, y + 2, Svg.GREY);
      svg.small(x(offset) + nudge, y + 26, anchor, Svg.GREY, name + " " + offset);
    }
  }

  private static void bracket(Svg svg, String name, int n, int from, int to, int y) {
    double left = x(from);
    double right = x(to);
    if (n > 0) {
      svg.path(
          Svg.INK,
          Svg.at(
              "M %.1f %d V %d H %.1f V %d M %.1f %d V %d",
              left + 2, y - 4, y + 3, right - 2, y - 4, (left + right) / 2, y + 3, y + 7));
    }
    if (n > 0 || name.equals("len")) {
      svg.text((left + right) / 2, y + 20, Anchor.MIDDLE, Svg.INK, name + " " + n);
    }
  }

  // ---- Two buffers ------------------------------------------------------------------------------

  /**
   * Two buffers, over one block or two: their memory says which.
   *
   * @param upper what stands at the first one's data
   * @param lower what stands at the second one's data
   */
  static String of(
      String call, String text, SkBuff first, Part.Layer upper, SkBuff second, Part.Layer lower) {
    boolean one = first.segment().address() == second.segment().address();
    int barOne = 62 + 34 + POINTERS;
    int barTwo = one ? barOne : barOne + BAR + 24;
    int box = barTwo + BAR + POINTERS + 8;
    Svg svg = new Svg(WIDTH, box + 38, call, text + " " + numbers(first) + " " + numbers(second));
    heading(svg, call, text);
    box(svg, first, 62);
    pointers(svg, first, barOne, true);
    // The one that has pulled more knows where all headers stand.
    List<Part> parts = Part.of(second, lower).stream().map(BufferFigure::whole).toList();
    block(svg, parts, first.end(), barOne, one ? "one block" : whose(first));
    if (!one) {
      Part.of(first, upper); // Checks that its bytes are what the picture says.
      block(svg, parts, second.end(), barTwo, whose(second));
    }
    pointers(svg, second, barTwo + BAR, false);
    box(svg, second, box);
    return svg.end();
  }

  private static String whose(SkBuff skb) {
    return skb.isClone() ? "the clone's" : "the original's";
  }

  private static Part whole(Part part) {
    return new Part(part.name(), part.from(), part.to(), part.colour(), false);
  }

  private static void box(Svg svg, SkBuff skb, int y) {
    svg.rect(LEFT, y, RIGHT - LEFT, 26, "#f4f4f4", "rx=\"4\" stroke=\"" + Svg.INK + "\"");
    svg.text(
        LEFT + 12,
        y + 17,
        Anchor.START,
        Svg.INK,
        "sk_buff, "
            + (skb.isClone() ? "the clone" : "the original")
            + ", held by "
            + skb.holder()
            + ": len "
            + skb.len()
            + ", headroom "
            + skb.headroom()
            + ", tailroom "
            + skb.tailroom()
            + (skb.segment().isReadOnly() ? "; read-only" : "; may write"));
  }

  // ---- What both have ---------------------------------------------------------------------------

  private static void heading(Svg svg, String call, String text) {
    if (text.length() > MOST_TEXT) {
      throw new IllegalArgumentException("does not fit on a line: " + text);
    }
    svg.code(LEFT, 24, 14, call);
    svg.text(LEFT, 45, Anchor.START, Svg.INK, text);
  }

  /** The four offsets, from above or from below; those that are equal share an arrow. */
  private static void pointers(Svg svg, SkBuff skb, int bar, boolean above) {
    Map<Integer, String> names = new TreeMap<>();
    name(names, skb, 0, "head");
    name(names, skb, skb.data(), "data");
    name(names, skb, skb.tail(), "tail");
    name(names, skb, skb.end(), "end");
    names.forEach(
        (offset, name) -> {
          boolean moves = name.contains("data") || name.contains("tail");
          String colour = moves ? Svg.INK : Svg.GREY;
          svg.arrow(x(offset), above ? bar - 20 : bar + 20, above ? bar - 2 : bar + 2, colour);
          Anchor anchor = offset == 0 ? Anchor.START : Anchor.MIDDLE;
          double nudge = offset == 0 ? -4 : 0;
          svg.text(
              x(offset) + nudge, above ? bar - 26 : bar + 34, anchor, colour, name + " " + offset);
        });
  }

  private static void name(Map<Integer, String> names, SkBuff skb, int offset, String name) {
    names.merge(offset, name, (before, more) -> before + " = " + more);
  }

  private static void block(Svg svg, List<Part> parts, int end, int y, String name) {
    svg.rect(LEFT, y, x(end) - LEFT, BAR, "#ffffff", "stroke=\"" + Svg.INK + "\"");
    for (Part part : parts) {
      double left = x(part.from());
      double width = x(part.to()) - left;
      svg.rect(
          left,
          y,
          width,
          BAR,
          part.colour(),
          "stroke=\""
              + Svg.INK
              + "\""
              + (part.pulled() ? " fill-opacity=\"0.3\" stroke-dasharray=\"4 3\"" : ""));
      double middle = left + width / 2;
      String colour = part.pulled() ? "#444444" : Svg.INK;
      svg.text(middle, y + 20, Anchor.MIDDLE, colour, part.name());
      svg.text(middle, y + 36, Anchor.MIDDLE, colour, Integer.toString(part.len()));
    }
    double cut = x(TO_SCALE) + 20;
    if (end > TO_SCALE) {
      svg.rect(cut, y - 1, 12, BAR + 2, "#ffffff", "");
      for (int i = 0; i < 2; i++) {
        svg.path(
            Svg.GREY, Svg.at("M %.1f %d l 5 12 l -10 12 l 10 12 l -5 12", cut + 12 * i, y - 1));
      }
    }
    if (!name.isEmpty()) {
      int last = parts.isEmpty() ? 0 : parts.getLast().to();
      svg.text((x(last) + cut) / 2, y + 28, Anchor.MIDDLE, Svg.GREY, name);
    }
  }

  private static double x(int offset) {
    return offset <= TO_SCALE ? LEFT + offset * SCALE : RIGHT;
  }

  private static String numbers(SkBuff skb) {
    return Svg.at(
        "head 0, data %d, tail %d, end %d, len %d, headroom %d, tailroom %d.",
        skb.data(), skb.tail(), skb.end(), skb.len(), skb.headroom(), skb.tailroom());
  }
}
