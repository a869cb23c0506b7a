package dev.skiff.text;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as people write them: {@code 65536}, {@code 512K}, {@code 16M}. Any thread. */
public final class ByteSize {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,12})([KMG]?)(?:i?B)?", Pattern.CASE_INSENSITIVE);

  private static final long KILO = 1024;

  private ByteSize() {}

  /**
   * Reads an amount; K, M and G are powers of 1024.
   *
   * @return bytes
   * @throws IllegalArgumentException with one line that shows the form wanted
   */
  public static long parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no amount of memory: write it as 16M");
    }
    int shift =
        switch (form.group(2).toUpperCase(Locale.ROOT)) {
          case "K" -> 10;
          case "M" -> 20;
          case "G" -> 30;
          default -> 0;
        };
    return Long.parseLong(form.group(1)) << shift;
  }

  /** An amount as {@link #parse} reads it, in the greatest unit of which it is a whole number. */
  public static String format(long bytes) {
    String units = "KMG";
    long amount = bytes;
    int unit = -1;
    while (amount != 0 && amount % KILO == 0 && unit < units.length() - 1) {
      amount /= KILO;
      unit++;
    }
    return unit < 0 ? Long.toString(amount) : Long.toString(amount) + units.charAt(unit);
  }
}
