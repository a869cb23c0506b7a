package dev.skiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ThreadLocalRandom;

/** How much the tests fuzz, and from which seed: the same for all of them. */
public final class Fuzzing {
  private static final int USUAL_INPUTS = 400;

  /** Where a run of {@code mvn test} begins, so that it is the same each time. */
  private static final long USUAL_SEED = 9;

  /** Longer than anything takes but a hang, on a machine that has better to do. */
  private static final long MOST_NS = 10_000_000_000L;

  private static final int SHOWN = 2000;

  private Fuzzing() {}

  /** {@code -Dskiff.fuzz.inputs}: how many inputs. */
  public static int inputs() {
    return Integer.getInteger("skiff.fuzz.inputs", USUAL_INPUTS);
  }

  /** {@code -Dskiff.seed}: where the changes begin; 0 for anywhere. */
  public static long seed() {
    long seed = Long.getLong("skiff.seed", USUAL_SEED);
    return seed == 0 ? ThreadLocalRandom.current().nextLong() : seed;
  }

  /** One input, and what is done with it. */
  public interface Attempt {
    void run() throws Exception;
  }

  /** Does it; a failure names the seed, the number and the input. */
  public static void attempt(long seed, int number, String input, Attempt attempt) {
    String which =
        "seed "
            + seed
            + ", input "
            + number
            + ": "
            + input.substring(0, Math.min(SHOWN, input.length()));
    long begin = System.nanoTime();
    try {
      attempt.run();
    } catch (Exception | AssertionError | StackOverflowError e) {
      throw new AssertionError(e + "; " + which, e);
    }
    assertTrue(System.nanoTime() - begin < MOST_NS, "took too long: " + which);
  }

  /** A message is one line that cannot harm a terminal. */
  public static void assertOneLine(String message) {
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.chars().noneMatch(Character::isISOControl), message);
  }
}
