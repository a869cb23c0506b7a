package dev.skiff.wire;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;

/**
 * Something that carries Ethernet frames, without their check sequence.
 *
 * <p>None of its methods blocks. All are called on the loop thread, {@link #close} included.
 */
public interface Wire {
  /** What became of an attempt to receive. */
  enum Rx {
    /** A frame, of any length, was put at the buffer's tail. */
    FRAME,
    /** There is none now; the buffer is unchanged. */
    EMPTY,
    /** The wire is dead and stays so; {@link Wire#failure} says why. */
    GONE
  }

  /** What became of an attempt to send: {@code netdev_tx_t}. */
  enum Xmit {
    /** {@code NETDEV_TX_OK}: the wire owns the buffer now. */
    OK,
    /** {@code NETDEV_TX_BUSY}: no room; the buffer is still the caller's. */
    BUSY
  }

  /** Told how each frame ended that the wire took; owns the buffer from there on, and frees it. */
  @FunctionalInterface
  interface Completion {
    /**
     * A frame is through.
     *
     * @param reason {@link DropReason#CONSUMED} if it was sent
     */
    void sent(SkBuff skb, DropReason reason);
  }

  /**
   * Receives one frame into the tailroom of an empty buffer. A frame longer than the tailroom is
   * cut.
   *
   * @param nowNs the time of this turn
   */
  Rx receive(SkBuff skb, long nowNs);

  /**
   * Takes a frame for the next {@link #flush}.
   *
   * @param nowNs the time of this turn
   */
  Xmit queue(SkBuff skb, long nowNs);

  /**
   * Sends what was queued, in order, as far as there is room.
   *
   * @param nowNs the time of this turn
   * @param completion told of each frame that is through
   */
  void flush(long nowNs, Completion completion);

  /** Whether frames wait for room, so that the loop waits for POLLOUT too. */
  boolean isBlocked();

  /** The descriptor to wait on; -1 if the wire calls its waker instead. */
  int pollFd();

  /**
   * Sets what a wire without a descriptor calls, from any thread, when a frame has come in.
   *
   * @param waker wakes the loop; may be called from any thread
   */
  default void setWaker(Runnable waker) {}

  /**
   * Sets how frames come out of memory of the wire's own; a wire that has none has no use for it.
   * Before the loop starts.
   */
  default void setRxCopy(RxCopy copy) {}

  /**
   * When the wire wants a turn although nothing has come in.
   *
   * @return nanoseconds on the loop's clock; {@link Long#MAX_VALUE} for never
   */
  default long nextDeadlineNs() {
    return Long.MAX_VALUE;
  }

  /** Why the wire is dead: one line for people; empty while it lives. */
  String failure();

  /**
   * Gives up what was queued and closes the wire, once; later calls do nothing.
   *
   * @param completion told of each frame that was still queued
   */
  void close(Completion completion);
}
