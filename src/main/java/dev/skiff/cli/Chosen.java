package dev.skiff.cli;

import dev.skiff.text.Suggest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The counters that somebody wants to see: by name as Icmp.InEchos, by group as skiff0, or by a
 * pattern in which * stands for any letters and ? for any one. Any thread.
 */
final class Chosen {
  private final List<String> patterns;
  private final Predicate<String> any;

  /** Those that any of these match; all if there are none. */
  Chosen(List<String> patterns) {
    this.patterns = patterns;
    Predicate<String> chosen = name -> patterns.isEmpty();
    for (String pattern : patterns) {
      chosen = chosen.or(matcher(pattern));
    }
    any = chosen;
  }

  private static Predicate<String> matcher(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    // A group is all that is in it.
    return Pattern.compile(regex + "(\\..*)?", Pattern.DOTALL).asMatchPredicate();
  }

  /**
   * Of these the chosen ones, in their order.
   *
   * @throws IOException with one line, if a pattern stands for none of them
   */
  Map<String, Long> of(Map<String, Long> all) throws IOException {
    for (String pattern : patterns) {
      if (all.keySet().stream().noneMatch(matcher(pattern))) {
        throw new IOException(
            "there is no counter '" + pattern + "'" + like(pattern, all.keySet()));
      }
    }
    Map<String, Long> chosen = new LinkedHashMap<>();
    all.forEach(
        (name, value) -> {
          if (any.test(name)) {
            chosen.put(name, value);
          }
        });
    return chosen;
  }

  private static String like(String pattern, Collection<String> names) {
    List<String> known = new ArrayList<>(names);
    names.forEach(name -> known.add(name.replaceFirst("\\..*", "")));
    String like = Suggest.among(pattern, known);
    return like.startsWith(": did") ? like : ": see skiff stat -z";
  }
}
