package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;

/** A protocol above IP: {@code inet_protocol}. Thread: the loop thread. */
@FunctionalInterface
public interface IpHandler {
  /**
   * {@code inet_protocol->handler}: receives a whole datagram that is for this host. Data stands at
   * the transport header; the IP header, checked, at {@code skb.networkHeader()}. RFC 1122 3.2.1:
   * what more there is to know, TOS and both addresses, stands there; its options are {@link
   * Ipv4#options}.
   *
   * @param skb lent: kept if the result is {@code NOT_DROPPED}, else still the caller's
   */
  DropReason receive(SkBuff skb, NetDevice dev, long nowNs);

  /**
   * {@code inet_protocol->err_handler}: a datagram of ours did not get where it should. RFC 1122
   * 3.2.2.1, 3.2.2.4, 3.2.2.5: its sender is told. To be told is enough for most. What others say
   * may be forged, and RFC 1122 3.2.2.1 has unreachables be a hint, never a proof.
   *
   * @param packet what carries it, valid during the call
   * @param ip the offset of its IP header in {@code packet}; behind that stand 8 bytes at least
   * @param why what has become of it; valid during the call
   */
  default void error(Packet packet, int ip, IcmpError why, NetDevice dev, long nowNs) {}

  /**
   * Whether this protocol has sent a datagram, as far as it can know: asked before what others say
   * of one is handed to {@link #error}, and before it is believed that its path takes no such long
   * ones (RFC 1191 8). Who says yes to everything lets anybody speak; unless it is overridden,
   * nobody is believed.
   *
   * @param packet what quotes it, valid during the call
   * @param ip the offset of its IP header in {@code packet}; behind that stand 8 bytes at least
   */
  default boolean hasSent(Packet packet, int ip) {
    return false;
  }
}
