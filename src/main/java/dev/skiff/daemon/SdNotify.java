package dev.skiff.daemon;

import dev.skiff.loop.PollLoop;
import dev.skiff.sys.Errno;
import dev.skiff.sys.SysException;
import dev.skiff.sys.UnixDatagram;
import dev.skiff.text.OneLine;
import dev.skiff.time.Timer;
import dev.skiff.time.TimerQueue;
import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager how it is: sd_notify(3), over a datagram socket of our own. Without
 * {@code NOTIFY_SOCKET} it does nothing.
 *
 * <p>{@code WATCHDOG=1} comes from the loop, by a timer, so that a loop that is stuck sends none
 * and the manager starts us anew; it allocates nothing. All else is sent by the main thread.
 */
final class SdNotify implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(SdNotify.class);
  private static final long NS_PER_US = 1_000L;
  private static final long ROOM_WITHIN_NS = 1_000_000_000L;

  private static final MemorySegment ALIVE = bytes(Arena.global(), "WATCHDOG=1");

  private final @Nullable UnixDatagram socket;
  private final long pid;

  /** Nanoseconds between two signs of life, 0 for none. */
  private final long intervalNs;

  private SdNotify(@Nullable UnixDatagram socket, long pid, long intervalNs) {
    this.socket = socket;
    this.pid = pid;
    this.intervalNs = intervalNs;
  }

  /**
   * As the environment says: {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC}, {@code WATCHDOG_PID}.
   * What cannot be used is said, and left.
   *
   * @param environment a variable's value, or null
   * @param pid ours
   */
  static SdNotify open(UnaryOperator<@Nullable String> environment, long pid) {
    String address = environment.apply("NOTIFY_SOCKET");
    if (address == null || address.isEmpty()) {
      return new SdNotify(null, pid, 0);
    }
    try {
      return new SdNotify(UnixDatagram.connect(address), pid, interval(environment, pid));
    } catch (SysException e) {
      LOG.warn("NOTIFY_SOCKET: {}: the service manager is told nothing", e.getMessage());
      return new SdNotify(null, pid, 0);
    }
  }

  /** Half of what the manager waits, as sd_watchdog_enabled(3) asks. */
  private static long interval(UnaryOperator<@Nullable String> environment, long pid) {
    String usec = environment.apply("WATCHDOG_USEC");
    String whose = environment.apply("WATCHDOG_PID");
    if (usec == null || (whose != null && !whose.equals(Long.toString(pid)))) {
      return 0;
    }
    try {
      long us = Long.parseLong(usec);
      if (us > 0 && us <= Long.MAX_VALUE / NS_PER_US) {
        return us * NS_PER_US / 2;
      }
    } catch (NumberFormatException e) {
      LOG.debug("WATCHDOG_USEC", e);
    }
    LOG.warn("WATCHDOG_USEC is '{}', no number of microseconds: no watchdog is served", usec);
    return 0;
  }

  /** It answers; signs of life follow, from the loop. */
  void ready(String status, PollLoop loop, TimerQueue timers) {
    send("READY=1\nSTATUS=" + OneLine.of(status) + "\nMAINPID=" + pid);
    UnixDatagram to = socket;
    if (to != null && intervalNs > 0) {
      Timer watchdog = new Watchdog(to, timers);
      loop.execute(() -> timers.set(watchdog, loop.turnNs()));
    }
  }

  /** What is to be seen in {@code systemctl status}. */
  void status(String status) {
    send("STATUS=" + OneLine.of(status));
  }

  /** It reads its config anew, and {@link #reloaded} follows. */
  void reloading() {
    // System.nanoTime is CLOCK_MONOTONIC, which systemd wants to know the time by.
    send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / NS_PER_US);
  }

  /** It has read its config. */
  void reloaded(String status) {
    send("READY=1\nSTATUS=" + OneLine.of(status));
  }

  /** It ends. */
  void stopping() {
    send("STOPPING=1");
  }

  private void send(String message) {
    UnixDatagram to = socket;
    if (to == null) {
      return;
    }
    try (Arena here = Arena.ofConfined()) {
      MemorySegment bytes = bytes(here, message);
      long sent = to.send(bytes);
      if (sent == -Errno.EAGAIN) {
        to.awaitRoom(ROOM_WITHIN_NS);
        sent = to.send(bytes);
      }
      if (sent < 0) {
        LOG.warn("the service manager could not be told: {}", Errno.text((int) -sent));
      }
    }
  }

  private static MemorySegment bytes(Arena arena, String message) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, message.getBytes(StandardCharsets.UTF_8));
  }

  /** When the loop has ended. */
  @Override
  public void close() {
    if (socket != null) {
      socket.close();
    }
  }

  /**
   * Counts from when it fires, not from when it was due: after a standstill one is sent, not many.
   */
  private final class Watchdog extends Timer {
    private final UnixDatagram to;
    private final TimerQueue timers;

    Watchdog(UnixDatagram to, TimerQueue timers) {
      this.to = to;
      this.timers = timers;
    }

    @Override
    protected void fire(long nowNs) {
      var _ = to.send(ALIVE); // If there is no room, the manager has not read those before.
      timers.set(this, nowNs + intervalNs);
    }
  }
}
