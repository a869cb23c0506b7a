package dev.skiff.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private static final long LEAST = 100;
  private static final int BOUNDS = 5;

  private final Histogram times = new Histogram(LEAST, BOUNDS);

  private int[] counts() {
    return IntStream.rangeClosed(0, BOUNDS).map(i -> (int) times.count(i)).toArray();
  }

  private void assertCounts(int... wanted) {
    assertEquals(IntStream.of(wanted).boxed().toList(), IntStream.of(counts()).boxed().toList());
  }

  @Test
  void eachBoundIsTwiceTheOneBefore() {
    assertEquals(BOUNDS, times.bounds());
    for (int i = 0; i < BOUNDS; i++) {
      assertEquals(LEAST << i, times.boundNs(i));
    }
  }

  @Test
  void aTimeThatIsEqualToABoundIsWithinAndOneMoreIsNot() {
    times.record(100);
    assertCounts(1, 0, 0, 0, 0, 0);
    times.record(101);
    times.record(200);
    assertCounts(1, 2, 0, 0, 0, 0);
    times.record(201);
    times.record(400);
    times.record(401);
    assertCounts(1, 2, 2, 1, 0, 0);
    times.record(1600);
    times.record(1601);
    assertCounts(1, 2, 2, 1, 1, 1);
  }

  @Test
  void whatIsBeyondAllBoundsIsCountedAndSummed() {
    times.record(Long.MAX_VALUE / 2);
    assertCounts(0, 0, 0, 0, 0, 1);
    assertEquals(Long.MAX_VALUE / 2, times.sumNs());
  }

  @Test
  void nothingAndATimeOfAClockThatWentBackAreTheLeast() {
    times.record(0);
    times.record(-5);
    times.record(Long.MIN_VALUE + 1);
    assertCounts(3, 0, 0, 0, 0, 0);
    assertEquals(0, times.sumNs());
  }

  /** Held against a search from the least bound upwards. */
  @Test
  void everyTimeFallsIntoTheFirstBoundThatItDoesNotPass() {
    SplittableRandom random = new SplittableRandom(9);
    int[] model = new int[BOUNDS + 1];
    long sum = 0;
    for (int i = 0; i < 100_000; i++) {
      long ns = random.nextLong(4000);
      int bound = 0;
      while (bound < BOUNDS && ns > LEAST << bound) {
        bound++;
      }
      model[bound]++;
      sum += ns;
      times.record(ns);
    }
    assertCounts(model);
    assertEquals(sum, times.sumNs());
  }
}
