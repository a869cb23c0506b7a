package dev.skiff.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** What is wrong with what was said, a line each. One thread. */
final class Problems {
  private static final Pattern CONTROL = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
  private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--([a-z][a-z-]*)");
  private static final int MOST_SHOWN = 40;
  private static final int MOST = 400;
  private static final String SHOWN_BY = ": skiff config check shows all";

  private record Problem(Place place, String line) {}

  private final List<Problem> all = new ArrayList<>();

  /** Adds one. */
  void add(Place place, String what) {
    String line = oneLine(what);
    if (!place.isFlag()) {
      all.add(new Problem(place, place + ": " + FLAG.matcher(line).replaceAll("$1")));
    } else {
      boolean named = line.contains(place.flag());
      all.add(new Problem(place, named ? line : place + ": " + line));
    }
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** A message that is one line, and no endless one. */
  static String oneLine(String what) {
    String line = CONTROL.matcher(what).replaceAll("?");
    return line.length() <= MOST ? line : line.substring(0, MOST) + "...";
  }

  /** What somebody wrote, as it cannot spoil the line that it is shown in. */
  static String shown(String word) {
    String line = CONTROL.matcher(word).replaceAll("?");
    return line.length() <= MOST_SHOWN ? line : line.substring(0, MOST_SHOWN) + "...";
  }

  /** All of them, in the order of their places. */
  List<String> lines() {
    return all.stream()
        .sorted(
            Comparator.comparingInt((Problem problem) -> problem.place().line())
                .thenComparingInt(problem -> problem.place().column()))
        .map(Problem::line)
        .distinct()
        .toList();
  }

  /**
   * Goes on only if there are none.
   *
   * @throws ConfigException if there are
   */
  void check() {
    if (all.isEmpty()) {
      return;
    }
    List<String> lines = lines();
    int more = lines.size() - 1;
    boolean inFile = all.stream().noneMatch(problem -> problem.place().isFlag());
    String rest = more == 0 ? "" : " (and " + more + " more" + (inFile ? SHOWN_BY + ")" : ")");
    throw new ConfigException(lines.getFirst() + rest, lines);
  }
}
