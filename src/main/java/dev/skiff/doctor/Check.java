package dev.skiff.doctor;

import java.io.IOException;
import java.util.List;

/** Looks at one thing. */
interface Check {
  /**
   * What it found; empty if there was nothing to look at.
   *
   * @throws IOException if it cannot be looked at, with one line that says why
   */
  List<Finding> look(Patient patient) throws IOException;
}
