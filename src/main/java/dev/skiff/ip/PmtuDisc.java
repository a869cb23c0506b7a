package dev.skiff.ip;

/** Whether a datagram may be cut in pieces on its way: {@code IP_MTU_DISCOVER}. RFC 1191. */
public enum PmtuDisc {
  /**
   * {@code IP_PMTUDISC_WANT}: what fits into the path's MTU goes out whole with DF set, unless
   * {@code ip_no_pmtu_disc} or {@code min_pmtu} have it otherwise; what does not fit is fragmented
   * here.
   */
  WANT,
  /** {@code IP_PMTUDISC_DO}: DF is always set; what does not fit is refused. */
  DO,
  /** {@code IP_PMTUDISC_DONT}: DF is never set. */
  DONT
}
