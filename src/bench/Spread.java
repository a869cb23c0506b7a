import java.util.Arrays;
import java.util.Locale;

/** Some figures of the same thing, in ascending order. */
record Spread(double[] sorted) {
  static final Spread NONE = new Spread(new double[0]);

  Spread {
    sorted = sorted.clone();
    Arrays.sort(sorted);
  }

  boolean isEmpty() {
    return sorted.length == 0;
  }

  double least() {
    return isEmpty() ? Double.NaN : sorted[0];
  }

  double greatest() {
    return isEmpty() ? Double.NaN : sorted[sorted.length - 1];
  }

  double median() {
    int n = sorted.length;
    if (n == 0) {
      return Double.NaN;
    }
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  /** "median [least..greatest]", or "-". */
  String text(String format) {
    return isEmpty()
        ? "-"
        : format(format + " [" + format + ".." + format + "]", median(), least(), greatest());
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
