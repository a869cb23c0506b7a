package dev.skiff.wire;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/**
 * A piece of a fault setting without the blanks around it, and the values that it can be read as.
 *
 * @param text the piece
 * @param at where it stands in the setting, from 0
 */
record FaultText(String text, int at) {
  /** A unit and how many of the smallest one it is. */
  record Unit(String name, long size) {}

  /** Of time, smallest first. */
  static final List<Unit> TIMES =
      List.of(
          new Unit("ns", 1),
          new Unit("us", 1_000),
          new Unit("ms", 1_000_000),
          new Unit("s", 1_000_000_000));

  /** Of bits per second, smallest first. */
  static final List<Unit> RATES =
      List.of(
          new Unit("bit", 1),
          new Unit("kbit", 1_000),
          new Unit("mbit", 1_000_000),
          new Unit("gbit", 1_000_000_000));

  private static final int MOST_SHOWN = 40;
  private static final int MOST_DIGITS = 400;

  /** The piece of {@code whole} between two places. */
  static FaultText of(String whole, int begin, int end) {
    String text = whole.substring(begin, end);
    int blanks = text.length() - text.stripLeading().length();
    return new FaultText(text.strip(), begin + blanks);
  }

  FaultText until(int index) {
    return shifted(of(text, 0, index));
  }

  FaultText from(int index) {
    return shifted(of(text, index, text.length()));
  }

  private FaultText shifted(FaultText piece) {
    return new FaultText(piece.text, at + piece.at);
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  int end() {
    return at + text.length();
  }

  // ---- Values -----------------------------------------------------------------------------------

  /** Reads 3% as 3. */
  double percent(String example) {
    int digits = number(example);
    FaultText unit = from(digits);
    if (unit.isEmpty()) {
      throw wrong(end(), "'" + shown() + "' has no percent sign: say " + shown() + "%");
    }
    if (!unit.text.equals("%")) {
      throw unit.wrong("'" + unit.shown() + "' is not a percent sign: say " + example);
    }
    double percent = Double.parseDouble(text.substring(0, digits));
    if (percent > 100) {
      throw wrong(shown() + " is out of range: use 0% to 100%");
    }
    return percent;
  }

  /**
   * Reads a number and its unit.
   *
   * @param least in the smallest unit
   * @param most in the smallest unit
   * @param range the same for people
   */
  long units(List<Unit> units, long least, long most, String range, String example) {
    int digits = number(example);
    FaultText word = from(digits);
    List<String> names = units.stream().map(Unit::name).toList();
    if (word.isEmpty()) {
      throw wrong(
          end(),
          "'" + shown() + "' has no unit (" + String.join(", ", names) + "): say " + example);
    }
    int which = names.indexOf(word.text.toLowerCase(Locale.ROOT));
    if (which < 0) {
      throw word.wrong(
          "unknown unit '" + word.shown() + "': use one of " + String.join(", ", names));
    }
    BigDecimal size = BigDecimal.valueOf(units.get(which).size());
    BigDecimal number = new BigDecimal(text.substring(0, digits)).multiply(size);
    if (number.compareTo(BigDecimal.valueOf(least)) < 0
        || number.compareTo(BigDecimal.valueOf(most)) > 0) {
      throw wrong(shown() + " is out of range: use " + range);
    }
    return number.setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  /** How many characters are a number without a sign, such as 20 or 0.5. */
  private int number(String example) {
    int digits = 0;
    while (digits < text.length() && "0123456789.".indexOf(text.charAt(digits)) >= 0) {
      digits++;
    }
    if (digits > MOST_DIGITS || !text.substring(0, digits).matches("[0-9]+(\\.[0-9]+)?")) {
      throw wrong("'" + shown() + "' does not begin with a number: say " + example);
    }
    return digits;
  }

  // ---- Messages ---------------------------------------------------------------------------------

  /** The piece as it cannot spoil the line that it is shown in. */
  String shown() {
    String line = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
    return line.length() <= MOST_SHOWN ? line : line.substring(0, MOST_SHOWN) + "...";
  }

  IllegalArgumentException wrong(String what) {
    return wrong(at, what);
  }

  static IllegalArgumentException wrong(int at, String what) {
    return new IllegalArgumentException("at column " + (at + 1) + ": " + what);
  }
}
