package dev.skiff.eth;

import dev.skiff.dev.HhCache;
import dev.skiff.dev.Iff;
import dev.skiff.dev.LinkOps;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.Resolve;
import dev.skiff.header.ArpHdr;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.InetChecksum;
import dev.skiff.header.IpHdr;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Ethernet support routines that a driver gets from {@code ether_setup}: {@code eth_header},
 * {@code eth_rebuild_header}, {@code eth_type_trans}, {@code eth_copy_and_sum} and the header
 * cache. Contract: net/ethernet/eth.c of Linux 2.0; where later kernels are safer (short frames,
 * {@code OTHERHOST} without promiscuous mode) theirs. What differs is in docs/kernel-names.md.
 *
 * <p>Thread: the loop thread.
 */
public final class Eth implements LinkOps {
  private static final Logger LOG = LoggerFactory.getLogger(Eth.class);
  private static final int RAW_802_3 = 0xFFFF;

  /** The least MTU: RFC 791 3.2, every module must forward 68 bytes without fragmentation. */
  public static final int MIN_MTU = 68;

  /**
   * The greatest MTU: 65,535, the longest datagram, less the link header, as Linux allows a TAP.
   */
  public static final int MAX_MTU = 65_535 - EthHdr.HLEN;

  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Resolver resolver;
  private boolean warnedOfType;

  /** Ethernet whose next hops are found by {@code resolver}. */
  public Eth(Resolver resolver) {
    this.resolver = resolver;
  }

  /** {@code ARPHRD_ETHER}. */
  @Override
  public int type() {
    return ArpHdr.HRD_ETHERNET;
  }

  @Override
  public int flags() {
    return Iff.BROADCAST | Iff.MULTICAST;
  }

  @Override
  public long broadcast() {
    return MacAddr.BROADCAST;
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
    if (!skb.unshare()) {
      skb.setVerdict(DropReason.NOMEM);
      return Resolve.REFUSED;
    }
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
   * <p>An 802.1Q tag of VLAN 0 says nothing but a priority (IEEE 802.1Q 6.9): it is pulled too, and
   * the frame is what it would be without. The type of any other is {@link EtherType#P_8021Q}.
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
    if (proto == EtherType.P_8021Q
        && skb.mayPull(EthHdr.VLAN_HLEN)
        && EthHdr.vlanId(skb, payload) == 0) {
      proto = EthHdr.vlanProto(skb, payload);
      payload = skb.pull(EthHdr.VLAN_HLEN);
    }
    if (proto >= EtherType.P_802_3_MIN) {
      return proto;
    }
    boolean raw = skb.mayPull(2) && skb.u16(payload) == RAW_802_3;
    return raw ? EtherType.P_802_3 : EtherType.P_802_2;
  }

  /**
   * {@code eth_copy_and_sum}: copies a frame into a buffer and takes the checksum of what an IP
   * datagram carries on the way. Then {@code ip_summed} is {@link IpSummed#COMPLETE} and {@code
   * csum} the sum, plus {@code base}, of all bytes behind the IP header, options excluded, up to
   * its total length. Ethernet's padding is copied and not summed. A frame that is not IP, or whose
   * lengths contradict each other, is copied and that is all.
   */
  @Override
  public void copyAndSum(SkBuff dest, MemorySegment src, long at, int length, int base) {
    int summedFrom = EthHdr.HLEN + IpHdr.MIN_LEN;
    int summed = 0;
    if (length > summedFrom && u16(src, at + EthHdr.PROTO) == EtherType.IP) {
      int versionAndIhl = src.get(ValueLayout.JAVA_BYTE, at + EthHdr.HLEN);
      int headerLen = (versionAndIhl & 0xF) * 4;
      int totLen = u16(src, at + EthHdr.HLEN + IpHdr.TOT_LEN);
      if (headerLen >= IpHdr.MIN_LEN && EthHdr.HLEN + totLen <= length) {
        summedFrom = EthHdr.HLEN + headerLen;
        summed = totLen - headerLen;
      }
    }
    if (summed <= 0) {
      MemorySegment.copy(src, at, dest.segment(), dest.data(), length);
      dest.setCsum(0, IpSummed.NONE);
      return;
    }
    // Summed first, as in InetChecksum.copyAndSum, and copied in one piece with what is not summed.
    int sum = InetChecksum.sum(src, at + summedFrom, summed);
    MemorySegment.copy(src, at, dest.segment(), dest.data(), length);
    dest.setCsum(InetChecksum.add(sum, base), IpSummed.COMPLETE);
  }

  private static int u16(MemorySegment src, long at) {
    return src.get(U16, at) & 0xFFFF;
  }

  /**
   * {@code eth_header_cache_bind}: the header cache of a next hop, source and type filled in. Only
   * IP has one.
   */
  @Override
  public @Nullable HhCache headerCacheBind(NetDevice dev, int type, int raddr) {
    HhCache hh = type == EtherType.IP ? resolver.bindCache(dev, raddr) : null;
    if (hh != null) {
      hh.bind(dev.macAddress(), type);
    }
    return hh;
  }

  /** {@code eth_header_cache_update}: the next hop's address is {@code haddr} from here on. */
  @Override
  public void headerCacheUpdate(HhCache hh, NetDevice dev, long haddr) {
    hh.update(haddr);
  }

  /** {@code eth_header_parse}: the source address of the frame at {@code skb.macHeader()}. */
  @Override
  public long headerParse(SkBuff skb) {
    return EthHdr.source(skb, skb.macHeader());
  }

  /** {@code eth_validate_addr}: whether the device's own address is one station's. */
  @Override
  public boolean validateAddr(NetDevice dev) {
    return MacAddr.isValid(dev.macAddress());
  }

  /**
   * {@code eth_mac_addr}: refused while the device is up, as in 1996, unless it has {@code
   * IFF_LIVE_ADDR_CHANGE}.
   */
  @Override
  public long macAddr(NetDevice dev, long mac) {
    if (dev.isUp() && !dev.hasLiveAddressChange()) {
      throw new IllegalStateException(
          dev.name() + " is up: its MAC address can be changed only while it is down");
    }
    if (!MacAddr.isValid(mac)) {
      throw new IllegalArgumentException(
          MacAddr.format(mac) + " is not one station's address: it is a group's, or zero");
    }
    return mac;
  }

  /** {@code eth_change_mtu}: {@link #MIN_MTU} to {@link #MAX_MTU}; in 1996 the most was 1500. */
  @Override
  public int changeMtu(NetDevice dev, int mtu) {
    if (mtu < MIN_MTU || mtu > MAX_MTU) {
      throw new IllegalArgumentException(
          "MTU " + mtu + " is out of range: use " + MIN_MTU + " to " + MAX_MTU);
    }
    return mtu;
  }
}
