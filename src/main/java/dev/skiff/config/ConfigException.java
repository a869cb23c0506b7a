package dev.skiff.config;

import java.util.List;

/** What was said is wrong: a mistake of usage. Any thread. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient List<String> lines;

  /** One or more problems, a line each. */
  ConfigException(String message, List<String> lines) {
    super(message);
    this.lines = List.copyOf(lines);
  }

  /** All that is wrong, a line each. */
  public List<String> lines() {
    return lines;
  }
}
