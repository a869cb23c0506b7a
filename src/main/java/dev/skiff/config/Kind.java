package dev.skiff.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;

/** What kind of value a key has, in TOML and as the text that a flag would have. Any thread. */
public enum Kind {
  /** A word, an address, a path. */
  TEXT("string"),
  /** Several of them. */
  TEXTS("array of strings, or one string"),
  /** A whole number. */
  NUMBER("integer"),
  /** Yes or no. */
  SWITCH("boolean"),
  /** Memory, as 65536 or "64K". */
  SIZE("string or integer"),
  /** Time, as 10 or "10s". */
  TIME("string or integer"),
  /** A share, a rate, or what else is a number and its unit. */
  UNITS("string");

  /** What is on, as a flag would be given it. */
  public static final String ON = "on";

  static final String OFF = "off";

  private final String type;

  Kind(String type) {
    this.type = type;
  }

  /** Its type in TOML, for people. */
  public String type() {
    return type;
  }

  /** What a flag would be given; null if the value is of another type. */
  @Nullable List<String> texts(@Nullable Object toml) {
    return switch (toml) {
      case String text when this != NUMBER && this != SWITCH -> List.of(text);
      case Long number when this == NUMBER || this == SIZE || this == TIME ->
          List.of(number.toString());
      case Boolean yes when this == SWITCH -> List.of(yes ? ON : OFF);
      case TomlArray array when this == TEXTS -> strings(array);
      case null, default -> null;
    };
  }

  private static @Nullable List<String> strings(TomlArray array) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      if (!(array.get(i) instanceof String text)) {
        return null;
      }
      texts.add(text);
    }
    return texts;
  }

  /** The value for JSON: a number, a boolean, a string or a list of them. */
  Object json(List<String> texts) {
    String first = texts.isEmpty() ? "" : texts.getFirst();
    return switch (this) {
      case TEXTS -> texts;
      case NUMBER -> Long.valueOf(first);
      case SWITCH -> first.equals(ON);
      case TEXT, SIZE, TIME, UNITS -> first;
    };
  }

  /** The same in TOML. */
  public String toml(List<String> texts) {
    return switch (json(texts)) {
      case List<?> all ->
          "[" + String.join(", ", all.stream().map(one -> quoted(one.toString())).toList()) + "]";
      case String text -> quoted(text);
      case Object other -> other.toString();
    };
  }

  private static String quoted(String text) {
    return '"' + Toml.tomlEscape(text).toString() + '"';
  }
}
