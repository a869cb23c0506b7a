package dev.skiff.time;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The loop's timers: a binary heap by deadline, so that the next deadline is exact and timers fire
 * in the order of their deadlines, those of one instant in the order in which they were set.
 *
 * <p>Setting and cancelling cost O(log n) and allocate nothing once the heap has grown to its
 * working size. Thread: the loop thread. docs/adr/0004 says why this is not a wheel.
 */
public final class TimerQueue {
  /** What {@link #nextDeadlineNs} answers when no timer is set. */
  public static final long NONE = Long.MAX_VALUE;

  private static final int FIRST_CAPACITY = 64;

  private @Nullable Timer[] heap = new @Nullable Timer[FIRST_CAPACITY];
  private int size;
  private long sequence;
  private long nowNs;

  /**
   * Sets a timer, or moves one that is set.
   *
   * @param deadlineNs when it fires, on the loop's clock; a time that has passed fires at the next
   *     {@link #advance}
   */
  public void set(Timer timer, long deadlineNs) {
    cancel(timer);
    timer.deadlineNs = deadlineNs;
    timer.sequence = sequence++;
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    siftUp(size++, timer);
  }

  /** Takes a timer out; one that is not set is left as it is. */
  public void cancel(Timer timer) {
    int hole = timer.index;
    if (hole < 0) {
      return;
    }
    timer.index = -1;
    Timer last = at(--size);
    heap[size] = null;
    if (!last.equals(timer)) {
      siftDown(hole, last);
      if (last.index == hole) {
        siftUp(hole, last);
      }
    }
  }

  /**
   * Fires every timer that is due. A timer that sets itself for a time that has passed already
   * waits for the next call, so that this one ends.
   *
   * @return how many fired
   */
  public int advance(long nowNs) {
    this.nowNs = nowNs;
    int fired = 0;
    long before = sequence;
    while (size > 0) {
      Timer timer = at(0);
      if (timer.deadlineNs - nowNs > 0 || timer.sequence >= before) {
        break;
      }
      cancel(timer);
      fired++;
      timer.fire(nowNs);
    }
    return fired;
  }

  /** Says what time it is, before {@link #advance}. */
  public void setNowNs(long nowNs) {
    this.nowNs = nowNs;
  }

  /** The time of this turn; 0 before the first. For what is told of no time, as a notifier. */
  public long nowNs() {
    return nowNs;
  }

  /** The earliest deadline in nanoseconds on the loop's clock, or {@link #NONE}. */
  public long nextDeadlineNs() {
    return size == 0 ? NONE : at(0).deadlineNs;
  }

  /** How many are set. */
  public int size() {
    return size;
  }

  private Timer at(int index) {
    return Objects.requireNonNull(heap[index]);
  }

  private static boolean before(Timer a, Timer b) {
    long d = a.deadlineNs - b.deadlineNs;
    return d < 0 || (d == 0 && a.sequence < b.sequence);
  }

  private void siftUp(int start, Timer timer) {
    int hole = start;
    while (hole > 0) {
      int parent = (hole - 1) >>> 1;
      if (!before(timer, at(parent))) {
        break;
      }
      place(hole, at(parent));
      hole = parent;
    }
    place(hole, timer);
  }

  private void siftDown(int start, Timer timer) {
    int hole = start;
    int half = size >>> 1;
    while (hole < half) {
      int child = 2 * hole + 1;
      if (child + 1 < size && before(at(child + 1), at(child))) {
        child++;
      }
      if (!before(at(child), timer)) {
        break;
      }
      place(hole, at(child));
      hole = child;
    }
    place(hole, timer);
  }

  private void place(int index, Timer timer) {
    heap[index] = timer;
    timer.index = index;
  }
}
