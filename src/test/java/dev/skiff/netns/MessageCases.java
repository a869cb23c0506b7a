package dev.skiff.netns;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** UDP, TCP, unknown protocols, and ICMP messages of all types; and ARP. */
final class MessageCases {
  private static final int CLOSED = 9;

  private MessageCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    all.addAll(udp());
    all.addAll(protocols());
    all.addAll(queries());
    all.addAll(errors());
    all.addAll(arp());
    return all;
  }

  private static List<Case> udp() {
    byte[] bad = Frames.udp(Rig.PEER_IP, Rig.OUR_IP, 40_000, CLOSED, Frames.data(20));
    byte[] zero = bad.clone();
    bad[6] ^= 1;
    zero[6] = 0;
    zero[7] = 0;
    byte[] longer = zero.clone();
    longer[5] = 29;
    byte[] shorter = zero.clone();
    shorter[5] = 20;
    byte[] tooShort = zero.clone();
    tooShort[5] = 7;
    byte[] none = zero.clone();
    none[5] = 0;
    return List.of(
        Case.of("UDP to a closed port", closed(20)),
        Case.of("UDP to a closed port, no data", closed(0)),
        Case.of("UDP to a closed port, odd length", closed(21)),
        Case.of("UDP to a closed port, 520 bytes", closed(520)),
        Case.of("UDP to a closed port, 521 bytes", closed(521)),
        Case.of("UDP to a closed port, 1472 bytes", closed(1472)),
        Case.of("UDP to a closed port, TOS 0xB8", closed(20).tos(0xB8)),
        Case.of("UDP to a closed port, TTL 1", closed(20).ttl(1)),
        Case.of("UDP to a closed port, DF", closed(20).dontFragment()),
        Case.of("UDP to a closed port, trailing bytes", closed(20).trailer(50)),
        Case.of("UDP to port 0", new Datagram().udp(0, Frames.data(20))),
        Case.of(
            "UDP to a closed port from another network",
            new Datagram().from(EchoCases.ip("203.0.113.7")).udp(CLOSED, Frames.data(20))),
        Case.of("UDP with a wrong checksum", plainUdp(bad)),
        Case.of("UDP without a checksum", plainUdp(zero)),
        Case.of("UDP of 7 bytes", plainUdp(Arrays.copyOf(zero, 7))),
        Case.of("UDP whose length is 1 more", plainUdp(longer)),
        Case.of("UDP whose length is less", plainUdp(shorter)),
        Case.of("UDP whose length is 7", plainUdp(tooShort)),
        Case.of("UDP whose length is 0", plainUdp(none)));
  }

  private static Datagram closed(int bytes) {
    return new Datagram().udp(CLOSED, Frames.data(bytes));
  }

  private static Datagram plainUdp(byte[] udp) {
    return new Datagram().protocol(Datagram.UDP).payload(udp);
  }

  /** A SYN, its checksum right. */
  private static byte[] syn() {
    ByteBuffer tcp = ByteBuffer.allocate(32);
    tcp.putInt(Rig.PEER_IP).putInt(Rig.OUR_IP).putShort((short) 6).putShort((short) 20);
    tcp.putShort((short) 40_000).putShort((short) 80).putInt(1).putInt(0);
    tcp.putShort((short) 0x5002).putShort((short) 1024).putInt(0);
    tcp.putShort(28, (short) Frames.checksum(tcp.array(), 0, 32));
    return Arrays.copyOfRange(tcp.array(), 12, 32);
  }

  private static List<Case> protocols() {
    byte[] igmpQuery = {0x11, 0x64, (byte) 0xEE, (byte) 0x9B, 0, 0, 0, 0};
    return List.of(
        Case.of("TCP SYN", new Datagram().protocol(Datagram.TCP).payload(syn())),
        Case.of("protocol 253", unknown(253, 20)),
        Case.of("protocol 253, no bytes", unknown(253, 0)),
        Case.of("protocol 253, 1400 bytes", unknown(253, 1400)),
        Case.of("protocol 255", unknown(255, 20)),
        Case.of("protocol 0", unknown(0, 20)),
        Case.of("protocol 132, SCTP", unknown(132, 20)),
        Case.of(
            "IGMP query to 224.0.0.1",
            new Datagram()
                .toMac(0x0100_5E00_0001L)
                .to(EchoCases.ip("224.0.0.1"))
                .ttl(1)
                .protocol(Datagram.IGMP)
                .payload(igmpQuery)));
  }

  private static Datagram unknown(int protocol, int bytes) {
    return new Datagram().protocol(protocol).payload(Frames.data(bytes));
  }

  private static List<Case> queries() {
    List<Case> all = new ArrayList<>();
    for (int type :
        new int[] {
          1, 2, 6, 7, 9, 10, 13, 14, 15, 16, 17, 18, 19, 30, 37, 40, 41, 42, 43, 200, 255
        }) {
      all.add(Case.of("ICMP type " + type, new Datagram().icmp(type, 0, 7, 7, new byte[12])));
    }
    all.add(Case.of("ICMP timestamp of 19 bytes", new Datagram().icmp(13, 0, 7, 7, new byte[11])));
    return all;
  }

  private static List<Case> errors() {
    List<Case> all = new ArrayList<>();
    Datagram reply =
        new Datagram().from(Rig.OUR_IP).to(Peer.SECOND_IP).icmp(0, 0, 7, 7, new byte[56]);
    Datagram udp = new Datagram().from(Rig.OUR_IP).to(Peer.SECOND_IP).udp(53, new byte[20]);
    Datagram foreign =
        new Datagram().from(EchoCases.ip("203.0.113.1")).to(Peer.SECOND_IP).udp(53, new byte[20]);
    for (int type : new int[] {3, 4, 5, 11, 12}) {
      all.add(Case.of("ICMP error " + type + " about UDP of ours", error(type, 1, udp.quote(28))));
      all.add(Case.of("ICMP error " + type + " about an echo", error(type, 1, reply.quote(28))));
      all.add(
          Case.of("ICMP error " + type + " about another's", error(type, 1, foreign.quote(28))));
      all.add(Case.of("ICMP error " + type + " with a cut quote", error(type, 1, udp.quote(27))));
      all.add(Case.of("ICMP error " + type + " with no quote", error(type, 1, new byte[0])));
    }
    all.add(Case.of("ICMP error 3/2 to protocol 253", error(3, 2, ours(253).quote(28))));
    all.add(Case.of("ICMP error 3/15, no such code", error(3, 200, udp.quote(28))));
    Datagram longReply =
        new Datagram().from(Rig.OUR_IP).to(Peer.SECOND_IP).icmp(0, 0, 7, 7, new byte[1400]);
    all.add(toldOfAnMtu("600, about another's datagram", fragNeeded(600, foreign)));
    all.add(toldOfAnMtu("600, about an echo reply that fits", fragNeeded(600, reply)));
    all.add(toldOfAnMtu("590, about a long echo reply without DF", fragNeeded(590, longReply)));
    longReply.dontFragment();
    all.add(toldOfAnMtu("580, about a long echo reply", fragNeeded(580, longReply)));
    all.add(toldOfAnMtu("100, about a long echo reply", fragNeeded(100, longReply)));
    all.add(toldOfAnMtu("1400, about a long echo reply", fragNeeded(1400, longReply)));
    return all;
  }

  /** Whether it makes smaller what we send to that host: it is not he who says it. */
  private static Case toldOfAnMtu(String what, Datagram message) {
    return Case.of("told of an MTU of " + what + ", then an echo", message, second().echo(1400));
  }

  private static Datagram ours(int protocol) {
    return new Datagram()
        .from(Rig.OUR_IP)
        .to(Peer.SECOND_IP)
        .protocol(protocol)
        .payload(new byte[20]);
  }

  private static Datagram second() {
    return new Datagram().fromMac(Peer.SECOND_MAC).from(Peer.SECOND_IP);
  }

  private static Datagram error(int type, int code, byte[] quote) {
    return new Datagram().icmp(type, code, 0, 0, quote);
  }

  private static Datagram fragNeeded(int mtu, Datagram about) {
    return new Datagram().icmp(3, 4, 0, mtu, about.quote(28));
  }

  private static List<Case> arp() {
    int other = EchoCases.ip("198.51.100.77");
    return List.of(
        Case.of("ARP request", Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP)),
        Case.of("ARP request for another", Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, other)),
        Case.of("ARP probe", Frames.arpRequest(Rig.PEER_MAC, 0, Rig.OUR_IP)),
        Case.of(
            "ARP reply unasked",
            Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP)));
  }
}
