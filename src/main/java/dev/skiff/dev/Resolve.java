package dev.skiff.dev;

/**
 * What became of a frame whose link header lacked the next hop's MAC address: the result of {@code
 * dev->rebuild_header}, which was 0 for resolved and 1 for "the resolver has it".
 */
public enum Resolve {
  /** The header is complete; the buffer is the caller's. */
  RESOLVED,
  /** The resolver keeps the buffer and sends it, or ends it, later. */
  QUEUED,
  /** It cannot be; the buffer is the caller's, {@code skb.verdict()} says why. */
  REFUSED
}
