package dev.skiff.ip;

/**
 * The IP, ICMP and UDP counters of RFC 1213, and a few more, named as in {@code /proc/net/snmp}.
 */
public enum IpStat {
  IP_IN_RECEIVES("Ip", "InReceives", "Datagrams received, in error or not."),
  IP_IN_HDR_ERRORS("Ip", "InHdrErrors", "Datagrams discarded for errors in the header."),
  IP_IN_ADDR_ERRORS(
      "Ip", "InAddrErrors", "Datagrams discarded since their destination is not ours."),
  IP_FORW_DATAGRAMS(
      "Ip", "ForwDatagrams", "Datagrams forwarded: none, since a host is no gateway."),
  IP_IN_UNKNOWN_PROTOS(
      "Ip", "InUnknownProtos", "Datagrams discarded since nobody handles their protocol."),
  IP_IN_DISCARDS(
      "Ip", "InDiscards", "Datagrams received and discarded though nothing was wrong with them."),
  IP_IN_DELIVERS("Ip", "InDelivers", "Datagrams given to a protocol."),
  IP_OUT_REQUESTS("Ip", "OutRequests", "Datagrams that protocols here asked to be sent."),
  IP_OUT_DISCARDS(
      "Ip",
      "OutDiscards",
      "Datagrams discarded on the way out though nothing was wrong with them."),
  IP_OUT_NO_ROUTES("Ip", "OutNoRoutes", "Datagrams discarded for want of a route."),
  IP_REASM_TIMEOUT(
      "Ip", "ReasmTimeout", "Datagrams given up since their fragments did not come in time."),
  IP_REASM_REQDS("Ip", "ReasmReqds", "Fragments received."),
  IP_REASM_OKS("Ip", "ReasmOKs", "Datagrams put together."),
  IP_REASM_FAILS("Ip", "ReasmFails", "Failures to put a datagram together, for whatever reason."),
  IP_FRAG_OKS("Ip", "FragOKs", "Datagrams that were fragmented."),
  IP_FRAG_FAILS(
      "Ip",
      "FragFails",
      "Datagrams that were to be fragmented and were not: DF was wanted, or no buffer was free."),
  IP_FRAG_CREATES("Ip", "FragCreates", "Fragments made."),
  IP_OUT_TRANSMITS(
      "Ip",
      "OutTransmits",
      "Datagrams and fragments handed to a device. RFC 4293: ipSystemStatsOutTransmits."),
  IP_EXT_REASM_OVERLAPS(
      "IpExt", "ReasmOverlaps", "Failures to put a datagram together since its fragments overlap."),
  ICMP_IN_MSGS("Icmp", "InMsgs", "ICMP messages received, in error or not."),
  ICMP_IN_ERRORS("Icmp", "InErrors", "ICMP messages received with an error of their own."),
  ICMP_IN_CSUM_ERRORS("Icmp", "InCsumErrors", "ICMP messages received with a wrong checksum."),
  ICMP_IN_DEST_UNREACHS("Icmp", "InDestUnreachs", "ICMP destination unreachable received."),
  ICMP_IN_TIME_EXCDS("Icmp", "InTimeExcds", "ICMP time exceeded received."),
  ICMP_IN_PARM_PROBS("Icmp", "InParmProbs", "ICMP parameter problem received."),
  ICMP_IN_SRC_QUENCHS("Icmp", "InSrcQuenchs", "ICMP source quench received."),
  ICMP_IN_REDIRECTS("Icmp", "InRedirects", "ICMP redirect received."),
  ICMP_IN_ECHOS("Icmp", "InEchos", "ICMP echo request received."),
  ICMP_IN_ECHO_REPS("Icmp", "InEchoReps", "ICMP echo reply received."),
  ICMP_IN_TIMESTAMPS("Icmp", "InTimestamps", "ICMP timestamp request received."),
  ICMP_IN_TIMESTAMP_REPS("Icmp", "InTimestampReps", "ICMP timestamp reply received."),
  ICMP_IN_ADDR_MASKS("Icmp", "InAddrMasks", "ICMP address mask request received."),
  ICMP_IN_ADDR_MASK_REPS("Icmp", "InAddrMaskReps", "ICMP address mask reply received."),
  ICMP_OUT_MSGS("Icmp", "OutMsgs", "ICMP messages sent, or tried to."),
  ICMP_OUT_ERRORS("Icmp", "OutErrors", "ICMP messages not sent for want of a buffer."),
  ICMP_OUT_RATE_LIMIT_GLOBAL(
      "Icmp", "OutRateLimitGlobal", "ICMP errors not sent since there were too many in all."),
  ICMP_OUT_RATE_LIMIT_HOST(
      "Icmp", "OutRateLimitHost", "ICMP errors not sent since there were too many to one host."),
  ICMP_OUT_DEST_UNREACHS("Icmp", "OutDestUnreachs", "ICMP destination unreachable sent."),
  ICMP_OUT_TIME_EXCDS("Icmp", "OutTimeExcds", "ICMP time exceeded sent."),
  ICMP_OUT_PARM_PROBS("Icmp", "OutParmProbs", "ICMP parameter problem sent."),
  ICMP_OUT_SRC_QUENCHS("Icmp", "OutSrcQuenchs", "ICMP source quench sent."),
  ICMP_OUT_REDIRECTS("Icmp", "OutRedirects", "ICMP redirect sent."),
  ICMP_OUT_ECHOS("Icmp", "OutEchos", "ICMP echo request sent."),
  ICMP_OUT_ECHO_REPS("Icmp", "OutEchoReps", "ICMP echo reply sent."),
  ICMP_OUT_TIMESTAMPS("Icmp", "OutTimestamps", "ICMP timestamp request sent."),
  ICMP_OUT_TIMESTAMP_REPS("Icmp", "OutTimestampReps", "ICMP timestamp reply sent."),
  ICMP_OUT_ADDR_MASKS("Icmp", "OutAddrMasks", "ICMP address mask request sent."),
  ICMP_OUT_ADDR_MASK_REPS("Icmp", "OutAddrMaskReps", "ICMP address mask reply sent."),
  UDP_IN_DATAGRAMS("Udp", "InDatagrams", "UDP datagrams given to a user."),
  UDP_NO_PORTS("Udp", "NoPorts", "UDP datagrams to a port where nobody listens."),
  UDP_IN_ERRORS("Udp", "InErrors", "UDP datagrams that are wrong in themselves."),
  UDP_IN_CSUM_ERRORS("Udp", "InCsumErrors", "UDP datagrams with a wrong checksum."),
  UDP_OUT_DATAGRAMS("Udp", "OutDatagrams", "UDP datagrams sent.");

  private final String group;
  private final String statName;
  private final String text;

  IpStat(String group, String statName, String text) {
    this.group = group;
    this.statName = statName;
    this.text = text;
  }

  /** The protocol, as the line of {@code /proc/net/snmp} begins. */
  public String group() {
    return group;
  }

  /** The counter's name on that line. */
  public String statName() {
    return statName;
  }

  /** What it counts, in a sentence. */
  public String text() {
    return text;
  }
}
