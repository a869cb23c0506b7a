package dev.skiff.ip;

/**
 * The switches of ICMP, each named as Linux's {@code net.ipv4.icmp_*}.
 *
 * @param echoIgnoreAll whether no echo request is answered
 * @param echoIgnoreBroadcasts whether none to a broadcast address or a group is: RFC 1122 3.2.2.6
 * @param timestamp whether timestamp requests are answered: RFC 1122 3.2.2.8 says MAY
 * @param ratelimitNs how often one host is sent an error, in ns, after a few at once; 0 for any
 * @param ratemask the types that this holds for, a bit each
 * @param msgsPerSec errors to all hosts together in a second, 1 or more
 * @param msgsBurst errors to all hosts together at once, 1 or more
 */
public record IcmpParms(
    boolean echoIgnoreAll,
    boolean echoIgnoreBroadcasts,
    boolean timestamp,
    long ratelimitNs,
    int ratemask,
    int msgsPerSec,
    int msgsBurst) {
  /** Destination unreachable, source quench, time exceeded, parameter problem. */
  private static final int ERRORS = 0x1818;

  /** What they are unless told otherwise: as in Linux, and without timestamps. */
  public static final IcmpParms USUAL =
      new IcmpParms(false, true, false, 1_000_000_000L, ERRORS, 1000, 50);
}
