package dev.skiff.trace;

import dev.skiff.header.ArpHdr;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.IcmpHdr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.Packet;

/**
 * Packets as text: a line as tcpdump prints it, and the fields of one header. Takes any bytes of
 * any length.
 *
 * <p>Thread: the packet's owner's.
 */
final class Decoded {
  private Decoded() {}

  // ---- A line for a frame -----------------------------------------------------------------------

  /** A frame in one line, from its link header at {@code mac} to its tail. */
  static String line(Packet p, int mac) {
    int len = p.tail() - mac;
    if (len < EthHdr.HLEN) {
      return "runt, length " + len;
    }
    int payload = mac + EthHdr.HLEN;
    int type = EthHdr.proto(p, mac);
    return switch (type) {
      case EtherType.ARP -> arpLine(p, payload);
      case EtherType.IP -> ipLine(p, payload);
      default ->
          MacAddr.format(EthHdr.source(p, mac))
              + " > "
              + MacAddr.format(EthHdr.dest(p, mac))
              + ", "
              + etherType(type)
              + ", length "
              + len;
    };
  }

  private static String arpLine(Packet p, int arp) {
    int len = p.tail() - arp;
    if (len < ArpHdr.LEN) {
      return "ARP, truncated, length " + len;
    }
    if (ArpHdr.pro(p, arp) != EtherType.IP || ArpHdr.pln(p, arp) != ArpHdr.PLN_IP) {
      return "ARP for another protocol than IPv4, length " + len;
    }
    String spa = Ip4Addr.format(ArpHdr.spa(p, arp));
    String tpa = Ip4Addr.format(ArpHdr.tpa(p, arp));
    return switch (ArpHdr.op(p, arp)) {
      case ArpHdr.REQUEST -> "ARP, Request who-has " + tpa + " tell " + spa + ", length " + len;
      case ArpHdr.REPLY ->
          "ARP, Reply " + spa + " is-at " + MacAddr.format(ArpHdr.sha(p, arp)) + ", length " + len;
      default -> "ARP, oper " + ArpHdr.op(p, arp) + ", length " + len;
    };
  }

  private static String ipLine(Packet p, int ip) {
    int len = p.tail() - ip;
    if (len < IpHdr.MIN_LEN || IpHdr.version(p, ip) != 4 || IpHdr.ihl(p, ip) < 5) {
      return "IP, malformed or truncated, length " + len;
    }
    int headerLen = IpHdr.ihl(p, ip) * 4;
    int transport = ip + headerLen;
    int end = Math.min(p.tail(), ip + Math.max(headerLen, IpHdr.totLen(p, ip)));
    int protocol = IpHdr.protocol(p, ip);
    int offset = (IpHdr.fragOff(p, ip) & IpHdr.OFFSET) * 8;
    String saddr = Ip4Addr.format(IpHdr.saddr(p, ip));
    String daddr = Ip4Addr.format(IpHdr.daddr(p, ip));
    String what = protocolName(protocol) + ", length " + (end - transport);
    if (offset == 0 && protocol == IpProto.ICMP && transport + IcmpHdr.LEN <= end) {
      what = "ICMP " + icmpLine(p, transport) + ", length " + (end - transport);
    } else if (offset == 0
        && (protocol == IpProto.UDP || protocol == IpProto.TCP)
        && transport + 4 <= end) {
      saddr += "." + p.u16(transport);
      daddr += "." + p.u16(transport + 2);
    }
    String fragment =
        IpHdr.isFragment(p, ip)
            ? ", fragment of id "
                + IpHdr.id(p, ip)
                + " at "
                + offset
                + ((IpHdr.fragOff(p, ip) & IpHdr.MF) != 0 ? "+" : "")
            : "";
    return "IP " + saddr + " > " + daddr + ": " + what + fragment;
  }

  private static String icmpLine(Packet p, int icmp) {
    int type = IcmpHdr.type(p, icmp);
    String name = icmpType(type);
    if (type == IcmpHdr.ECHO || type == IcmpHdr.ECHO_REPLY) {
      return name + ", id " + IcmpHdr.id(p, icmp) + ", seq " + IcmpHdr.sequence(p, icmp);
    }
    return name + ", code " + IcmpHdr.code(p, icmp);
  }

  // ---- The fields of one header -----------------------------------------------------------------

  /** The fields of the link header at {@code mac}. */
  static String eth(Packet p, int mac) {
    if (p.tail() - mac < EthHdr.HLEN) {
      return "runt";
    }
    return "dst "
        + MacAddr.format(EthHdr.dest(p, mac))
        + ", src "
        + MacAddr.format(EthHdr.source(p, mac))
        + ", "
        + etherType(EthHdr.proto(p, mac));
  }

  /** The fields of the ARP packet at {@code arp}. */
  static String arp(Packet p, int arp) {
    if (p.tail() - arp < ArpHdr.LEN) {
      return "ARP, truncated";
    }
    int oper = ArpHdr.op(p, arp);
    String name = oper == ArpHdr.REQUEST ? " (request)" : oper == ArpHdr.REPLY ? " (reply)" : "";
    return String.format(
        "hrd %d, pro 0x%04x, hln %d, pln %d, oper %d%s, sha %s, spa %s, tha %s, tpa %s",
        ArpHdr.hrd(p, arp),
        ArpHdr.pro(p, arp),
        ArpHdr.hln(p, arp),
        ArpHdr.pln(p, arp),
        oper,
        name,
        MacAddr.format(ArpHdr.sha(p, arp)),
        Ip4Addr.format(ArpHdr.spa(p, arp)),
        MacAddr.format(ArpHdr.tha(p, arp)),
        Ip4Addr.format(ArpHdr.tpa(p, arp)));
  }

  /** The fields of the IP header at {@code ip}. */
  static String ip(Packet p, int ip) {
    if (p.tail() - ip < IpHdr.MIN_LEN) {
      return "IP, truncated";
    }
    int fragOff = IpHdr.fragOff(p, ip);
    return String.format(
        "version %d, ihl %d, tos 0x%02x, tot_len %d, id %d, frag_off %d%s%s, ttl %d, protocol %s,"
            + " check 0x%04x, saddr %s, daddr %s",
        IpHdr.version(p, ip),
        IpHdr.ihl(p, ip),
        IpHdr.tos(p, ip),
        IpHdr.totLen(p, ip),
        IpHdr.id(p, ip),
        fragOff & IpHdr.OFFSET,
        (fragOff & IpHdr.DF) != 0 ? " DF" : "",
        (fragOff & IpHdr.MF) != 0 ? " MF" : "",
        IpHdr.ttl(p, ip),
        protocolName(IpHdr.protocol(p, ip)),
        IpHdr.check(p, ip),
        Ip4Addr.format(IpHdr.saddr(p, ip)),
        Ip4Addr.format(IpHdr.daddr(p, ip)));
  }

  /** The fields of the ICMP header at {@code icmp}. */
  static String icmp(Packet p, int icmp) {
    if (p.tail() - icmp < IcmpHdr.LEN) {
      return "ICMP, truncated";
    }
    int type = IcmpHdr.type(p, icmp);
    return String.format(
        "type %d (%s), code %d, checksum 0x%04x, id %d, sequence %d",
        type,
        icmpType(type),
        IcmpHdr.code(p, icmp),
        IcmpHdr.checksum(p, icmp),
        IcmpHdr.id(p, icmp),
        IcmpHdr.sequence(p, icmp));
  }

  // ---- Names ------------------------------------------------------------------------------------

  private static String etherType(int type) {
    String name =
        switch (type) {
          case EtherType.IP -> " (IPv4)";
          case EtherType.ARP -> " (ARP)";
          case EtherType.IPV6 -> " (IPv6)";
          default -> "";
        };
    return type < EtherType.P_802_3_MIN
        ? "802.3 length " + type
        : String.format("ethertype 0x%04x", type) + name;
  }

  private static String protocolName(int protocol) {
    return switch (protocol) {
      case IpProto.ICMP -> "ICMP";
      case IpProto.TCP -> "TCP";
      case IpProto.UDP -> "UDP";
      default -> "proto " + protocol;
    };
  }

  /** RFC 792's names, and tcpdump's where RFC 792 has none. */
  private static String icmpType(int type) {
    return switch (type) {
      case IcmpHdr.ECHO_REPLY -> "echo reply";
      case 3 -> "destination unreachable";
      case 4 -> "source quench";
      case 5 -> "redirect";
      case IcmpHdr.ECHO -> "echo request";
      case 11 -> "time exceeded";
      case 12 -> "parameter problem";
      case 13 -> "timestamp";
      case 14 -> "timestamp reply";
      default -> "type " + type;
    };
  }
}
