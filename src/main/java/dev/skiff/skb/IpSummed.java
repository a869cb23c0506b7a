package dev.skiff.skb;

/** {@code skb->ip_summed}: what is known of a packet's transport checksum. */
public enum IpSummed {
  /** {@code CHECKSUM_NONE}: nothing; whoever wants to know sums. */
  NONE,
  /** {@code CHECKSUM_UNNECESSARY}: it is known to be right. */
  UNNECESSARY,
  /**
   * {@code CHECKSUM_COMPLETE}: {@link SkBuff#csum} is the sum of all bytes of the IP datagram
   * behind its header, options included in the header.
   */
  COMPLETE,
  /** {@code CHECKSUM_PARTIAL}: it is to be filled in by who sends the packet. */
  PARTIAL
}
