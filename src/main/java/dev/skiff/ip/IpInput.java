package dev.skiff.ip;

import dev.skiff.dev.InDevice;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way of a datagram in: RFC 791, RFC 1122 3.2.1; net/ipv4/ip_input.c.
 *
 * <p>Thread: the loop thread.
 */
final class IpInput implements Reassembly.Sink {
  private static final int PROTOCOLS = 256;
  private static final int CHECKED = 0xFFFF;
  private static final int POINTER_SHIFT = 24;
  private static final String IP_RCV = "ip_rcv";
  private static final String IP_LOCAL_DELIVER = "ip_local_deliver";

  private IpParms parms;
  private final IpCounters stats;
  private final Broadcasts broadcasts;
  private final IcmpErrors errors;
  private final Reassembly reassembly;
  private final IpOptions options = new IpOptions();
  private boolean forUs;

  // The last datagram that came from one host to an address of ours, and when that was found.
  private long knownAddresses;
  private @Nullable InDevice knownBy;
  private int knownGenid;

  private final @Nullable IpHandler[] handlers = new @Nullable IpHandler[PROTOCOLS];

  IpInput(
      IpParms parms,
      IpCounters stats,
      Broadcasts broadcasts,
      IcmpErrors errors,
      Function<Reassembly.Sink, Reassembly> reassembly) {
    this.parms = parms;
    this.stats = stats;
    this.broadcasts = broadcasts;
    this.errors = errors;
    this.reassembly = reassembly.apply(this);
  }

  /** From here on these switches hold; fragments that wait stay. */
  void setParms(IpParms parms) {
    this.parms = parms;
    knownBy = null; // What is known depends on which addresses are broadcasts.
    reassembly.setParms(parms.fragments());
  }

  void addProtocol(int protocol, IpHandler handler) {
    if (handlers[protocol] != null) {
      throw new IllegalStateException("IP protocol " + protocol + " has a handler already");
    }
    handlers[protocol] = handler;
  }

  void removeProtocol(int protocol) {
    if (handlers[protocol] == null) {
      throw new IllegalStateException("IP protocol " + protocol + " has no handler");
    }
    handlers[protocol] = null;
  }

  @Nullable IpHandler handler(int protocol) {
    return handlers[protocol];
  }

  /** Those of the datagram that is being received. */
  IpOptions options() {
    return options;
  }

  /**
   * Whether the datagram that is being received is for an address of ours: neither a group's nor
   * one that is all hosts'.
   */
  boolean isForUs() {
    return forUs;
  }

  Reassembly reassembly() {
    return reassembly;
  }

  /** {@code ip_rcv}: the checks of RFC 1122 3.2.1, then the protocol's handler. */
  DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(IP_RCV);
    if (skb.pktType() == PacketType.OTHERHOST) {
      return DropReason.OTHERHOST; // Shown to us in promiscuous mode; as in the kernel not counted.
    }
    stats.count(IpStat.IP_IN_RECEIVES);
    if (!skb.mayPull(IpHdr.MIN_LEN)) {
      return wrongHeader(DropReason.PKT_TOO_SMALL);
    }
    int ip = skb.data();
    long head = IpHdr.head(skb, ip);
    long addresses = IpHdr.addresses(skb, ip);
    DropReason reason = checkHeader(skb, ip, head, addresses);
    if (reason != DropReason.NOT_DROPPED) {
      return wrongHeader(reason);
    }
    reason = checkAddresses(skb, ip, addresses, dev);
    if (reason != DropReason.NOT_DROPPED) {
      stats.count(IpStat.IP_IN_ADDR_ERRORS);
      return reason;
    }
    if (IpHdr.headerLen(head) == IpHdr.MIN_LEN) {
      forgetOptions();
    } else {
      reason = readOptions(skb, ip, dev, nowNs);
      if (reason != DropReason.NOT_DROPPED) {
        return wrongHeader(reason);
      }
    }
    if (IpHdr.isFragment(head)) {
      return reassembly.add(skb, dev, nowNs);
    }
    return localDeliver(skb, ip, IpHdr.headerLen(head), dev, nowNs);
  }

  private DropReason wrongHeader(DropReason reason) {
    stats.count(IpStat.IP_IN_HDR_ERRORS);
    return reason;
  }

  /** Version, lengths and checksum; trims what is behind the datagram. Data stays at the header. */
  private static DropReason checkHeader(SkBuff skb, int ip, long head, long addresses) {
    int headerLen = IpHdr.headerLen(head);
    // RFC 1122 3.2.1.1: a version other than 4 MUST be silently discarded.
    if (IpHdr.version(head) != 4 || headerLen < IpHdr.MIN_LEN) {
      return DropReason.IP_INHDR;
    }
    if (!skb.mayPull(headerLen)) {
      return DropReason.IP_TRUNCATED;
    }
    // RFC 1122 3.2.1.2: a host MUST verify the checksum of every datagram.
    int sum =
        headerLen == IpHdr.MIN_LEN
            ? IpHdr.sum(skb, ip, head, addresses)
            : InetChecksum.sum(skb, ip, headerLen);
    if (sum != CHECKED) {
      return DropReason.IP_CSUM;
    }
    int totLen = IpHdr.totLen(head);
    if (totLen < headerLen) {
      return DropReason.IP_INHDR;
    }
    if (totLen > skb.len()) {
      return DropReason.IP_TRUNCATED;
    }
    // RFC 894: what pads a frame to its least length is no part of the datagram.
    skb.trim(totLen);
    return DropReason.NOT_DROPPED;
  }

  private DropReason checkAddresses(SkBuff skb, int ip, long addresses, NetDevice dev) {
    InDevice own = dev.inDev();
    if (addresses == knownAddresses && own == knownBy && own.devAddrGenid() == knownGenid) {
      return unicast(skb); // Mostly the same two speak, and nothing has changed.
    }
    forUs = false;
    int saddr = IpHdr.saddr(addresses);
    int daddr = IpHdr.daddr(addresses);
    // RFC 1122 3.2.1.3: a source that no host can have MUST be silently discarded.
    if (!broadcasts.isOneHost(saddr, own) && !isSnooping(skb, ip)) {
      return DropReason.IP_INVALID_SOURCE;
    }
    if (own.isLocal(saddr)) {
      return DropReason.IP_LOCAL_SOURCE;
    }
    // RFC 1122 3.2.1.3 (g): loopback addresses MUST NOT appear outside a host.
    if (Ip4Addr.isLoopback(daddr)) {
      return DropReason.IP_LOCALNET;
    }
    // RFC 1122 3.3.4.2, weak ES model: by whatever device it comes in, as in Linux.
    if (own.isLocal(daddr)) {
      remember(addresses, own);
      return unicast(skb);
    }
    if (Ip4Addr.isMulticast(daddr)) {
      return own.isMember(daddr) ? DropReason.NOT_DROPPED : DropReason.IP_MULTICAST_UNJOINED;
    }
    return broadcasts.isBroadcast(daddr, own) ? DropReason.NOT_DROPPED : DropReason.IP_INADDRERRORS;
  }

  private void remember(long addresses, InDevice own) {
    knownAddresses = addresses;
    knownBy = own;
    knownGenid = own.devAddrGenid();
  }

  /** From one host, and for an address of ours. */
  private DropReason unicast(SkBuff skb) {
    forUs = true;
    // RFC 1122 3.3.6: unicast in a link-layer broadcast SHOULD be silently discarded.
    return skb.pktType() == PacketType.HOST || !parms.dropUnicastInL2Multicast()
        ? DropReason.NOT_DROPPED
        : DropReason.UNICAST_IN_L2_MULTICAST;
  }

  /**
   * {@code ip_mc_validate_source}: a switch that snoops, and has no address, asks for groups and
   * reports them from 0.0.0.0: RFC 4541 2.1.1. Nothing is ever said back to it.
   */
  private static boolean isSnooping(SkBuff skb, int ip) {
    return IpHdr.saddr(skb, ip) == Ip4Addr.ANY
        && IpHdr.protocol(skb, ip) == IpProto.IGMP
        && Ip4Addr.isMulticast(IpHdr.daddr(skb, ip));
  }

  /** {@code ip_rcv_options}. */
  private DropReason readOptions(SkBuff skb, int ip, NetDevice dev, long nowNs) {
    int wrong = options.compile(skb, ip);
    if (wrong != 0) {
      // RFC 1122 3.2.2.5: a host SHOULD say so.
      errors.send(skb, dev, IcmpHdr.PARAMETERPROB, 0, wrong << POINTER_SHIFT, nowNs);
      return DropReason.IP_OPTIONS;
    }
    if (!options.hasSourceRoute()) {
      return DropReason.NOT_DROPPED;
    }
    // RFC 1122 3.3.5: a host that is no gateway takes none that does not end here. Nor does it take
    // one that does unless it was told to: RFC 7126 4.3, 4.4.
    boolean taken = parms.acceptSourceRoute() && options.isSourceRouteExhausted();
    return taken ? DropReason.NOT_DROPPED : DropReason.IP_SOURCE_ROUTE;
  }

  /** Those of the datagram before; mostly there were none. */
  private void forgetOptions() {
    if (!options.isEmpty()) {
      options.clear();
    }
  }

  // ---- To a protocol ----------------------------------------------------------------------------

  /** Data at the IP header. */
  private DropReason localDeliver(SkBuff skb, int ip, int headerLen, NetDevice dev, long nowNs) {
    skb.hop(IP_LOCAL_DELIVER);
    IpHandler handler = handlers[IpHdr.protocol(skb, ip)];
    if (handler == null) {
      stats.count(IpStat.IP_IN_UNKNOWN_PROTOS);
      // RFC 1122 3.2.2.1: a host SHOULD say that it does not know the protocol.
      errors.send(skb, dev, IcmpHdr.DEST_UNREACH, IcmpHdr.PROT_UNREACH, 0, nowNs);
      return DropReason.IP_NOPROTO;
    }
    var _ = skb.pull(headerLen);
    skb.resetTransportHeader();
    stats.count(IpStat.IP_IN_DELIVERS);
    return handler.receive(skb, dev, nowNs);
  }

  /** A datagram that was put together. The options are those of its first fragment. */
  @Override
  public DropReason whole(SkBuff skb, NetDevice dev, long nowNs) {
    int ip = skb.networkHeader();
    int headerLen = IpHdr.ihl(skb, ip) * 4;
    forUs = dev.inDev().isLocal(IpHdr.daddr(skb, ip));
    if (headerLen == IpHdr.MIN_LEN) {
      forgetOptions();
    } else {
      var _ = options.compile(skb, ip); // Was right when the fragment came.
    }
    return localDeliver(skb, ip, headerLen, dev, nowNs);
  }

  /** RFC 1122 3.3.2: the sender of a datagram whose first fragment is here is told. */
  @Override
  public void expired(Packet first, NetDevice dev, long nowNs) {
    errors.send(first, dev, IcmpHdr.TIME_EXCEEDED, IcmpHdr.EXC_FRAGTIME, 0, nowNs);
  }
}
