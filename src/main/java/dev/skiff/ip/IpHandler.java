package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;

/** A protocol above IP: {@code inet_protocol->handler}. Thread: the loop thread. */
@FunctionalInterface
public interface IpHandler {
  /**
   * Receives a whole datagram that is for this host. Data stands at the transport header; the IP
   * header, checked, at {@code skb.networkHeader()}.
   *
   * @param skb lent: kept if the result is {@code NOT_DROPPED}, else still the caller's
   */
  DropReason receive(SkBuff skb, NetDevice dev, long nowNs);
}
