package dev.skiff.daemon;

import java.util.List;

/** Where a daemon's configuration comes from, to be read again. Main thread. */
public interface ConfigSource {
  /** What it is called in messages: the file. */
  String name();

  /**
   * Reads it again.
   *
   * @param now what the daemon does now
   * @throws IllegalArgumentException if something is wrong with it: one line that says what
   */
  RunConfig read(RunConfig now);

  /**
   * The keys whose values differ, by name.
   *
   * @param live those that change at once; else those that change at the next start
   */
  List<String> changed(RunConfig before, RunConfig after, boolean live);
}
