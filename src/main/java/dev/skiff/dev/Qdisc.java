package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct Qdisc}: what waits to be sent on a device, and in which order it goes. {@link
 * PfifoFast} unless {@link NetDevice#setQdisc} was told otherwise.
 *
 * <p>A frame that it has taken it gives back once, by {@link #dequeue}, or frees in {@link #reset}.
 * A {@link dev.skiff.skb.SkBuffQueue} does both. Thread: the loop thread.
 */
public interface Qdisc {
  /**
   * Takes a frame, or says why not.
   *
   * @param skb lent
   * @return {@link DropReason#NOT_DROPPED}, or {@link DropReason#QDISC_DROP} if there is no room
   */
  DropReason enqueue(SkBuff skb);

  /**
   * Takes back the frame that {@link #dequeue} gave last: the wire had no room for it, and it is
   * the first to go next time. There is always room.
   */
  void requeue(SkBuff skb);

  /**
   * The next frame to send.
   *
   * @param taker who has it from here on, for the ledger
   * @return null if nothing waits
   */
  @Nullable SkBuff dequeue(String taker);

  /** How many frames wait. */
  int len();

  /** The name that {@code ip link} shows. */
  String name();

  /**
   * {@code qdisc_reset}: frees all that wait, for {@link DropReason#QUEUE_PURGE}.
   *
   * @return how many there were
   */
  int reset();
}
