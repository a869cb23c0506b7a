package dev.skiff.ip;

import dev.skiff.dev.InDevice;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.skb.Packet;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import java.util.random.RandomGenerator;

/**
 * {@code icmp_send}: the errors that this host sends. RFC 792, RFC 1122 3.2.2.
 *
 * <p>Thread: the loop thread.
 */
final class IcmpErrors {
  private static final String HOLDER = "icmp_send";

  /** RFC 1812 4.3.2.3: as much of the datagram as fits without the error being longer than this. */
  private static final int MOST_LEN = 576;

  private final IpOutput output;
  private final IpCounters stats;
  private final Broadcasts broadcasts;
  private final IcmpRateLimit limit;
  private final Flow flow = new Flow();

  IcmpErrors(
      IpParms parms,
      IpOutput output,
      IpCounters stats,
      Broadcasts broadcasts,
      RandomGenerator random) {
    this.output = output;
    this.stats = stats;
    this.broadcasts = broadcasts;
    limit = new IcmpRateLimit(parms.icmp(), random);
  }

  /** From here on these limits hold; what was sent counts. */
  void setParms(IcmpParms parms) {
    limit.setParms(parms);
  }

  /** See {@link Ipv4#icmpSend}. */
  void send(Packet in, NetDevice dev, int type, int code, int info, long nowNs) {
    int ip = in.networkHeader();
    if (!mayBeAnswered(in, ip, dev)) {
      return;
    }
    int host = IpHdr.saddr(in, ip);
    boolean limited =
        limit.isFor(type) && !(type == IcmpHdr.DEST_UNREACH && code == IcmpHdr.FRAG_NEEDED);
    if (limited && !isAllowed(host, nowNs)) {
      return;
    }
    // RFC 1122 3.2.2: the header and 8 bytes at least, even if that goes in pieces.
    int least = IpHdr.ihl(in, ip) * 4 + IcmpHdr.LEN;
    int quoted = Math.min(in.tail() - ip, Math.max(least, room(host, nowNs)));
    SkBuff skb =
        dev.pool().devAlloc(dev.headerLen() + IpHdr.MIN_LEN + IcmpHdr.LEN + quoted, HOLDER);
    if (skb == null) {
      stats.count(IpStat.ICMP_OUT_ERRORS);
      return;
    }
    skb.reserve(dev.headerLen() + IpHdr.MIN_LEN);
    int icmp = skb.put(IcmpHdr.LEN + quoted);
    skb.resetTransportHeader();
    IcmpHdr.typeAndCode(skb, icmp, type, code);
    IcmpHdr.checksum(skb, icmp, 0);
    IcmpHdr.info(skb, icmp, info);
    // RFC 1122 3.2.2: the header and what follows it MUST be as they were received.
    in.copyTo(ip, skb.segment(), icmp + IcmpHdr.LEN, quoted);
    IcmpHdr.checksum(skb, icmp, InetChecksum.of(skb, icmp, skb.len()));
    stats.count(IpStat.ICMP_OUT_MSGS);
    stats.count(statOf(type));
    // RFC 1122 3.2.2: from the address that it was sent to; with the TOS 0 that it SHOULD have.
    flow.to(host, IpProto.ICMP).from(IpHdr.daddr(in, ip)).pmtuDisc(PmtuDisc.DONT);
    output.sendOwn(skb, flow, nowNs);
  }

  /** Bytes to be quoted at most: 576 in all, and no more than goes there in one piece. */
  private int room(int host, long nowNs) {
    int mtu = output.mtu(host, nowNs);
    int most = mtu == 0 ? MOST_LEN : Math.min(MOST_LEN, mtu);
    return most - IpHdr.MIN_LEN - IcmpHdr.LEN;
  }

  /** RFC 1122 3.2.2: of what a host MUST NOT say that it was in error. */
  private boolean mayBeAnswered(Packet in, int ip, NetDevice dev) {
    InDevice own = dev.inDev();
    if (in.pktType() != PacketType.HOST) {
      return false; // A link-layer broadcast or multicast.
    }
    if (!own.isLocal(IpHdr.daddr(in, ip))) {
      return false; // An IP broadcast, or a group.
    }
    if ((IpHdr.fragOff(in, ip) & IpHdr.OFFSET) != 0) {
      return false; // Another fragment than the first.
    }
    if (!broadcasts.isOneHost(IpHdr.saddr(in, ip), own)) {
      return false; // A source that is not a single host.
    }
    if (IpHdr.protocol(in, ip) != IpProto.ICMP) {
      return true;
    }
    // An ICMP error; what is too short to say what it is, and what no RFC knows, is taken for one.
    int icmp = ip + IpHdr.ihl(in, ip) * 4;
    return icmp < in.tail() && isQuery(IcmpHdr.type(in, icmp));
  }

  private static boolean isQuery(int type) {
    return type <= IcmpHdr.ADDRESS_REPLY && !IcmpHdr.isError(type);
  }

  private boolean isAllowed(int host, long nowNs) {
    if (!limit.globalAllow(nowNs)) {
      stats.count(IpStat.ICMP_OUT_RATE_LIMIT_GLOBAL);
      return false;
    }
    if (!limit.hostAllow(host, nowNs)) {
      stats.count(IpStat.ICMP_OUT_RATE_LIMIT_HOST);
      return false;
    }
    limit.globalConsume();
    return true;
  }

  private static IpStat statOf(int type) {
    return switch (type) {
      case IcmpHdr.TIME_EXCEEDED -> IpStat.ICMP_OUT_TIME_EXCDS;
      case IcmpHdr.PARAMETERPROB -> IpStat.ICMP_OUT_PARM_PROBS;
      default -> IpStat.ICMP_OUT_DEST_UNREACHS;
    };
  }
}
