package dev.skiff.skb;

/**
 * {@code skb->destructor}: the hook of a buffer's owner, such as a socket that is charged for what
 * stands in its queue. Thread: the loop thread.
 */
@FunctionalInterface
public interface Destructor {
  /**
   * The buffer is about to end, or to be given up by {@link SkBuff#orphan}; it can still be read.
   * Called once; what it throws goes to the caller, after the buffer has ended.
   */
  void destruct(SkBuff skb);
}
