package dev.skiff.skb;

import org.jspecify.annotations.Nullable;

/**
 * How a packet ended: {@code enum skb_drop_reason}. Each reason has a counter; there is no drop
 * without one and no "not specified".
 *
 * <p>As a method's result {@link #NOT_DROPPED} means "I keep the buffer"; anything else means "it
 * is still yours: free it, for this reason".
 */
public enum DropReason {
  // Not drops.
  /** Somebody keeps the buffer; its holder will end it later, with a reason of its own. */
  NOT_DROPPED("SKB_NOT_DROPPED_YET", "still held"),
  /** A good end: it was sent, answered or used up. */
  CONSUMED("SKB_CONSUMED", "sent or used up"),

  // The device and the frame.
  /** Too short for the header that should be there. */
  PKT_TOO_SMALL("SKB_DROP_REASON_PKT_TOO_SMALL", "shorter than its headers"),
  /** Longer than the device's MTU allows. */
  PKT_TOO_BIG("SKB_DROP_REASON_PKT_TOO_BIG", "longer than the MTU allows"),
  /** A length in place of the type, and fewer bytes than it says. */
  PKT_802_3_LENGTH(null, "shorter than its 802.3 length"),
  /** A frame of a VLAN, which this is no member of. */
  VLAN_UNKNOWN(null, "tagged for a VLAN (802.1Q), which is not supported"),
  /** The frame is for another station's MAC address. */
  OTHERHOST("SKB_DROP_REASON_OTHERHOST", "addressed to another station's MAC"),
  /** The frame's source address is a group, which no station can be. */
  MAC_INVALID_SOURCE("SKB_DROP_REASON_MAC_INVALID_SOURCE", "source MAC is multicast"),
  /** No handler for this EtherType. */
  UNHANDLED_PROTO("SKB_DROP_REASON_UNHANDLED_PROTO", "no handler for its EtherType"),
  /** IPv6, which Skiff does not speak; a Linux host sends it unasked on every link. */
  IPV6DISABLED("SKB_DROP_REASON_IPV6DISABLED", "IPv6, which is not supported"),
  /** The backlog is full, or overflowed and has not been emptied since. */
  CPU_BACKLOG("SKB_DROP_REASON_CPU_BACKLOG", "backlog full"),
  /** The transmit band is full. */
  QDISC_DROP("SKB_DROP_REASON_QDISC_DROP", "transmit band full"),
  /** The device is down, or the host's side of it is. */
  DEV_READY("SKB_DROP_REASON_DEV_READY", "device not up"),
  /** The wire took the frame and then failed to send it. */
  WIRE_ERROR(null, "the wire failed to send it"),
  /** The reader at the far end of a wire in memory was too slow. */
  FULL_RING("SKB_DROP_REASON_FULL_RING", "far end's ring full"),
  /** A {@code FaultyWire} lost it, as it was told to. */
  FAULT_LOSS(null, "lost on purpose by the fault setting"),
  /** A {@code FaultyWire} held as many frames as it has room for. */
  FAULT_OVERFLOW(null, "more frames delayed by the fault setting than it has room for"),
  /** No buffer was free. */
  NOMEM("SKB_DROP_REASON_NOMEM", "no buffer free"),
  /** A queue was emptied because its device stopped. */
  QUEUE_PURGE("SKB_DROP_REASON_QUEUE_PURGE", "queue purged, device stopped"),
  /** A handler threw: a bug in Skiff or in a handler of yours. */
  HANDLER_ERROR(null, "a handler threw (a bug; see the log)"),

  // ARP and neighbours.
  /** {@code ar$hrd} is not Ethernet's. */
  ARP_HARDWARE(null, "ARP for other hardware than Ethernet"),
  /** {@code ar$hln} is not the length of a MAC address. */
  ARP_HARDWARE_LEN(null, "ARP hardware address is not 6 bytes long"),
  /** {@code ar$pro} is not IPv4. */
  ARP_PROTOCOL(null, "ARP for another protocol than IPv4"),
  /** {@code ar$pln} is not the length of an IPv4 address. */
  ARP_PROTOCOL_LEN(null, "ARP protocol address is not 4 bytes long"),
  /** {@code ar$op} is neither request nor reply. */
  ARP_OPCODE(null, "ARP opcode is neither request nor reply"),
  /** The sender claims an IPv4 address that no host can have. */
  ARP_INVALID_SOURCE(null, "ARP sender address is not a host's"),
  /** The sender's MAC address is a group's, the broadcast address or zero. */
  ARP_INVALID_MAC(null, "ARP sender MAC is not one station's"),
  /** The target is a loopback or multicast address. */
  ARP_INVALID_TARGET(null, "ARP target is loopback or multicast"),
  /** The sender's MAC address is ours: the packet has come back to us, or is forged. */
  ARP_LOOPED(null, "ARP from our own MAC address, looped back or forged"),
  /** A reply that nobody here asked for: it makes no entry. */
  ARP_UNSOLICITED(null, "ARP reply that was not asked for"),
  /** It contradicts an answer that came less than a second ago, which stands. */
  ARP_LOCKTIME(null, "ARP contradicts the answer of a moment ago"),
  /** It contradicts an entry that was set by hand. */
  ARP_PERMANENT(null, "ARP contradicts an entry set by hand"),
  /** Well-formed, about somebody else and of no use here. */
  ARP_NOT_FOR_US(null, "ARP between other hosts"),
  /** A request for our address that {@code arp_ignore} has not answered. */
  ARP_IGNORED(null, "ARP request that arp_ignore does not let us answer"),
  /** ARP is switched off on the device. */
  ARP_NOARP(null, "ARP on a device where it is off (IFF_NOARP)"),
  /** Another station uses, or probes for, our address. */
  ARP_CONFLICT(null, "another station uses our address"),
  /** No entry could be made: the table is full. */
  NEIGH_CREATEFAIL("SKB_DROP_REASON_NEIGH_CREATEFAIL", "neighbour table full"),
  /** The next hop did not answer. */
  NEIGH_FAILED("SKB_DROP_REASON_NEIGH_FAILED", "next hop does not answer ARP"),
  /** Pushed out of the queue of those that wait for an answer. */
  NEIGH_QUEUEFULL("SKB_DROP_REASON_NEIGH_QUEUEFULL", "too many waiting for the next hop's MAC"),

  // IP.
  /** A malformed IP header. */
  IP_INHDR("SKB_DROP_REASON_IP_INHDR", "malformed IP header"),
  /** The IP header's checksum is wrong. */
  IP_CSUM("SKB_DROP_REASON_IP_CSUM", "wrong IP header checksum"),
  /** Fewer bytes than the IP header says. */
  IP_TRUNCATED(null, "fewer bytes than the IP total length"),
  /** The source is not an address that a host can send from. */
  IP_INVALID_SOURCE("SKB_DROP_REASON_IP_INVALID_SOURCE", "IP source is not a host's address"),
  /** The source is our own address. */
  IP_LOCAL_SOURCE("SKB_DROP_REASON_IP_LOCAL_SOURCE", "IP source is our own address"),
  /** The destination is a loopback address. */
  IP_LOCALNET("SKB_DROP_REASON_IP_LOCALNET", "IP destination is loopback"),
  /** The destination is not ours. */
  IP_INADDRERRORS("SKB_DROP_REASON_IP_INADDRERRORS", "IP destination is not ours"),
  /** To a group that we did not join. */
  IP_MULTICAST_UNJOINED(null, "IP group not joined"),
  /** A unicast datagram in a link-layer broadcast or multicast. */
  UNICAST_IN_L2_MULTICAST(
      "SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST", "unicast IP in a link-layer broadcast"),
  /** A fragment that has come already. */
  DUP_FRAG("SKB_DROP_REASON_DUP_FRAG", "fragment that was there already"),
  /** The other fragments of its datagram did not come in time. */
  FRAG_REASM_TIMEOUT("SKB_DROP_REASON_FRAG_REASM_TIMEOUT", "other fragments not there in time"),
  /** Fragments of its datagram overlap: none of them can be trusted. */
  IP_FRAGMENT_OVERLAP(null, "fragments that overlap"),
  /** The fragments of its datagram have two ends, or one behind the end. */
  IP_FRAGMENT_END(null, "fragments that do not agree where the datagram ends"),
  /** Its end is behind byte 65,535, where that of no datagram is. */
  IP_FRAGMENT_TOO_LONG(null, "fragments of more than 65535 bytes"),
  /** It has no data, or less than 8 bytes and is not the last. */
  IP_FRAGMENT_EMPTY(null, "fragment without data"),
  /** It made room for younger ones, or would take more than its share. */
  IP_FRAGMENT_EVICTED(null, "too much memory taken by fragments"),
  /** Some fragments of its datagram know of ECN and some do not. */
  IP_FRAGMENT_ECN(null, "fragments with and without ECN"),
  /** No handler for this IP protocol. */
  IP_NOPROTO("SKB_DROP_REASON_IP_NOPROTO", "no handler for its IP protocol"),
  /** An option whose length or pointer is wrong. */
  IP_OPTIONS(null, "malformed IP option"),
  /** A source route, and they are refused. */
  IP_SOURCE_ROUTE(null, "source route, which is refused (accept_source_route)"),
  /** No route to the destination. */
  IP_OUTNOROUTES("SKB_DROP_REASON_IP_OUTNOROUTES", "no route to its destination"),
  /** A route of type blackhole, unreachable or prohibit. */
  IP_ROUTE_REFUSED(null, "its route is blackhole, unreachable or prohibit"),
  /** To an address of our own: there is no loopback device. */
  IP_OUT_LOCAL(null, "to an address of our own, and there is no loopback"),
  /** To an address that nothing may be sent to: 0.0.0.0, loopback, class E. */
  IP_OUT_INVALID_DEST(null, "to an address that no host can have"),
  /** From an address that is not ours, or from a link-local one through a gateway. */
  IP_OUT_INVALID_SOURCE(null, "from an address that is not ours, or not for beyond the link"),

  // UDP.
  /** A length that contradicts the datagram's. */
  UDP_LENGTH(null, "wrong UDP length"),
  /** The UDP checksum is wrong. */
  UDP_CSUM("SKB_DROP_REASON_UDP_CSUM", "wrong UDP checksum"),
  /** Nobody listens at the port. */
  NO_SOCKET("SKB_DROP_REASON_NO_SOCKET", "nobody listens at the port"),

  // ICMP.
  /** The ICMP checksum is wrong. */
  ICMP_CSUM("SKB_DROP_REASON_ICMP_CSUM", "wrong ICMP checksum"),
  /** A type that asks for nothing from us. */
  ICMP_TYPE(null, "ICMP type that is not answered"),
  /** An ICMP error that quotes nothing of ours. */
  ICMP_QUOTE(null, "ICMP error about a datagram that is not ours"),
  /** A "fragmentation needed" about nothing so long, or that would raise a path's MTU. */
  ICMP_PMTU(null, "ICMP fragmentation needed that is not believed"),
  /** {@code icmp_echo_ignore_all} is set. */
  ICMP_ECHO_IGNORED(null, "echo request, and they are not answered (icmp_echo_ignore_all)"),
  /** An echo request to a broadcast or group address. */
  ICMP_ECHO_BROADCAST(null, "ICMP message to a broadcast address"),
  /** An echo reply that no ping here waits for: late, forged or none of ours. */
  ICMP_ECHO_REPLY_UNASKED(null, "echo reply that nobody here waits for"),

  // IGMP.
  /** The IGMP checksum is wrong. */
  IGMP_CSUM(null, "wrong IGMP checksum"),
  /** An IGMP query as long as none of any version: RFC 3376 7.1. */
  IGMP_LENGTH(null, "IGMP query of no version's length"),
  /** An IGMP message that says nothing to a host. */
  IGMP_TYPE(null, "IGMP type that is not for hosts"),
  /** An IGMP report that was sent to us alone, on which no router can rely. */
  IGMP_UNICAST(null, "IGMP report that was not sent to its group");

  private static final DropReason[] VALUES = values();

  private final @Nullable String kernelName;
  private final String text;

  DropReason(@Nullable String kernelName, String text) {
    this.kernelName = kernelName;
    this.text = text;
  }

  /** The kernel's spelling, or null where the kernel has no such reason. */
  public @Nullable String kernelName() {
    return kernelName;
  }

  /** A few words for people. */
  public String text() {
    return text;
  }

  /** Whether a packet was lost: neither kept nor used up. */
  public boolean isDrop() {
    return this != NOT_DROPPED && this != CONSUMED;
  }

  /** How many reasons there are. */
  public static int count() {
    return VALUES.length;
  }

  /** The reason with this {@link #ordinal}. */
  public static DropReason of(int ordinal) {
    return VALUES[ordinal];
  }
}
