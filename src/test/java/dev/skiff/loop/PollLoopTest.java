package dev.skiff.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.stats.Faults;
import dev.skiff.stats.Histogram;
import dev.skiff.sys.PollSet;
import dev.skiff.time.Clock;
import dev.skiff.time.ManualClock;
import dev.skiff.time.Timer;
import dev.skiff.time.TimerQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PollLoopTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  private final ManualClock clock = new ManualClock(1000);
  private final TimerQueue timers = new TimerQueue();
  private final Faults faults = new Faults();
  private final Recorder agent = new Recorder();
  private final PollLoop loop = new PollLoop(clock, timers, agent, faults);

  /** An agent that notes what is asked of it. */
  private static final class Recorder implements Agent {
    private final List<String> lines = new ArrayList<>();
    private int left;
    private boolean throwing;
    private volatile boolean done;
    private volatile int doneAtTurn = Integer.MAX_VALUE;
    private volatile int turns;
    private volatile boolean closed;

    @Override
    public int doWork(long nowNs) {
      turns = turns + 1;
      done |= turns >= doneAtTurn;
      lines.add("work@" + nowNs);
      if (throwing) {
        throw new IllegalStateException("on purpose");
      }
      return left;
    }

    @Override
    public long nextDeadlineNs() {
      return Long.MAX_VALUE;
    }

    @Override
    public void pollFds(PollSet set) {}

    @Override
    public boolean isDone() {
      return done;
    }

    @Override
    public void onClose() {
      closed = true;
    }
  }

  private Timer timer(String name) {
    return new Timer() {
      @Override
      protected void fire(long nowNs) {
        agent.lines.add(name + "@" + nowNs);
      }
    };
  }

  // ---- The turn ---------------------------------------------------------------------------------

  @Test
  void aTurnIsCommandsThenTimersThenWorkAtOneTime() {
    timers.set(timer("timer"), 1000);
    loop.execute(() -> agent.lines.add("command"));
    assertTrue(loop.turn());
    assertEquals(List.of("command", "timer@1000", "work@1000"), agent.lines);
    assertEquals(1, loop.stat(LoopStat.TURNS));
    assertEquals(1, loop.stat(LoopStat.COMMANDS));
    assertEquals(1, loop.stat(LoopStat.TIMERS));
  }

  @Test
  void commandsAreBoundedSoThatTheyCannotStarveTheWire() {
    for (int i = 0; i < PollLoop.MAX_COMMANDS + 1; i++) {
      loop.execute(() -> {});
    }
    assertFalse(loop.turn(), "one is left: no waiting");
    assertEquals(PollLoop.MAX_COMMANDS, loop.stat(LoopStat.COMMANDS));
    assertTrue(loop.turn());
  }

  @Test
  void whileWorkIsLeftItDoesNotRest() {
    agent.left = 1;
    assertFalse(loop.turn());
    agent.left = 0;
    assertTrue(loop.turn());
  }

  private static long recorded(Histogram times) {
    return IntStream.rangeClosed(0, times.bounds()).mapToLong(times::count).sum();
  }

  @Test
  void aTurnThatFoundSomethingIsRecordedWithItsTime() {
    Histogram times = new Histogram(1000, 10);
    loop.recordTurns(times);
    var _ = loop.turn();
    assertEquals(0, recorded(times), "nothing was found");
    loop.execute(() -> clock.advance(3000));
    var _ = loop.turn();
    assertEquals(1, recorded(times));
    assertEquals(3000, times.sumNs());
    assertEquals(1, times.count(2), "more than 2,000 ns, and not more than 4,000");
    var _ = loop.turn();
    assertEquals(1, recorded(times));
    timers.set(timer("timer"), clock.nowNs());
    var _ = loop.turn();
    assertEquals(2, recorded(times), "a timer is something");
  }

  @Test
  void aTurnThatReceivedSomethingIsRecordedAndNoOther() {
    AtomicInteger received = new AtomicInteger();
    Histogram times = new Histogram(1000, 10);
    PollLoop receiving =
        new PollLoop(clock, timers, agent, faults, IdleStrategy.BLOCK, received::get);
    receiving.recordTurns(times);
    var _ = receiving.turn();
    received.set(5);
    var _ = receiving.turn();
    var _ = receiving.turn();
    assertEquals(1, recorded(times));
  }

  @Test
  void theClockIsReadOnceInATurnUnlessTurnsAreRecorded() {
    AtomicInteger reads = new AtomicInteger();
    Clock counting =
        () -> {
          reads.incrementAndGet();
          return 1000;
        };
    PollLoop counted = new PollLoop(counting, timers, agent, faults);
    reads.set(0);
    counted.execute(() -> {});
    var _ = counted.turn();
    assertEquals(1, reads.get());
    counted.recordTurns(new Histogram(1000, 10));
    counted.execute(() -> {});
    var _ = counted.turn();
    assertEquals(1 + 2, reads.get());
    var _ = counted.turn();
    assertEquals(1 + 2 + 1, reads.get(), "nothing was found");
  }

  @Test
  void nothingThatThrowsEndsTheLoop() {
    loop.execute(
        () -> {
          throw new IllegalStateException("on purpose");
        });
    timers.set(
        new Timer() {
          @Override
          protected void fire(long nowNs) {
            throw new AssertionError("on purpose");
          }
        },
        1000);
    assertFalse(loop.turn(), "the timer kept the agent from its work: no waiting");
    assertTrue(loop.turn());
    agent.throwing = true;
    assertFalse(loop.turn());
    assertEquals(3, loop.stat(LoopStat.FAULTS));
  }

  // ---- A thread of its own ----------------------------------------------------------------------

  @Test
  void callsAreComputedOnTheLoopThread() throws Exception {
    loop.start("test-loop", () -> {});
    try {
      assertEquals("test-loop", loop.call(() -> Thread.currentThread().getName(), LONG));
      assertThrows(
          ExecutionException.class,
          () ->
              loop.call(
                  () -> {
                    throw new IllegalStateException("on purpose");
                  },
                  LONG));
    } finally {
      loop.stop();
    }
    assertTrue(loop.join(LONG));
    assertTrue(agent.closed);
    assertFalse(loop.isRunning());
    assertThrows(TimeoutException.class, () -> loop.call(() -> 1, LONG));
    loop.wakeUp(); // after the end: reaches nobody's descriptor
  }

  /** Keeps the loop from everything else until it is released. */
  private CountDownLatch keepBusy() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    loop.execute(
        () -> {
          begun.countDown();
          awaitQuietly(release);
        });
    begun.await();
    return release;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aCallThatTheLoopDidNotComeToInTimeNeverHappens() throws Exception {
    loop.start("test-loop", () -> {});
    AtomicInteger happened = new AtomicInteger();
    CountDownLatch release = keepBusy();
    try {
      assertThrows(
          TimeoutException.class, () -> loop.call(happened::incrementAndGet, Duration.ofMillis(1)));
      Thread caller = Thread.currentThread();
      Thread.ofPlatform().start(caller::interrupt);
      assertThrows(InterruptedException.class, () -> loop.call(happened::incrementAndGet, LONG));
      release.countDown();
      assertEquals(0, loop.call(happened::get, LONG));
    } finally {
      release.countDown();
      loop.stop();
    }
    assertTrue(loop.join(LONG));
  }

  @Test
  void aCallThatTheLoopIsAtWhenTheTimeIsOverIsWaitedFor() throws Exception {
    loop.start("test-loop", () -> {});
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch unstuck = new CountDownLatch(1);
    try {
      Thread.ofPlatform()
          .start(
              () -> {
                awaitQuietly(begun);
                // Longer than the call's time, and shorter than twice that.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(700));
                release.countDown();
              });
      assertEquals(
          7,
          loop.call(
              () -> {
                begun.countDown();
                release.await();
                return 7;
              },
              Duration.ofMillis(500)));
      assertThrows(
          TimeoutException.class,
          () ->
              loop.call(
                  () -> {
                    unstuck.await();
                    return 7;
                  },
                  Duration.ofMillis(20)),
          "one that is stuck is not waited for any longer");
    } finally {
      unstuck.countDown();
      release.countDown();
      loop.stop();
    }
    assertTrue(loop.join(LONG));
  }

  @Test
  void whatIsCalledBeforeAThreadIsStartedIsComputedAtOnce() throws Exception {
    assertEquals(
        Thread.currentThread().getName(), loop.call(() -> Thread.currentThread().getName(), LONG));
  }

  @Test
  void itWaitsForTheNextTimerWithoutTurning() throws Exception {
    TimerQueue real = new TimerQueue();
    Clock system = Clock.system();
    PollLoop started = new PollLoop(system, real, agent, faults);
    CountDownLatch fired = new CountDownLatch(1);
    long deadline = system.nowNs() + TimeUnit.MILLISECONDS.toNanos(50);
    long[] firedAt = new long[1];
    real.set(
        new Timer() {
          @Override
          protected void fire(long nowNs) {
            firedAt[0] = nowNs;
            fired.countDown();
          }
        },
        deadline);
    started.start("test-loop", () -> {});
    try {
      assertTrue(fired.await(10, TimeUnit.SECONDS));
    } finally {
      started.stop();
    }
    assertTrue(started.join(LONG));
    assertTrue(firedAt[0] - deadline >= 0, "not before its time");
    assertTrue(agent.turns <= 4, agent.turns + " turns for one timer: it spins");
  }

  @Test
  void anAgentThatIsDoneEndsTheLoopWithoutAnotherWait() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    loop.start("test-loop", ended::countDown);
    // Not by a command, whose signal would end the wait that must not be.
    agent.doneAtTurn = 2;
    loop.wakeUp();
    assertTrue(ended.await(10, TimeUnit.SECONDS), "it waits for ever");
    assertTrue(loop.join(LONG));
    assertTrue(agent.closed);
  }

  @Test
  void itIsStartedOnce() throws Exception {
    loop.start("test-loop", () -> {});
    try {
      assertThrows(IllegalStateException.class, () -> loop.start("again", () -> {}));
    } finally {
      loop.stop();
    }
    assertTrue(loop.join(LONG));
  }
}
