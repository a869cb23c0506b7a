package dev.skiff.wire;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that carries frames, without their check sequence: the hardware under a {@code
 * NetDevice}. To write a driver is to write one of these.
 *
 * <p>Its life: {@link #init} once, when its device is registered; {@link #open} and {@link #stop}
 * as often as the device goes up and down; {@link #close} once, in the end. None of its methods
 * blocks. All are called on the loop thread, or before the loop starts or after it has ended.
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
   * {@code dev->init}: looks for its hardware. Called once, when its device is registered.
   *
   * @throws IOException one line that says what to do; the device is not registered
   */
  default void init() throws IOException {}

  /**
   * The wire's part of {@code dev->open}: makes everything ready anew, whatever was before. Frames
   * that came while the device was down may still be there: the device throws them away.
   *
   * @throws IOException one line that says what to do; the device stays down
   */
  default void open() throws IOException {}

  /**
   * The wire's part of {@code dev->stop}: gives up what was queued; {@link #open} may follow.
   * Called after an {@link #open} that failed, too.
   *
   * @param completion told of each frame that was still queued
   */
  void stop(Completion completion);

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

  /**
   * The most frames that {@link #exchange} receives; 1, the default, if they come one by one
   * through {@link #receive}. May change from turn to turn.
   */
  default int rxRing() {
    return 1;
  }

  /**
   * Sends what was queued, as {@link #flush} does, and receives what there is, as {@link #receive}
   * does; a wire with an {@link #rxRing} does both at once. It is then called once in every turn,
   * first of all, and frames queued later in the turn may be left to the next one's.
   *
   * @param ring empty buffers, all alike; those that were filled are put in front, in order
   * @param n how many of them to fill at most, 1 to {@link #rxRing}
   * @param nowNs the time of this turn
   * @param completion told of each frame that is through; called before this returns
   * @return how many were filled; if fewer than {@code n}, {@link #failure} says whether the wire
   *     is dead
   */
  default int exchange(@Nullable SkBuff[] ring, int n, long nowNs, Completion completion) {
    flush(nowNs, completion);
    for (int i = 0; i < n; i++) {
      if (receive(Objects.requireNonNull(ring[i]), nowNs) != Rx.FRAME) {
        return i;
      }
    }
    return n;
  }

  /**
   * Whether frames wait for room, so that the loop waits for POLLOUT too; never, for a wire whose
   * {@link #flush} always ends with nothing left.
   */
  default boolean isBlocked() {
    return false;
  }

  /** The descriptor to wait on; -1, the default, if the wire calls its waker instead. */
  default int pollFd() {
    return -1;
  }

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

  // ---- The link ---------------------------------------------------------------------------------

  /** {@code netif_carrier_ok}: whether somebody is at the far end. */
  default boolean hasCarrier() {
    return true;
  }

  /** The MTU of the far end in bytes; 0 if there is none or it is not known. */
  default int farMtu() {
    return 0;
  }

  /**
   * A descriptor that becomes readable when {@link #lookAtLink} should be called; -1 for none. It
   * stays the same as long as the wire lives.
   */
  default int linkFd() {
    return -1;
  }

  /**
   * Looks after the far end: from here on {@link #hasCarrier} and {@link #farMtu} tell what it is
   * now. Called when {@link #linkFd} is readable, and now and then under load.
   */
  default void lookAtLink() {}

  /**
   * What the far end itself counts, by the names of {@code ip -s link}; empty if it does not say.
   * Any thread; may take a system call.
   */
  default Map<String, Long> farCounters() {
    return Map.of();
  }

  /**
   * What it has asked of the system that carries its frames, by name: calls, not frames. Empty if
   * it does not count. Any thread.
   */
  default Map<String, Long> ioCounters() {
    return Map.of();
  }

  /**
   * How it asks that system, in words for people; empty, the default, if there is but one way. Any
   * thread.
   */
  default String io() {
    return "";
  }

  // ---- Control ----------------------------------------------------------------------------------

  /**
   * {@code dev->set_multicast_list}: what the hardware's filter should let through beside our own
   * address and broadcasts. A filter may let through more; most wires here have none, as a TAP.
   *
   * @param list the groups' MAC addresses, to be read during the call; complete whatever the mode
   */
  default void setMulticastList(RxMode mode, long[] list) {}

  /**
   * {@code dev->do_ioctl}: a request of the wire's own, {@code SIOCDEVPRIVATE} to 15 more.
   *
   * @param number 0 to 15
   * @param data what the caller gave, and reads afterwards
   * @throws UnsupportedOperationException if it knows no such request, as by default
   */
  default void ioctl(int number, MemorySegment data) {
    throw new UnsupportedOperationException("the wire has no request SIOCDEVPRIVATE+" + number);
  }

  /** Why the wire is dead: one line for people; empty while it lives. */
  default String failure() {
    return "";
  }

  /**
   * Does what {@link #stop} does and closes the wire for good, once; later calls do nothing.
   *
   * @param completion told of each frame that was still queued
   */
  void close(Completion completion);
}
