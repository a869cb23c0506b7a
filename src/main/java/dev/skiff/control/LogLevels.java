package dev.skiff.control;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How much a daemon logs. Any thread. */
public interface LogLevels {
  /** The level of all loggers but the {@link #exceptions}, in small letters. */
  String level();

  /** The loggers that have a level of their own, and which. */
  Map<String, String> exceptions();

  /**
   * Sets a level.
   *
   * @param logger whose; null for all, which then have none of their own any more
   * @throws IllegalArgumentException with one line that says what there is
   */
  void set(String level, @Nullable String logger);
}
