package dev.skiff.dev;

import dev.skiff.skb.SkBuff;
import dev.skiff.wire.RxCopy;
import org.jspecify.annotations.Nullable;

/**
 * What a link type knows about its header: {@code dev->hard_header}, {@code dev->rebuild_header}
 * and the classifying of received frames. Implemented by {@code eth}; replaceable for another link
 * type.
 *
 * <p>Thread: the loop thread.
 */
public interface LinkOps extends RxCopy {
  /** An address that is not known (yet), where a MAC address is asked for. */
  long UNKNOWN = -1L;

  /** {@link #typeTrans}: the frame is shorter than the link header. */
  int RUNT = -1;

  /** {@code dev->type}: {@code ARPHRD_ETHER} is 1. */
  int type();

  /** The {@link Iff} bits that each device of this link has. */
  int flags();

  /** {@code dev->broadcast}: the address of all stations. */
  long broadcast();

  /** {@code dev->hard_header_len}: bytes in the link header. */
  int headerLen();

  /** {@code ETH_ZLEN}: bytes that a frame must have to be sent, without check sequence. */
  int minFrameLen();

  /**
   * {@code dev->hard_header}: pushes a link header.
   *
   * @param type protocol number, host order
   * @param daddr destination, or {@link #UNKNOWN}
   * @param saddr source, or {@link #UNKNOWN} for the device's own
   * @param len payload bytes, for link types that carry a length
   * @return bytes pushed; negative if the destination is missing from them
   */
  int header(SkBuff skb, NetDevice dev, int type, long daddr, long saddr, int len);

  /** {@code dev->rebuild_header}: completes the header at data for the next hop {@code raddr}. */
  Resolve rebuildHeader(SkBuff skb, NetDevice dev, long nowNs);

  /**
   * {@code eth_type_trans}: notes the link header, pulls it and sets the packet type.
   *
   * @return protocol number in host order, or {@link #RUNT} with the buffer unchanged
   */
  int typeTrans(SkBuff skb, NetDevice dev);

  /**
   * {@code dev->header_cache_bind}: the finished header for a next hop, source and type filled in.
   *
   * @return null if there is none for that protocol, or nobody knows the next hop yet
   */
  @Nullable HhCache headerCacheBind(NetDevice dev, int type, int raddr);

  /** {@code dev->header_cache_update}: the next hop's address is {@code haddr} from here on. */
  void headerCacheUpdate(HhCache hh, NetDevice dev, long haddr);

  /** {@code header_ops->parse}: the source address of the frame at {@code skb.macHeader()}. */
  long headerParse(SkBuff skb);

  /** {@code dev->validate_addr}: whether the device's own address is one station's. */
  boolean validateAddr(NetDevice dev);

  /**
   * {@code dev->set_mac_address}: checks a new address.
   *
   * @return the address
   * @throws IllegalStateException if the device is up (the kernel's EBUSY)
   * @throws IllegalArgumentException if it is not one station's (EADDRNOTAVAIL)
   */
  long macAddr(NetDevice dev, long mac);

  /**
   * {@code dev->change_mtu}: checks a new MTU.
   *
   * @return the MTU
   * @throws IllegalArgumentException if it is out of range (EINVAL)
   */
  int changeMtu(NetDevice dev, int mtu);
}
