package dev.skiff.neigh;

import dev.skiff.dev.NetDevice;
import dev.skiff.skb.Packet;

/**
 * {@code neigh_ops->error_report}: who is told of packets that waited in vain, and of who does not
 * answer; implemented by {@code ip}. Thread: the loop thread.
 */
@FunctionalInterface
public interface UnreachableSink {
  /**
   * The next hop of a packet of ours did not answer.
   *
   * @param packet as it would have been sent, link header in front; valid during the call
   */
  void unreachable(Packet packet, NetDevice dev, long nowNs);

  /**
   * A neighbour did not answer, whether packets wait for it or not: before {@link #unreachable}
   * tells of those. RFC 1122 3.3.1.4, advice from the link layer.
   */
  default void nextHopFailed(int nextHop, NetDevice dev, long nowNs) {}

  /** A neighbour is there: it has answered, or has spoken after all. */
  default void nextHopWorks(int nextHop, NetDevice dev) {}
}
