package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffQueue;
import org.jspecify.annotations.Nullable;

/**
 * The transmit bands of a device, {@code dev->buffs}: one queue for each priority, the first served
 * first. Thread: the loop thread.
 */
final class Bands {
  private final SkBuffQueue[] bands = new SkBuffQueue[NetDevice.BANDS];

  Bands() {
    for (int i = 0; i < bands.length; i++) {
      bands[i] = new SkBuffQueue("transmit band " + i);
    }
  }

  /** Takes a frame onto the band of its priority, or says {@link DropReason#QDISC_DROP}. */
  DropReason queueTail(SkBuff skb) {
    SkBuffQueue band = bands[skb.priority()];
    if (band.len() >= NetDevice.TX_QUEUE_LEN) {
      return DropReason.QDISC_DROP;
    }
    band.queueTail(skb);
    return DropReason.NOT_DROPPED;
  }

  /** Puts a frame that the wire had no room for back in front of its band. */
  void queueHead(SkBuff skb) {
    bands[skb.priority()].queueHead(skb);
  }

  /** The next frame to send, in order of priority; null if there is none. */
  @Nullable SkBuff dequeue(String taker) {
    for (SkBuffQueue band : bands) {
      SkBuff skb = band.dequeue(taker);
      if (skb != null) {
        return skb;
      }
    }
    return null;
  }

  boolean isEmpty() {
    for (SkBuffQueue band : bands) {
      if (!band.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  void purge() {
    for (SkBuffQueue band : bands) {
      var _ = band.purge(DropReason.QUEUE_PURGE);
    }
  }
}
