package dev.skiff.eth;

import dev.skiff.dev.LinkOps;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.Resolve;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Ethernet support routines that a driver gets from {@code ether_setup}: {@code eth_header},
 * {@code eth_rebuild_header} and {@code eth_type_trans}. Contract: net/ethernet/eth.c of Linux 2.0;
 * where later kernels are safer (short frames, {@code OTHERHOST} without promiscuous mode) theirs.
 *
 * <p>Thread: the loop thread.
 */
public final class Eth implements LinkOps {
  private static final Logger LOG = LoggerFactory.getLogger(Eth.class);
  private static final int RAW_802_3 = 0xFFFF;

  private final Resolver resolver;
  private boolean warnedOfType;

  /** Ethernet whose next hops are found by {@code resolver}. */
  public Eth(Resolver resolver) {
    this.resolver = resolver;
  }

  @Override
  public int headerLen() {
    return EthHdr.HLEN;
  }

  @Override
  public int minFrameLen() {
    return EthHdr.ZLEN;
  }

  /**
   * {@code eth_header}: pushes 14 bytes, source and type filled in.
   *
   * @param type EtherType, or {@link EtherType#P_802_3} or {@link EtherType#P_802_2} for a frame
   *     that carries {@code len} in its place
   * @return 14, or -14 with the destination left as it was if {@code daddr} is {@link #UNKNOWN}
   */
  @Override
  public int header(SkBuff skb, NetDevice dev, int type, long daddr, long saddr, int len) {
    skb.hop("eth_header");
    int eth = skb.push(EthHdr.HLEN);
    boolean length = type == EtherType.P_802_3 || type == EtherType.P_802_2;
    EthHdr.proto(skb, eth, length ? len : type);
    EthHdr.source(skb, eth, saddr == UNKNOWN ? dev.macAddress() : saddr);
    if (daddr == UNKNOWN) {
      return -EthHdr.HLEN;
    }
    EthHdr.dest(skb, eth, daddr);
    skb.setHeaderComplete();
    return EthHdr.HLEN;
  }

  /**
   * {@code eth_rebuild_header}: completes a header that {@link #header} left without destination.
   * Only IP has a resolver. Linux 2.0 logged another type and sent the frame with whatever stood
   * where its destination belongs; here it is logged and refused.
   */
  @Override
  public Resolve rebuildHeader(SkBuff skb, NetDevice dev, long nowNs) {
    skb.hop("eth_rebuild_header");
    int eth = skb.data();
    if (EthHdr.proto(skb, eth) != EtherType.IP) {
      if (!warnedOfType) {
        warnedOfType = true;
        LOG.warn("unable to resolve type 0x{}", Integer.toHexString(EthHdr.proto(skb, eth)));
      }
      skb.setVerdict(DropReason.UNHANDLED_PROTO);
      return Resolve.REFUSED;
    }
    Resolve result = resolver.arpFind(skb, dev, eth, skb.raddr(), nowNs);
    if (result == Resolve.RESOLVED) {
      skb.setHeaderComplete();
    }
    return result;
  }

  /**
   * {@code eth_type_trans}: notes the link header, pulls it, says for whom the frame is and what it
   * carries.
   *
   * @return the EtherType; {@link EtherType#P_802_3} for raw 802.3 and {@link EtherType#P_802_2}
   *     for a length with an LLC header behind it; {@link #RUNT} for a frame under 14 bytes
   */
  @Override
  public int typeTrans(SkBuff skb, NetDevice dev) {
    skb.hop("eth_type_trans");
    skb.resetMacHeader();
    if (!skb.mayPull(EthHdr.HLEN)) {
      return RUNT;
    }
    int eth = skb.data();
    int payload = skb.pull(EthHdr.HLEN);
    long dest = EthHdr.dest(skb, eth);
    if (MacAddr.isMulticast(dest)) {
      skb.setPktType(MacAddr.isBroadcast(dest) ? PacketType.BROADCAST : PacketType.MULTICAST);
    } else if (dest != dev.macAddress()) {
      // Always compared, as since Linux 2.4: a TAP shows every frame that a bridge floods.
      skb.setPktType(PacketType.OTHERHOST);
    } else {
      skb.setPktType(PacketType.HOST);
    }
    int proto = EthHdr.proto(skb, eth);
    if (proto >= EtherType.P_802_3_MIN) {
      return proto;
    }
    boolean raw = skb.mayPull(2) && skb.u16(payload) == RAW_802_3;
    return raw ? EtherType.P_802_3 : EtherType.P_802_2;
  }
}
