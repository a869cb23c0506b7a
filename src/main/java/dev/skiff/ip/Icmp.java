package dev.skiff.ip;

import dev.skiff.dev.InDevice;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The Internet Control Message Protocol as it comes in: queries are answered, errors handed to who
 * sent what they are about. RFC 792, RFC 1122 3.2.2; net/ipv4/icmp.c. Errors are sent by {@link
 * IcmpErrors}.
 *
 * <p>Thread: the loop thread.
 */
public final class Icmp implements IpHandler {
  private static final int CHECKED = 0xFFFF;
  private static final int TIMESTAMP_LEN = 20;
  private static final int RECEIVED_AT = 12;
  private static final int SENT_AT = 16;
  private static final int POINTER_SHIFT = 24;
  private static final String ICMP_RCV = "icmp_rcv";
  private static final String ICMP_ECHO = "icmp_echo";
  private static final String ICMP_TIMESTAMP = "icmp_timestamp";
  private static final String ICMP_UNREACH = "icmp_unreach";

  private final Ipv4 ipv4;
  private final Flow flow = new Flow();
  private final IpOptions replyOptions = new IpOptions();
  private final IntPredicate isLocal = this::isLocal;
  private @Nullable InDevice answering;
  private @Nullable IpHandler echoReplies;

  /** ICMP that answers through {@code ipv4}. */
  public Icmp(Ipv4 ipv4) {
    this.ipv4 = ipv4;
  }

  /**
   * {@code ping_rcv}: sets who gets echo replies, data at the ICMP header and checked, and is told
   * of errors about echo requests of ours.
   */
  public void setEchoReplies(IpHandler handler) {
    echoReplies = handler;
  }

  /** {@code icmp_rcv}. */
  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(ICMP_RCV);
    ipv4.count(IpStat.ICMP_IN_MSGS);
    if (!skb.mayPull(IcmpHdr.LEN)) {
      return wrong(DropReason.PKT_TOO_SMALL);
    }
    int icmp = skb.data();
    if (!isRight(skb, icmp)) {
      ipv4.count(IpStat.ICMP_IN_CSUM_ERRORS);
      return wrong(DropReason.ICMP_CSUM);
    }
    int head = IcmpHdr.head(skb, icmp);
    int type = IcmpHdr.type(head);
    if (type == IcmpHdr.ECHO) {
      return echo(skb, icmp, head, dev, nowNs);
    }
    return other(skb, icmp, type, dev, nowNs);
  }

  private DropReason wrong(DropReason reason) {
    ipv4.count(IpStat.ICMP_IN_ERRORS);
    return reason;
  }

  /** {@code skb_checksum_complete}: does what was summed on the way in agree, or else a sum now? */
  private static boolean isRight(SkBuff skb, int icmp) {
    return switch (skb.ipSummed()) {
      case UNNECESSARY -> true;
      case COMPLETE -> skb.csum() == CHECKED;
      case NONE, PARTIAL -> InetChecksum.sum(skb, icmp, skb.len()) == CHECKED;
    };
  }

  private DropReason other(SkBuff skb, int icmp, int type, NetDevice dev, long nowNs) {
    IpStat stat = statOf(type);
    if (stat == null) {
      // RFC 1122 3.2.2: an unknown type MUST be silently discarded.
      return wrong(DropReason.ICMP_TYPE);
    }
    ipv4.count(stat);
    if (type != IcmpHdr.TIMESTAMP && !ipv4.isForUs()) {
      return wrong(DropReason.ICMP_ECHO_BROADCAST);
    }
    return switch (type) {
      case IcmpHdr.DEST_UNREACH, IcmpHdr.TIME_EXCEEDED, IcmpHdr.PARAMETERPROB ->
          error(skb, icmp, type, dev, nowNs);
      case IcmpHdr.TIMESTAMP -> timestamp(skb, icmp, dev, nowNs);
      case IcmpHdr.ECHO_REPLY -> {
        IpHandler handler = echoReplies;
        yield handler == null ? DropReason.ICMP_TYPE : handler.receive(skb, dev, nowNs);
      }
      // RFC 6633 has source quench ignored, RFC 6918 what else is deprecated. A redirect is not
      // followed: anybody on the link could have all that we send.
      default -> DropReason.ICMP_TYPE;
    };
  }

  private static @Nullable IpStat statOf(int type) {
    return switch (type) {
      case IcmpHdr.ECHO_REPLY -> IpStat.ICMP_IN_ECHO_REPS;
      case IcmpHdr.DEST_UNREACH -> IpStat.ICMP_IN_DEST_UNREACHS;
      case IcmpHdr.SOURCE_QUENCH -> IpStat.ICMP_IN_SRC_QUENCHS;
      case IcmpHdr.REDIRECT -> IpStat.ICMP_IN_REDIRECTS;
      case IcmpHdr.TIME_EXCEEDED -> IpStat.ICMP_IN_TIME_EXCDS;
      case IcmpHdr.PARAMETERPROB -> IpStat.ICMP_IN_PARM_PROBS;
      case IcmpHdr.TIMESTAMP -> IpStat.ICMP_IN_TIMESTAMPS;
      case IcmpHdr.TIMESTAMP_REPLY -> IpStat.ICMP_IN_TIMESTAMP_REPS;
      case IcmpHdr.ADDRESS -> IpStat.ICMP_IN_ADDR_MASKS;
      case IcmpHdr.ADDRESS_REPLY -> IpStat.ICMP_IN_ADDR_MASK_REPS;
      default -> null;
    };
  }

  // ---- Queries ----------------------------------------------------------------------------------

  /**
   * {@code icmp_echo}: the request becomes the reply where it stands. RFC 1122 3.2.2.6: a host MUST
   * answer, from the address that was asked, with all the data.
   */
  private DropReason echo(SkBuff skb, int icmp, int head, NetDevice dev, long nowNs) {
    skb.hop(ICMP_ECHO);
    ipv4.count(IpStat.ICMP_IN_ECHOS);
    IcmpParms parms = ipv4.parms().icmp();
    if (parms.echoIgnoreAll()) {
      return DropReason.ICMP_ECHO_IGNORED;
    }
    if (parms.echoIgnoreBroadcasts() && !ipv4.isForUs()) {
      // RFC 1122 3.2.2.6: an echo to a broadcast or multicast address MAY be silently discarded.
      return DropReason.ICMP_ECHO_BROADCAST;
    }
    if (!skb.unshare()) {
      ipv4.count(IpStat.ICMP_OUT_ERRORS);
      return DropReason.NOMEM;
    }
    DropReason reason = answerTo(skb, dev);
    if (reason != DropReason.NOT_DROPPED) {
      return reason;
    }
    int before = IcmpHdr.firstWord(head);
    int check = InetChecksum.replace(IcmpHdr.checksum(head), before, 0); // ECHO_REPLY, 0.
    skb.set32(icmp, check);
    if (check == 0) {
      // RFC 1624 gives 0 where the words under it sum to 0xFFFF, and where they are all zero; the
      // checksum of all zeros is 0xFFFF.
      IcmpHdr.checksum(skb, icmp, InetChecksum.of(skb, icmp, skb.len()));
    }
    ipv4.count(IpStat.ICMP_OUT_MSGS);
    ipv4.count(IpStat.ICMP_OUT_ECHO_REPS);
    return ipv4.send(skb, flow, nowNs);
  }

  /**
   * {@code icmp_reply}: has {@link #flow} be the way back: from the address that was asked, with
   * its type of service, its options brought up to date and its source route reversed. RFC 1122
   * 3.2.2.6.
   */
  private DropReason answerTo(SkBuff skb, NetDevice dev) {
    skb.setCsum(0, IpSummed.NONE);
    int ip = skb.networkHeader();
    long addresses = IpHdr.addresses(skb, ip);
    flow.to(IpHdr.saddr(addresses), IpProto.ICMP).tos(IpHdr.tos(skb, ip)).answer();
    // RFC 1122 3.2.2.6: from the specific-destination address, never from one that is all hosts'.
    int specDst = ipv4.isForUs() ? IpHdr.daddr(addresses) : dev.inDev().selectAddress(flow.daddr);
    flow.from(specDst);
    IpOptions received = ipv4.options();
    answering = dev.inDev();
    if (received.isEmpty()) {
      return DropReason.NOT_DROPPED;
    }
    if (!replyOptions.echo(received, specDst, isLocal, ipv4.timeOfDay().msOfDay())) {
      return DropReason.IP_OPTIONS;
    }
    // RFC 1122 3.3.6: what is for one host is not sent to all, whatever the way back is said to be.
    if (replyOptions.hasSourceRoute()
        && !ipv4.broadcasts().isOneHost(replyOptions.firstHop(flow.daddr), dev.inDev())) {
      return DropReason.IP_SOURCE_ROUTE;
    }
    flow.options(replyOptions);
    return DropReason.NOT_DROPPED;
  }

  private boolean isLocal(int ip) {
    return answering != null && answering.isLocal(ip);
  }

  /** {@code icmp_timestamp}: RFC 792; RFC 1122 3.2.2.8, a host MAY answer. */
  private DropReason timestamp(SkBuff skb, int icmp, NetDevice dev, long nowNs) {
    skb.hop(ICMP_TIMESTAMP);
    // RFC 1122 3.2.2.8: to a broadcast or multicast address it MAY be silently discarded.
    if (!ipv4.parms().icmp().timestamp() || !ipv4.isForUs()) {
      return DropReason.ICMP_TYPE;
    }
    if (!skb.mayPull(TIMESTAMP_LEN)) {
      return wrong(DropReason.PKT_TOO_SMALL);
    }
    if (!skb.unshare()) {
      ipv4.count(IpStat.ICMP_OUT_ERRORS);
      return DropReason.NOMEM;
    }
    DropReason reason = answerTo(skb, dev);
    if (reason != DropReason.NOT_DROPPED) {
      return reason;
    }
    skb.trim(TIMESTAMP_LEN); // RFC 792: the message has no more.
    int ms = ipv4.timeOfDay().msOfDay();
    IcmpHdr.typeAndCode(skb, icmp, IcmpHdr.TIMESTAMP_REPLY, 0);
    skb.set32(icmp + RECEIVED_AT, ms);
    skb.set32(icmp + SENT_AT, ms);
    IcmpHdr.checksum(skb, icmp, 0);
    IcmpHdr.checksum(skb, icmp, InetChecksum.of(skb, icmp, skb.len()));
    ipv4.count(IpStat.ICMP_OUT_MSGS);
    ipv4.count(IpStat.ICMP_OUT_TIMESTAMP_REPS);
    return ipv4.send(skb, flow, nowNs);
  }

  // ---- Errors -----------------------------------------------------------------------------------

  /** {@code icmp_unreach}: what is it about, and who has sent that? */
  private DropReason error(SkBuff skb, int icmp, int type, NetDevice dev, long nowNs) {
    skb.hop(ICMP_UNREACH);
    int quoted = icmp + IcmpHdr.LEN;
    if (!skb.mayPull(IcmpHdr.LEN + IpHdr.MIN_LEN)) {
      return wrong(DropReason.PKT_TOO_SMALL);
    }
    int headerLen = IpHdr.ihl(skb, quoted) * 4;
    if (IpHdr.version(skb, quoted) != 4 || headerLen < IpHdr.MIN_LEN) {
      return wrong(DropReason.ICMP_QUOTE);
    }
    // RFC 1122 3.2.2: 8 bytes behind the header at least.
    if (!skb.mayPull(IcmpHdr.LEN + headerLen + IcmpHdr.LEN)) {
      return wrong(DropReason.PKT_TOO_SMALL);
    }
    int code = IcmpHdr.code(skb, icmp);
    int info =
        switch (type) {
          case IcmpHdr.PARAMETERPROB -> IcmpHdr.info(skb, icmp) >>> POINTER_SHIFT;
          case IcmpHdr.DEST_UNREACH -> code == IcmpHdr.FRAG_NEEDED ? IcmpHdr.mtu(skb, icmp) : 0;
          default -> 0;
        };
    return ipv4.quoted(skb, quoted, type, code, info, dev, nowNs);
  }

  /** Who has sent an echo request is told of it. */
  @Override
  public void error(Packet packet, int ip, IcmpError why, NetDevice dev, long nowNs) {
    IpHandler handler = echoReplies;
    if (handler != null && quotedType(packet, ip) == IcmpHdr.ECHO) {
      handler.error(packet, ip, why, dev, nowNs);
    }
  }

  /** Of replies nothing is remembered; and errors about errors there are none. */
  @Override
  public boolean hasSent(Packet packet, int ip) {
    IpHandler handler = echoReplies;
    return isAnswer(packet, ip)
        || (quotedType(packet, ip) == IcmpHdr.ECHO
            && handler != null
            && handler.hasSent(packet, ip));
  }

  /** Whether a datagram is an answer of ours, to who may be somebody else. */
  static boolean isAnswer(Packet packet, int ip) {
    if (IpHdr.protocol(packet, ip) != IpProto.ICMP) {
      return false;
    }
    int type = quotedType(packet, ip);
    return type == IcmpHdr.ECHO_REPLY || type == IcmpHdr.TIMESTAMP_REPLY;
  }

  private static int quotedType(Packet packet, int ip) {
    return IcmpHdr.type(packet, ip + IpHdr.ihl(packet, ip) * 4);
  }
}
