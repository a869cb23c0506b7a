package dev.skiff.dev;

import dev.skiff.skb.SkBuff;

/**
 * What a link type knows about its header: {@code dev->hard_header}, {@code dev->rebuild_header}
 * and the classifying of received frames. Implemented by {@code eth}; replaceable for another link
 * type.
 *
 * <p>Thread: the loop thread.
 */
public interface LinkOps {
  /** An address that is not known (yet), where a MAC address is asked for. */
  long UNKNOWN = -1L;

  /** {@link #typeTrans}: the frame is shorter than the link header. */
  int RUNT = -1;

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
}
