package dev.skiff.config;

import dev.skiff.daemon.RunConfig;
import java.util.List;
import java.util.Map;

/** What everything is if nothing is said: no devices. Any thread. */
final class Usual {
  static final RunConfig CONFIG = config();

  private Usual() {}

  private static RunConfig config() {
    RunConfig config = new ConfigReader(new Said(), new Problems()).read();
    if (config == null || !config.devices().equals(List.of())) {
      throw new IllegalStateException("what is usual is wrong");
    }
    return config;
  }

  /** The usual values, by key. */
  static Map<Key, List<String>> values() {
    return Effective.of(CONFIG, true);
  }
}
