package dev.skiff.igmp;

import dev.skiff.ip.Flow;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;

/** Who sends a datagram: {@code Ipv4.sendOwn}. Thread: the loop thread. */
@FunctionalInterface
public interface Sender {
  /**
   * Sends what the caller has made, or frees it.
   *
   * @param skb given away: data at the IGMP header, room for an IP header with options in front
   * @return {@code NOT_DROPPED} if it is on its way, else why not
   */
  DropReason sendOwn(SkBuff skb, Flow flow, long nowNs);
}
