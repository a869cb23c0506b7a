package dev.skiff.neigh;

import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketHandler;
import dev.skiff.header.ArpHdr;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.time.TimerQueue;

/**
 * The Address Resolution Protocol for IPv4 on Ethernet: RFC 826, net/ipv4/arp.c.
 *
 * <p>Thread: the loop thread.
 */
public final class Arp implements PacketHandler {
  private static final String ARP_RCV = "arp_rcv";
  private static final String ARP_SEND = "arp_send";

  private final SkBuffPool pool;
  private final NeighbourTable table;

  /** ARP with an empty neighbour table of its own. */
  public Arp(SkBuffPool pool, TimerQueue timers) {
    this.pool = pool;
    table = new NeighbourTable(this, timers);
  }

  /** The table that it fills. */
  public NeighbourTable table() {
    return table;
  }

  /**
   * {@code arp_rcv}: RFC 826 "Packet Reception", in its order: the mapping is merged before the
   * opcode is looked at, and an entry is made only if the packet is for us.
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
    DropReason malformed = check(skb, arp, dev.address());
    if (malformed != DropReason.NOT_DROPPED) {
      return malformed;
    }
    long sha = ArpHdr.sha(skb, arp);
    int spa = ArpHdr.spa(skb, arp);
    int tpa = ArpHdr.tpa(skb, arp);
    int own = dev.address().address();
    boolean forUs = tpa == own && own != Ip4Addr.ANY;
    boolean request = ArpHdr.op(skb, arp) == ArpHdr.REQUEST;
    if (spa == own && own != Ip4Addr.ANY) {
      return DropReason.ARP_CONFLICT;
    }
    boolean known = false;
    // RFC 5227 2.1.1: a sender of 0.0.0.0 probes for an address; there is nothing to learn.
    if (spa != Ip4Addr.ANY) {
      boolean confirms = forUs && !request && EthHdr.dest(skb, skb.macHeader()) == dev.macAddress();
      known = table.update(dev, spa, sha, forUs && request, confirms, nowNs);
    }
    if (!request) {
      table.count(NeighbourStat.RCV_REPLIES);
      return known ? DropReason.CONSUMED : DropReason.ARP_UNSOLICITED;
    }
    if (!forUs) {
      return known ? DropReason.CONSUMED : DropReason.ARP_NOT_FOR_US;
    }
    table.count(NeighbourStat.RCV_REQUESTS);
    if (!skb.unshare()) {
      return DropReason.NOMEM;
    }
    table.count(NeighbourStat.SND_REPLIES);
    return replyInPlace(skb, dev, arp, nowNs);
  }

  private static DropReason check(SkBuff skb, int arp, Ip4Prefix own) {
    int hrd = ArpHdr.hrd(skb, arp);
    boolean ethernet = hrd == ArpHdr.HRD_ETHERNET || hrd == ArpHdr.HRD_IEEE802;
    if (!ethernet || ArpHdr.hln(skb, arp) != MacAddr.ALEN) {
      return DropReason.ARP_HARDWARE;
    }
    if (ArpHdr.pro(skb, arp) != EtherType.IP || ArpHdr.pln(skb, arp) != ArpHdr.PLN_IP) {
      return DropReason.ARP_PROTOCOL;
    }
    int op = ArpHdr.op(skb, arp);
    if (op != ArpHdr.REQUEST && op != ArpHdr.REPLY) {
      return DropReason.ARP_OPCODE;
    }
    int spa = ArpHdr.spa(skb, arp);
    boolean host = Ip4Addr.isUnicast(spa) && (!own.contains(spa) || own.canBeHost(spa));
    if (!MacAddr.isValid(ArpHdr.sha(skb, arp)) || (spa != Ip4Addr.ANY && !host)) {
      return DropReason.ARP_INVALID_SOURCE;
    }
    int tpa = ArpHdr.tpa(skb, arp);
    if (Ip4Addr.isLoopback(tpa) || Ip4Addr.isMulticast(tpa)) {
      return DropReason.ARP_INVALID_TARGET;
    }
    return DropReason.NOT_DROPPED;
  }

  /** The request becomes the reply: RFC 826 "swap hardware and protocol fields". */
  private static DropReason replyInPlace(SkBuff skb, NetDevice dev, int arp, long nowNs) {
    long sha = ArpHdr.sha(skb, arp);
    int spa = ArpHdr.spa(skb, arp);
    int tpa = ArpHdr.tpa(skb, arp);
    skb.trim(ArpHdr.LEN);
    ArpHdr.write(skb, arp, ArpHdr.REPLY, dev.macAddress(), tpa, sha, spa);
    return send(skb, dev, sha, nowNs);
  }

  /** {@code arp_send} of a request for {@code tpa}; a request for want of a buffer is not sent. */
  void sendRequest(NetDevice dev, long to, int tpa, long nowNs) {
    SkBuff skb = pool.devAlloc(EthHdr.ZLEN, ARP_SEND);
    if (skb == null) {
      return;
    }
    skb.hop(ARP_SEND);
    skb.reserve(EthHdr.HLEN);
    int arp = skb.put(ArpHdr.LEN);
    skb.resetNetworkHeader();
    skb.setProtocol(EtherType.ARP);
    ArpHdr.write(skb, arp, ArpHdr.REQUEST, dev.macAddress(), dev.address().address(), 0, tpa);
    table.count(NeighbourStat.SND_REQUESTS);
    DropReason reason = send(skb, dev, to, nowNs);
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
  }

  private static DropReason send(SkBuff skb, NetDevice dev, long to, long nowNs) {
    skb.setPriority(NetDevice.BAND_CONTROL);
    var _ = dev.hardHeader(skb, EtherType.ARP, to, skb.len());
    return dev.transmit(skb, nowNs);
  }
}
