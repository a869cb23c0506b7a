package dev.skiff;

/**
 * How often a random test repeats itself: as often as it should in scripts/test, which sets {@code
 * skiff.rounds.all}; a fifth of that in a plain {@code mvn test}, which is to be over in a minute.
 */
public final class Rounds {
  private static final int PART = 5;

  private Rounds() {}

  /** Whether all rounds are run. */
  public static boolean all() {
    return Boolean.getBoolean("skiff.rounds.all");
  }

  /** So many, or a part of them. */
  public static int of(int all) {
    return all() ? all : all / PART;
  }
}
