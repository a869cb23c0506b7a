package dev.skiff.metrics;

import java.util.Locale;
import java.util.regex.Pattern;

/** How a counter's name becomes a metric's: in lower case, with underscores. Any thread. */
final class MetricName {
  /** Between a small letter or digit and a capital, as in {@code InReceives} and {@code IpExt}. */
  private static final Pattern BOUNDARY = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  private MetricName() {}

  /** {@code InHdrErrors} becomes {@code in_hdr_errors}. */
  static String snake(String name) {
    return BOUNDARY.matcher(name).replaceAll("_").toLowerCase(Locale.ROOT);
  }

  /** {@code rx_bytes} becomes {@code receive_bytes}, as Prometheus's own node exporter has it. */
  static String device(String name) {
    if (name.startsWith("rx_")) {
      return "receive_" + name.substring(3);
    }
    return name.startsWith("tx_") ? "transmit_" + name.substring(3) : "receive_" + name;
  }
}
