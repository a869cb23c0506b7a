package dev.skiff.text;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings as people write them on one line: {@code key=value,key=value}. Any thread. */
public final class Settings {
  private static final long NS_PER_MS = 1_000_000L;
  private static final long MS_PER_S = 1000;

  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, String> examples = new LinkedHashMap<>();

  private Settings() {}

  /**
   * Reads them; an empty text has none.
   *
   * @param of what they are settings of, for messages
   * @param examples one for each key that there is, as {@code mtu=1500}
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public static Settings parse(String text, String of, String... examples) {
    Settings settings = new Settings();
    for (String example : examples) {
      settings.examples.put(example.substring(0, example.indexOf('=')), example);
    }
    if (!text.isBlank()) {
      Arrays.stream(text.split(",", -1)).forEach(one -> settings.add(one.strip(), of));
    }
    return settings;
  }

  private void add(String setting, String of) {
    int equals = setting.indexOf('=');
    String key = equals < 0 ? setting : setting.substring(0, equals);
    String example = examples.get(key);
    if (example == null) {
      List<String> keys = List.copyOf(examples.keySet());
      throw new IllegalArgumentException(
          "'" + key + "' is no setting of " + of + Suggest.among(key, keys));
    }
    if (equals < 0 || equals == setting.length() - 1) {
      throw new IllegalArgumentException("'" + key + "' has no value: say " + example);
    }
    if (values.putIfAbsent(key, setting.substring(equals + 1)) != null) {
      throw new IllegalArgumentException("'" + key + "' is said twice: say it once");
    }
  }

  /** All that was said, as it was written, by key. */
  public Map<String, String> all() {
    return new LinkedHashMap<>(values);
  }

  /** Or, as {@link #flag} reads it. */
  public static String shown(boolean on) {
    return on ? "on" : "off";
  }

  /** What was said, as it was written; null if it was not. */
  public @Nullable String text(String key) {
    return values.get(key);
  }

  /**
   * What must be said, as it was written.
   *
   * @throws IllegalArgumentException if it was not
   */
  public String must(String key) {
    String text = values.get(key);
    if (text == null) {
      throw new IllegalArgumentException(key + " is missing: say " + examples.get(key));
    }
    return text;
  }

  /**
   * A whole number.
   *
   * @param otherwise what it is if it was not said
   * @throws IllegalArgumentException if it is none, or out of range
   */
  public int number(String key, int otherwise, int least, int most) {
    String text = values.get(key);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,9}")
        || Integer.parseInt(text) < least
        || Integer.parseInt(text) > most) {
      throw new IllegalArgumentException(
          key + "=" + text + ": use " + least + " to " + most + ", as " + examples.get(key));
    }
    return Integer.parseInt(text);
  }

  /**
   * One of a few whole numbers, two or more.
   *
   * @param otherwise what it is if it was not said
   * @throws IllegalArgumentException if it is none of them
   */
  public int oneOf(String key, int otherwise, List<Integer> numbers) {
    String text = values.get(key);
    if (text == null) {
      return otherwise;
    }
    List<String> words = numbers.stream().map(String::valueOf).toList();
    int at = words.indexOf(text);
    if (at < 0) {
      String last = words.getLast();
      String others = String.join(", ", words.subList(0, words.size() - 1));
      throw new IllegalArgumentException(key + "=" + text + ": use " + others + " or " + last);
    }
    return numbers.get(at);
  }

  /**
   * On or off.
   *
   * @param otherwise what it is if it was not said
   * @throws IllegalArgumentException if it is neither
   */
  public boolean flag(String key, boolean otherwise) {
    String text = values.get(key);
    if (text == null) {
      return otherwise;
    }
    return switch (text) {
      case "on", "1" -> true;
      case "off", "0" -> false;
      default ->
          throw new IllegalArgumentException(
              key + "=" + text + ": use on or off, as " + examples.get(key));
    };
  }

  /**
   * A time, as {@code 30s} or {@code 500ms}; a number alone is seconds.
   *
   * @param otherwise nanoseconds that it is if it was not said
   * @param least nanoseconds
   * @param most nanoseconds
   * @return nanoseconds
   * @throws IllegalArgumentException if it is none, or out of range
   */
  public long time(String key, long otherwise, long least, long most) {
    String text = values.get(key);
    if (text == null) {
      return otherwise;
    }
    boolean ms = text.endsWith("ms");
    String digits = text.substring(0, text.length() - (ms ? 2 : text.endsWith("s") ? 1 : 0));
    if (digits.matches("[0-9]{1,9}")) {
      long ns = Long.parseLong(digits) * NS_PER_MS * (ms ? 1 : MS_PER_S);
      if (ns >= least && ns <= most) {
        return ns;
      }
    }
    throw new IllegalArgumentException(
        key
            + "="
            + text
            + ": use "
            + shown(least)
            + " to "
            + shown(most)
            + ", as "
            + examples.get(key));
  }

  /** A time as {@link #time} reads it, to the millisecond: {@code 30s} or {@code 500ms}. */
  public static String shown(long ns) {
    long ms = ns / NS_PER_MS;
    return ms % MS_PER_S == 0 ? ms / MS_PER_S + "s" : ms + "ms";
  }
}
