package dev.skiff.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerQueueTest {
  private static final long SEED = Long.getLong("skiff.seed", 826);
  private static final int STEPS = 100_000;
  private static final int TIMERS = 200;

  private final TimerQueue queue = new TimerQueue();
  private final List<String> fired = new ArrayList<>();

  private final class Named extends Timer {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    protected void fire(long nowNs) {
      fired.add(name + "@" + nowNs);
    }
  }

  @Test
  void firesInTheOrderOfDeadlinesAndThoseOfOneInstantAsTheyWereSet() {
    queue.set(new Named("c"), 30);
    queue.set(new Named("a"), 10);
    queue.set(new Named("b1"), 20);
    queue.set(new Named("b2"), 20);
    assertEquals(10, queue.nextDeadlineNs());
    assertEquals(0, queue.advance(9));
    assertEquals(3, queue.advance(25));
    assertEquals(List.of("a@25", "b1@25", "b2@25"), fired);
    assertEquals(30, queue.nextDeadlineNs());
    assertEquals(1, queue.advance(30));
    assertEquals(TimerQueue.NONE, queue.nextDeadlineNs());
  }

  @Test
  void aTimerThatIsSetAgainMoves() {
    Named timer = new Named("t");
    queue.set(timer, 10);
    queue.set(timer, 50);
    assertEquals(1, queue.size());
    assertEquals(0, queue.advance(49));
    assertEquals(1, queue.advance(50));
    assertFalse(timer.isSet());
  }

  @Test
  void aCancelledTimerDoesNotFire() {
    Named timer = new Named("t");
    queue.cancel(timer);
    queue.set(timer, 10);
    queue.cancel(timer);
    assertEquals(0, queue.advance(100));
    assertTrue(fired.isEmpty());
  }

  @Test
  void aTimerThatSetsItselfForThePastWaitsForTheNextTurn() {
    Timer always =
        new Timer() {
          @Override
          protected void fire(long nowNs) {
            fired.add("x");
            queue.set(this, nowNs - 1);
          }
        };
    queue.set(always, 5);
    assertEquals(1, queue.advance(10));
    assertEquals(1, queue.advance(10));
    assertEquals(2, fired.size());
  }

  @Test
  void theClockMayStandNearItsEnd() {
    long near = Long.MAX_VALUE - 5;
    queue.set(new Named("after the end"), near + 10);
    queue.set(new Named("before"), near + 1);
    assertEquals(1, queue.advance(near + 2));
    assertEquals(1, queue.advance(near + 10));
  }

  /** Random settings, cancellings and moves of the clock against a sorted list. */
  @Test
  void behavesLikeASortedList() {
    record Set(Named timer, long deadline, long order) {}
    Random random = new Random(SEED);
    Named[] timers = new Named[TIMERS];
    for (int i = 0; i < TIMERS; i++) {
      timers[i] = new Named("t" + i);
    }
    List<Set> model = new ArrayList<>();
    long now = 0;
    for (int step = 0; step < STEPS; step++) {
      Named timer = timers[random.nextInt(TIMERS)];
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          long deadline = now + random.nextInt(1000);
          model.removeIf(set -> set.timer() == timer);
          model.add(new Set(timer, deadline, step));
          queue.set(timer, deadline);
        }
        case 2 -> {
          model.removeIf(set -> set.timer() == timer);
          queue.cancel(timer);
        }
        default -> {
          now += random.nextInt(30);
          long at = now;
          List<String> expected =
              model.stream()
                  .filter(set -> set.deadline() <= at)
                  .sorted(Comparator.comparingLong(Set::deadline).thenComparingLong(Set::order))
                  .map(set -> set.timer().name + "@" + at)
                  .toList();
          model.removeIf(set -> set.deadline() <= at);
          fired.clear();
          assertEquals(expected.size(), queue.advance(now));
          assertEquals(expected, fired, "seed " + SEED + " step " + step);
        }
      }
      assertEquals(model.size(), queue.size());
      assertEquals(
          model.stream().mapToLong(Set::deadline).min().orElse(TimerQueue.NONE),
          queue.nextDeadlineNs());
    }
  }

  @Test
  void aManualClockDoesNotGoBack() {
    ManualClock clock = new ManualClock(7);
    clock.advance(3);
    assertEquals(10, clock.nowNs());
    assertThrows(IllegalArgumentException.class, () -> clock.advance(-1));
  }
}
