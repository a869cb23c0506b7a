package dev.skiff.ip;

import dev.skiff.text.Suggest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** {@code rtm_protocol}: who made a route. Any thread. */
public enum RouteOrigin {
  /** {@code RTPROT_KERNEL}: the stack itself; it comes and goes with an address. */
  KERNEL,
  /** {@code RTPROT_BOOT}: somebody who did not say; what {@code ip route add} makes. */
  BOOT,
  /** {@code RTPROT_STATIC}: somebody who said that it is meant to stay. */
  STATIC;

  /** How people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a {@link #word}.
   *
   * @throws IllegalArgumentException with one line that says what there is
   */
  public static RouteOrigin parse(String text) {
    for (RouteOrigin origin : values()) {
      if (origin.word().equals(text)) {
        return origin;
      }
    }
    List<String> words = Arrays.stream(values()).map(RouteOrigin::word).toList();
    throw new IllegalArgumentException(
        "'" + text + "' makes no routes" + Suggest.among(text, words));
  }
}
