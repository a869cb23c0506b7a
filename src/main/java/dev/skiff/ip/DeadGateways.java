package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.time.Timer;
import dev.skiff.time.TimerQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code fib_detect_death}: gateways that did not answer, RFC 1122 3.3.1.4. A gateway is found dead
 * by the failure of traffic to it, since it MUST NOT be pinged continuously: its MAC address was
 * asked for in vain.
 *
 * <p>Such a gateway is passed over for {@link #FIRST_NS}, then tried again by the next packet; each
 * time in vain doubles it, up to {@link #MOST_NS}. Thread: the loop thread.
 */
final class DeadGateways {
  /** How long a gateway is passed over at first. */
  static final long FIRST_NS = 60_000_000_000L;

  /** How long at most. */
  static final long MOST_NS = 16 * FIRST_NS;

  /** A gateway that has failed, once or several times. */
  private final class Mark extends Timer {
    private final int gateway;
    private final NetDevice dev;
    private long holdNs = FIRST_NS;
    private long triedNs;

    Mark(int gateway, NetDevice dev) {
      this.gateway = gateway;
      this.dev = dev;
    }

    void passOver(long nowNs) {
      timers.set(this, nowNs + holdNs);
    }

    void passOverAgain(long nowNs) {
      // One that worked for long is not held to what once was.
      holdNs = nowNs - triedNs > MOST_NS ? FIRST_NS : Math.min(2 * holdNs, MOST_NS);
      passOver(nowNs);
    }

    @Override
    protected void fire(long nowNs) {
      triedNs = nowNs;
      changed.run();
    }
  }

  private final TimerQueue timers;
  private final Runnable changed;
  private final List<Mark> marks = new ArrayList<>();

  /**
   * None yet.
   *
   * @param changed called when one is to be tried again
   */
  DeadGateways(TimerQueue timers, Runnable changed) {
    this.timers = timers;
    this.changed = changed;
  }

  private @Nullable Mark find(int gateway, @Nullable NetDevice dev) {
    for (int i = 0; i < marks.size(); i++) {
      Mark mark = marks.get(i);
      if (mark.gateway == gateway && mark.dev.equals(dev)) {
        return mark;
      }
    }
    return null;
  }

  /** It did not answer; says whether that is news. */
  boolean failed(int gateway, NetDevice dev, long nowNs) {
    Mark mark = find(gateway, dev);
    if (mark == null) {
      mark = new Mark(gateway, dev);
      marks.add(mark);
      mark.passOver(nowNs);
      return true;
    }
    if (mark.isSet()) {
      return false;
    }
    mark.passOverAgain(nowNs);
    return true;
  }

  /** It answers; says whether that is news. */
  boolean works(int gateway, NetDevice dev) {
    Mark mark = marks.isEmpty() ? null : find(gateway, dev);
    if (mark == null) {
      return false;
    }
    boolean news = mark.isSet();
    forget(mark);
    return news;
  }

  private void forget(Mark mark) {
    timers.cancel(mark);
    marks.remove(mark);
  }

  /** Forgets those behind a device. */
  void forget(NetDevice dev) {
    forgetIf(mark -> mark.dev.equals(dev));
  }

  /** Forgets those that no route leads to any more. */
  void retain(List<Route> routes) {
    forgetIf(mark -> routes.stream().noneMatch(r -> Fib.leadsTo(r, mark.gateway, mark.dev)));
  }

  private void forgetIf(Predicate<Mark> which) {
    for (Mark mark : List.copyOf(marks)) {
      if (which.test(mark)) {
        forget(mark);
      }
    }
  }

  /** Whether another gateway is to be taken, if there is one. */
  boolean isPassedOver(Route route) {
    Mark mark = marks.isEmpty() ? null : find(route.gateway(), route.dev());
    return mark != null && mark.isSet();
  }
}
