package dev.skiff.ip;

/** The IP and ICMP counters of RFC 1213 that apply, named as in {@code /proc/net/snmp}. */
public enum IpStat {
  /** Datagrams received, in error or not. */
  IP_IN_RECEIVES("Ip", "InReceives"),
  /** Discarded for errors in the header. */
  IP_IN_HDR_ERRORS("Ip", "InHdrErrors"),
  /** Discarded since their destination is not ours. */
  IP_IN_ADDR_ERRORS("Ip", "InAddrErrors"),
  /** Discarded since nobody handles their protocol. */
  IP_IN_UNKNOWN_PROTOS("Ip", "InUnknownProtos"),
  /** Discarded though nothing was wrong with them. */
  IP_IN_DISCARDS("Ip", "InDiscards"),
  /** Given to a protocol. */
  IP_IN_DELIVERS("Ip", "InDelivers"),
  /** Datagrams that protocols here asked to be sent. */
  IP_OUT_REQUESTS("Ip", "OutRequests"),
  /** Discarded on the way out though nothing was wrong with them. */
  IP_OUT_DISCARDS("Ip", "OutDiscards"),
  /** Discarded for want of a route. */
  IP_OUT_NO_ROUTES("Ip", "OutNoRoutes"),
  /** ICMP messages received, in error or not. */
  ICMP_IN_MSGS("Icmp", "InMsgs"),
  /** ICMP messages received with an error of their own. */
  ICMP_IN_ERRORS("Icmp", "InErrors"),
  /** Of these, those with a wrong checksum. */
  ICMP_IN_CSUM_ERRORS("Icmp", "InCsumErrors"),
  /** Echo requests received. */
  ICMP_IN_ECHOS("Icmp", "InEchos"),
  /** Echo replies received. */
  ICMP_IN_ECHO_REPS("Icmp", "InEchoReps"),
  /** ICMP messages sent. */
  ICMP_OUT_MSGS("Icmp", "OutMsgs"),
  /** Echo replies sent. */
  ICMP_OUT_ECHO_REPS("Icmp", "OutEchoReps");

  private final String group;
  private final String statName;

  IpStat(String group, String statName) {
    this.group = group;
    this.statName = statName;
  }

  /** The protocol, as the line of {@code /proc/net/snmp} begins. */
  public String group() {
    return group;
  }

  /** The counter's name on that line. */
  public String statName() {
    return statName;
  }
}
