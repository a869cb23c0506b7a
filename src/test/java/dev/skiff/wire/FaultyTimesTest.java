package dev.skiff.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When frames come out that have to wait, to the nanosecond. */
class FaultyTimesTest {
  private static final long MS = 1_000_000;
  private static final long NEVER = Long.MAX_VALUE;

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void aDelayIsExact(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "delay=20ms")) {
      long sentNs = pipe.nowNs;
      assertEquals(NEVER, pipe.wire.nextDeadlineNs());
      pipe.exchange(1);
      assertEquals(sentNs + 20 * MS, pipe.wire.nextDeadlineNs());
      pipe.at(sentNs + 7 * MS);
      pipe.exchange(1);
      pipe.at(sentNs + 20 * MS - 1);
      assertEquals(List.of(), pipe.numbers());
      assertEquals(2, pipe.wire.held(way));
      pipe.at(sentNs + 20 * MS);
      assertEquals(List.of(0), pipe.numbers());
      assertEquals(sentNs + 27 * MS, pipe.wire.nextDeadlineNs());
      pipe.at(sentNs + 27 * MS);
      assertEquals(List.of(0, 1), pipe.numbers());
      assertEquals(NEVER, pipe.wire.nextDeadlineNs());
      assertEquals(2, pipe.stat(FaultStat.DELAYED));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void whatIsDueAtTheSameTimeComesInTheOrderOfArrival(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "delay=20ms")) {
      for (int i = 0; i < 60; i++) {
        pipe.send(60 + i);
      }
      pipe.carry();
      pipe.at(pipe.nowNs + 20 * MS);
      for (int i = 0; i < 60; i++) {
        assertEquals(i, pipe.numbers().get(i));
        assertEquals(60 + i, pipe.received.get(i).length);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void aJitterGreaterThanTheDelayIsNeverNegative(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "delay=1ms,jitter=10ms,seed=7")) {
      int atOnce = 0;
      for (int i = 0; i < 1000; i++) {
        pipe.exchange(1);
        atOnce += pipe.received.size();
        pipe.received.clear();
        long nextNs = pipe.wire.nextDeadlineNs();
        assertTrue(nextNs == NEVER || nextNs > pipe.nowNs && nextNs <= pipe.nowNs + 11 * MS);
        pipe.drain();
        pipe.received.clear();
      }
      assertEquals(450, atOnce, 63, "those whose time would have been negative");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void framesLeaveNoFasterThanTheRate(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "rate=1mbit")) {
      long startNs = pipe.nowNs;
      for (int i = 0; i < 50; i++) {
        pipe.send(100 + i);
      }
      pipe.carry();
      List<Long> timesNs = new ArrayList<>();
      while (pipe.received.size() < 50) {
        assertEquals(timesNs.size(), pipe.received.size(), "one at a time");
        pipe.at(pipe.wire.nextDeadlineNs());
        timesNs.add(pipe.nowNs);
      }
      long bytes = 0;
      for (int i = 0; i < 50; i++) {
        bytes += 100 + i;
        assertEquals(startNs + bytes * 8 * 1000, timesNs.get(i), "a bit lasts a microsecond");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void anIdleTransmitterSavesNothingUp(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "rate=1mbit,delay=3ms")) {
      pipe.exchange(1);
      pipe.drain();
      pipe.at(pipe.nowNs + 1000 * MS);
      long startNs = pipe.nowNs;
      pipe.exchange(2);
      assertEquals(startNs + 800_000 + 3 * MS, pipe.wire.nextDeadlineNs());
      pipe.at(pipe.wire.nextDeadlineNs());
      assertEquals(startNs + 1_600_000 + 3 * MS, pipe.wire.nextDeadlineNs());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void aBitThatLastsNoWholeNanosecondsIsRoundedUp(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "rate=999kbit")) {
      long startNs = pipe.nowNs;
      pipe.exchange(1);
      assertEquals(startNs + 800_801, pipe.wire.nextDeadlineNs());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void whatFindsNoRoomDoesNotOccupyTheTransmitter(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "rate=1mbit", 3, 64)) {
      long startNs = pipe.nowNs;
      pipe.exchange(10);
      assertEquals(7, pipe.stat(FaultStat.OVERFLOW));
      pipe.at(startNs + 800_000);
      pipe.exchange(1);
      pipe.at(startNs + 4 * 800_000);
      assertEquals(List.of(0, 1, 2, 10), pipe.numbers());
    }
  }

  // ---- Reordering -------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void aFrameThatIsHeldBackComesRightBehindTheNextThatPasses(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "reorder=30%,loss=20%,dup=20%,seed=7")) {
      List<Integer> expected = new ArrayList<>();
      List<Integer> waiting = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        long heldBack = pipe.stat(FaultStat.REORDERED);
        long lost = pipe.stat(FaultStat.LOST);
        long twice = pipe.stat(FaultStat.DUPLICATED);
        pipe.exchange(1);
        if (pipe.stat(FaultStat.LOST) == lost) {
          boolean passes = pipe.stat(FaultStat.REORDERED) == heldBack;
          List<Integer> to = passes ? expected : waiting;
          to.add(i);
          if (pipe.stat(FaultStat.DUPLICATED) > twice) {
            to.add(i);
          }
          if (passes) {
            expected.addAll(waiting);
            waiting.clear();
          }
        }
        assertEquals(expected.size(), pipe.received.size(), "frame " + i);
      }
      assertEquals(expected, pipe.numbers());
      assertTrue(pipe.stat(FaultStat.REORDERED) > 1000);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void aFrameThatIsHeldBackForNobodyComesAfterAHundredMilliseconds(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "reorder=100%,delay=20ms")) {
      long startNs = pipe.nowNs;
      pipe.exchange(1);
      pipe.at(startNs + 5 * MS);
      pipe.exchange(1);
      pipe.at(startNs + 120 * MS - 1);
      assertEquals(List.of(), pipe.numbers(), "all are held back, and none passes");
      assertEquals(startNs + 120 * MS, pipe.wire.nextDeadlineNs());
      pipe.at(startNs + 120 * MS);
      assertEquals(List.of(0), pipe.numbers());
      pipe.at(startNs + 125 * MS);
      assertEquals(List.of(0, 1), pipe.numbers());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void aDelayedFrameIsOvertakenWhenTheNextIsThrough(FaultDirection way) {
    // With this seed the first is held back and the second is not.
    String spec = "reorder=50%,delay=20ms,seed=" + seedOfOneHeldBack(way);
    try (FaultyPipe pipe = new FaultyPipe(way, spec)) {
      long startNs = pipe.nowNs;
      pipe.exchange(1);
      pipe.at(startNs + 10 * MS);
      pipe.exchange(1);
      assertEquals(1, pipe.stat(FaultStat.REORDERED));
      pipe.at(startNs + 30 * MS - 1);
      assertEquals(List.of(), pipe.numbers());
      pipe.at(startNs + 30 * MS);
      assertEquals(List.of(1, 0), pipe.numbers());
    }
    try (FaultyPipe pipe = new FaultyPipe(way, spec)) {
      long startNs = pipe.nowNs;
      pipe.exchange(1);
      pipe.at(startNs + 110 * MS);
      pipe.exchange(1);
      pipe.at(startNs + 120 * MS);
      assertEquals(List.of(0), pipe.numbers(), "a hundred milliseconds have gone by");
      pipe.at(startNs + 130 * MS);
      assertEquals(List.of(0, 1), pipe.numbers());
    }
  }

  private static int seedOfOneHeldBack(FaultDirection way) {
    for (int seed = 0; ; seed++) {
      try (FaultyPipe pipe = new FaultyPipe(way, "reorder=50%,seed=" + seed)) {
        pipe.exchange(2);
        if (pipe.numbers().equals(List.of(1, 0))) {
          return seed;
        }
      }
    }
  }
}
