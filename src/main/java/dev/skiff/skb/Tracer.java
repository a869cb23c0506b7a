package dev.skiff.skb;

/**
 * Told of each function that a buffer passes, and of its end. Off, it costs a predictable branch.
 *
 * <p>Thread: the loop thread of the pool.
 */
public interface Tracer {
  /**
   * A buffer passes a function: called at its beginning, before it changes anything.
   *
   * @param point the function, in the kernel's spelling
   */
  void hop(SkBuff skb, String point);

  /**
   * Somebody else answers for a buffer from here on.
   *
   * @param holder a queue, a wire, or who took it off one
   */
  void held(SkBuff skb, String holder);

  /** A buffer ends; its bytes and offsets still stand. */
  void ended(SkBuff skb, DropReason reason);
}
