package dev.skiff.loop;

import static dev.skiff.loop.AdaptiveSpin.BACK_OFF_NS;
import static dev.skiff.loop.AdaptiveSpin.LEAST_NS;
import static dev.skiff.loop.AdaptiveSpin.LOOK_NS;
import static dev.skiff.loop.AdaptiveSpin.MOST_BACK_OFF_NS;
import static dev.skiff.loop.AdaptiveSpin.MOST_NS;
import static dev.skiff.loop.AdaptiveSpin.PROBE_EVERY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AdaptiveSpinTest {
  private static final long TURN_NS = 500;
  private static final long SOON_NS = 10_000;
  private static final long LATE_NS = 1_000_000;

  /** The origin is arbitrary: see {@link dev.skiff.time.Clock}. */
  private long nowNs = -1_000_000_000;

  private long switches;
  private int looks;
  private boolean blocked;
  private AdaptiveSpin spin = of(2);

  private AdaptiveSpin of(int processors) {
    return new AdaptiveSpin(
        processors,
        () -> {
          looks++;
          return switches;
        });
  }

  /**
   * Something was found, and what comes next comes so much later.
   *
   * @return for how long it was turned on
   */
  private long aWaitOf(long lastsNs) {
    blocked = false;
    long endNs = nowNs + lastsNs;
    boolean again = spin.spins(nowNs, true);
    long fromNs = nowNs;
    while (again && nowNs + TURN_NS < endNs) {
      nowNs += TURN_NS;
      again = spin.spins(nowNs, false);
    }
    long spunNs = nowNs - fromNs;
    if (!again) {
      blocked = true;
      spin.blocks(nowNs);
    }
    nowNs = endNs;
    return spunNs;
  }

  private void waitsOf(long lastsNs, int times) {
    for (int i = 0; i < times; i++) {
      var _ = aWaitOf(lastsNs);
    }
  }

  @Test
  void itBlocksUntilItHasLearntThatWorkComesSoon() {
    assertEquals(0, aWaitOf(SOON_NS));
    assertTrue(blocked);
    var _ = aWaitOf(SOON_NS);
    assertFalse(blocked, "the first wait was short: the second is worth it");
  }

  @Test
  void theLimitGrowsWhileItPaysAndNoFurtherThanItsBound() {
    long last = 0;
    for (int i = 0; i < 10; i++) {
      var _ = aWaitOf(SOON_NS / 5);
      assertTrue(spin.budgetNs() >= last, "it shrinks though it pays");
      last = spin.budgetNs();
    }
    assertEquals(MOST_NS, last);
  }

  @Test
  void noWaitSpinsLongerThanTheBound() {
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      long spunNs = aWaitOf(random.nextLong(2 * MOST_NS));
      assertTrue(spunNs <= MOST_NS + TURN_NS, spunNs + " ns in a wait");
    }
  }

  @Test
  void aShorterWaitThanTheMostItMaySpinLengthensTheLimitThoughItBlocked() {
    waitsOf(LEAST_NS / 2, 2);
    waitsOf(LATE_NS, 3);
    long before = spin.budgetNs();
    var _ = aWaitOf(MOST_NS - TURN_NS);
    assertTrue(blocked);
    var _ = aWaitOf(SOON_NS);
    assertTrue(spin.budgetNs() > before, before + " ns before, now " + spin.budgetNs());
  }

  @Test
  void longWaitsHaveItSoonBlockAtOnce() {
    waitsOf(SOON_NS, 10);
    waitsOf(LATE_NS, 6);
    assertEquals(0, aWaitOf(LATE_NS));
    assertTrue(blocked);
  }

  @Test
  void onASlowWireProbesTakeNoMoreThanAHundredthOfTheTime() {
    waitsOf(LATE_NS, 10);
    long spunNs = 0;
    int probes = 0;
    long waitNs = 2 * MOST_NS + TURN_NS;
    int waits = 10 * PROBE_EVERY;
    for (int i = 0; i < waits; i++) {
      long ns = aWaitOf(waitNs);
      assertTrue(ns <= MOST_NS + TURN_NS, ns + " ns in a probe");
      spunNs += ns;
      probes += ns > 0 ? 1 : 0;
    }
    assertEquals(10, probes);
    assertTrue(spunNs <= waits * waitNs / 100, spunNs + " ns");
  }

  @Test
  void aProbeFindsOutThatWorkComesSoonAgain() {
    waitsOf(SOON_NS, 10);
    waitsOf(LATE_NS, 10);
    // What seemed slow was only the way back from sleep: without it, work comes at once.
    for (int i = 0; i < PROBE_EVERY; i++) {
      boolean again = spin.spins(nowNs, true);
      if (!again) {
        spin.blocks(nowNs);
      }
      nowNs += again ? SOON_NS : 3 * MOST_NS;
    }
    var _ = aWaitOf(SOON_NS);
    assertFalse(blocked);
  }

  @Test
  void beingWokenForNothingIsNoLesson() {
    waitsOf(SOON_NS, 10);
    waitsOf(LATE_NS, 10);
    assertFalse(spin.spins(nowNs, true));
    spin.blocks(nowNs);
    for (int i = 0; i < 10; i++) {
      nowNs += TURN_NS;
      assertFalse(spin.spins(nowNs, false), "nothing has come: the wait goes on");
      spin.blocks(nowNs);
    }
    nowNs += LATE_NS;
    assertFalse(spin.spins(nowNs, true));
  }

  @Test
  void whatTheTurnTookIsNotCountedAsWaiting() {
    for (int i = 0; i < 5; i++) {
      blocked = !spin.spins(nowNs, true);
      assertFalse(i > 0 && blocked);
      if (blocked) {
        nowNs += LATE_NS; // The work of the turn; the clock is read again before the wait.
        spin.blocks(nowNs);
      }
      nowNs += SOON_NS;
    }
  }

  @Test
  void withOneProcessorItNeverSpins() {
    spin = of(1);
    for (int i = 0; i < 3 * PROBE_EVERY; i++) {
      assertEquals(0, aWaitOf(SOON_NS));
      assertTrue(blocked);
    }
    assertEquals(0, looks);
  }

  @Test
  void onceOthersWantTheProcessorItBacksOffForAWhileAndThenTriesAgain() {
    waitsOf(SOON_NS, 10);
    switches += 5;
    long fromNs = nowNs;
    while (!blocked && nowNs - fromNs < 2 * LOOK_NS) {
      var _ = aWaitOf(SOON_NS);
    }
    assertTrue(blocked, "it spins on while it is taken off the processor");
    long backedOffNs = nowNs;
    while (nowNs - backedOffNs < BACK_OFF_NS - 2 * SOON_NS) {
      assertEquals(0, aWaitOf(SOON_NS));
    }
    waitsOf(SOON_NS, 4);
    assertFalse(blocked, "nobody wants the processor any more");
  }

  @Test
  void whoIsStillInTheWayOfOthersBacksOffForTwiceAsLongEachTime() {
    waitsOf(SOON_NS, 10);
    long lastNs = 0;
    for (long wantedNs = BACK_OFF_NS; wantedNs <= MOST_BACK_OFF_NS; wantedNs *= 2) {
      lastNs = backsOffFor();
      assertTrue(lastNs >= wantedNs && lastNs < wantedNs * 5 / 4, lastNs + " ns, not " + wantedNs);
    }
    assertTrue(backsOffFor() < lastNs * 5 / 4, "longer than the most");
    // Undisturbed once, it trusts again.
    long fromNs = nowNs;
    while (nowNs - fromNs < 4 * LOOK_NS) {
      var _ = aWaitOf(SOON_NS);
    }
    assertTrue(backsOffFor() < BACK_OFF_NS * 5 / 4);
  }

  /** Has it disturbed until it blocks: how long it does so. */
  private long backsOffFor() {
    do {
      switches++;
      var _ = aWaitOf(SOON_NS);
    } while (!blocked);
    long fromNs = nowNs;
    do {
      var _ = aWaitOf(SOON_NS);
    } while (blocked);
    return nowNs - fromNs;
  }

  @Test
  void whoIsTakenOffTheProcessorOnceInAWhileSpinsOn() {
    waitsOf(SOON_NS, 10);
    for (int i = 0; i < 20; i++) {
      long fromNs = nowNs;
      switches++;
      while (nowNs - fromNs < LOOK_NS + SOON_NS) {
        var _ = aWaitOf(SOON_NS);
        assertFalse(blocked);
      }
    }
  }

  @Test
  void whatHappenedBeforeItSpunIsNotItsDoing() {
    switches = 1_000;
    waitsOf(SOON_NS, 3);
    waitsOf(LATE_NS, 10);
    switches = 2_000;
    waitsOf(SOON_NS, 3);
    assertFalse(blocked);
  }

  @Test
  void itLooksForOthersSeldom() {
    waitsOf(SOON_NS, 10_000);
    long most = 10_000 * SOON_NS / LOOK_NS + 2;
    assertTrue(looks <= most, looks + " looks");
    assertTrue(looks >= most - 3, looks + " looks");
  }

  @Test
  void moreThanOneSwitchInEachTimeIsMeasuredByTheTimeThatHasPassed() {
    waitsOf(SOON_NS, 10);
    switches += 5;
    // One long wait, during which it slept and could be taken off by nobody for its spinning.
    var _ = aWaitOf(10 * LOOK_NS);
    waitsOf(SOON_NS, 3);
    assertFalse(blocked);
  }
}
