package dev.skiff.skb;

/** Told how each packet ended that a tap saw. Thread: the loop thread. */
@FunctionalInterface
public interface FateListener {
  /**
   * A packet ended.
   *
   * @param tapId the id under which taps saw it
   * @param reason how it ended
   */
  void ended(long tapId, DropReason reason);
}
