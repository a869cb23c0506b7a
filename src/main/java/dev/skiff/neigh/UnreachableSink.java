package dev.skiff.neigh;

import dev.skiff.dev.NetDevice;
import dev.skiff.skb.Packet;

/**
 * {@code neigh_ops->error_report}: who is told of packets that waited in vain; implemented by
 * {@code ip}. Thread: the loop thread.
 */
@FunctionalInterface
public interface UnreachableSink {
  /**
   * The next hop of a packet of ours did not answer.
   *
   * @param packet as it would have been sent, link header in front; valid during the call
   */
  void unreachable(Packet packet, NetDevice dev, long nowNs);
}
