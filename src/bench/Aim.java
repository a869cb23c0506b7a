import java.util.function.Function;

/**
 * A row of the table of what is aimed at.
 *
 * @param figure what is measured
 * @param against whom it is held against; empty if it is a figure by itself
 * @param better whether more of it is better, or less
 * @param required what it must reach
 * @param target what it is to reach; NaN: no more than required
 * @param format how a figure of it is written
 * @param measured it, from the results
 * @param atTarget what is held against the target, if that is a figure of its own; or null
 * @param targetNote words to the target
 */
record Aim(
    String figure,
    String against,
    Better better,
    double required,
    double target,
    String format,
    Function<Results, Measured> measured,
    Function<Results, Measured> atTarget,
    String targetNote) {
  /** The good direction. */
  enum Better {
    MORE("at least "),
    LESS("at most ");

    final String words;

    Better(String words) {
      this.words = words;
    }

    boolean reaches(double value, double bound) {
      return this == MORE ? value >= bound : value <= bound;
    }
  }

  /** The same with a target against somebody else. */
  Aim withTarget(String note, Function<Results, Measured> other) {
    return new Aim(figure, against, better, required, target, format, measured, other, note);
  }

  boolean isRatio() {
    return format.equals("%.2f");
  }

  String write(double value) {
    return Spread.format(format, value);
  }

  String requiredText() {
    return required == 0 ? "0" : better.words + write(required);
  }

  String targetText() {
    return Double.isNaN(target) ? "" : write(target) + targetNote;
  }
}
