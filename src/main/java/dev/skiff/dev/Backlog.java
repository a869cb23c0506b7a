package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffQueue;
import org.jspecify.annotations.Nullable;

/**
 * Between top half and bottom half: the {@code backlog} of Linux 2.0's {@code netif_rx}.
 *
 * <p>Once it is longer than {@link #MAX_LEN} it refuses everything until it has been emptied: when
 * there is too much work, it is better to do a part of it well. Thread: the loop thread.
 */
final class Backlog {
  /** The length beyond which it refuses. */
  static final int MAX_LEN = 300;

  private final SkBuffQueue queue = new SkBuffQueue("backlog");
  private boolean dropping;

  /** {@code netif_rx}: takes a frame, or says {@link DropReason#CPU_BACKLOG}. */
  DropReason netifRx(SkBuff skb) {
    if (queue.isEmpty()) {
      dropping = false;
    } else if (queue.len() > MAX_LEN) {
      dropping = true;
    }
    if (dropping) {
      return DropReason.CPU_BACKLOG;
    }
    queue.queueTail(skb);
    return DropReason.NOT_DROPPED;
  }

  @Nullable SkBuff dequeue(String taker) {
    return queue.dequeue(taker);
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int purge() {
    return queue.purge(DropReason.QUEUE_PURGE);
  }
}
