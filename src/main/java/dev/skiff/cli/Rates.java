package dev.skiff.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How fast counters grow, from one look to the next. A counter that was not there at the last look,
 * or has become smaller since then (its device, or the whole daemon, is another one), has no rate
 * before the next. Used by one thread.
 */
final class Rates {
  private static final double NS_PER_S = 1e9;

  private Map<String, Long> last = Map.of();
  private long lastNs;

  /**
   * One counter.
   *
   * @param perS how much it grew in a second; null if that is not known
   */
  record Rate(long total, @Nullable Double perS) {}

  /** All counters as they are now. */
  Map<String, Rate> look(Map<String, Long> totals, long nowNs) {
    double seconds = (nowNs - lastNs) / NS_PER_S;
    Map<String, Rate> rates = new LinkedHashMap<>();
    totals.forEach(
        (name, total) -> {
          Long before = last.get(name);
          boolean known = before != null && total >= before && seconds > 0;
          rates.put(
              name, new Rate(total, known && before != null ? (total - before) / seconds : null));
        });
    last = Map.copyOf(totals);
    lastNs = nowNs;
    return rates;
  }
}
