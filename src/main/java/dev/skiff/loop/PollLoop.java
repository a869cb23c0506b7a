package dev.skiff.loop;

import dev.skiff.stats.Counters;
import dev.skiff.stats.Faults;
import dev.skiff.stats.Histogram;
import dev.skiff.sys.Errno;
import dev.skiff.sys.EventFd;
import dev.skiff.sys.PollSet;
import dev.skiff.sys.SysException;
import dev.skiff.sys.ThreadMemory;
import dev.skiff.sys.ThreadUsage;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The duty cycle: one turn reads the clock once, carries out some commands, fires what timers are
 * due, lets the agent work, and waits only when nothing is left to do, or turns on: {@link
 * IdleStrategy}.
 *
 * <p>Either {@link #start} gives it a thread of its own, or the caller's thread is the loop and
 * calls {@link #turn}.
 */
public final class PollLoop {
  /** The most commands in one turn, so that they cannot starve the wire. */
  public static final int MAX_COMMANDS = 16;

  private static final int MAX_FDS = 128;
  private static final long PAUSE_AFTER_POLL_ERROR_NS = 10_000_000L;

  private final Clock clock;
  private final TimerQueue timers;
  private final Agent agent;
  private final Faults faults;
  private final IdleStrategy idle;
  private final LongSupplier progress;
  private final Counters stats = new Counters(LoopStat.values().length);
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();

  private volatile boolean stopping;
  private volatile @Nullable Thread thread;
  private volatile @Nullable EventFd wake;
  private long turnNs;
  private long doneBefore;
  private boolean spinning;
  private @Nullable TurnTimes turnTimes;

  /** A loop that does not run yet, and will block while it is idle. */
  public PollLoop(Clock clock, TimerQueue timers, Agent agent, Faults faults) {
    this(clock, timers, agent, faults, IdleStrategy.BLOCK, () -> 0);
  }

  /**
   * A loop that does not run yet.
   *
   * @param idle what a thread of its own does while there is nothing to do
   * @param progress a number that the agent changes whenever it finds something to do, asked on the
   *     loop thread once a turn, unless it blocks and no turns are recorded
   */
  public PollLoop(
      Clock clock,
      TimerQueue timers,
      Agent agent,
      Faults faults,
      IdleStrategy idle,
      LongSupplier progress) {
    this.clock = clock;
    this.timers = timers;
    this.agent = agent;
    this.faults = faults;
    this.idle = idle;
    this.progress = progress;
    timers.setNowNs(clock.nowNs());
  }

  // ---- The turn ---------------------------------------------------------------------------------

  /**
   * One turn, without the wait.
   *
   * @return whether nothing is left to do now
   */
  public boolean turn() {
    long nowNs = clock.nowNs();
    turnNs = nowNs;
    timers.setNowNs(nowNs);
    stats.increment(LoopStat.TURNS.ordinal());
    runCommands();
    int left = 0;
    try {
      stats.add(LoopStat.TIMERS.ordinal(), timers.advance(nowNs));
      left = agent.doWork(nowNs);
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      faults.caught("a turn of the loop", fault);
      left = 1; // What was not come to is done in the next turn, before any wait.
    }
    TurnTimes times = turnTimes;
    if (times != null) {
      times.ended(nowNs, done());
    }
    return left == 0 && commands.isEmpty();
  }

  private void runCommands() {
    for (int i = 0; i < MAX_COMMANDS; i++) {
      Runnable command = commands.poll();
      if (command == null) {
        return;
      }
      stats.increment(LoopStat.COMMANDS.ordinal());
      try {
        command.run();
      } catch (RuntimeException | AssertionError | StackOverflowError fault) {
        faults.caught("a command", fault);
      }
    }
  }

  /**
   * Has it recorded how long each turn takes that carries out a command, fires a timer or receives
   * something; for that the clock is read once more. Before the loop starts.
   */
  public void recordTurns(Histogram times) {
    turnTimes = new TurnTimes(clock, times, done());
  }

  // ---- A thread of its own ----------------------------------------------------------------------

  /**
   * Starts the loop on a platform thread of its own (a native call would pin a virtual one). It
   * ends when it is stopped, or when its agent is done.
   *
   * @param onEnd called on that thread as the last thing it does
   * @throws SysException if no eventfd can be had
   * @throws IllegalStateException if it was started before
   */
  public void start(String threadName, Runnable onEnd) throws SysException {
    if (thread != null) {
      throw new IllegalStateException("the loop was started before");
    }
    EventFd eventFd = new EventFd();
    wake = eventFd;
    Thread loopThread = new Thread(() -> run(eventFd, onEnd), threadName);
    thread = loopThread;
    loopThread.start();
  }

  private void run(EventFd eventFd, Runnable onEnd) {
    try (PollSet set = new PollSet(MAX_FDS);
        ThreadUsage usage = new ThreadUsage()) {
      AdaptiveSpin adaptive =
          new AdaptiveSpin(Runtime.getRuntime().availableProcessors(), usage::involuntarySwitches);
      while (!stopping && !agent.isDone()) {
        // Asked again after the turn: who is done has nothing left that could wake it.
        if (turn() && !agent.isDone() && !spins(adaptive)) {
          await(set, eventFd);
        }
      }
    } finally {
      close();
      onEnd.run();
    }
  }

  /** A number that is another after a turn that found something to do. */
  private long done() {
    return stats.get(LoopStat.COMMANDS.ordinal())
        + stats.get(LoopStat.TIMERS.ordinal())
        + progress.getAsLong();
  }

  /** Whether to turn on instead of a wait. */
  private boolean spins(AdaptiveSpin adaptive) {
    if (idle == IdleStrategy.BLOCK) {
      return false;
    }
    long done = done();
    boolean found = done != doneBefore;
    doneBefore = done;
    if (spinning && !found) {
      stats.increment(LoopStat.SPINS.ordinal());
    }
    spinning = idle == IdleStrategy.SPIN || adaptive.spins(turnNs, found);
    if (spinning) {
      Thread.onSpinWait();
    } else {
      adaptive.blocks(clock.nowNs());
    }
    return spinning;
  }

  private void await(PollSet set, EventFd eventFd) {
    set.clear();
    int wakeUp = set.add(eventFd.fd(), false);
    agent.pollFds(set);
    stats.increment(LoopStat.WAITS.ordinal());
    int ready = set.await(timeoutNs());
    if (ready > 0) {
      stats.increment(LoopStat.WAKEUPS.ordinal());
      if (set.isReady(wakeUp)) {
        eventFd.drain();
      }
      polled(set);
    } else if (ready < 0) {
      // EINVAL or ENOMEM: a bug or a machine in distress. Not to spin is what can be done here.
      faults.caught("ppoll", new IllegalStateException("ppoll: " + Errno.text(-ready)));
      LockSupport.parkNanos(PAUSE_AFTER_POLL_ERROR_NS);
    }
  }

  private void polled(PollSet set) {
    try {
      agent.polled(set);
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      faults.caught("a descriptor that was ready", fault);
    }
  }

  /** Nanoseconds until something is due, counted from this turn's time; negative for never. */
  private long timeoutNs() {
    long next = Math.min(timers.nextDeadlineNs(), agent.nextDeadlineNs());
    return next == Long.MAX_VALUE ? -1 : Math.max(0, next - turnNs);
  }

  /**
   * Ends a loop that the caller's thread turns, or one that was never started: closes the agent. A
   * loop with a thread of its own does this by itself when it is stopped.
   */
  public void close() {
    stopping = true;
    try {
      agent.onClose();
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      faults.caught("the end of the loop", fault);
    }
    for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
      if (command instanceof FutureTask<?> task) {
        var _ = task.cancel(false);
      }
    }
  }

  // ---- Other threads ----------------------------------------------------------------------------

  /** Hands a command to the loop, to be carried out in one of its next turns. Any thread. */
  public void execute(Runnable command) {
    commands.add(command);
    wakeUp();
  }

  /** Wakes the loop if it waits. Any thread. */
  public void wakeUp() {
    EventFd eventFd = wake;
    if (eventFd != null && idle != IdleStrategy.SPIN) {
      eventFd.signal();
    }
  }

  /**
   * Has something computed on the loop thread. From the loop thread itself, or when no thread was
   * started, it is computed at once.
   *
   * <p>What the loop did not come to in time is given up, so that it never happens later; what it
   * is at when the time is over is waited for as long again.
   *
   * @throws TimeoutException if the loop did not come to it in time, or has ended; or if it is
   *     stuck in it, so that it may yet be done
   * @throws ExecutionException if it threw
   */
  public <T> T call(Callable<T> callable, Duration timeout)
      throws ExecutionException, TimeoutException, InterruptedException {
    Call<T> task = new Call<>(callable);
    Thread loopThread = thread;
    if (loopThread == null || loopThread == Thread.currentThread()) {
      task.run();
    } else if (loopThread.isAlive()) {
      execute(task);
    } else {
      throw new TimeoutException("the loop has ended");
    }
    try {
      return await(task, timeout);
    } catch (CancellationException e) {
      throw new TimeoutException("the loop has ended");
    }
  }

  private <T> T await(Call<T> task, Duration timeout)
      throws ExecutionException, TimeoutException, InterruptedException {
    try {
      return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | InterruptedException e) {
      if (task.giveUp()) {
        var _ = commands.remove(task);
        throw e;
      }
      if (e instanceof InterruptedException) {
        throw e;
      }
      return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** A command that is waited for: either it is begun or it is given up, never both. */
  private static final class Call<T> extends FutureTask<T> {
    private final AtomicBoolean decided = new AtomicBoolean();

    Call(Callable<T> callable) {
      super(callable);
    }

    @Override
    public void run() {
      // FutureTask alone would not do: one that is cancelled while it runs says that it never did.
      if (decided.compareAndSet(false, true)) {
        super.run();
      }
    }

    boolean giveUp() {
      return decided.compareAndSet(false, true);
    }
  }

  /** Asks the loop to end after its turn. Any thread. */
  public void stop() {
    stopping = true;
    wakeUp();
  }

  /**
   * Waits until a started loop has ended and its agent is closed.
   *
   * @return whether it has
   */
  public boolean join(Duration timeout) throws InterruptedException {
    Thread loopThread = thread;
    if (loopThread == null) {
      return true;
    }
    if (!loopThread.join(timeout)) {
      return false;
    }
    EventFd eventFd = wake;
    if (eventFd != null) {
      eventFd.close();
    }
    return true;
  }

  /** Whether the caller is the loop's own thread. */
  public boolean isLoopThread() {
    return Thread.currentThread() == thread;
  }

  /** Whether it has a thread that lives. Any thread. */
  public boolean isRunning() {
    Thread loopThread = thread;
    return loopThread != null && loopThread.isAlive();
  }

  /** The time of this turn. Loop thread. */
  public long turnNs() {
    return turnNs;
  }

  /** One counter. Any thread. */
  public long stat(LoopStat stat) {
    return stat == LoopStat.FAULTS ? faults.count() : stats.get(stat.ordinal());
  }

  /**
   * All counters by name, and {@code AllocatedBytes}: what a thread of its own has allocated on the
   * Java heap so far, if the JVM tells. Any thread but the loop's, which would allocate for it.
   */
  public Map<String, Long> counters() {
    Map<String, Long> counters = new LinkedHashMap<>();
    for (LoopStat stat : LoopStat.values()) {
      counters.put(stat.statName(), stat(stat));
    }
    Thread loopThread = thread;
    long allocated = loopThread == null ? -1 : ThreadMemory.allocatedBytes(loopThread);
    if (allocated >= 0) {
      counters.put("AllocatedBytes", allocated);
    }
    return counters;
  }
}
