package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffQueue;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code pfifo_fast}, the bands that were {@code dev->buffs}: one queue for each priority, the
 * first served first, each in order and with a limit of its own. A band that is full drops what
 * comes ("tail drop").
 *
 * <p>So ARP in {@link NetDevice#BAND_CONTROL} goes out whatever flood waits in the others, and a
 * flood in one band takes no other's room. Thread: the loop thread.
 */
public final class PfifoFast implements Qdisc {
  private final SkBuffQueue[] bands = new SkBuffQueue[NetDevice.BANDS];
  private final IntSupplier limit;

  /**
   * Empty bands.
   *
   * @param limit the most frames in each, asked anew for each frame: {@code dev->tx_queue_len}
   */
  public PfifoFast(IntSupplier limit) {
    this.limit = limit;
    for (int i = 0; i < bands.length; i++) {
      bands[i] = new SkBuffQueue("transmit band " + i);
    }
  }

  @Override
  public DropReason enqueue(SkBuff skb) {
    SkBuffQueue band = bands[skb.priority()];
    if (band.len() >= limit.getAsInt()) {
      return DropReason.QDISC_DROP;
    }
    band.queueTail(skb);
    return DropReason.NOT_DROPPED;
  }

  @Override
  public void requeue(SkBuff skb) {
    bands[skb.priority()].queueHead(skb);
  }

  @Override
  public @Nullable SkBuff dequeue(String taker) {
    for (SkBuffQueue band : bands) {
      SkBuff skb = band.dequeue(taker);
      if (skb != null) {
        return skb;
      }
    }
    return null;
  }

  @Override
  public int len() {
    int n = 0;
    for (SkBuffQueue band : bands) {
      n += band.len();
    }
    return n;
  }

  @Override
  public String name() {
    return "pfifo_fast";
  }

  @Override
  public int reset() {
    int n = 0;
    for (SkBuffQueue band : bands) {
      n += band.purge(DropReason.QUEUE_PURGE);
    }
    return n;
  }
}
