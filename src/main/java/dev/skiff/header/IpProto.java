package dev.skiff.header;

/** IP protocol numbers, {@code IPPROTO_*}. Any thread. */
public final class IpProto {
  /** {@code IPPROTO_ICMP}. RFC 792. */
  public static final int ICMP = 1;

  private IpProto() {}
}
