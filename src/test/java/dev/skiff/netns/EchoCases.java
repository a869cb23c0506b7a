package dev.skiff.netns;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import java.util.ArrayList;
import java.util.List;

/** Echo requests, right and wrong; and who sends them to whom. */
final class EchoCases {
  private static final long ALL_HOSTS_MAC = 0x0100_5E00_0001L;
  private static final long OTHER_MAC = 0x0200_5E10_0077L;
  private static final int OTHER = ip("198.51.100.77");
  private static final int SUBNET_BROADCAST = ip("198.51.100.255");
  private static final int ZERO_FORM = ip("198.51.100.0");
  private static final int LIMITED_BROADCAST = ip("255.255.255.255");
  private static final int ALL_HOSTS = ip("224.0.0.1");
  private static final int UNJOINED = ip("224.0.1.77");
  private static final int LOOPBACK = ip("127.0.0.1");

  private EchoCases() {}

  static int ip(String address) {
    return Ip4Addr.parse(address);
  }

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    for (int size : new int[] {0, 1, 2, 3, 17, 18, 19, 55, 56, 64, 511, 512, 1471, 1472}) {
      all.add(Case.of("echo of " + size, new Datagram().echo(size)));
    }
    all.addAll(contents());
    all.addAll(headers());
    all.addAll(sources());
    all.addAll(destinations());
    return all;
  }

  private static List<Case> contents() {
    byte[] badSum = Frames.icmp(8, 0, 1, 2, Frames.data(56));
    badSum[2] ^= 1;
    byte[] badOddSum = Frames.icmp(8, 0, 1, 2, Frames.data(57));
    badOddSum[64] ^= 1;
    byte[] ones = new byte[57];
    java.util.Arrays.fill(ones, (byte) 0xFF);
    byte[] short7 = java.util.Arrays.copyOf(Frames.icmp(8, 0, 0, 0, new byte[0]), 7);
    return List.of(
        Case.of("echo of zeros", new Datagram().icmp(8, 0, 0, 0, new byte[56])),
        Case.of("echo of an odd number of zeros", new Datagram().icmp(8, 0, 0, 0, new byte[57])),
        Case.of("echo of ones", new Datagram().icmp(8, 0, 0xFFFF, 0xFFFF, ones)),
        // A reply whose checksum is 0xFFFF or 0 by RFC 1624's corner.
        Case.of("echo whose sum is all ones", new Datagram().icmp(8, 0, 0xF7FF, 0, new byte[4])),
        Case.of("echo with code 1", new Datagram().icmp(8, 1, 7, 7, Frames.data(56))),
        Case.of("echo with code 255", new Datagram().icmp(8, 255, 7, 7, Frames.data(56))),
        Case.of("echo with a wrong ICMP checksum", new Datagram().payload(badSum)),
        Case.of("echo of odd length with a wrong ICMP checksum", new Datagram().payload(badOddSum)),
        Case.of("echo of 7 bytes", new Datagram().payload(short7)),
        Case.of("ICMP of no bytes", new Datagram()),
        Case.of("echo reply unasked", new Datagram().icmp(0, 0, 7, 7, Frames.data(56))));
  }

  private static List<Case> headers() {
    return List.of(
        Case.of("TTL 0", new Datagram().ttl(0).echo(56)),
        Case.of("TTL 1", new Datagram().ttl(1).echo(56)),
        Case.of("TTL 255", new Datagram().ttl(255).echo(56)),
        Case.of("TOS 0x10", new Datagram().tos(0x10).echo(56)),
        Case.of("TOS 0xB8", new Datagram().tos(0xB8).echo(56)),
        Case.of("TOS 0x02, ECT", new Datagram().tos(2).echo(56)),
        Case.of("TOS 0xFF", new Datagram().tos(0xFF).echo(56)),
        Case.of("DF", new Datagram().dontFragment().echo(56)),
        Case.of("DF and id 0, twice", df(), df()),
        Case.of("reserved flag", new Datagram().fragOff(0x8000).echo(56)),
        Case.of("wrong header checksum", new Datagram().checksum(0x1234).echo(56)),
        Case.of("header checksum 0", new Datagram().checksum(0).echo(56)),
        Case.of("version 5", new Datagram().version(5).echo(56)),
        Case.of("version 6", new Datagram().version(6).echo(56)),
        Case.of("version 0", new Datagram().version(0).echo(56)),
        Case.of("ihl 4", new Datagram().ihl(4).echo(56)),
        Case.of("ihl 0", new Datagram().ihl(0).echo(56)),
        Case.of("ihl 15 in 28 bytes", new Datagram().ihl(15).echo(0).totLen(28)),
        Case.of("tot_len 19", new Datagram().totLen(19).echo(56)),
        Case.of("tot_len 0", new Datagram().totLen(0).echo(56)),
        Case.of("tot_len one more than the frame", new Datagram().totLen(85).echo(56)),
        Case.of("tot_len 65535", new Datagram().totLen(65_535).echo(56)),
        Case.of("tot_len that cuts the message", new Datagram().totLen(80).echo(56)),
        Case.of("one byte behind", new Datagram().trailer(1).echo(56)),
        Case.of("400 bytes behind", new Datagram().trailer(400).echo(56)),
        Case.of("rubbish behind one of odd length", new Datagram().trailer(33).echo(55)),
        Case.of("frame without padding", new Datagram().echo(0).shortFrame()),
        Case.of("frame of 33 bytes", cut(33)),
        Case.of("frame of 15 bytes", cut(15)));
  }

  private static byte[] cut(int length) {
    return java.util.Arrays.copyOf(new Datagram().echo(56).frame(), length);
  }

  private static Datagram df() {
    return new Datagram().id(0).dontFragment().echo(56);
  }

  private static List<Case> sources() {
    return List.of(
        from("0.0.0.0"),
        from("0.1.2.3"),
        from("127.0.0.1"),
        from("127.255.255.254"),
        from("255.255.255.255"),
        from("198.51.100.255"),
        from("198.51.100.0"),
        from("224.0.0.1"),
        from("239.1.2.3"),
        from("240.0.0.1"),
        from("198.51.100.2"),
        from("203.0.113.7"),
        from("198.18.255.255"));
  }

  private static Case from(String address) {
    return Case.of("echo from " + address, new Datagram().from(ip(address)).echo(56));
  }

  private static List<Case> destinations() {
    List<Case> all = new ArrayList<>();
    record To(String who, int address) {}
    To[] receivers = {
      new To("us", Rig.OUR_IP),
      new To("the subnet broadcast", SUBNET_BROADCAST),
      new To("the 0-form", ZERO_FORM),
      new To("255.255.255.255", LIMITED_BROADCAST),
      new To("0.0.0.0", 0),
      new To("224.0.0.1", ALL_HOSTS),
      new To("a group not joined", UNJOINED),
      new To("127.0.0.1", LOOPBACK),
      new To("another host", OTHER),
      new To("another network", ip("203.0.113.7")),
    };
    record In(String what, long mac) {}
    In[] frames = {
      new In("a unicast", Rig.OUR_MAC),
      new In("a broadcast", Frames.BROADCAST),
      new In("a multicast", ALL_HOSTS_MAC),
      new In("another's", OTHER_MAC),
    };
    for (To to : receivers) {
      for (In in : frames) {
        Datagram echo = new Datagram().toMac(in.mac).to(to.address).echo(56);
        all.add(Case.of("echo to " + to.who + " in " + in.what + " frame", echo));
        Datagram udp = new Datagram().toMac(in.mac).to(to.address).udp(9, Frames.data(20));
        all.add(Case.of("UDP to " + to.who + " in " + in.what + " frame", udp));
      }
    }
    return all;
  }
}
