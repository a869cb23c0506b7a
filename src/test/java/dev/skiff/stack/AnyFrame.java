package dev.skiff.stack;

import dev.skiff.Datagram;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/**
 * Frames as an attacker would send them: right ones of every kind that the stack knows, most of
 * them then changed in a few bytes, cut or made longer, many with their checksums made right again;
 * and noise.
 */
final class AnyFrame {
  private static final int LONGEST = 1600;
  private static final int MOST_DATA = 1472;
  private static final int IP = Frames.ETH_HLEN;
  private static final int ETHERTYPE = 12;
  private static final int ALL_HOSTS = Ip4Addr.parse("224.0.0.1");
  private static final long ALL_HOSTS_MAC = 0x0100_5E00_0001L;

  /** Few, so that fragments meet. */
  private static final int IDS = 4;

  private static final int FRAGMENT_UNITS = 12;

  /** What changes are made of, beside random bytes: where off-by-one errors live. */
  private static final int[] CORNERS = {0, 1, 3, 4, 5, 7, 8, 0x0F, 0x7F, 0x80, 0xFE, 0xFF};

  private static final String[] OPTIONS = {
    "07270400000000000000000000000000000000000000000000000000000000000000000000000000",
    "070704 00000000 00",
    "440c0500 0000000000000000",
    "442405010000000000000000000000000000000000000000000000000000000000000000",
    "44140d03 c6336401 00000001 c6336402 00000000",
    "94040000",
    "830708 c6336401 00",
    "890704 c6336401 00",
    "88040001",
    "01010101",
    "01010101010101010101010101010101010101010101010101010101010101010101010101010101",
    "9e040000 070704 00000000 44080500 00000000 00",
  };

  private final Random random;

  AnyFrame(Random random) {
    this.random = random;
  }

  byte[] next() {
    byte[] frame = right();
    return random.nextInt(4) == 0 ? frame : mutate(frame);
  }

  // ---- Right frames -----------------------------------------------------------------------------

  private byte[] right() {
    return switch (random.nextInt(12)) {
      case 0, 1 -> datagram().echo(size()).frame();
      case 2, 3, 4 -> fragment().frame();
      case 5 -> optioned(datagram()).echo(random.nextInt(64)).frame();
      case 6 -> datagram().udp(random.nextInt(1 << 16), Frames.data(size())).frame();
      case 7 -> error().frame();
      case 8 -> igmp().frame();
      case 9 -> arp();
      case 10 -> datagram().protocol(random.nextInt(256)).payload(Frames.data(size())).frame();
      default -> query().frame();
    };
  }

  private int size() {
    return random.nextInt(8) == 0 ? random.nextInt(MOST_DATA + 1) : random.nextInt(100);
  }

  private Datagram datagram() {
    Datagram datagram = new Datagram().id(random.nextInt(1 << 16)).ttl(random.nextInt(256));
    if (random.nextInt(8) == 0) {
      datagram.from(someAddress());
    }
    if (random.nextInt(8) == 0) {
      datagram.to(someAddress()).toMac(random.nextBoolean() ? Frames.BROADCAST : ALL_HOSTS_MAC);
    }
    if (random.nextInt(8) == 0) {
      datagram.tos(random.nextInt(256));
    }
    return datagram;
  }

  private int someAddress() {
    return switch (random.nextInt(6)) {
      case 0 -> Rig.PEER_IP + random.nextInt(200);
      case 1 -> Rig.OUR_IP | 0xFF;
      case 2 -> Ip4Addr.BROADCAST;
      case 3 -> ALL_HOSTS;
      case 4 -> 0;
      default -> random.nextInt();
    };
  }

  private Datagram optioned(Datagram datagram) {
    return datagram.options(OPTIONS[random.nextInt(OPTIONS.length)]);
  }

  /** One of a few datagrams' fragments, at any offset: they complete and overlap each other. */
  private Datagram fragment() {
    int id = random.nextInt(IDS);
    Datagram whole = new Datagram().id(id);
    int units = id == 0 ? 2 : FRAGMENT_UNITS; // What is short is padded when it is answered.
    if (random.nextInt(8) == 0) {
      whole = optioned(whole);
    }
    if (random.nextBoolean()) {
      whole.echo(units * 8 - Frames.ICMP_HLEN);
    } else {
      whole.udp(9, Frames.data(units * 8 - Frames.UDP_HLEN));
    }
    int half = units / 2 * 8;
    if (random.nextInt(4) > 0) {
      return random.nextBoolean() ? whole.fragment(0, half) : whole.fragment(half, 2 * half);
    }
    int from = random.nextInt(units) * 8;
    return whole.fragment(from, from + 8 + random.nextInt(units) * 8);
  }

  /** An ICMP error about what we might have sent, or not. */
  private Datagram error() {
    int[] types = {3, 4, 5, 11, 12};
    Datagram ours = new Datagram().from(Rig.OUR_IP).to(Rig.PEER_IP);
    if (random.nextBoolean()) {
      ours.icmp(random.nextBoolean() ? 0 : 8, 0, 1, 2, Frames.data(56));
    } else {
      ours.protocol(random.nextInt(256)).payload(Frames.data(56));
    }
    int type = types[random.nextInt(types.length)];
    byte[] quote = ours.quote(random.nextInt(4) == 0 ? random.nextInt(84) : 28);
    int mtu = random.nextBoolean() ? random.nextInt(1 << 16) : random.nextInt(1600);
    return datagram().icmp(type, random.nextInt(16), random.nextInt(1 << 16), mtu, quote);
  }

  private Datagram query() {
    return datagram()
        .icmp(random.nextInt(256), random.nextInt(256), 7, 7, Frames.data(random.nextInt(64)));
  }

  /** RFC 2236: a query or a report, router alert in front of it. */
  private Datagram igmp() {
    int[] types = {0x11, 0x12, 0x16, 0x17, 0x22, random.nextInt(256)};
    byte[] igmp = new byte[8];
    igmp[0] = (byte) types[random.nextInt(types.length)];
    igmp[1] = (byte) random.nextInt(256);
    int group = random.nextBoolean() ? 0 : random.nextBoolean() ? ALL_HOSTS : someAddress();
    for (int i = 0; i < 4; i++) {
      igmp[4 + i] = (byte) (group >>> 24 - 8 * i);
    }
    put16(igmp, 2, Frames.checksum(igmp, 0, igmp.length));
    Datagram datagram = new Datagram().toMac(ALL_HOSTS_MAC).to(ALL_HOSTS).ttl(1);
    return datagram.options("94040000").protocol(Datagram.IGMP).payload(igmp);
  }

  private byte[] arp() {
    int host = random.nextInt(4);
    long mac = Rig.PEER_MAC + random.nextInt(2) * host;
    int ip = Rig.PEER_IP + 8 * host;
    return random.nextBoolean()
        ? Frames.arpRequest(mac, ip, random.nextInt(4) == 0 ? ip : Rig.OUR_IP)
        : Frames.arpReply(mac, ip, Rig.OUR_MAC, Rig.OUR_IP);
  }

  // ---- And wrong ones ---------------------------------------------------------------------------

  private byte[] mutate(byte[] right) {
    byte[] frame = right;
    int how = random.nextInt(16);
    if (how == 0) {
      frame = new byte[random.nextInt(LONGEST)];
      random.nextBytes(frame);
      return frame;
    }
    if (how == 1) {
      frame = Arrays.copyOf(frame, random.nextInt(frame.length));
    } else if (how == 2) {
      frame = Arrays.copyOf(frame, frame.length + random.nextInt(64));
    }
    for (int changes = random.nextInt(4); changes > 0 && frame.length > 0; changes--) {
      // Most of what is checked stands in the first bytes.
      int within = random.nextInt(8) == 0 ? frame.length : Math.min(frame.length, 96);
      // Most with the right MAC addresses: others do not get far.
      int from = random.nextInt(8) == 0 ? 0 : Math.min(ETHERTYPE, within - 1);
      int corner = CORNERS[random.nextInt(CORNERS.length)];
      frame[from + random.nextInt(within - from)] =
          (byte) (random.nextBoolean() ? corner : random.nextInt());
    }
    if (random.nextInt(8) > 0) {
      makeRight(frame);
    }
    return frame;
  }

  /** With right checksums it gets further. */
  private static void makeRight(byte[] frame) {
    int least = IP + Frames.IP_HLEN;
    if (frame.length < least || Frames.u16(frame, ETHERTYPE) != 0x0800) {
      return;
    }
    int headerLen = (frame[IP] & 0xF) * 4;
    if (headerLen < Frames.IP_HLEN || IP + headerLen > frame.length) {
      return;
    }
    put16(frame, IP + 10, 0);
    put16(frame, IP + 10, Frames.checksum(frame, IP, headerLen));
    int message = IP + headerLen;
    int length = Math.min(frame.length, IP + Frames.u16(frame, IP + 2)) - message;
    int protocol = Frames.u8(frame, IP + 9);
    boolean summed = protocol == Datagram.ICMP || protocol == Datagram.IGMP;
    if (summed && length >= 4) {
      put16(frame, message + 2, 0);
      put16(frame, message + 2, Frames.checksum(frame, message, length));
    }
  }

  private static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }

  static String hex(byte[] frame) {
    return HexFormat.of().formatHex(frame);
  }
}
