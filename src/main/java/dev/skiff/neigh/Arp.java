package dev.skiff.neigh;

import dev.skiff.dev.ArpConf;
import dev.skiff.dev.InDevice;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketHandler;
import dev.skiff.header.ArpHdr;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.header.MacAddr;
import dev.skiff.neigh.NeighbourTable.Merge;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.time.TimerQueue;
import java.util.random.RandomGenerator;

/**
 * The Address Resolution Protocol for IPv4 on Ethernet: RFC 826, RFC 1122 2.3.2, net/ipv4/arp.c.
 *
 * <p>Thread: the loop thread.
 */
public final class Arp implements PacketHandler {
  private static final String ARP_RCV = "arp_rcv";
  private static final String ARP_SEND = "arp_send";

  private final SkBuffPool pool;
  private final NeighbourTable table;
  private final AddressConflicts conflicts;

  /**
   * ARP with an empty neighbour table of its own.
   *
   * @param random draws the times that are to be random
   */
  public Arp(SkBuffPool pool, TimerQueue timers, NeighbourParms parms, RandomGenerator random) {
    this.pool = pool;
    table = new NeighbourTable(this, timers, parms, random);
    conflicts = new AddressConflicts(this, timers, random);
  }

  /** The table that it fills. */
  public NeighbourTable table() {
    return table;
  }

  /** Who sees to it that nobody else has our addresses. */
  public AddressConflicts conflicts() {
    return conflicts;
  }

  // ---- Receive ----------------------------------------------------------------------------------

  /**
   * {@code arp_rcv}, {@code arp_process}: RFC 826 "Packet Reception", in its order: the mapping is
   * merged before the opcode is looked at, and an entry is made only if the packet is for us.
   */
  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop(ARP_RCV);
    if (skb.pktType() == PacketType.OTHERHOST) {
      return DropReason.OTHERHOST; // Shown to us in promiscuous mode.
    }
    if (dev.isNoArp()) {
      return DropReason.ARP_NOARP;
    }
    if (!skb.mayPull(ArpHdr.LEN)) {
      return DropReason.PKT_TOO_SMALL;
    }
    int arp = skb.data();
    InDevice in = dev.inDev();
    DropReason refused = check(skb, arp, in);
    if (refused == DropReason.NOT_DROPPED) {
      refused = checkOwn(skb, arp, dev, nowNs);
    }
    if (refused != DropReason.NOT_DROPPED) {
      return refused;
    }
    int tpa = ArpHdr.tpa(skb, arp);
    boolean forUs = tpa != Ip4Addr.ANY && in.isLocal(tpa);
    boolean request = ArpHdr.op(skb, arp) == ArpHdr.REQUEST;
    if (request && forUs && ignores(in, ArpHdr.spa(skb, arp), tpa)) {
      return DropReason.ARP_IGNORED;
    }
    Merge merge = merge(skb, arp, dev, forUs, nowNs);
    if (!request) {
      table.count(NeighbourStat.RCV_REPLIES);
      return end(merge, DropReason.ARP_UNSOLICITED);
    }
    if (!forUs) {
      return end(merge, DropReason.ARP_NOT_FOR_US);
    }
    return answer(skb, arp, dev, nowNs);
  }

  /** What no ARP packet for IPv4 on Ethernet may say, each with a reason of its own. */
  private static DropReason check(SkBuff skb, int arp, InDevice in) {
    int hrd = ArpHdr.hrd(skb, arp);
    if (hrd != ArpHdr.HRD_ETHERNET && hrd != ArpHdr.HRD_IEEE802) {
      return DropReason.ARP_HARDWARE;
    }
    if (ArpHdr.pro(skb, arp) != EtherType.IP) {
      return DropReason.ARP_PROTOCOL;
    }
    if (ArpHdr.hln(skb, arp) != MacAddr.ALEN) {
      return DropReason.ARP_HARDWARE_LEN;
    }
    if (ArpHdr.pln(skb, arp) != ArpHdr.PLN_IP) {
      return DropReason.ARP_PROTOCOL_LEN;
    }
    int op = ArpHdr.op(skb, arp);
    if (op != ArpHdr.REQUEST && op != ArpHdr.REPLY) {
      return DropReason.ARP_OPCODE;
    }
    if (!MacAddr.isValid(ArpHdr.sha(skb, arp))) {
      return DropReason.ARP_INVALID_MAC;
    }
    int spa = ArpHdr.spa(skb, arp);
    // RFC 5227 2.1.1: a sender of 0.0.0.0 probes for an address.
    if (spa != Ip4Addr.ANY && (!Ip4Addr.isUnicast(spa) || in.isNoHost(spa))) {
      return DropReason.ARP_INVALID_SOURCE;
    }
    int tpa = ArpHdr.tpa(skb, arp);
    if (Ip4Addr.isLoopback(tpa) || Ip4Addr.isMulticast(tpa)) {
      return DropReason.ARP_INVALID_TARGET;
    }
    return DropReason.NOT_DROPPED;
  }

  /** What comes from us, or from somebody who has our address or is about to take it. */
  private DropReason checkOwn(SkBuff skb, int arp, NetDevice dev, long nowNs) {
    long sha = ArpHdr.sha(skb, arp);
    int spa = ArpHdr.spa(skb, arp);
    if (sha == dev.macAddress()) {
      return DropReason.ARP_LOOPED;
    }
    boolean probe = spa == Ip4Addr.ANY && ArpHdr.op(skb, arp) == ArpHdr.REQUEST;
    int claimed = probe ? ArpHdr.tpa(skb, arp) : spa;
    if (claimed == Ip4Addr.ANY) {
      return DropReason.NOT_DROPPED;
    }
    if (conflicts.claimed(dev, claimed, probe, sha, nowNs)) {
      return DropReason.ARP_CONFLICT;
    }
    if (probe || !dev.inDev().isLocal(spa)) {
      return DropReason.NOT_DROPPED;
    }
    return conflicts.isOurs(sha) ? DropReason.ARP_LOOPED : DropReason.ARP_CONFLICT;
  }

  /** {@code arp_ignore}. */
  private static boolean ignores(InDevice in, int spa, int tpa) {
    return switch (in.arpConf().ignore()) {
      case 0 -> false;
      case 1 -> !in.has(tpa);
      case 2 -> !in.has(tpa) || (spa != Ip4Addr.ANY && !in.isOnLink(spa, tpa));
      default -> true;
    };
  }

  private Merge merge(SkBuff skb, int arp, NetDevice dev, boolean forUs, long nowNs) {
    int spa = ArpHdr.spa(skb, arp);
    if (spa == Ip4Addr.ANY) {
      return Merge.NO_ENTRY; // RFC 5227 2.1.1: of a probe there is nothing to learn.
    }
    boolean request = ArpHdr.op(skb, arp) == ArpHdr.REQUEST;
    boolean gratuitous = spa == ArpHdr.tpa(skb, arp);
    boolean asksUs = request && forUs;
    // RFC 4861 7.2.5 for ARP: what is sent to all, or does not answer, proves no way to us and
    // back.
    boolean confirms = !request && forUs && EthHdr.dest(skb, skb.macHeader()) == dev.macAddress();
    ArpConf conf = dev.inDev().arpConf();
    boolean accepted = conf.accept() && (gratuitous || !request);
    return table.update(
        dev,
        spa,
        ArpHdr.sha(skb, arp),
        confirms ? NeighbourState.REACHABLE : NeighbourState.STALE,
        asksUs || accepted,
        asksUs || gratuitous,
        nowNs);
  }

  private static DropReason end(Merge merge, DropReason ifNoEntry) {
    return switch (merge) {
      case NO_ENTRY -> ifNoEntry;
      case MERGED -> DropReason.CONSUMED;
      case LOCKED -> DropReason.ARP_LOCKTIME;
      case FIXED -> DropReason.ARP_PERMANENT;
    };
  }

  /** The request becomes the reply: RFC 826 "swap hardware and protocol fields". */
  private DropReason answer(SkBuff skb, int arp, NetDevice dev, long nowNs) {
    long sha = ArpHdr.sha(skb, arp);
    int spa = ArpHdr.spa(skb, arp);
    int tpa = ArpHdr.tpa(skb, arp);
    table.count(NeighbourStat.RCV_REQUESTS);
    if (spa == Ip4Addr.ANY) {
      table.count(NeighbourStat.RCV_PROBES);
    }
    if (!skb.unshare()) {
      return DropReason.NOMEM;
    }
    skb.trim(ArpHdr.LEN);
    ArpHdr.write(skb, arp, ArpHdr.REPLY, dev.macAddress(), tpa, sha, spa);
    DropReason end = send(skb, dev, sha, nowNs);
    table.count(
        end == DropReason.NOT_DROPPED ? NeighbourStat.SND_REPLIES : NeighbourStat.SND_FAILED);
    return end;
  }

  // ---- Send -------------------------------------------------------------------------------------

  /** {@code arp_solicit}: asks a neighbour, or all, for its MAC address. */
  void solicit(Neighbour n, long to, long nowNs) {
    int own = ownAddressFor(n);
    // Without an address of ours it would be a probe, RFC 5227 2.1.1: as if we wanted the
    // neighbour's.
    if (own == Ip4Addr.ANY || !sendRequest(n.dev, to, own, n.ip, nowNs)) {
      table.count(NeighbourStat.SND_FAILED);
      return;
    }
    table.count(NeighbourStat.SND_REQUESTS);
    if (to != MacAddr.BROADCAST) {
      table.count(NeighbourStat.SND_REQUESTS_UCAST);
    }
  }

  /** {@code arp_announce}: the address of ours that is told to who is asked. */
  private static int ownAddressFor(Neighbour n) {
    InDevice in = n.dev.inDev();
    SkBuff waiting = n.queue.peekTail();
    int announce = in.arpConf().announce();
    int headerLen = n.dev.headerLen();
    // Its link header says IP, or it would not wait; a program's own frame may have no more.
    if (announce < 2 && waiting != null && waiting.mayPull(headerLen + IpHdr.MIN_LEN)) {
      int saddr = IpHdr.saddr(waiting, waiting.data() + headerLen);
      if (announce == 0 ? in.isLocal(saddr) : in.isOnLink(saddr, n.ip) && in.has(saddr)) {
        return saddr;
      }
    }
    return in.selectAddress(n.ip);
  }

  /** RFC 5227 2.1.1: does anybody have this address? */
  boolean sendProbe(NetDevice dev, int address, long nowNs) {
    return sendRequest(dev, MacAddr.BROADCAST, Ip4Addr.ANY, address, nowNs);
  }

  /** RFC 5227 2.3: this address is ours. */
  boolean sendAnnouncement(NetDevice dev, int address, long nowNs) {
    return sendRequest(dev, MacAddr.BROADCAST, address, address, nowNs);
  }

  /** {@code arp_send}; says whether it is on its way. */
  private boolean sendRequest(NetDevice dev, long to, int spa, int tpa, long nowNs) {
    SkBuff skb = pool.devAlloc(EthHdr.ZLEN, ARP_SEND);
    if (skb == null) {
      return false;
    }
    skb.hop(ARP_SEND);
    skb.reserve(EthHdr.HLEN);
    int arp = skb.put(ArpHdr.LEN);
    skb.resetNetworkHeader();
    skb.setProtocol(EtherType.ARP);
    ArpHdr.write(skb, arp, ArpHdr.REQUEST, dev.macAddress(), spa, 0, tpa);
    DropReason reason = send(skb, dev, to, nowNs);
    if (reason == DropReason.NOT_DROPPED) {
      return true;
    }
    skb.free(reason);
    return false;
  }

  private static DropReason send(SkBuff skb, NetDevice dev, long to, long nowNs) {
    skb.setPriority(NetDevice.BAND_CONTROL);
    var _ = dev.hardHeader(skb, EtherType.ARP, to, skb.len());
    return dev.transmit(skb, nowNs);
  }
}
