package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.SkBuff;

/**
 * The Internet Control Message Protocol: an echo server. RFC 792, RFC 1122 3.2.2; net/ipv4/icmp.c.
 *
 * <p>Thread: the loop thread.
 */
public final class Icmp implements IpHandler {
  private static final int CHECKED = 0xFFFF;
  private static final String ICMP_RCV = "icmp_rcv";
  private static final String ICMP_ECHO = "icmp_echo";

  private final Ipv4 ipv4;

  /** ICMP that answers through {@code ipv4}. */
  public Icmp(Ipv4 ipv4) {
    this.ipv4 = ipv4;
  }

  /** {@code icmp_rcv}. */
  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(ICMP_RCV);
    ipv4.count(IpStat.ICMP_IN_MSGS);
    if (!skb.mayPull(IcmpHdr.LEN)) {
      ipv4.count(IpStat.ICMP_IN_ERRORS);
      return DropReason.PKT_TOO_SMALL;
    }
    int icmp = skb.data();
    if (!isRight(skb, icmp)) {
      ipv4.count(IpStat.ICMP_IN_ERRORS);
      ipv4.count(IpStat.ICMP_IN_CSUM_ERRORS);
      return DropReason.ICMP_CSUM;
    }
    return switch (IcmpHdr.type(skb, icmp)) {
      case IcmpHdr.ECHO -> echo(skb, icmp, dev, nowNs);
      case IcmpHdr.ECHO_REPLY -> {
        ipv4.count(IpStat.ICMP_IN_ECHO_REPS);
        yield DropReason.ICMP_TYPE;
      }
      // RFC 1122 3.2.2: an unknown type MUST be silently discarded.
      default -> DropReason.ICMP_TYPE;
    };
  }

  /** {@code skb_checksum_complete}: does what was summed on the way in agree, or else a sum now? */
  private static boolean isRight(SkBuff skb, int icmp) {
    return switch (skb.ipSummed()) {
      case UNNECESSARY -> true;
      case COMPLETE -> skb.csum() == CHECKED;
      case NONE, PARTIAL -> InetChecksum.sum(skb, icmp, skb.len()) == CHECKED;
    };
  }

  /**
   * {@code icmp_echo}: the request becomes the reply where it stands. RFC 1122 3.2.2.6: a host MUST
   * answer, from the address that was asked, with all the data.
   */
  private DropReason echo(SkBuff skb, int icmp, NetDevice dev, long nowNs) {
    skb.hop(ICMP_ECHO);
    ipv4.count(IpStat.ICMP_IN_ECHOS);
    int ip = skb.networkHeader();
    int asked = IpHdr.daddr(skb, ip);
    if (!dev.inDev().isLocal(asked)) {
      // RFC 1122 3.2.2.6: an echo to a broadcast or multicast address MAY be silently discarded.
      return DropReason.ICMP_ECHO_BROADCAST;
    }
    if (!skb.unshare()) {
      return DropReason.NOMEM;
    }
    skb.setCsum(0, IpSummed.NONE);
    int asker = IpHdr.saddr(skb, ip);
    int tos = IpHdr.tos(skb, ip);
    int before = IcmpHdr.firstWord(skb, icmp);
    IcmpHdr.typeAndCode(skb, icmp, IcmpHdr.ECHO_REPLY, 0);
    int check =
        InetChecksum.replace(IcmpHdr.checksum(skb, icmp), before, IcmpHdr.firstWord(skb, icmp));
    IcmpHdr.checksum(skb, icmp, check);
    if (check == 0) {
      // RFC 1624 gives 0 where the words under it sum to 0xFFFF, and where they are all zero; the
      // checksum of all zeros is 0xFFFF.
      IcmpHdr.checksum(skb, icmp, InetChecksum.of(skb, icmp, skb.len()));
    }
    ipv4.count(IpStat.ICMP_OUT_MSGS);
    ipv4.count(IpStat.ICMP_OUT_ECHO_REPS);
    return ipv4.send(skb, asked, asker, IpProto.ICMP, tos, Ipv4.DEFAULT_TTL, nowNs);
  }
}
