package dev.skiff.netns;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * In what Skiff answers otherwise than Linux does, and why. Each difference stands here as {@link
 * Answer#differences} words it, Linux in front of the bar, with the cases that show it.
 */
final class KnownDifferences {
  /**
   * One of them.
   *
   * @param cases all that show it; empty if it is in more than can be listed
   */
  private record Known(String why, String difference, Set<String> cases) {
    boolean covers(String theDifference, String theCase) {
      return difference.equals(theDifference) && (cases.isEmpty() || cases.contains(theCase));
    }
  }

  private static final String ECHO =
      "0800f4c85c1f000101080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3da";

  private final List<Known> all = new ArrayList<>();

  private void known(String why, String difference, String... cases) {
    all.add(new Known(why, difference, new LinkedHashSet<>(Arrays.asList(cases))));
  }

  private KnownDifferences() {
    known(
        "What fits is sent as an atomic datagram, with DF: RFC 6864 4.1. Linux lets ICMP be"
            + " fragmented on the way.",
        "ip.df: 0 | 1");
    headers();
    addresses();
    messages();
  }

  /**
   * Those that there are.
   *
   * @param allOn with the switches on that are usually off
   */
  static KnownDifferences when(boolean allOn) {
    KnownDifferences known = new KnownDifferences();
    if (allOn) {
      known.allOn();
    } else {
      known.usual();
    }
    return known;
  }

  /** What switches make. */
  private void usual() {
    known(
        "X46, X48: the 0-form of a broadcast address is one (old_broadcasts), and so no source. For"
            + " Linux it is since 5.14 a host's address, which it asks for.",
        "type 0x0806 | nothing",
        "echo from 198.51.100.0");
    known(
        "X40, RFC 1122 3.3.6: unicast in a link-layer broadcast is silently discarded. In Linux"
            + " drop_unicast_in_l2_multicast is off.",
        "icmp 0/0 to 198.51.100.1 | nothing",
        "echo to us in a broadcast frame",
        "echo to us in a multicast frame");
    known(
        "X115: a timestamp request MAY be answered, and is not by default: icmp_timestamp.",
        "icmp 14/0 to 198.51.100.1 | nothing",
        "ICMP type 13",
        "ICMP timestamp of 19 bytes");
  }

  private void allOn() {
    known(
        "RFC 792: a timestamp request has 20 bytes. Linux answers shorter ones.",
        "icmp 14/0 to 198.51.100.1 | nothing",
        "ICMP timestamp of 19 bytes");
  }

  private void headers() {
    String why =
        "X93, RFC 1122 3.2.2: ICMP errors SHOULD have TOS 0. Linux sends them as routers do.";
    known(why, "ip.tos: c0 | 00");
    known(why, "ip.tos: d8 | 00", "UDP to a closed port, TOS 0xB8");
    why =
        "X92, RFC 1122 3.2.2: an error quotes what was received, unchanged. Linux quotes what it has"
            + " made of it: a route recorded, what is behind UDP's own length cut off.";
    known(
        why,
        "icmp.data: 45000030123400004011141fc6336401c63364029c4000090014000001080f161d242b323940474e"
            + " | 45000030123400004011141fc6336401c63364029c4000090014000001080f161d242b323940474e"
            + "555c636a71787f86",
        "UDP whose length is less");
    known(why, "ip.tot_len: 68 | 76", "UDP whose length is less");
    known(
        why,
        "icmp.data: 4800003c1234000040110608c6336401c6336402070b08c63364020000000000"
            + "9c400009001c8c3901080f161d242b323940474e555c636a71787f86"
            + " | 4800003c1234000040110608c6336401c6336402070b04000000000000000000"
            + "9c400009001c8c3901080f161d242b323940474e555c636a71787f86",
        "UDP with a record route");
    known(
        why,
        "icmp.data: 480000481234000040010572c6336401c6336402070708c63364029e00000000"
            + ECHO
            + " | 480000481234000040010572c6336401c6336402070704000000009e00000000"
            + ECHO,
        "echo with length 0 behind what is right");
    known(
        why,
        "icmp.data: 4900004c123400004001fe00c6336401c6336402070708c633640207070400000000"
            + "0000"
            + ECHO
            + " | 4900004c123400004001fe00c6336401c6336402070704000000000707040000000000"
            + "00"
            + ECHO,
        "echo with two record routes");
    known(
        why,
        "icmp.data: 4900004c1234000040017a01c6336401c633640244080910000000014408050000000000"
            + ECHO
            + " | 4900004c1234000040017a01c6336401c633640244080900000000014408050000000000"
            + ECHO,
        "echo with two timestamps");
    why =
        "RFC 1122 3.2.2.6 has options echoed in echo and timestamp replies. Linux echoes them in"
            + " errors, too.";
    known(why, "ip.options: 070b0cc6336402c633640200 | ", "UDP with a record route");
    known(why, "ip.tot_len: 100 | 88", "UDP with a record route");
    String twoRoutes = "echo with two record routes";
    String twoTimes = "echo with two timestamps";
    String lengthZero = "echo with length 0 behind what is right";
    known(why, "ip.options: 070708c633640200 | ", lengthZero, twoRoutes);
    known(why, "ip.options: 4408091000000001 | ", twoTimes);
    known(why, "ip.tot_len: 108 | 100", lengthZero);
    known(why, "ip.tot_len: 112 | 104", twoRoutes, twoTimes);
  }

  private void addresses() {
    String why =
        "X48, RFC 1122 3.2.1.3: silently discarded, since no host can have this source. Linux looks"
            + " at the source by rp_filter only, which is off here.";
    known(why, "icmp 0/0 to 0.1.2.3 | nothing", "echo from 0.1.2.3");
    known(why, "icmp 0/0 to 198.51.100.255 | nothing", "echo from 198.51.100.255");
    known(why, "icmp 0/0 to 240.0.0.1 | nothing", "echo from 240.0.0.1");
  }

  private void messages() {
    String why =
        "X114: RFC 792 has no other code than 0 in a reply. Linux sends the request's back.";
    known(why, "icmp 0/1 to 198.51.100.1 | icmp 0/0 to 198.51.100.1", "echo with code 1");
    known(why, "icmp 0/255 to 198.51.100.1 | icmp 0/0 to 198.51.100.1", "echo with code 255");
    known(
        "RFC 1071: the checksum of zeros is 0xFFFF. Linux on x86 sends 0, which is wrong.",
        "icmp.check: WRONG | right",
        "echo of zeros",
        "echo of an odd number of zeros");
    known(
        "X75, RFC 5722: any overlap but an exact duplicate discards the datagram. For Linux what lies"
            + " within what is there is a duplicate, too.",
        "icmp 0/0 to 198.51.100.1 | nothing",
        "a fragment inside of another");
    known(
        "X85, X119: of an answer no path's MTU is learnt, since anybody may have asked in another's"
            + " name: it goes without DF from then on, and whole. Linux fragments it, and does so too"
            + " if nobody can have found the datagram too long.",
        "ip protocol 1 to 198.51.100.9, ip protocol 1 to 198.51.100.9, ip protocol 1 to 198.51.100.9"
            + " | icmp 0/0 to 198.51.100.9",
        "told of an MTU of 600, about an echo reply that fits, then an echo",
        "told of an MTU of 590, about a long echo reply without DF, then an echo",
        "told of an MTU of 580, about a long echo reply, then an echo",
        "told of an MTU of 100, about a long echo reply, then an echo",
        "told of an MTU of 1400, about a long echo reply, then an echo");
    known(
        "X53: there is no TCP yet; Linux has one, which resets.",
        "ip protocol 6 to 198.51.100.1 | icmp 3/2 to 198.51.100.1",
        "TCP SYN");
  }

  /**
   * What was found and is not listed, and what is listed and was not found; empty if all is well.
   */
  String unlike(Map<String, Set<String>> found) {
    StringBuilder text = new StringBuilder();
    found.forEach(
        (difference, cases) -> {
          Set<String> unknown = new TreeSet<>(cases);
          unknown.removeIf(one -> all.stream().anyMatch(known -> known.covers(difference, one)));
          if (!unknown.isEmpty()) {
            text.append("unknown: ").append(difference).append("\n  in ").append(unknown);
            text.append('\n');
          }
        });
    for (Known known : all) {
      Set<String> cases = found.getOrDefault(known.difference, Set.of());
      Set<String> gone = new TreeSet<>(known.cases);
      gone.removeAll(cases);
      if (!gone.isEmpty() || cases.isEmpty()) {
        text.append("there no more: ").append(known.difference).append("\n  in ").append(gone);
        text.append("\n  known because: ").append(known.why).append('\n');
      }
    }
    return text.toString();
  }
}
