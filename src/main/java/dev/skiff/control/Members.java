package dev.skiff.control;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the members of a request in JSON. Any thread. */
final class Members {
  private Members() {}

  /**
   * Checks that a request has no members that nobody knows.
   *
   * @throws IllegalArgumentException with one line that names those there are
   */
  static void check(Map<String, ?> request, List<String> known) {
    for (String name : request.keySet()) {
      if (!known.contains(name) && !name.equals("v") && !name.equals("cmd")) {
        throw new IllegalArgumentException(
            "'" + name + "' must be one of " + String.join(", ", known));
      }
    }
  }

  /**
   * A member that is text; null if it is not there.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static @Nullable String text(Map<String, ?> request, String member) {
    Object value = request.get(member);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw new IllegalArgumentException("\"" + member + "\" must be a string");
  }

  /**
   * A member that is a whole number; null if it is not there.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static @Nullable Integer number(Map<String, ?> request, String member) {
    Object value = request.get(member);
    if (value == null || value instanceof Integer) {
      return (Integer) value;
    }
    throw new IllegalArgumentException("\"" + member + "\" must be a whole number");
  }
}
