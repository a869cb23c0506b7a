package dev.skiff.log;

import dev.skiff.text.Suggest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Which records are logged, by the level that each logger has. Libraries are heard from WARN on
 * whatever the level is, unless they are named: the JDK's own have much to tell.
 *
 * <p>Any thread.
 */
public final class Levels {
  private final Logger all;
  private final List<Logger> ours;

  /** Those that have a level of their own. Kept, since java.util.logging would forget them. */
  private final Map<String, Logger> set = new TreeMap<>();

  /**
   * The levels of this program.
   *
   * @param all whose level is that of everybody else
   * @param ours the names of our own loggers, each with all that begins with it and a dot
   */
  public Levels(Logger all, List<String> ours) {
    this.all = all;
    this.ours = new ArrayList<>();
    for (String name : ours) { // No stream: its parts would take 8 ms of the start to make.
      this.ours.add(Logger.getLogger(name));
    }
  }

  /** Everybody has this level from now on. */
  public synchronized void setAll(Level level) {
    for (Logger exception : set.values()) {
      exception.setLevel(null);
    }
    set.clear();
    all.setLevel(level.intValue() < Level.WARNING.intValue() ? Level.WARNING : level);
    for (Logger one : ours) {
      one.setLevel(level);
    }
  }

  /** The level of our own. */
  public synchronized Level level() {
    Level level = ours.getFirst().getLevel();
    return level == null ? Level.INFO : level;
  }

  /**
   * One logger and all below it has this level from now on.
   *
   * @param name as {@link LogText#shortName} makes it, or the whole name
   * @throws IllegalArgumentException with one line that says which there are
   */
  public synchronized void set(String name, Level level) {
    List<String> known = new ArrayList<>(new TreeSet<>(knownNames()));
    List<String> meant =
        ours.stream().map(one -> one.getName() + "." + name).filter(known::contains).toList();
    if (meant.isEmpty() && known.contains(name)) {
      meant = List.of(name);
    }
    if (meant.isEmpty()) {
      List<String> shown =
          known.stream().filter(this::isOurs).map(LogText::shortName).distinct().toList();
      throw new IllegalArgumentException(
          "no logger is called '" + name + "'" + Suggest.among(name, shown));
    }
    for (String one : meant) {
      Logger logger = Logger.getLogger(one);
      logger.setLevel(level);
      set.put(one, logger);
    }
  }

  private boolean isOurs(String name) {
    return ours.stream().anyMatch(one -> name.startsWith(one.getName() + "."));
  }

  /** The names of all loggers that there are, and of what they belong to. */
  private static List<String> knownNames() {
    List<String> names = new ArrayList<>();
    for (String name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
      for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
        names.add(name.substring(0, end));
      }
    }
    return names;
  }

  /** Those that have a level of their own, by their whole names. */
  public synchronized Map<String, Level> exceptions() {
    Map<String, Level> levels = new TreeMap<>();
    set.forEach((name, logger) -> levels.put(name, logger.getLevel()));
    return levels;
  }
}
