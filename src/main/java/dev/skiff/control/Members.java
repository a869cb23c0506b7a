package dev.skiff.control;

import dev.skiff.text.Suggest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the members of a request in JSON. Any thread. */
public final class Members {
  private Members() {}

  /**
   * Checks that a request has no members that nobody knows.
   *
   * @throws IllegalArgumentException with one line that names those there are
   */
  public static void check(Map<String, ?> request, List<String> known) {
    for (String name : request.keySet()) {
      if (!known.contains(name) && !name.equals("v") && !name.equals("cmd")) {
        throw new IllegalArgumentException(
            known.isEmpty()
                ? "'" + name + "' is unknown: this command has no members of its own"
                : "'" + name + "' must be one of " + String.join(", ", known));
      }
    }
  }

  /**
   * A command whose request has nothing but its word.
   *
   * @throws IllegalArgumentException if there is more
   */
  static Command none(Map<String, ?> request, Command command) {
    check(request, List.of());
    return command;
  }

  /**
   * A member that is text; null if it is not there.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static @Nullable String text(Map<String, ?> request, String member) {
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
  public static @Nullable Integer number(Map<String, ?> request, String member) {
    Object value = request.get(member);
    if (value == null || value instanceof Integer) {
      return (Integer) value;
    }
    throw new IllegalArgumentException("\"" + member + "\" must be a whole number");
  }

  /**
   * A member that is true or false; false if it is not there.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static boolean flag(Map<String, ?> request, String member) {
    Object value = request.get(member);
    if (value == null || value instanceof Boolean) {
      return Boolean.TRUE.equals(value);
    }
    throw new IllegalArgumentException("\"" + member + "\" must be true or false");
  }

  /**
   * Which of the actions of a command is meant, as {@code ip} reads them: {@code list} and the like
   * are SHOW, {@code delete} is DEL.
   *
   * @param actions all of them, each written in lower case
   * @throws IllegalArgumentException with one line that says what there is
   */
  static <E extends Enum<E>> E action(E[] actions, String text, String command) {
    String word =
        switch (text) {
          case "list", "ls", "lst" -> "show";
          case "delete" -> "del";
          default -> text;
        };
    List<String> words = new ArrayList<>();
    for (E action : actions) {
      words.add(action.name().toLowerCase(Locale.ROOT));
      if (words.getLast().equals(word)) {
        return action;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is nothing that " + command + " does" + Suggest.among(text, words));
  }
}
