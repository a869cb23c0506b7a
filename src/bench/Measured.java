/**
 * What a row of the table says: the figure that is judged, the least and the greatest of what it
 * comes from, and words to it; or only the reason why there is none.
 */
record Measured(double value, double least, double greatest, String note) {
  static Measured not(String reason) {
    return new Measured(Double.NaN, Double.NaN, Double.NaN, reason);
  }

  /** The median of ratios and other figures of which none counts more than another. */
  static Measured median(Spread spread, String note) {
    return new Measured(spread.median(), spread.least(), spread.greatest(), note);
  }

  /** The greatest, where each single one must do. */
  static Measured worst(Spread spread, String note) {
    return new Measured(spread.greatest(), spread.least(), spread.greatest(), note);
  }

  boolean isThere() {
    return !Double.isNaN(value);
  }
}
