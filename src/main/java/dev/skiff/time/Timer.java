package dev.skiff.time;

/**
 * Something to be done at a time: {@code struct hrtimer}. An object that needs a timer has one for
 * its whole life and sets it again and again, so that setting one allocates nothing.
 *
 * <p>Thread: the loop thread.
 */
public abstract class Timer {
  long deadlineNs;
  long sequence;

  /** Where it stands in its queue's heap; -1 when it is not set. */
  int index = -1;

  /**
   * Called once, when the deadline has passed; the timer is no longer set then and may be set anew.
   *
   * @param nowNs the time of this turn, at or after the deadline
   */
  protected abstract void fire(long nowNs);

  /** Whether it will fire. */
  public final boolean isSet() {
    return index >= 0;
  }
}
