package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.Callable;

/** Waits for what must come, and no longer than it takes. */
final class Await {
  private static final long NS_PER_S = 1_000_000_000L;
  private static final int USUAL_S = 5;
  private static final int POLL_MS = 5;

  private Await() {}

  /** Waits until it is so; fails if it is not in 5 s. */
  static void until(String what, Callable<Boolean> condition) throws Exception {
    until(what, USUAL_S, condition);
  }

  /** The same for what takes longer. */
  static void until(String what, int seconds, Callable<Boolean> condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > seconds * NS_PER_S) {
        fail("not in " + seconds + " s: " + what);
      }
      Thread.sleep(POLL_MS);
    }
  }
}
