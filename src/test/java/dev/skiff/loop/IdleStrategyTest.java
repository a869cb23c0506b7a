package dev.skiff.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.skiff.stats.Faults;
import dev.skiff.sys.PollSet;
import dev.skiff.time.Clock;
import dev.skiff.time.Timer;
import dev.skiff.time.TimerQueue;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a loop with a thread of its own does while it is idle, by each strategy. */
class IdleStrategyTest {
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final int IDLE_TURNS = 100_000;

  private final Clock clock = Clock.system();
  private final TimerQueue timers = new TimerQueue();
  private final Faults faults = new Faults();
  private final Busy agent = new Busy();

  /** It finds something in as many turns as it is told, and then nothing. */
  private static final class Busy implements Agent {
    private volatile long toFind;
    private volatile long found;
    private volatile int polls;

    @Override
    public int doWork(long nowNs) {
      if (found < toFind) {
        found = found + 1;
      }
      return 0;
    }

    @Override
    public long nextDeadlineNs() {
      return Long.MAX_VALUE;
    }

    @Override
    public void pollFds(PollSet set) {
      polls = polls + 1;
    }

    @Override
    public boolean isDone() {
      return false;
    }

    @Override
    public void onClose() {}
  }

  private PollLoop loop = new PollLoop(clock, timers, agent, faults);

  private void start(IdleStrategy idle) throws Exception {
    loop = new PollLoop(clock, timers, agent, faults, idle, () -> agent.found);
    loop.start("test-loop", () -> {});
  }

  @AfterEach
  void stopsPromptly() throws Exception {
    loop.stop();
    assertTrue(loop.join(LONG), "it does not end");
    assertEquals(0, faults.count());
  }

  @ParameterizedTest
  @EnumSource
  void commandsAreCarriedOut(IdleStrategy idle) throws Exception {
    start(idle);
    for (int i = 0; i < 100; i++) {
      assertEquals(i, loop.call(countingFrom(i), LONG));
    }
  }

  private static Callable<Integer> countingFrom(int i) {
    return () -> i;
  }

  @ParameterizedTest
  @EnumSource
  void timersFireNotBeforeTheirTime(IdleStrategy idle) throws Exception {
    CountDownLatch fired = new CountDownLatch(1);
    long[] firedNs = new long[1];
    long deadlineNs = clock.nowNs() + TimeUnit.MILLISECONDS.toNanos(20);
    timers.set(
        new Timer() {
          @Override
          protected void fire(long nowNs) {
            firedNs[0] = nowNs;
            fired.countDown();
          }
        },
        deadlineNs);
    start(idle);
    assertTrue(fired.await(10, TimeUnit.SECONDS));
    assertTrue(firedNs[0] - deadlineNs >= 0);
  }

  @Test
  void aSpinningLoopNeverPolls() throws Exception {
    start(IdleStrategy.SPIN);
    awaitTurns(IDLE_TURNS);
    assertEquals(0, agent.polls);
    assertEquals(0, loop.stat(LoopStat.WAITS));
    assertEquals(0, loop.stat(LoopStat.WAKEUPS));
    assertTrue(loop.stat(LoopStat.SPINS) >= IDLE_TURNS - 10, "spins " + loop.counters());
  }

  private void awaitTurns(long more) {
    long from = loop.stat(LoopStat.TURNS);
    while (loop.stat(LoopStat.TURNS) - from < more) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aTurnThatFoundSomethingIsNoSpin() throws Exception {
    agent.toFind = IDLE_TURNS;
    start(IdleStrategy.SPIN);
    while (agent.found < IDLE_TURNS) {
      Thread.onSpinWait();
    }
    awaitTurns(10);
    loop.stop();
    assertTrue(loop.join(LONG));
    long spins = loop.stat(LoopStat.SPINS);
    assertEquals(IDLE_TURNS, loop.stat(LoopStat.TURNS) - spins, "turns without spins");
  }

  @Test
  void aBlockingLoopNeverSpins() throws Exception {
    start(IdleStrategy.BLOCK);
    int commands = 100;
    for (int i = 0; i < commands; i++) {
      assertEquals(i, loop.call(countingFrom(i), LONG));
    }
    assertEquals(0, loop.stat(LoopStat.SPINS));
    assertTrue(loop.stat(LoopStat.WAITS) > 0);
    assertTrue(loop.stat(LoopStat.WAKEUPS) > 0);
    assertTrue(loop.stat(LoopStat.WAKEUPS) <= loop.stat(LoopStat.WAITS));
    assertTrue(loop.stat(LoopStat.TURNS) <= 2 * commands + 10, "turns " + loop.counters());
  }

  /** What the time ends is no wake-up. */
  @Test
  void aWaitThatTheTimeEndsIsNoWakeup() throws Exception {
    timersFireNotBeforeTheirTime(IdleStrategy.BLOCK);
    assertTrue(loop.stat(LoopStat.WAITS) >= 1);
    assertEquals(0, loop.stat(LoopStat.WAKEUPS));
  }

  @Test
  void anAdaptiveLoopSleepsOnASilentWire() throws Exception {
    start(IdleStrategy.ADAPTIVE);
    var _ = loop.call(countingFrom(1), LONG);
    CountDownLatch fired = new CountDownLatch(1);
    long[] turns = new long[2];
    var _ =
        loop.call(
            () -> {
              turns[0] = loop.stat(LoopStat.TURNS);
              timers.set(
                  new Timer() {
                    @Override
                    protected void fire(long nowNs) {
                      turns[1] = loop.stat(LoopStat.TURNS);
                      fired.countDown();
                    }
                  },
                  loop.turnNs() + TimeUnit.MILLISECONDS.toNanos(200));
              return 1;
            },
            LONG);
    assertTrue(fired.await(10, TimeUnit.SECONDS));
    // So many are made in MOST_NS, or fewer, on the fastest of machines.
    assertTrue(turns[1] - turns[0] < 5_000, "turns " + (turns[1] - turns[0]));
  }

  @Test
  void anAdaptiveLoopSpinsOnceItHasLearntThatMoreComes() throws Exception {
    start(IdleStrategy.ADAPTIVE);
    long endNs = clock.nowNs() + LONG.toNanos();
    while (loop.stat(LoopStat.SPINS) == 0 && clock.nowNs() - endNs < 0) {
      agent.toFind = agent.found + 1;
      loop.execute(() -> {});
    }
    boolean alone = Runtime.getRuntime().availableProcessors() == 1;
    assertEquals(alone, loop.stat(LoopStat.SPINS) == 0, "spins " + loop.counters());
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "SPIN"})
  void idleTurnsAllocateNothing(IdleStrategy idle) throws Exception {
    AdaptiveSpin adaptive = new AdaptiveSpin(2, () -> 0);
    if (idle == IdleStrategy.ADAPTIVE) {
      // On the test's own thread: how often a started one spins is the machine's to say.
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      allocatesNothing(
          threads::getCurrentThreadAllocatedBytes,
          () -> {
            for (int i = 0; i < IDLE_TURNS; i++) {
              if (!adaptive.spins(i * 500L, i % 20 == 0)) {
                adaptive.blocks(i * 500L);
              }
            }
          });
      return;
    }
    start(idle);
    allocatesNothing(this::allocatedBytes, () -> awaitTurns(IDLE_TURNS));
  }

  private long allocatedBytes() {
    return loop.counters().getOrDefault("AllocatedBytes", -1L);
  }

  /** Three windows in a row; the compilers decide when the code is warm. */
  private static void allocatesNothing(LongSupplier allocated, Runnable window) {
    long last = allocated.getAsLong();
    assertTrue(last >= 0, "this JVM counts no allocations");
    int inARow = 0;
    for (int i = 0; i < 50 && inARow < 3; i++) {
      last = allocated.getAsLong();
      window.run();
      last = allocated.getAsLong() - last;
      inARow = last == 0 ? inARow + 1 : 0;
    }
    assertEquals(3, inARow, "bytes in the last window: " + last);
  }

  @Test
  void countersAreThoseOfTheEnumAndWhatWasAllocated() throws Exception {
    start(IdleStrategy.BLOCK);
    assertEquals(
        List.of(
            "Turns", "Waits", "Wakeups", "Spins", "Commands", "Timers", "Faults", "AllocatedBytes"),
        List.copyOf(loop.counters().keySet()));
    long before = allocatedBytes();
    var _ = loop.call(() -> new byte[1_000_000], LONG);
    assertTrue(allocatedBytes() - before >= 1_000_000);
  }

  @Test
  void aLoopWithoutAThreadSaysNothingOfAllocations() {
    PollLoop turned = new PollLoop(clock, timers, agent, faults);
    assertFalse(turned.counters().containsKey("AllocatedBytes"));
  }

  @Test
  void whatIsNoStrategyIsRefusedWithWhatThereIs() {
    assertEquals("'adaptiv' is no way to be idle: did you mean 'adaptive'?", refusal("adaptiv"));
    assertEquals(
        "'never' is no way to be idle: use one of block, adaptive, spin", refusal("never"));
    assertEquals("'' is no way to be idle: use one of block, adaptive, spin", refusal(""));
  }

  private static String refusal(String text) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> IdleStrategy.parse(text)).getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void eachIsReadAsItIsWritten(IdleStrategy idle) {
    assertEquals(idle, IdleStrategy.parse(idle.word()));
  }
}
