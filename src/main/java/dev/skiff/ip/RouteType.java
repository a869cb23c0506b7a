package dev.skiff.ip;

import dev.skiff.text.Suggest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** {@code rtm_type}: what becomes of datagrams for a prefix. Any thread. */
public enum RouteType {
  /** {@code RTN_UNICAST}: sent by a device, to a gateway or to the destination itself. */
  UNICAST,
  /** {@code RTN_BLACKHOLE}: dropped, and nobody is told. */
  BLACKHOLE,
  /** {@code RTN_UNREACHABLE}: refused, as if there were no such host. */
  UNREACHABLE,
  /** {@code RTN_PROHIBIT}: refused, since it is forbidden. */
  PROHIBIT;

  /** How people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether this is the {@link #word} of a type. */
  static boolean isWord(String text) {
    return words().contains(text);
  }

  static List<String> words() {
    return Arrays.stream(values()).map(RouteType::word).toList();
  }

  /**
   * Reads a {@link #word}.
   *
   * @throws IllegalArgumentException with one line that says what there is
   */
  public static RouteType parse(String text) {
    for (RouteType type : values()) {
      if (type.word().equals(text)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no type of route" + Suggest.among(text, words()));
  }
}
