package dev.skiff.skb;

import java.util.EnumSet;
import java.util.Set;
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
  NOT_DROPPED("SKB_NOT_DROPPED_YET", "still held", ""),
  /** A good end: it was sent, answered or used up. */
  CONSUMED("SKB_CONSUMED", "sent or used up", ""),

  // The device and the frame.
  /** Too short for the header that should be there. */
  PKT_TOO_SMALL(
      "SKB_DROP_REASON_PKT_TOO_SMALL",
      "shorter than its headers",
      "skiff capture reason PKT_TOO_SMALL shows who sends them; a cable or a fault setting may cut frames"),
  /** Longer than the device's MTU allows. */
  PKT_TOO_BIG(
      "SKB_DROP_REASON_PKT_TOO_BIG",
      "longer than the MTU allows",
      "give both sides one MTU: skiff link set DEV mtu N, ip link set DEV mtu N"),
  /** A length in place of the type, and fewer bytes than it says. */
  PKT_802_3_LENGTH(
      null,
      "shorter than its 802.3 length",
      "skiff capture reason PKT_802_3_LENGTH shows who sends them"),
  /** A frame of a VLAN, which this is no member of. */
  VLAN_UNKNOWN(
      null,
      "tagged for a VLAN (802.1Q), which is not supported",
      "take the tag off before the TAP: an untagged port of the bridge"),
  /** The frame is for another station's MAC address. */
  OTHERHOST(
      "SKB_DROP_REASON_OTHERHOST",
      "addressed to another station's MAC",
      "usual on a bridge that floods; else look for a wrong entry on the sender: ip neigh"),
  /** The frame's source address is a group, which no station can be. */
  MAC_INVALID_SOURCE(
      "SKB_DROP_REASON_MAC_INVALID_SOURCE",
      "source MAC is multicast",
      "skiff capture reason MAC_INVALID_SOURCE shows them: forged, or damaged on the way"),
  /** No handler for this EtherType. */
  UNHANDLED_PROTO(
      "SKB_DROP_REASON_UNHANDLED_PROTO",
      "no handler for its EtherType",
      "usual: other protocols of the host and its neighbours (LLDP, STP)"),
  /** IPv6, which Skiff does not speak; a Linux host sends it unasked on every link. */
  IPV6DISABLED(
      "SKB_DROP_REASON_IPV6DISABLED",
      "IPv6, which is not supported",
      "usual; sysctl -w net.ipv6.conf.TAP.disable_ipv6=1 on the host stops its own"),
  /** The backlog is full, or overflowed and has not been emptied since. */
  CPU_BACKLOG(
      "SKB_DROP_REASON_CPU_BACKLOG",
      "backlog full",
      "more came at once than is kept: send less, or find what keeps the loop busy"),
  /** The transmit band is full. */
  QDISC_DROP(
      "SKB_DROP_REASON_QDISC_DROP",
      "transmit band full",
      "more is sent than the wire takes: send less, or skiff link set DEV txqueuelen N"),
  /** The device is down, or the host's side of it is. */
  DEV_READY(
      "SKB_DROP_REASON_DEV_READY",
      "device not up",
      "bring it up on both sides: skiff link set DEV up, ip link set DEV up"),
  /** The wire took the frame and then failed to send it. */
  WIRE_ERROR(
      null,
      "the wire failed to send it",
      "the failure is in skiff link and in the log: the TAP may be gone, or its host side down"),
  /** The reader at the far end of a wire in memory was too slow. */
  FULL_RING(
      "SKB_DROP_REASON_FULL_RING",
      "far end's ring full",
      "let the far end's loop turn more often, or give the PipeWire a longer ring"),
  /** A {@code FaultyWire} lost it, as it was told to. */
  FAULT_LOSS(null, "lost on purpose by the fault setting", "as you asked; skiff fault off ends it"),
  /** A {@code FaultyWire} held as many frames as it has room for. */
  FAULT_OVERFLOW(
      null,
      "more frames delayed by the fault setting than it has room for",
      "less delay, or a higher rate, in skiff fault"),
  /** No buffer was free. */
  NOMEM(
      "SKB_DROP_REASON_NOMEM",
      "no buffer free",
      "a larger --buffer-memory; sk_buff in skiff stat shows how many are out (taken - freed)"),
  /** A queue was emptied because its device stopped. */
  QUEUE_PURGE(
      "SKB_DROP_REASON_QUEUE_PURGE",
      "queue purged, device stopped",
      "nothing: they were on their way when the device was stopped"),
  /** A handler threw: a bug in Skiff or in a handler of yours. */
  HANDLER_ERROR(
      null,
      "a handler threw (a bug; see the log)",
      "see the log: the stack trace says where, and it is a bug to be reported"),

  // ARP and neighbours.
  /** {@code ar$hrd} is not Ethernet's. */
  ARP_HARDWARE(
      null,
      "ARP for other hardware than Ethernet",
      "skiff capture reason ARP_HARDWARE shows who sends it"),
  /** {@code ar$hln} is not the length of a MAC address. */
  ARP_HARDWARE_LEN(
      null,
      "ARP hardware address is not 6 bytes long",
      "skiff capture reason ARP_HARDWARE_LEN shows who sends it"),
  /** {@code ar$pro} is not IPv4. */
  ARP_PROTOCOL(
      null,
      "ARP for another protocol than IPv4",
      "skiff capture reason ARP_PROTOCOL shows who sends it"),
  /** {@code ar$pln} is not the length of an IPv4 address. */
  ARP_PROTOCOL_LEN(
      null,
      "ARP protocol address is not 4 bytes long",
      "skiff capture reason ARP_PROTOCOL_LEN shows who sends it"),
  /** {@code ar$op} is neither request nor reply. */
  ARP_OPCODE(
      null,
      "ARP opcode is neither request nor reply",
      "skiff capture reason ARP_OPCODE shows who sends it"),
  /** The sender claims an IPv4 address that no host can have. */
  ARP_INVALID_SOURCE(
      null, "ARP sender address is not a host's", "give the sender an address of its own"),
  /** The sender's MAC address is a group's, the broadcast address or zero. */
  ARP_INVALID_MAC(
      null,
      "ARP sender MAC is not one station's",
      "skiff capture reason ARP_INVALID_MAC shows it: forged, or damaged on the way"),
  /** The target is a loopback or multicast address. */
  ARP_INVALID_TARGET(
      null,
      "ARP target is loopback or multicast",
      "skiff capture reason ARP_INVALID_TARGET shows who asks"),
  /** The sender's MAC address is ours: the packet has come back to us, or is forged. */
  ARP_LOOPED(
      null,
      "ARP from our own MAC address, looped back or forged",
      "look for a loop in the network, or another station with Skiff's MAC address (--mac)"),
  /** A reply that nobody here asked for: it makes no entry. */
  ARP_UNSOLICITED(
      null,
      "ARP reply that was not asked for",
      "nothing, unless entries are wanted from such replies: --arp accept=on"),
  /** It contradicts an answer that came less than a second ago, which stands. */
  ARP_LOCKTIME(
      null,
      "ARP contradicts the answer of a moment ago",
      "if it is often: two stations have one address, skiff capture arp shows their MACs"),
  /** It contradicts an entry that was set by hand. */
  ARP_PERMANENT(
      null,
      "ARP contradicts an entry set by hand",
      "if the neighbour has a new MAC address: skiff neigh replace, or del"),
  /** Well-formed, about somebody else and of no use here. */
  ARP_NOT_FOR_US(null, "ARP between other hosts", "usual on every network"),
  /** A request for our address that {@code arp_ignore} has not answered. */
  ARP_IGNORED(
      null,
      "ARP request that arp_ignore does not let us answer",
      "as --arp ignore=N asks; ignore=0 answers"),
  /** ARP is switched off on the device. */
  ARP_NOARP(
      null,
      "ARP on a device where it is off (IFF_NOARP)",
      "skiff link set DEV arp on, if it is to speak ARP"),
  /** Another station uses, or probes for, our address. */
  ARP_CONFLICT(
      null,
      "another station uses our address",
      "give one of the two another address: skiff capture arp shows the other's MAC"),
  /** No entry could be made: the table is full. */
  NEIGH_CREATEFAIL(
      "SKB_DROP_REASON_NEIGH_CREATEFAIL",
      "neighbour table full",
      "raise --neigh gc_thresh3=N, or find who makes Skiff talk to so many"),
  /** The next hop did not answer. */
  NEIGH_FAILED(
      "SKB_DROP_REASON_NEIGH_FAILED",
      "next hop does not answer ARP",
      "see whether the next hop is up and on this link: skiff neigh, skiff route get ADDR"),
  /** Pushed out of the queue of those that wait for an answer. */
  NEIGH_QUEUEFULL(
      "SKB_DROP_REASON_NEIGH_QUEUEFULL",
      "too many waiting for the next hop's MAC",
      "send less before the first answer, or raise --neigh unres_qlen=N"),

  // IP.
  /** A malformed IP header. */
  IP_INHDR(
      "SKB_DROP_REASON_IP_INHDR",
      "malformed IP header",
      "skiff capture reason IP_INHDR shows who sends it"),
  /** The IP header's checksum is wrong. */
  IP_CSUM(
      "SKB_DROP_REASON_IP_CSUM",
      "wrong IP header checksum",
      "damaged on the way, or a sender that leaves checksums to hardware: skiff capture reason IP_CSUM"),
  /** Fewer bytes than the IP header says. */
  IP_TRUNCATED(
      null,
      "fewer bytes than the IP total length",
      "skiff capture reason IP_TRUNCATED shows who sends it"),
  /** The source is not an address that a host can send from. */
  IP_INVALID_SOURCE(
      "SKB_DROP_REASON_IP_INVALID_SOURCE",
      "IP source is not a host's address",
      "give the sender an address of its own"),
  /** The source is our own address. */
  IP_LOCAL_SOURCE(
      "SKB_DROP_REASON_IP_LOCAL_SOURCE",
      "IP source is our own address",
      "another station has Skiff's address, or forges it: skiff capture reason IP_LOCAL_SOURCE"),
  /** The destination is a loopback address. */
  IP_LOCALNET(
      "SKB_DROP_REASON_IP_LOCALNET",
      "IP destination is loopback",
      "skiff capture reason IP_LOCALNET shows who sends to 127.0.0.0/8"),
  /** The destination is not ours. */
  IP_INADDRERRORS(
      "SKB_DROP_REASON_IP_INADDRERRORS",
      "IP destination is not ours",
      "the sender believes Skiff to have that address, or to forward: skiff addr, ip route get ADDR"),
  /** To a group that we did not join. */
  IP_MULTICAST_UNJOINED(null, "IP group not joined", "usual; --group or skiff maddr add joins one"),
  /** A unicast datagram in a link-layer broadcast or multicast. */
  UNICAST_IN_L2_MULTICAST(
      "SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST",
      "unicast IP in a link-layer broadcast",
      "skiff capture reason UNICAST_IN_L2_MULTICAST shows who sends it"),
  /** A fragment that has come already. */
  DUP_FRAG(
      "SKB_DROP_REASON_DUP_FRAG",
      "fragment that was there already",
      "usual where a network duplicates; nothing is lost"),
  /** The other fragments of its datagram did not come in time. */
  FRAG_REASM_TIMEOUT(
      "SKB_DROP_REASON_FRAG_REASM_TIMEOUT",
      "other fragments not there in time",
      "fragments are lost on the way: a smaller packet, or one MTU on the whole path"),
  /** Fragments of its datagram overlap: none of them can be trusted. */
  IP_FRAGMENT_OVERLAP(
      null,
      "fragments that overlap",
      "an attack, or a sender with a fault: skiff capture reason IP_FRAGMENT_OVERLAP"),
  /** The fragments of its datagram have two ends, or one behind the end. */
  IP_FRAGMENT_END(
      null,
      "fragments that do not agree where the datagram ends",
      "an attack, or a sender with a fault: skiff capture reason IP_FRAGMENT_END"),
  /** Its end is behind byte 65,535, where that of no datagram is. */
  IP_FRAGMENT_TOO_LONG(
      null,
      "fragments of more than 65535 bytes",
      "an attack (ping of death): skiff capture reason IP_FRAGMENT_TOO_LONG shows from whom"),
  /** It has no data, or less than 8 bytes and is not the last. */
  IP_FRAGMENT_EMPTY(
      null,
      "fragment without data",
      "an attack, or a sender with a fault: skiff capture reason IP_FRAGMENT_EMPTY"),
  /** It made room for younger ones, or would take more than its share. */
  IP_FRAGMENT_EVICTED(
      null,
      "too much memory taken by fragments",
      "raise --ipv4 ipfrag_high_thresh=BYTES if the traffic is wanted"),
  /** Some fragments of its datagram know of ECN and some do not. */
  IP_FRAGMENT_ECN(
      null,
      "fragments with and without ECN",
      "skiff capture reason IP_FRAGMENT_ECN shows who sends them"),
  /** No handler for this IP protocol. */
  IP_NOPROTO(
      "SKB_DROP_REASON_IP_NOPROTO",
      "no handler for its IP protocol",
      "usual: Skiff speaks ICMP, UDP and IGMP; the sender was told"),
  /** An option whose length or pointer is wrong. */
  IP_OPTIONS(null, "malformed IP option", "skiff capture reason IP_OPTIONS shows who sends it"),
  /** A source route, and they are refused. */
  IP_SOURCE_ROUTE(
      null,
      "source route, which is refused (accept_source_route)",
      "as usual; --ipv4 accept_source_route=on takes them"),
  /** No route to the destination. */
  IP_OUTNOROUTES(
      "SKB_DROP_REASON_IP_OUTNOROUTES",
      "no route to its destination",
      "skiff route get ADDR, then skiff route add, or --gateway"),
  /** A route of type blackhole, unreachable or prohibit. */
  IP_ROUTE_REFUSED(
      null,
      "its route is blackhole, unreachable or prohibit",
      "as the route says: skiff route shows it"),
  /** To an address of our own: there is no loopback device. */
  IP_OUT_LOCAL(
      null,
      "to an address of our own, and there is no loopback",
      "ask from another host: there is no loopback"),
  /** To an address that nothing may be sent to: 0.0.0.0, loopback, class E. */
  IP_OUT_INVALID_DEST(null, "to an address that no host can have", "send to a host's address"),
  /** From an address that is not ours, or from a link-local one through a gateway. */
  IP_OUT_INVALID_SOURCE(
      null,
      "from an address that is not ours, or not for beyond the link",
      "send from an address that skiff addr shows"),

  // UDP.
  /** A length that contradicts the datagram's. */
  UDP_LENGTH(null, "wrong UDP length", "skiff capture reason UDP_LENGTH shows who sends it"),
  /** The UDP checksum is wrong. */
  UDP_CSUM(
      "SKB_DROP_REASON_UDP_CSUM",
      "wrong UDP checksum",
      "damaged on the way, or a sender that leaves checksums to hardware: skiff capture reason UDP_CSUM"),
  /** Nobody listens at the port. */
  NO_SOCKET(
      "SKB_DROP_REASON_NO_SOCKET",
      "nobody listens at the port",
      "usual: there are no UDP sockets yet; the sender was told"),

  // ICMP.
  /** The ICMP checksum is wrong. */
  ICMP_CSUM(
      "SKB_DROP_REASON_ICMP_CSUM",
      "wrong ICMP checksum",
      "damaged on the way: skiff capture reason ICMP_CSUM"),
  /** A type that asks for nothing from us. */
  ICMP_TYPE(
      null,
      "ICMP type that is not answered",
      "usual; timestamps are answered with --ipv4 icmp_timestamp=on"),
  /** An ICMP error that quotes nothing of ours. */
  ICMP_QUOTE(
      null,
      "ICMP error about a datagram that is not ours",
      "late, or forged: skiff capture reason ICMP_QUOTE"),
  /** A "fragmentation needed" about nothing so long, or that would raise a path's MTU. */
  ICMP_PMTU(
      null,
      "ICMP fragmentation needed that is not believed",
      "forged, or a router with a fault: skiff capture reason ICMP_PMTU"),
  /** {@code icmp_echo_ignore_all} is set. */
  ICMP_ECHO_IGNORED(
      null,
      "echo request, and they are not answered (icmp_echo_ignore_all)",
      "as --ipv4 icmp_echo_ignore_all=on asks"),
  /** An echo request to a broadcast or group address. */
  ICMP_ECHO_BROADCAST(
      null,
      "ICMP message to a broadcast address",
      "as usual; --ipv4 icmp_echo_ignore_broadcasts=off answers"),
  /** An echo reply that no ping here waits for: late, forged or none of ours. */
  ICMP_ECHO_REPLY_UNASKED(
      null,
      "echo reply that nobody here waits for",
      "late replies, or forged ones: skiff capture reason ICMP_ECHO_REPLY_UNASKED"),

  // IGMP.
  /** The IGMP checksum is wrong. */
  IGMP_CSUM(null, "wrong IGMP checksum", "damaged on the way: skiff capture reason IGMP_CSUM"),
  /** An IGMP query as long as none of any version: RFC 3376 7.1. */
  IGMP_LENGTH(
      null,
      "IGMP query of no version's length",
      "skiff capture reason IGMP_LENGTH shows who sends it"),
  /** An IGMP message that says nothing to a host. */
  IGMP_TYPE(null, "IGMP type that is not for hosts", "usual: messages between routers"),
  /** An IGMP report that was sent to us alone, on which no router can rely. */
  IGMP_UNICAST(
      null,
      "IGMP report that was not sent to its group",
      "skiff capture reason IGMP_UNICAST shows who sends it");

  private static final DropReason[] VALUES = values();

  private static final Set<DropReason> TROUBLE =
      EnumSet.of(
          CPU_BACKLOG,
          QDISC_DROP,
          WIRE_ERROR,
          FAULT_LOSS,
          FAULT_OVERFLOW,
          NOMEM,
          HANDLER_ERROR,
          ARP_LOOPED,
          ARP_CONFLICT,
          NEIGH_CREATEFAIL,
          NEIGH_FAILED,
          NEIGH_QUEUEFULL,
          IP_CSUM,
          IP_LOCAL_SOURCE,
          IP_FRAGMENT_EVICTED,
          IP_OUTNOROUTES,
          ICMP_CSUM);

  private final @Nullable String kernelName;
  private final String text;
  private final String advice;

  DropReason(@Nullable String kernelName, String text, String advice) {
    this.kernelName = kernelName;
    this.text = text;
    this.advice = advice;
  }

  /** The kernel's spelling, or null where the kernel has no such reason. */
  public @Nullable String kernelName() {
    return kernelName;
  }

  /** A few words for people. */
  public String text() {
    return text;
  }

  /** What to do about it, in one line; empty if it is no drop. */
  public String advice() {
    return advice;
  }

  /**
   * Whether it says that something is wrong here or with the wire, whatever comes from outside. The
   * others come of what stations send, and do not end.
   */
  public boolean meansTrouble() {
    return TROUBLE.contains(this);
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
