package dev.skiff.netns;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Fragments: in which order, overlapping, twice, too many bytes, and those that nobody follows. */
final class FragmentCases {
  /** Behind which what is not whole is given up, in both: ipfrag_time is 1 s. */
  private static final int LATE_MS = 1_600;

  private static int nextId = 0x4000;

  private FragmentCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    all.addAll(orders());
    all.addAll(overlaps());
    all.addAll(limits());
    all.addAll(mixed());
    all.addAll(late());
    return all;
  }

  /** 64 bytes of ICMP with an id that no other case has. */
  private static Datagram whole(int bytes) {
    return new Datagram().id(nextId++).echo(bytes - Frames.ICMP_HLEN);
  }

  private static List<Datagram> split(Datagram whole, int each, int length) {
    List<Datagram> fragments = new ArrayList<>();
    for (int from = 0; from < length; from += each) {
      fragments.add(whole.fragment(from, from + each));
    }
    return fragments;
  }

  private static Case of(String name, List<Datagram> fragments) {
    return Case.of(name, fragments.toArray(Datagram[]::new));
  }

  private static List<Case> orders() {
    List<Case> all = new ArrayList<>();
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int[] order : orders) {
      List<Datagram> parts = split(whole(64), 24, 64);
      Datagram[] sent = {parts.get(order[0]), parts.get(order[1]), parts.get(order[2])};
      all.add(Case.of("fragments " + order[0] + order[1] + order[2] + " of an echo", sent));
    }
    all.add(of("8 fragments of 8 bytes", split(whole(64), 8, 64)));
    List<Datagram> backwards = split(whole(64), 8, 64);
    Collections.reverse(backwards);
    all.add(of("8 fragments of 8 bytes backwards", backwards));
    all.add(of("echo of 1473 in fragments", split(whole(1481), 1480, 1481)));
    all.add(of("echo of 8000 in fragments", split(whole(8008), 1480, 8008)));
    all.add(of("echo of 65507 in fragments", split(whole(65_515), 1480, 65_515)));
    List<Datagram> long65507 = split(whole(65_515), 1480, 65_515);
    Collections.reverse(long65507);
    all.add(of("echo of 65507 in fragments backwards", long65507));
    Datagram udp = new Datagram().id(nextId++).udp(9, Frames.data(100));
    all.add(of("UDP to a closed port in fragments", split(udp, 40, 108)));
    Datagram unknown =
        new Datagram().id(nextId++).protocol(Datagram.UNKNOWN_PROTOCOL).payload(Frames.data(100));
    all.add(of("protocol 253 in fragments", split(unknown, 40, 100)));
    return all;
  }

  private static List<Case> overlaps() {
    Datagram twice = whole(64);
    Datagram lastTwice = whole(64);
    Datagram over = whole(64);
    Datagram inside = whole(64);
    Datagram around = whole(64);
    Datagram head = whole(64);
    Datagram overlapping = whole(64);
    return List.of(
        Case.of(
            "first fragment twice",
            twice.fragment(0, 24),
            twice.fragment(0, 24),
            twice.fragment(24, 64)),
        Case.of(
            "last fragment twice",
            lastTwice.fragment(24, 64),
            lastTwice.fragment(24, 64),
            lastTwice.fragment(0, 24)),
        Case.of("second fragment over the first by 8", over.fragment(0, 32), over.fragment(24, 64)),
        Case.of(
            "a fragment inside of another",
            inside.fragment(0, 40),
            inside.fragment(8, 24),
            inside.fragment(40, 64)),
        Case.of(
            "a fragment around another",
            around.fragment(8, 24),
            around.fragment(0, 40),
            around.fragment(40, 64)),
        Case.of(
            "a longer fragment with the same beginning",
            head.fragment(0, 16),
            head.fragment(0, 32),
            head.fragment(16, 64)),
        Case.of(
            "overlap, then the whole again",
            overlapping.fragment(0, 32),
            overlapping.fragment(24, 48),
            overlapping.fragment(0, 32),
            overlapping.fragment(32, 64)));
  }

  private static List<Case> limits() {
    Datagram ends = whole(64);
    Datagram beyond = whole(64);
    Datagram longer = whole(64);
    Datagram odd = whole(64);
    return List.of(
        Case.of("ping of death", new Datagram().id(nextId++).echo(100).fragOff(8191)),
        Case.of(
            "ping of death behind a first fragment",
            whole(64).id(0x3F01).fragment(0, 64).fragOff(0x2000),
            new Datagram().id(0x3F01).payload(Frames.data(100)).fragOff(8191)),
        Case.of(
            "two last fragments with different ends",
            ends.fragment(40, 64),
            ends.copy().payload(Frames.data(16)).fragOff(5),
            ends.fragment(0, 40)),
        Case.of(
            "bytes behind a known end",
            beyond.fragment(24, 64),
            beyond.copy().payload(Frames.data(8)).fragOff(0x2000 | 9),
            beyond.fragment(0, 24)),
        Case.of(
            "an end before bytes that are there",
            longer.copy().payload(Frames.data(16)).fragOff(0x2000 | 6),
            longer.fragment(24, 40).fragOff(3),
            longer.fragment(0, 24)),
        Case.of(
            "a fragment that is no multiple of 8 and not the last",
            odd.copy().payload(Frames.data(13)).fragOff(0x2000 | 3),
            odd.fragment(0, 24),
            odd.fragment(32, 64)),
        Case.of("MF without bytes", new Datagram().id(nextId++).fragOff(0x2000)),
        Case.of(
            "MF with 7 bytes",
            new Datagram().id(nextId++).payload(Frames.data(7)).fragOff(0x2000)));
  }

  private static List<Case> mixed() {
    Datagram first = whole(64);
    Datagram other = whole(64).id(0x3F02);
    Datagram sameId = new Datagram().id(0x3F02).udp(9, Frames.data(56));
    Datagram from = whole(64);
    Datagram options = whole(64).options("070704 00000000 00");
    Datagram badOption = whole(64).options("07000000");
    Datagram df = whole(64);
    return List.of(
        Case.of("a later fragment alone is not answered", first.fragment(24, 64)),
        Case.of("a first fragment alone is not answered", whole(64).fragment(0, 24)),
        Case.of(
            "two protocols with one id, interleaved",
            other.fragment(0, 24),
            sameId.fragment(0, 24),
            other.fragment(24, 64),
            sameId.fragment(24, 64)),
        Case.of(
            "fragments of two senders are no datagram",
            from.fragment(0, 24),
            from.fragment(24, 64).fromMac(Peer.SECOND_MAC).from(Peer.SECOND_IP)),
        Case.of("fragments with a record route", options.fragment(0, 24), options.fragment(24, 64)),
        Case.of("a first fragment with a bad option", badOption.fragment(0, 24)),
        Case.of("a later fragment with a bad option", badOption.fragment(24, 64)),
        Case.of(
            "fragments with DF",
            df.fragment(0, 24).fragOff(0x6000),
            df.fragment(24, 64).fragOff(0x4003)),
        Case.of(
            "fragments with other TOS",
            df.copy().id(0x3F03).fragment(0, 24).tos(0x10),
            df.copy().id(0x3F03).fragment(24, 64).tos(0xB8)),
        Case.of(
            "fragments with other ECN",
            df.copy().id(0x3F04).fragment(0, 24).tos(2),
            df.copy().id(0x3F04).fragment(24, 64).tos(3)));
  }

  private static List<Case> late() {
    Datagram udp = new Datagram().id(nextId++).udp(9, Frames.data(100));
    Datagram error = new Datagram().id(nextId++).icmp(3, 1, 0, 0, new byte[56]);
    return List.of(
        Case.of("what earlier cases left times out", new Datagram().echo(0)).waiting(LATE_MS),
        Case.of("reassembly times out with the first fragment", whole(64).fragment(0, 24))
            .waiting(LATE_MS),
        Case.of("reassembly times out without the first fragment", whole(64).fragment(24, 64))
            .waiting(LATE_MS),
        Case.of("reassembly of UDP times out", udp.fragment(40, 108), udp.fragment(0, 32))
            .waiting(LATE_MS),
        Case.of("reassembly of an ICMP error times out", error.fragment(0, 40)).waiting(LATE_MS));
  }
}
