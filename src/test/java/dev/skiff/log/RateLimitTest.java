package dev.skiff.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.time.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private final ManualClock clock = new ManualClock(Long.MAX_VALUE - 1); // It wraps in between.
  private final List<String> sums = new ArrayList<>();
  private final RateLimit limit =
      new RateLimit((more, last) -> sums.add(more + " " + last.message()));

  private boolean say(Object site, String text) {
    return limit.admits(site, LogTextTest.entry(Level.WARNING, "skiff", text), clock.nowNs());
  }

  private int admitted(Object site, int times) {
    int admitted = 0;
    for (int i = 0; i < times; i++) {
      admitted += say(site, "no " + i) ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void aPlaceMaySayTenThingsInFiveSeconds() {
    assertEquals(10, admitted("a", 22));
    assertEquals(12, limit.suppressed());
    clock.advance(RateLimit.INTERVAL_NS - 1);
    assertFalse(say("a", "late"));
    assertEquals(List.of(), sums);
  }

  @Test
  void whatWasLeftOutIsSummedUpWhenTheIntervalIsOverThoughNothingFollows() {
    assertEquals(10, admitted("a", 22));
    clock.advance(RateLimit.INTERVAL_NS);
    assertEquals(0, limit.nextDeadlineNs() - clock.nowNs());
    limit.advance(clock.nowNs());
    assertEquals(List.of("12 no 21"), sums);
    assertTrue(limit.isIdle());
    assertEquals(10, admitted("a", 11), "a new interval");
  }

  @Test
  void nothingIsSummedUpWhereNothingWasLeftOut() {
    assertEquals(10, admitted("a", 10));
    clock.advance(RateLimit.INTERVAL_NS);
    limit.advance(clock.nowNs());
    assertEquals(List.of(), sums);
  }

  @Test
  void onePlaceDoesNotSilenceAnother() {
    assertEquals(10, admitted("a", 1000));
    assertEquals(10, admitted("b", 10));
  }

  @Test
  void theTableIsBoundedAndForOneMoreTheOldestIsSummedUp() {
    for (int i = 0; i < RateLimit.MAX_SITES; i++) {
      assertEquals(10, admitted(i, 11));
    }
    assertEquals(List.of(), sums);
    assertTrue(say("one more", "text"));
    assertEquals(List.of("1 no 10"), sums);
    assertTrue(say(0, "its interval ended early"));
    assertFalse(say(255, "its own goes on"));
  }

  @Test
  void theEndSumsUpAll() {
    assertEquals(10, admitted("a", 11));
    assertEquals(10, admitted("b", 13));
    limit.end();
    assertEquals(List.of("1 no 10", "3 no 12"), sums);
  }
}
