package dev.skiff.ip;

/**
 * The IP, ICMP and UDP counters of RFC 1213, and a few more, named as in {@code /proc/net/snmp}.
 */
public enum IpStat {
  /** Datagrams received, in error or not. */
  IP_IN_RECEIVES("Ip", "InReceives"),
  /** Discarded for errors in the header. */
  IP_IN_HDR_ERRORS("Ip", "InHdrErrors"),
  /** Discarded since their destination is not ours. */
  IP_IN_ADDR_ERRORS("Ip", "InAddrErrors"),
  /** Forwarded: none, since a host is no gateway. */
  IP_FORW_DATAGRAMS("Ip", "ForwDatagrams"),
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
  /** Datagrams given up since their fragments did not come in time. */
  IP_REASM_TIMEOUT("Ip", "ReasmTimeout"),
  /** Fragments received. */
  IP_REASM_REQDS("Ip", "ReasmReqds"),
  /** Datagrams put together. */
  IP_REASM_OKS("Ip", "ReasmOKs"),
  /** Failures to put one together, for whatever reason. */
  IP_REASM_FAILS("Ip", "ReasmFails"),
  /** Datagrams that were fragmented. */
  IP_FRAG_OKS("Ip", "FragOKs"),
  /** Datagrams that were to be and were not: DF was wanted, or no buffer was free. */
  IP_FRAG_FAILS("Ip", "FragFails"),
  /** Fragments made. */
  IP_FRAG_CREATES("Ip", "FragCreates"),
  /** Datagrams and fragments handed to a device. RFC 4293: ipSystemStatsOutTransmits. */
  IP_OUT_TRANSMITS("Ip", "OutTransmits"),
  /** Of the failures, those of fragments that overlap. */
  IP_EXT_REASM_OVERLAPS("IpExt", "ReasmOverlaps"),
  /** ICMP messages received, in error or not. */
  ICMP_IN_MSGS("Icmp", "InMsgs"),
  /** ICMP messages received with an error of their own. */
  ICMP_IN_ERRORS("Icmp", "InErrors"),
  /** Of these, those with a wrong checksum. */
  ICMP_IN_CSUM_ERRORS("Icmp", "InCsumErrors"),
  /** Destination unreachable received. */
  ICMP_IN_DEST_UNREACHS("Icmp", "InDestUnreachs"),
  /** Time exceeded received. */
  ICMP_IN_TIME_EXCDS("Icmp", "InTimeExcds"),
  /** Parameter problem received. */
  ICMP_IN_PARM_PROBS("Icmp", "InParmProbs"),
  /** Source quench received. */
  ICMP_IN_SRC_QUENCHS("Icmp", "InSrcQuenchs"),
  /** Redirect received. */
  ICMP_IN_REDIRECTS("Icmp", "InRedirects"),
  /** Echo request received. */
  ICMP_IN_ECHOS("Icmp", "InEchos"),
  /** Echo reply received. */
  ICMP_IN_ECHO_REPS("Icmp", "InEchoReps"),
  /** Timestamp request received. */
  ICMP_IN_TIMESTAMPS("Icmp", "InTimestamps"),
  /** Timestamp reply received. */
  ICMP_IN_TIMESTAMP_REPS("Icmp", "InTimestampReps"),
  /** Address mask request received. */
  ICMP_IN_ADDR_MASKS("Icmp", "InAddrMasks"),
  /** Address mask reply received. */
  ICMP_IN_ADDR_MASK_REPS("Icmp", "InAddrMaskReps"),
  /** ICMP messages sent, or tried to. */
  ICMP_OUT_MSGS("Icmp", "OutMsgs"),
  /** ICMP messages not sent for want of a buffer. */
  ICMP_OUT_ERRORS("Icmp", "OutErrors"),
  /** Errors not sent since there were too many in all. */
  ICMP_OUT_RATE_LIMIT_GLOBAL("Icmp", "OutRateLimitGlobal"),
  /** Errors not sent since there were too many to one host. */
  ICMP_OUT_RATE_LIMIT_HOST("Icmp", "OutRateLimitHost"),
  /** Destination unreachable sent. */
  ICMP_OUT_DEST_UNREACHS("Icmp", "OutDestUnreachs"),
  /** Time exceeded sent. */
  ICMP_OUT_TIME_EXCDS("Icmp", "OutTimeExcds"),
  /** Parameter problem sent. */
  ICMP_OUT_PARM_PROBS("Icmp", "OutParmProbs"),
  /** Source quench sent. */
  ICMP_OUT_SRC_QUENCHS("Icmp", "OutSrcQuenchs"),
  /** Redirect sent. */
  ICMP_OUT_REDIRECTS("Icmp", "OutRedirects"),
  /** Echo request sent. */
  ICMP_OUT_ECHOS("Icmp", "OutEchos"),
  /** Echo reply sent. */
  ICMP_OUT_ECHO_REPS("Icmp", "OutEchoReps"),
  /** Timestamp request sent. */
  ICMP_OUT_TIMESTAMPS("Icmp", "OutTimestamps"),
  /** Timestamp reply sent. */
  ICMP_OUT_TIMESTAMP_REPS("Icmp", "OutTimestampReps"),
  /** Address mask request sent. */
  ICMP_OUT_ADDR_MASKS("Icmp", "OutAddrMasks"),
  /** Address mask reply sent. */
  ICMP_OUT_ADDR_MASK_REPS("Icmp", "OutAddrMaskReps"),
  /** UDP datagrams given to a user. */
  UDP_IN_DATAGRAMS("Udp", "InDatagrams"),
  /** To a port where nobody listens. */
  UDP_NO_PORTS("Udp", "NoPorts"),
  /** UDP datagrams that are wrong in themselves. */
  UDP_IN_ERRORS("Udp", "InErrors"),
  /** Of these, those with a wrong checksum. */
  UDP_IN_CSUM_ERRORS("Udp", "InCsumErrors"),
  /** UDP datagrams sent. */
  UDP_OUT_DATAGRAMS("Udp", "OutDatagrams");

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
