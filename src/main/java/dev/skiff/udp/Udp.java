package dev.skiff.udp;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.header.UdpHdr;
import dev.skiff.ip.IpHandler;
import dev.skiff.ip.IpStat;
import dev.skiff.ip.Ipv4;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;

/**
 * {@code udp_rcv} of a host where nobody listens: RFC 768, RFC 1122 4.1.3.1. A datagram that is
 * right is answered with a port unreachable; sockets are not there yet.
 *
 * <p>Thread: the loop thread.
 */
public final class Udp implements IpHandler {
  private static final int CHECKED = 0xFFFF;
  private static final String UDP_RCV = "udp_rcv";

  private final Ipv4 ipv4;

  /** UDP over {@code ipv4}. */
  public Udp(Ipv4 ipv4) {
    this.ipv4 = ipv4;
  }

  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(UDP_RCV);
    if (!skb.mayPull(UdpHdr.LEN)) {
      return wrong(DropReason.PKT_TOO_SMALL);
    }
    int udp = skb.data();
    int len = UdpHdr.len(skb, udp);
    if (len < UdpHdr.LEN || len > skb.len()) {
      return wrong(DropReason.UDP_LENGTH);
    }
    // RFC 768: a checksum of 0 says that there is none.
    if (UdpHdr.check(skb, udp) != 0 && sum(skb, udp, len) != CHECKED) {
      ipv4.count(IpStat.UDP_IN_CSUM_ERRORS);
      return wrong(DropReason.UDP_CSUM);
    }
    ipv4.count(IpStat.UDP_NO_PORTS);
    // RFC 1122 4.1.3.1: where nobody listens, UDP SHOULD say so.
    ipv4.icmpSend(skb, dev, IcmpHdr.DEST_UNREACH, IcmpHdr.PORT_UNREACH, 0, nowNs);
    return DropReason.NO_SOCKET;
  }

  private DropReason wrong(DropReason reason) {
    ipv4.count(IpStat.UDP_IN_ERRORS);
    return reason;
  }

  /** RFC 768: over addresses, protocol and length as well. */
  private static int sum(SkBuff skb, int udp, int len) {
    int ip = skb.networkHeader();
    boolean known = skb.ipSummed() == IpSummed.COMPLETE && len == skb.len();
    int sum = known ? skb.csum() : InetChecksum.sum(skb, udp, len);
    return InetChecksum.pseudo(IpHdr.saddr(skb, ip), IpHdr.daddr(skb, ip), IpProto.UDP, len, sum);
  }

  /** None, since nobody here sends any. */
  @Override
  public boolean hasSent(Packet packet, int ip) {
    return false;
  }
}
