package dev.skiff.header;

/** IP protocol numbers, {@code IPPROTO_*}. Any thread. */
public final class IpProto {
  /** {@code IPPROTO_ICMP}. RFC 792. */
  public static final int ICMP = 1;

  /** {@code IPPROTO_IGMP}. RFC 2236. */
  public static final int IGMP = 2;

  /** {@code IPPROTO_TCP}. RFC 9293. */
  public static final int TCP = 6;

  /** {@code IPPROTO_UDP}. RFC 768. */
  public static final int UDP = 17;

  private IpProto() {}
}
