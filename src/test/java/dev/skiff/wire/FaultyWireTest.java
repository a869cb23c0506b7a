package dev.skiff.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultyWireTest {
  private static final long MS = 1_000_000;
  private static final long NEVER = Long.MAX_VALUE;

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  private static void set(FaultyPipe pipe, String spec) {
    pipe.wire.setSpec(FaultSpec.parse(spec), pipe.nowNs);
  }

  // ---- Off, on, off -----------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void withoutAFaultEverythingGoesThroughUncounted(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "off")) {
      pipe.exchange(100);
      assertEquals(range(0, 100), pipe.numbers());
      for (FaultStat stat : FaultStat.values()) {
        assertEquals(0, pipe.stat(stat), stat.statName());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void theOtherDirectionIsLeftAlone(FaultDirection way) {
    String other = way == FaultDirection.IN ? "out" : "in";
    try (FaultyPipe pipe = new FaultyPipe(way, "loss=100%,delay=1s,dir=" + other)) {
      pipe.exchange(100);
      assertEquals(range(0, 100), pipe.numbers());
      assertEquals(0, pipe.stat(FaultStat.SEEN));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void offReleasesWhatIsHeldAtOnceInOrder(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "delay=20ms,jitter=15ms,reorder=20%,seed=7")) {
      for (int i = 0; i < 50; i++) {
        pipe.send();
      }
      pipe.carry();
      assertEquals(50, pipe.wire.held(way));
      set(pipe, "off");
      assertTrue(pipe.wire.nextDeadlineNs() <= pipe.nowNs, "the loop gets a turn");
      pipe.send();
      pipe.carry();
      assertEquals(51, pipe.received.size());
      assertEquals(50, pipe.numbers().getLast(), "what comes later is behind it");
      assertEquals(NEVER, pipe.wire.nextDeadlineNs());
      long seen = pipe.stat(FaultStat.SEEN);
      pipe.exchange(10);
      assertEquals(seen, pipe.stat(FaultStat.SEEN), "hands through again");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void withJitterAloneTheOrderOfAReleaseIsThatOfArrival(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "delay=20ms,jitter=15ms,seed=7")) {
      pipe.exchange(200);
      set(pipe, "off");
      pipe.carry();
      assertEquals(range(0, 200), pipe.numbers());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void anotherFaultReleasesTooAndStartsAfresh(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "rate=1kbit,burst=100%/1000000,seed=7")) {
      set(pipe, "rate=1kbit");
      pipe.exchange(20);
      assertEquals(20, pipe.wire.held(way));
      set(pipe, "rate=1mbit");
      long setNs = pipe.nowNs;
      pipe.exchange(1);
      assertEquals(range(0, 20), pipe.numbers(), "no burst that goes on, and all at once");
      assertEquals(setNs + 800_000, pipe.wire.nextDeadlineNs(), "an idle transmitter");
    }
  }

  @Test
  void framesThatTheWireBelowHasTakenGoBeforeThoseThatAreBroken() {
    try (FaultyPipe pipe = new FaultyPipe(FaultDirection.OUT, "off")) {
      pipe.send();
      set(pipe, "dup=100%");
      pipe.send();
      pipe.carry();
      assertEquals(List.of(0, 1, 1), pipe.numbers());
      pipe.send();
      set(pipe, "off");
      pipe.send();
      pipe.carry();
      assertEquals(List.of(0, 1, 1, 2, 3), pipe.numbers());
    }
  }

  // ---- Room -------------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void moreThanThereIsRoomForIsCounted(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "delay=20ms")) {
      pipe.exchange(1500);
      assertEquals(FaultyWire.DEFAULT_CAPACITY, pipe.wire.held(way));
      assertEquals(500, pipe.stat(FaultStat.OVERFLOW));
      assertEquals(
          way == FaultDirection.OUT ? Map.of(DropReason.FAULT_OVERFLOW, 500) : Map.of(),
          pipe.fates);
      pipe.drain();
      assertEquals(range(0, 1000), pipe.numbers());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void aDuplicateThatHasNoRoomIsNotMade(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "delay=20ms,dup=100%", 3, 64)) {
      pipe.exchange(2);
      assertEquals(1, pipe.stat(FaultStat.DUPLICATED));
      assertEquals(1, pipe.stat(FaultStat.DUP_FAILED));
      pipe.drain();
      assertEquals(List.of(0, 0, 1), pipe.numbers());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void aFrameThatNeedNotWaitNeedsNoRoom(FaultDirection way) {
    try (FaultyPipe pipe = new FaultyPipe(way, "reorder=50%,dup=100%,seed=7", 1, 64)) {
      pipe.exchange(200);
      pipe.drain();
      long lost = pipe.stat(FaultStat.OVERFLOW);
      assertTrue(lost > 0 && lost < 100, "only such as were to be held back: " + lost);
      assertEquals(200, pipe.stat(FaultStat.PASSED) - pipe.stat(FaultStat.DUPLICATED) + lost);
    }
  }

  @Test
  void aDuplicateForWhichThereIsNoBufferIsNotMade() {
    try (FaultyPipe pipe =
        new FaultyPipe(FaultDirection.OUT, "dup=100%", FaultyWire.DEFAULT_CAPACITY, 2)) {
      pipe.send();
      SkBuff last = Objects.requireNonNull(pipe.pool.devAlloc(60, "test"));
      pipe.wire.flush(pipe.nowNs, pipe.completion);
      last.free(DropReason.CONSUMED);
      pipe.carry();
      assertEquals(List.of(0), pipe.numbers());
      assertEquals(1, pipe.stat(FaultStat.DUP_FAILED));
    }
  }

  @Test
  void aDuplicateIsInNobodysBooks() {
    try (FaultyPipe pipe = new FaultyPipe(FaultDirection.OUT, "dup=100%,delay=1ms")) {
      SkBuff skb = Objects.requireNonNull(pipe.pool.devAlloc(60, "test"));
      var _ = skb.put(60);
      skb.enterReceived(0);
      skb.setRxTapId(5);
      skb.setTxTapId(6);
      List<Long> ended = new ArrayList<>();
      pipe.pool.setFateListener((id, reason) -> ended.add(id));
      assertEquals(Wire.Xmit.OK, pipe.wire.queue(skb, pipe.nowNs));
      pipe.carry();
      assertEquals("FaultyWire", skb.holder());
      assertEquals(1, pipe.pool.heldOf(0));
      assertEquals(2, pipe.pool.held());
      pipe.drain();
      assertEquals(2, pipe.received.size());
      assertEquals(1, pipe.pool.verdicts().ended(0));
      assertEquals(List.of(5L, 6L), ended);
    }
  }

  @Test
  void aFrameThatHasToWaitIsCutToTheLongest() {
    PipeWire pipe = new PipeWire(200, 64);
    try (FaultyPipe rig = new FaultyPipe(FaultDirection.IN, "off")) {
      FaultyWire wire = new FaultyWire(pipe.a(), 100);
      wire.setSpec(FaultSpec.parse("delay=1ms"), 0);
      SkBuff skb = Objects.requireNonNull(rig.pool.devAlloc(200, "test"));
      var _ = skb.put(150);
      assertEquals(Wire.Xmit.OK, pipe.b().queue(skb, 0));
      pipe.b().flush(0, SkBuff::free);
      SkBuff to = Objects.requireNonNull(rig.pool.devAlloc(200, "test"));
      assertEquals(Wire.Rx.EMPTY, wire.receive(to, 0));
      assertEquals(0, to.len());
      assertEquals(Wire.Rx.FRAME, wire.receive(to, MS));
      assertEquals(100, to.len());
      to.free(DropReason.CONSUMED);
      wire.close(SkBuff::free);
      pipe.b().close(SkBuff::free);
    }
  }

  // ---- A wire below that is slow, wakes, dies ---------------------------------------------------

  /** Takes three frames at a time and sends as many as the test lets it. */
  private static final class SlowWire implements Wire {
    private final Deque<SkBuff> taken = new ArrayDeque<>();
    private final List<Integer> sent = new ArrayList<>();
    private Runnable waker = () -> {};
    private int room;
    private boolean gone;
    private long deadlineNs = NEVER;
    private int closed;
    private int frames;

    @Override
    public Rx receive(SkBuff skb, long nowNs) {
      if (gone) {
        return Rx.GONE;
      }
      if (frames == 0) {
        return Rx.EMPTY;
      }
      frames--;
      var _ = skb.put(60);
      return Rx.FRAME;
    }

    @Override
    public Xmit queue(SkBuff skb, long nowNs) {
      if (taken.size() == 3) {
        return Xmit.BUSY;
      }
      taken.add(skb);
      return Xmit.OK;
    }

    @Override
    public void flush(long nowNs, Completion completion) {
      while (room > 0 && !taken.isEmpty()) {
        SkBuff skb = taken.remove();
        room--;
        sent.add(skb.u32(skb.data()));
        completion.sent(skb, DropReason.CONSUMED);
      }
    }

    @Override
    public boolean isBlocked() {
      return room == 0 && !taken.isEmpty();
    }

    @Override
    public int pollFd() {
      return 77;
    }

    @Override
    public void setWaker(Runnable waker) {
      this.waker = waker;
    }

    @Override
    public long nextDeadlineNs() {
      return deadlineNs;
    }

    @Override
    public String failure() {
      return gone ? "unplugged" : "";
    }

    @Override
    public void stop(Completion completion) {
      while (!taken.isEmpty()) {
        completion.sent(taken.remove(), DropReason.QUEUE_PURGE);
      }
    }

    @Override
    public void close(Completion completion) {
      closed++;
      stop(completion);
    }
  }

  /** A FaultyWire around a SlowWire, and buffers. */
  private static final class SlowRig implements AutoCloseable {
    private final SlowWire slow = new SlowWire();
    private final FaultyWire wire = new FaultyWire(slow, 100);
    private final FaultyPipe buffers = new FaultyPipe(FaultDirection.OUT, "off");
    private int numbers;
    private long nowNs;

    SlowRig(String spec) {
      wire.setSpec(FaultSpec.parse(spec), 0);
    }

    @CanIgnoreReturnValue
    Wire.Xmit queue() {
      SkBuff skb = Objects.requireNonNull(buffers.pool.devAlloc(60, "test"));
      var _ = skb.put(60);
      skb.set32(skb.data(), numbers);
      Wire.Xmit xmit = wire.queue(skb, nowNs);
      if (xmit == Wire.Xmit.BUSY) {
        skb.free(DropReason.QDISC_DROP);
      } else {
        numbers++;
      }
      return xmit;
    }

    void flush(int room) {
      slow.room = room;
      wire.flush(nowNs, buffers.completion);
    }

    @Override
    public void close() {
      wire.close(buffers.completion);
      assertEquals(0, buffers.pool.held(), buffers.pool.report().toString());
      buffers.close();
    }
  }

  @Test
  void aWireWithoutRoomLosesNothingAndKeepsTheOrder() {
    for (String spec : List.of("corrupt=0.0001%", "delay=1ms", "rate=1gbit", "dup=100%", "off")) {
      try (SlowRig rig = new SlowRig(spec)) {
        Random random = new Random(7);
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
          // As a device does: nothing is handed over while the wire is blocked.
          if (!rig.wire.isBlocked() && rig.queue() == Wire.Xmit.OK) {
            expected.add(rig.numbers - 1);
            if (spec.startsWith("dup")) {
              expected.add(rig.numbers - 1);
            }
          }
          if (random.nextInt(3) == 0) {
            rig.nowNs += 100_000;
            rig.flush(random.nextInt(6));
          }
        }
        rig.flush(1_000_000);
        rig.nowNs += 10 * MS; // For those that were only judged now.
        rig.flush(1_000_000);
        assertEquals(expected, rig.slow.sent, spec);
        assertTrue(expected.size() > 500, "some got through: " + expected.size());
        assertEquals(0, rig.wire.stat(FaultDirection.OUT, FaultStat.OVERFLOW));
        assertFalse(rig.wire.isBlocked());
      }
    }
  }

  @Test
  void busyComesThroughAndLeavesTheBufferWithTheCaller() {
    try (SlowRig rig = new SlowRig("corrupt=0.0001%")) {
      rig.queue();
      rig.flush(0);
      assertTrue(rig.wire.isBlocked());
      int more = 0;
      while (rig.queue() == Wire.Xmit.OK) {
        rig.flush(0);
        more++;
      }
      assertEquals(Burst.CAPACITY, more);
      rig.flush(1000);
      assertEquals(range(0, 1 + Burst.CAPACITY), rig.slow.sent);
    }
  }

  @Test
  void whatOnlyWaitsForRoomSetsNoTimeSoThatTheLoopDoesNotSpin() {
    try (SlowRig rig = new SlowRig("delay=20ms")) {
      for (int i = 0; i < 10; i++) {
        rig.queue();
      }
      rig.flush(0);
      assertFalse(rig.wire.isBlocked(), "nothing is due");
      assertEquals(20 * MS, rig.wire.nextDeadlineNs());
      rig.nowNs = 20 * MS;
      rig.flush(0);
      assertTrue(rig.wire.isBlocked(), "wakes for POLLOUT");
      assertEquals(77, rig.wire.pollFd());
      assertEquals(NEVER, rig.wire.nextDeadlineNs(), "it would spin");
      rig.flush(4);
      assertTrue(rig.wire.isBlocked());
      assertEquals(NEVER, rig.wire.nextDeadlineNs());
      rig.flush(4);
      rig.flush(4);
      assertFalse(rig.wire.isBlocked());
      assertEquals(range(0, 10), rig.slow.sent);
    }
  }

  @Test
  void aLossOfAllThatComesGivesTheLoopATurnAndDoesNotSpin() {
    try (FaultyPipe pipe = new FaultyPipe(FaultDirection.IN, "loss=100%")) {
      for (int i = 0; i < 200; i++) {
        pipe.send();
      }
      SkBuff skb = Objects.requireNonNull(pipe.pool.devAlloc(2048, "test"));
      int calls = 0;
      do {
        assertEquals(Wire.Rx.EMPTY, pipe.wire.receive(skb, pipe.nowNs));
        assertEquals(0, skb.len());
        calls++;
        assertEquals(Math.min(200, 64 * calls), pipe.stat(FaultStat.LOST), "at most 64 a call");
      } while (pipe.wire.nextDeadlineNs() <= pipe.nowNs);
      assertEquals(4, calls);
      assertEquals(NEVER, pipe.wire.nextDeadlineNs());
      skb.free(DropReason.CONSUMED);
    }
  }

  @Test
  void theTimeOfTheWireBelowCountsToo() {
    try (SlowRig rig = new SlowRig("delay=20ms")) {
      rig.slow.deadlineNs = 5 * MS;
      rig.queue();
      rig.flush(1);
      assertEquals(5 * MS, rig.wire.nextDeadlineNs());
      AtomicInteger woken = new AtomicInteger();
      rig.wire.setWaker(woken::incrementAndGet);
      rig.slow.waker.run();
      assertEquals(1, woken.get());
    }
  }

  @Test
  void aWireThatIsGoneTakesWhatCameInWithIt() {
    try (SlowRig rig = new SlowRig("delay=20ms")) {
      rig.slow.frames = 5;
      SkBuff skb = Objects.requireNonNull(rig.buffers.pool.devAlloc(100, "test"));
      assertEquals(Wire.Rx.EMPTY, rig.wire.receive(skb, 0));
      assertEquals(5, rig.wire.held(FaultDirection.IN));
      rig.slow.gone = true;
      assertEquals(Wire.Rx.GONE, rig.wire.receive(skb, 0));
      assertEquals("unplugged", rig.wire.failure());
      assertEquals(5, rig.wire.stat(FaultDirection.IN, FaultStat.PURGED));
      assertEquals(NEVER, rig.wire.nextDeadlineNs());
      skb.free(DropReason.CONSUMED);
    }
  }

  // ---- The end ----------------------------------------------------------------------------------

  @Test
  void closingGivesUpAllThatIsHeldOnce() {
    try (SlowRig rig = new SlowRig("delay=20ms,dir=out")) {
      for (int i = 0; i < 6; i++) {
        rig.queue();
      }
      rig.flush(0);
      rig.nowNs = 20 * MS;
      rig.flush(1); // One is sent, two are with the slow wire, three are held.
      rig.queue();
      rig.wire.close(rig.buffers.completion);
      rig.wire.close(rig.buffers.completion);
      assertEquals(Map.of(DropReason.CONSUMED, 1, DropReason.QUEUE_PURGE, 6), rig.buffers.fates);
      assertEquals(1, rig.slow.closed);
      assertEquals(3, rig.wire.stat(FaultDirection.OUT, FaultStat.PURGED));
      assertFalse(rig.wire.isBlocked());
      assertEquals(NEVER, rig.wire.nextDeadlineNs());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void closingWithFramesHeldLeavesNothingOut(FaultDirection way) {
    FaultyPipe pipe = new FaultyPipe(way, "delay=20ms,dup=50%");
    pipe.exchange(100);
    pipe.close();
    assertEquals(0, pipe.wire.held(FaultDirection.BOTH));
    assertEquals(NEVER, pipe.wire.nextDeadlineNs());
    pipe.wire.setSpec(FaultSpec.parse("delay=1ms"), 0);
    assertTrue(pipe.wire.spec().toString().contains("delay=20ms"), "closed for good");
  }

  // ---- Whatever is done -------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"IN", "OUT"})
  void theBooksBalanceWhateverIsDone(FaultDirection way) {
    Random random = new Random(7);
    for (int round = 0; round < 40; round++) {
      try (FaultyPipe pipe = new FaultyPipe(way, spec(random), 1 + random.nextInt(50), 4096)) {
        long handedThrough = 0;
        long sent = 0;
        for (int i = 0; i < 500; i++) {
          long seen = pipe.stat(FaultStat.SEEN);
          int n = random.nextInt(4);
          for (int k = 0; k < n; k++) {
            pipe.send(60 + random.nextInt(1000));
          }
          sent += n;
          pipe.at(pipe.nowNs + random.nextInt(10) * MS);
          handedThrough += n - (pipe.stat(FaultStat.SEEN) - seen);
          pipe.assertBooksBalance();
          if (random.nextInt(50) == 0) {
            set(pipe, spec(random));
          }
        }
        pipe.drain();
        assertEquals(0, pipe.wire.held(way));
        assertEquals(sent, pipe.stat(FaultStat.SEEN) + handedThrough);
        assertEquals(pipe.received.size(), pipe.stat(FaultStat.PASSED) + handedThrough);
      }
    }
  }

  private static String spec(Random random) {
    List<String> parts = new ArrayList<>(List.of("seed=" + random.nextInt()));
    for (String part :
        List.of("loss=20%", "burst=3%/4", "dup=30%", "reorder=30%", "corrupt=30%", "rate=1mbit")) {
      if (random.nextBoolean()) {
        parts.add(part);
      }
    }
    switch (random.nextInt(3)) {
      case 0 -> parts.add("delay=5ms");
      case 1 -> parts.addAll(List.of("delay=5ms", "jitter=9ms"));
      default -> {}
    }
    return random.nextInt(6) == 0 ? "off" : String.join(",", parts);
  }
}
