package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;

/** A protocol's entry for received packets: {@code packet_type->func}. Thread: the loop thread. */
@FunctionalInterface
public interface PacketHandler {
  /**
   * Receives a packet whose link header has been pulled.
   *
   * @param skb lent: a handler that writes to it calls {@link SkBuff#unshare} first, since another
   *     may have kept a clone of it; kept if the result is {@code NOT_DROPPED}, else still the
   *     caller's
   * @param dev the device it came in on
   * @param nowNs the time of this turn
   */
  DropReason receive(SkBuff skb, NetDevice dev, long nowNs);
}
