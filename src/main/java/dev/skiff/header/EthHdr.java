package dev.skiff.header;

import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;

/**
 * {@code struct ethhdr}: the Ethernet II header. RFC 894.
 *
 * <pre>
 *    0                 6                12        14
 *   +-----------------+-----------------+---------+---------
 *   |     h_dest      |    h_source     | h_proto | payload
 *   +-----------------+-----------------+---------+---------
 * </pre>
 */
public final class EthHdr {
  /** {@code ETH_HLEN}: bytes in the header. */
  public static final int HLEN = 14;

  /** {@code ETH_ZLEN}: the shortest frame that may be sent, without its check sequence. */
  public static final int ZLEN = 60;

  /** {@code ETH_DATA_LEN}: the most payload by default. RFC 894. */
  public static final int DATA_LEN = 1500;

  /** {@code VLAN_HLEN}: bytes that an 802.1Q tag adds. */
  public static final int VLAN_HLEN = 4;

  private static final int VLAN_VID_MASK = 0x0FFF;
  private static final int SOURCE = 6;

  /** Where {@code h_proto} stands. */
  public static final int PROTO = 12;

  private EthHdr() {}

  /** {@code h_dest}. */
  public static long dest(Packet p, int mac) {
    return p.u64(mac) >>> 16; // One read: eight bytes there are, the source follows.
  }

  /** {@code h_source}. */
  public static long source(Packet p, int mac) {
    return p.u64(mac + SOURCE) >>> 16;
  }

  /** {@code h_proto} in host order: a type from 0x0600 on, a length below. */
  public static int proto(Packet p, int mac) {
    return p.u16(mac + PROTO);
  }

  /** {@code VLAN_VID_MASK}: the VLAN of a tag that stands at {@code vlan}; 0 for none. */
  public static int vlanId(Packet p, int vlan) {
    return p.u16(vlan) & VLAN_VID_MASK;
  }

  /** {@code h_vlan_encapsulated_proto} of a tag that stands at {@code vlan}, in host order. */
  public static int vlanProto(Packet p, int vlan) {
    return p.u16(vlan + 2);
  }

  /** Sets {@code h_dest}. */
  public static void dest(SkBuff skb, int mac, long value) {
    skb.set48(mac, value);
  }

  /** Sets {@code h_source}. */
  public static void source(SkBuff skb, int mac, long value) {
    skb.set48(mac + SOURCE, value);
  }

  /** Sets {@code h_proto}, given in host order. */
  public static void proto(SkBuff skb, int mac, int value) {
    skb.set16(mac + PROTO, value);
  }
}
