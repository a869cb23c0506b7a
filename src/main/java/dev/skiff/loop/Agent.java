package dev.skiff.loop;

import dev.skiff.sys.PollSet;

/** What a {@link PollLoop} does in each turn. Thread: the loop thread. */
public interface Agent {
  /**
   * Does the work of one turn.
   *
   * @param nowNs the time of this turn
   * @return 0 if every drain ended with nothing more to read and nothing is left to do, so that the
   *     loop may wait; else more than 0
   */
  int doWork(long nowNs);

  /** When the agent wants a turn although nothing has come in; {@link Long#MAX_VALUE} for never. */
  long nextDeadlineNs();

  /** Adds the descriptors that wake it. */
  void pollFds(PollSet set);

  /** The loop has waited and found some of them ready. */
  default void polled(PollSet set) {}

  /** Whether there will never be work again, so that the loop may end. */
  boolean isDone();

  /** The loop ends: close what must be closed on its thread. */
  void onClose();
}
