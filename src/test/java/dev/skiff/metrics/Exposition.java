package dev.skiff.metrics;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prometheus's text format 0.0.4, read strictly: what is not just so is an error. Beside what a
 * parser must refuse it refuses what promtool check metrics calls a mistake.
 */
public final class Exposition {
  private static final Pattern META = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][\\w:]*) (.*)");
  private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");
  private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram");

  /** Samples by name, and within by labels. */
  private final Map<String, Map<Map<String, String>, Double>> samples = new LinkedHashMap<>();

  private final Map<String, String> types = new LinkedHashMap<>();
  private final Map<String, String> helps = new LinkedHashMap<>();

  private Exposition() {}

  /**
   * Reads what was scraped.
   *
   * @throws AssertionError if something is wrong with it
   */
  public static Exposition parse(String text) {
    Exposition read = new Exposition();
    check(text.endsWith("\n"), "the last line does not end", text);
    Set<String> ended = new HashSet<>();
    String family = "";
    for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
      String of = line.startsWith("#") ? read.meta(line) : read.sample(line);
      if (!of.equals(family)) {
        check(ended.add(of), "in two places", line);
        family = of;
      }
    }
    read.types.keySet().forEach(read::checkFamily);
    return read;
  }

  private static void check(boolean good, String what, String line) {
    if (!good) {
      throw new AssertionError(what + ": " + line);
    }
  }

  private String meta(String line) {
    Matcher meta = META.matcher(line);
    check(meta.matches(), "neither HELP nor TYPE", line);
    String name = meta.group(2);
    String words = meta.group(3);
    if (meta.group(1).equals("HELP")) {
      check(!words.isBlank() && !words.contains("\\"), "no help", line);
      check(helps.put(name, words) == null, "twice", line);
    } else {
      check(TYPES.contains(words), "no such type", line);
      check(types.put(name, words) == null, "twice", line);
      check(samples.get(name) == null, "behind its samples", line);
    }
    return name;
  }

  private String sample(String line) {
    Matcher sample = SAMPLE.matcher(line);
    check(sample.matches(), "no sample", line);
    String name = sample.group(1);
    Map<String, String> labels = labels(sample.group(2), line);
    double value =
        switch (sample.group(3)) {
          case "+Inf" -> Double.POSITIVE_INFINITY;
          case "-Inf" -> Double.NEGATIVE_INFINITY;
          default -> Double.parseDouble(sample.group(3));
        };
    check(!Double.isNaN(value), "no number", line);
    Double before = samples.computeIfAbsent(name, n -> new LinkedHashMap<>()).put(labels, value);
    check(before == null, "twice", line);
    String family = types.containsKey(name) ? name : name.replaceFirst("_(bucket|sum|count)$", "");
    check(types.containsKey(family), "without a TYPE before it", line);
    check(helps.containsKey(family), "without a HELP", line);
    check(
        name.equals(family) == !"histogram".equals(types.get(family)),
        "no sample of its type",
        line);
    return family;
  }

  private static Map<String, String> labels(String text, String line) {
    Map<String, String> labels = new LinkedHashMap<>();
    if (text == null) {
      return labels;
    }
    Matcher label = LABEL.matcher(text);
    int at = 0;
    for (; at < text.length(); at = label.end()) {
      check(label.find(at) && label.start() == at, "no label", line);
      check(labels.put(label.group(1), label.group(2)) == null, "a label twice", line);
    }
    check(at > 0 && !text.endsWith(","), "no labels", line);
    return labels;
  }

  /** What promtool would say. */
  private void checkFamily(String name) {
    boolean isCounter = "counter".equals(types.get(name));
    check(isCounter == name.endsWith("_total"), "_total is for counters", name);
    check(!name.matches(".*_(ms|us|ns|milliseconds|kb|kilobytes)(_.*)?"), "no base unit", name);
    check(name.equals(name.toLowerCase(java.util.Locale.ROOT)), "capitals", name);
    if (isCounter) {
      of(name).values().forEach(value -> check(value >= 0, "a negative counter", name));
    }
    if ("histogram".equals(types.get(name))) {
      checkHistogram(name);
    }
  }

  private void checkHistogram(String name) {
    double bound = Double.NEGATIVE_INFINITY;
    double count = 0;
    for (Map.Entry<Map<String, String>, Double> bucket : of(name + "_bucket").entrySet()) {
      String le = Objects.requireNonNull(bucket.getKey().get("le"), name);
      double next = le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
      check(next > bound && bucket.getValue() >= count, "buckets out of order", name + " " + le);
      bound = next;
      count = bucket.getValue();
    }
    check(bound == Double.POSITIVE_INFINITY, "no bucket +Inf", name);
    check(count == value(name + "_count"), "its count is another than its last bucket", name);
    check(value(name + "_sum") >= 0, "a negative sum", name);
  }

  /** The names of all families. */
  public Set<String> families() {
    return new LinkedHashSet<>(types.keySet());
  }

  /** A family's type. */
  public String type(String family) {
    return types.getOrDefault(family, "none");
  }

  /** A family's help. */
  public String help(String family) {
    return helps.getOrDefault(family, "");
  }

  /** All samples of a name, by their labels. */
  public Map<Map<String, String>, Double> of(String name) {
    return samples.getOrDefault(name, Map.of());
  }

  /** The upper bounds of a histogram. */
  public List<Double> bounds(String name) {
    List<Double> bounds = new ArrayList<>();
    for (Map<String, String> labels : of(name + "_bucket").keySet()) {
      String le = Objects.requireNonNull(labels.get("le"));
      bounds.add(le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le));
    }
    return bounds;
  }

  /** A sample that must be there; labels as name, value, name, value. */
  public double value(String name, String... labels) {
    Map<String, String> wanted = new LinkedHashMap<>();
    for (int i = 0; i < labels.length; i += 2) {
      wanted.put(labels[i], labels[i + 1]);
    }
    Double value = of(name).get(wanted);
    if (value == null) {
      throw new AssertionError("no " + name + wanted + " among " + of(name));
    }
    return value;
  }
}
