package dev.skiff.wire;

/** What a wire's receive filter should let through, the widest that is asked for. */
public enum RxMode {
  /** No group. */
  NONE,
  /** The groups of the list: {@code IFF_MULTICAST} and {@code dev_mc_list}. */
  LIST,
  /** Every group: {@code IFF_ALLMULTI}, or more groups than a filter has room for. */
  ALLMULTI,
  /** Every frame: {@code IFF_PROMISC}. */
  PROMISC
}
