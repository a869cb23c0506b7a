package dev.skiff.daemon;

import dev.skiff.dev.NetDevice;
import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.sys.SysException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * SIGHUP: reads the configuration again and has the stack do as it says now.
 *
 * <p>Only what differs from what was said before is done, so that what was set by hand meanwhile
 * stays where the file does not speak of it. All of it is one command of the loop, between two
 * turns: no packet is in between, and none is lost. If a part of it cannot be done, all that was is
 * undone. Thread: the main thread.
 */
final class Reload {
  private static final Duration LOOP_TIMEOUT = Duration.ofSeconds(2);

  private final ConfigSource source;
  private final RunConfig started;
  private final NetStack stack;
  private final PollLoop loop;
  private final Map<String, TapSide> sides = new HashMap<>();
  private final Consumer<LogLevel> logLevel;

  /** What has been lowered at the host, each with what its device had. */
  private final Map<DeviceSpec, Integer> lowered = new HashMap<>();

  private RunConfig current;

  /**
   * For a stack that does as {@code started} says.
   *
   * @param sides of its devices, in their order
   * @param logLevel sets how much is logged
   */
  Reload(
      ConfigSource source,
      RunConfig started,
      NetStack stack,
      PollLoop loop,
      List<TapSide> sides,
      Consumer<LogLevel> logLevel) {
    this.source = source;
    this.started = started;
    this.stack = stack;
    this.loop = loop;
    this.logLevel = logLevel;
    current = started;
    for (int i = 0; i < sides.size(); i++) {
      this.sides.put(started.devices().get(i).tap(), sides.get(i));
    }
  }

  /**
   * Does it: what is to be said of it, a line each.
   *
   * @throws IllegalStateException with one line, if nothing has changed since something is wrong
   */
  List<String> run() throws InterruptedException {
    RunConfig wanted;
    try {
      wanted = source.read(current);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("reload: " + e.getMessage() + "; nothing has changed", e);
    }
    RunConfig next = wanted.withDevices(running(wanted.devices()));
    List<String> lines = new ArrayList<>();
    RunConfig reached = current;
    try {
      RunConfig to = next.withDevices(lowerHosts(next, lines));
      LiveChange change = new LiveChange(stack, current, to);
      lines.addAll(loop.call(() -> change.apply(loop.turnNs()), LOOP_TIMEOUT));
      reached = change.reached();
      next = reached;
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "reload: " + source.name() + ": " + why(e.getCause()) + "; nothing has changed", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "reload: the loop did not answer within " + LOOP_TIMEOUT.toSeconds() + " s", e);
    } finally {
      raiseHosts(reached);
    }
    setHosts(next, lines);
    logLevel.accept(next.service().logLevel());
    List<String> changed = source.changed(current, next, true);
    current = next;
    lines.addFirst(
        "reloaded "
            + source.name()
            + ": "
            + (changed.isEmpty() ? "nothing to change" : String.join(", ", changed)));
    unsaid(wanted, lines);
    for (String key : source.changed(started, wanted, false)) {
      lines.add("reload: " + key + " changes at the next start");
    }
    return lines;
  }

  /** What the TAP had before us is not known here any more. */
  private void unsaid(RunConfig wanted, List<String> lines) {
    for (DeviceSpec spec : wanted.devices()) {
      for (DeviceSpec before : current.devices()) {
        if (before.tap().equals(spec.tap())) {
          if (before.mtu() != null && spec.mtu() == null) {
            lines.add("reload: " + spec.tap() + ": mtu changes at the next start");
          }
        }
      }
    }
  }

  private static String why(@Nullable Throwable cause) {
    return cause instanceof IllegalArgumentException || cause instanceof IllegalStateException
        ? String.valueOf(cause.getMessage())
        : "a bug: " + cause;
  }

  /** Those that run, as they are said to be now, or were before if nothing is said of them. */
  private List<DeviceSpec> running(List<DeviceSpec> wanted) {
    List<DeviceSpec> all = new ArrayList<>();
    for (DeviceSpec before : current.devices()) {
      all.add(
          wanted.stream()
              .filter(spec -> spec.tap().equals(before.tap()))
              .findFirst()
              .map(spec -> before.withLive(spec))
              .orElse(before));
    }
    return all;
  }

  // ---- The host's side --------------------------------------------------------------------------

  /** First, where the MTU becomes less: from here on the host sends nothing that is longer. */
  private List<DeviceSpec> lowerHosts(RunConfig next, List<String> lines) {
    List<DeviceSpec> all = new ArrayList<>();
    for (int i = 0; i < next.devices().size(); i++) {
      DeviceSpec spec = next.devices().get(i);
      DeviceSpec before = current.devices().get(i);
      NetDevice dev = stack.netDevices().get(spec.tap());
      Integer mtu = spec.mtu();
      boolean lower = mtu != null && !mtu.equals(before.mtu()) && dev != null && mtu < dev.mtu();
      int was = dev == null ? 0 : dev.mtu(); // Before, since a device follows its host.
      boolean done = lower && setHostMtu(spec, lines);
      if (done) {
        lowered.put(spec, was);
      }
      all.add(lower && !done ? spec.withMtu(before.mtu()) : spec);
    }
    return all;
  }

  /** Undoes {@link #lowerHosts} of what has not been reached: the device follows. */
  private void raiseHosts(RunConfig reached) {
    lowered.forEach(
        (spec, before) -> {
          if (!reached.devices().contains(spec)) {
            var _ = setHostMtu(spec.withMtu(before), new ArrayList<>());
          }
        });
    lowered.clear();
  }

  private boolean setHostMtu(DeviceSpec spec, List<String> lines) {
    TapSide side = sides.get(spec.tap());
    Integer mtu = spec.mtu();
    try {
      if (side != null && mtu != null) {
        side.setHostMtu(mtu);
      }
      return true;
    } catch (SysException e) {
      lines.add("reload: " + spec.tap() + ": mtu changes at the next start: " + e.getMessage());
      return false;
    }
  }

  /**
   * Last, where the MTU becomes more: we take what is longer by now. The host's queue is left
   * alone: the kernel takes it down to change its length, and drops what comes meanwhile.
   */
  private void setHosts(RunConfig next, List<String> lines) {
    for (int i = 0; i < next.devices().size(); i++) {
      DeviceSpec spec = next.devices().get(i);
      Integer mtu = spec.mtu();
      if (mtu != null && !mtu.equals(current.devices().get(i).mtu())) {
        var _ = setHostMtu(spec, lines);
      }
    }
  }
}
