package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.stats.Faults;
import java.util.Arrays;

/**
 * Which handlers get which protocol: {@code ptype_base}. Shared by all devices of a stack.
 *
 * <p>Thread: the loop thread, or before it starts.
 */
public final class PacketTypes {
  private int[] types = new int[0];
  private PacketHandler[] handlers = new PacketHandler[0];

  /** {@code dev_add_pack}: adds a handler; those of one protocol are called in the order added. */
  public void add(int type, PacketHandler handler) {
    int n = types.length;
    types = Arrays.copyOf(types, n + 1);
    handlers = Arrays.copyOf(handlers, n + 1);
    types[n] = type;
    handlers[n] = handler;
  }

  /**
   * {@code deliver_skb}: gives a packet to every handler of its protocol. Every handler but the
   * last gets a clone, the last gets the packet itself; its verdict is the packet's. While a clone
   * is kept the packet is read-only: who writes unshares first. A clone that cannot be had is that
   * handler's loss, counted by the pool.
   *
   * @param holder who answers for the packet, and for its clones until a handler takes them
   * @return {@link DropReason#UNHANDLED_PROTO} if there is no handler
   */
  DropReason deliver(SkBuff skb, NetDevice dev, String holder, Faults faults, long nowNs) {
    int type = skb.protocol();
    PacketHandler last = null;
    for (int i = 0; i < types.length; i++) {
      if (types[i] == type) {
        if (last != null) {
          deliverClone(last, skb, dev, holder, faults, nowNs);
        }
        last = handlers[i];
      }
    }
    return last == null ? DropReason.UNHANDLED_PROTO : last.receive(skb, dev, nowNs);
  }

  private static void deliverClone(
      PacketHandler to, SkBuff skb, NetDevice dev, String holder, Faults faults, long nowNs) {
    SkBuff clone = skb.skbClone();
    if (clone == null) {
      return;
    }
    DropReason reason;
    try {
      reason = to.receive(clone, dev, nowNs);
    } catch (RuntimeException | AssertionError | StackOverflowError fault) {
      reason = afterThrow(clone, holder, faults, fault);
    }
    if (reason != DropReason.NOT_DROPPED) {
      clone.free(reason);
    }
  }

  /**
   * What becomes of a packet whose handler threw: a bug, which costs the packet and nothing else.
   * The handler may have passed the buffer on, or freed it, before it threw: only the ledger knows.
   */
  static DropReason afterThrow(SkBuff skb, String holder, Faults faults, Throwable fault) {
    faults.caught("a packet handler", fault);
    boolean ours = skb.isLive() && skb.holder().equals(holder);
    return ours ? DropReason.HANDLER_ERROR : DropReason.NOT_DROPPED;
  }
}
