package dev.skiff.daemon;

import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.PoolConfig;
import dev.skiff.stack.StackConfig;
import dev.skiff.stats.Faults;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exercise before the start: a throw-away stack on a loop of its own answers pings, so that the
 * classes of the data path are loaded and its methods compiled when the first packet comes in.
 *
 * <p>It runs beside the rest of the start, and shares nothing with the stack that is started: no
 * device, buffer, counter, timer or seed. It ends by itself after so many replies, or when its time
 * is over. Whatever goes wrong with it is logged and keeps nobody from starting. Thread: {@link
 * #start} and {@link #await} the main thread.
 */
final class WarmUp {
  /**
   * By so many all of an echo's way is compiled by C1, and most of it by C2; several times as many
   * give hardly quicker pings and a later start. See docs/performance.md.
   */
  static final int REPLIES = 5_000;

  /** Reached only where others want the processors too: a part of it would help little. */
  static final Duration MOST = Duration.ofSeconds(3);

  /** A loop that does not end by then hangs. */
  private static final Duration END = Duration.ofSeconds(1);

  private static final long MEMORY = 256 << 10;
  private static final int PREFIX = 24;

  /** Of no use to anybody: what is random here is seen by nobody. */
  private static final long SEED = 1;

  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

  private final WarmUpWire wire;
  private final Consumer<NetStack> atEnd;
  private final long endNs;
  private final Thread thread;
  private volatile String failure = "";

  /** Until a stack has it; only {@link #thread} asks. */
  private boolean wireIsOurs = true;

  private WarmUp(WarmUpWire wire, Duration most, Consumer<NetStack> atEnd) {
    this.wire = wire;
    this.atEnd = atEnd;
    endNs = System.nanoTime() + most.toNanos();
    thread = Thread.ofPlatform().daemon().name("skiff-warm-up").unstarted(this::run);
  }

  /**
   * Begins.
   *
   * @throws IOException if the process has no descriptor left, without which no daemon starts
   */
  static WarmUp start() throws IOException {
    return start(new WarmUpWire(REPLIES), MOST, stack -> {});
  }

  /**
   * Begins with another wire and another bound.
   *
   * @param wire made by the caller's thread, which so has JNR-FFI loaded: no two threads at once
   *     initialise its classes
   * @param atEnd is shown the stack when its loop has ended
   */
  static WarmUp start(WarmUpWire wire, Duration most, Consumer<NetStack> atEnd) {
    WarmUp warmUp = new WarmUp(wire, most, atEnd);
    warmUp.thread.start();
    return warmUp;
  }

  /** Waits until it has ended, and no longer than a little more than its time. */
  void await() throws InterruptedException {
    long left = Math.max(0, endNs - System.nanoTime());
    if (!thread.join(Duration.ofNanos(left).plus(END).plus(END))) {
      failed("it does not end");
    }
  }

  /** Has it end at once, as if its time were over. Any thread. */
  void giveUp() {
    wire.enough().countDown();
  }

  /** Why it failed; empty if it did not. Any thread. */
  String failure() {
    return failure;
  }

  private void failed(String why) {
    failure = why;
    LOG.warn("the warm-up failed, so that the first packets will take longer: {}", why);
  }

  private void run() {
    try {
      exercise();
    } catch (InterruptedException | IOException e) {
      failed(e.toString());
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError fault) {
      failed(fault.toString());
    } finally {
      if (wireIsOurs) {
        wire.close((skb, reason) -> {});
      }
    }
  }

  private void exercise() throws IOException, InterruptedException {
    DeviceConfig device =
        DeviceConfig.of("warm-up", wire)
            .withMac(WarmUpWire.OUR_MAC)
            .withAddress(new Ip4Prefix(WarmUpWire.OUR_IP, PREFIX))
            .withArp(ArpConf.USUAL.withAcd(Acd.OFF));
    StackConfig config =
        StackConfig.usual().withMemory(PoolConfig.usual().withBytes(MEMORY)).withSeed(SEED);
    TimerQueue timers = new TimerQueue();
    Faults faults = new Faults();
    NetStack stack = new NetStack(List.of(device), config, timers, faults);
    wireIsOurs = false;
    PollLoop loop = new PollLoop(Clock.system(), timers, stack, faults);
    try {
      stack.open();
      wire.begin();
      loop.start("skiff-warm-up-loop", () -> {});
      // Fewer than all are no failure: the machine is busy, and the start has waited enough.
      var _ = wire.enough().await(endNs - System.nanoTime(), TimeUnit.NANOSECONDS);
    } finally {
      end(loop);
      // Only here, where nobody uses its memory any more.
      try (stack) {
        atEnd.accept(stack);
      }
    }
    if (faults.count() > 0) {
      throw new IllegalStateException("of its turns " + faults.count() + " threw");
    }
  }

  private static void end(PollLoop loop) throws InterruptedException {
    if (!loop.isRunning()) {
      loop.close();
    }
    loop.stop();
    if (!loop.join(END)) {
      throw new IllegalStateException("its loop does not end");
    }
  }
}
