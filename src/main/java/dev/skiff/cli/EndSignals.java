package dev.skiff.cli;

import dev.skiff.daemon.Signals;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * SIGINT, SIGTERM and SIGHUP for a command that copies a stream: the first one has it come to its
 * end in good order, a second one ends it where it stands. So does time, if what it writes to takes
 * nothing any more: no exception reaches a thread that sits in {@code write(2)}.
 *
 * <p>Called on the signals' own threads.
 */
final class EndSignals {
  /** How long a write may take once the command was told to end. */
  private static final long STUCK_NS = TimeUnit.SECONDS.toNanos(2);

  /** And whatever else keeps it: longer than a stream is waited for by its reader. */
  private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(8);

  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What a shell says of a command that a signal has ended: this and the signal's number. */
  private static final int KILLED = 128;

  private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

  private final Sink sink;
  private final Runnable end;
  private final AtomicBoolean told = new AtomicBoolean();

  private EndSignals(Sink sink, Runnable end) {
    this.sink = sink;
    this.end = end;
  }

  /**
   * Begins to listen to them.
   *
   * @param end has the command come to its end; must not wait
   */
  static void handle(Sink sink, Runnable end) {
    EndSignals signals = new EndSignals(sink, end);
    NUMBERS.forEach((name, number) -> Signals.onSignal(name, () -> signals.came(KILLED + number)));
  }

  private void came(int exitCode) {
    if (!told.compareAndSet(false, true)) {
      Runtime.getRuntime().halt(exitCode);
    }
    Thread watch = new Thread(() -> watch(exitCode), "skiff-end");
    watch.setDaemon(true);
    watch.start();
    end.run();
  }

  /** A slow disk is not a stuck one: what counts is the time in which nothing was written. */
  private void watch(int exitCode) {
    long seen = sink.writes();
    long sinceNs = System.nanoTime();
    while (System.nanoTime() - sinceNs < (sink.isWriting() ? STUCK_NS : IDLE_NS)) {
      LockSupport.parkNanos(LOOK_NS);
      if (seen != sink.writes()) {
        seen = sink.writes();
        sinceNs = System.nanoTime();
      }
    }
    Runtime.getRuntime().halt(exitCode);
  }
}
