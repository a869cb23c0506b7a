package dev.skiff.header;

/** Ethernet protocol numbers, {@code ETH_P_*}, in host order. Any thread. */
public final class EtherType {
  /** {@code ETH_P_IP}. RFC 894. */
  public static final int IP = 0x0800;

  /** {@code ETH_P_ARP}. RFC 826. */
  public static final int ARP = 0x0806;

  /** {@code ETH_P_IPV6}. RFC 2464. */
  public static final int IPV6 = 0x86DD;

  /** {@code ETH_P_8021Q}: an 802.1Q tag. */
  public static final int P_8021Q = 0x8100;

  /** {@code ETH_P_802_3}: not a number on the wire; raw 802.3, as Novell's IPX had it. */
  public static final int P_802_3 = 0x0001;

  /** {@code ETH_P_802_2}: not a number on the wire; a length field with an LLC header behind it. */
  public static final int P_802_2 = 0x0004;

  /** {@code ETH_P_802_3_MIN}: from here on the field is a type, below it is a length. */
  public static final int P_802_3_MIN = 0x0600;

  private EtherType() {}
}
