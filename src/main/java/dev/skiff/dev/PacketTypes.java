package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.stats.Faults;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which handlers get which protocol: {@code ptype_base}. Shared by all devices of a stack.
 *
 * <p>Thread: the loop thread, or before it starts.
 */
public final class PacketTypes {
  private PacketType[] types = new PacketType[0];

  /** {@code struct packet_type}: who wants which protocol, on one device or on all. */
  private record PacketType(int type, @Nullable NetDevice dev, PacketHandler handler) {}

  /** {@code dev_add_pack}: adds a handler; those of one protocol are called in the order added. */
  public void add(int type, PacketHandler handler) {
    add(new PacketType(type, null, handler));
  }

  /** The same for the frames of one device; it goes with the device. */
  public void add(int type, NetDevice dev, PacketHandler handler) {
    add(new PacketType(type, dev, handler));
  }

  private void add(PacketType added) {
    PacketType[] more = Arrays.copyOf(types, types.length + 1);
    more[types.length] = added;
    types = more;
  }

  /**
   * {@code dev_remove_pack}: takes a handler away, from all devices; also from within a handler.
   *
   * @throws IllegalStateException if it handles no such protocol
   */
  public void remove(int type, PacketHandler handler) {
    PacketType[] fewer =
        Arrays.stream(types)
            .filter(t -> t.type != type || !t.handler.equals(handler))
            .toArray(PacketType[]::new);
    if (fewer.length == types.length) {
      throw new IllegalStateException(
          "this handler was not added for type 0x" + Integer.toHexString(type));
    }
    types = fewer;
  }

  /** Takes away the handlers of one device. */
  void removeAll(NetDevice dev) {
    types = Arrays.stream(types).filter(t -> t.dev != dev).toArray(PacketType[]::new);
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
    for (PacketType candidate : types) { // The array itself never changes, whatever handlers do.
      if (candidate.type == type && (candidate.dev == null || candidate.dev == dev)) {
        if (last != null) {
          deliverClone(last, skb, dev, holder, faults, nowNs);
        }
        last = candidate.handler;
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
