package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.IcmpHdr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
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

  /**
   * {@code inet_protocol->err_handler}: a datagram of ours did not get where it should. To be told
   * is enough for most.
   *
   * @param packet the datagram; its IP header at {@code packet.networkHeader()}, valid during the
   *     call
   * @param type of the ICMP message that says so, or would: {@link IcmpHdr#DEST_UNREACH}
   * @param code {@link IcmpHdr#HOST_UNREACH}: its next hop does not answer
   */
  default void error(Packet packet, int type, int code, NetDevice dev, long nowNs) {}
}
