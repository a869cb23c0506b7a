package dev.skiff.doctor;

/** What a check thinks of what it found. */
public enum Verdict {
  /** As it should be. */
  OK,
  /** Works, but not as well as it could, or may not be what was meant. */
  WARN,
  /** Skiff does not run, or does not answer, until this is changed. */
  FAIL,
  /** Could not be looked at. */
  SKIP
}
