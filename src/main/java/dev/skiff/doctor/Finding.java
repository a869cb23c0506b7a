package dev.skiff.doctor;

/**
 * What one check found.
 *
 * @param topic what was looked at, in a word or two
 * @param found what it is like, in one line
 * @param cure what to do, in one line; empty if nothing
 */
public record Finding(Verdict verdict, String topic, String found, String cure) {
  /** As it should be. */
  static Finding ok(String topic, String found) {
    return new Finding(Verdict.OK, topic, found, "");
  }

  /** Could be better. */
  static Finding warn(String topic, String found, String cure) {
    return new Finding(Verdict.WARN, topic, found, cure);
  }

  /** Stands in the way. */
  static Finding fail(String topic, String found, String cure) {
    return new Finding(Verdict.FAIL, topic, found, cure);
  }

  /** Could not be looked at. */
  static Finding skip(String topic, String why) {
    return new Finding(Verdict.SKIP, topic, "not looked at: " + why, "");
  }
}
