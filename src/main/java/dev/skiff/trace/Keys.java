package dev.skiff.trace;

import dev.skiff.header.ArpHdr;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.header.IpHdr;
import dev.skiff.header.IpProto;
import dev.skiff.skb.Packet;

/**
 * What a filter asks about a frame, read once. One object is used again and again: the data path
 * allocates nothing.
 *
 * <p>Thread: its owner's.
 */
final class Keys {
  /** A field that this frame does not have. */
  static final int NONE = -1;

  /** Received, not sent. */
  boolean in;

  /** The name of the device; empty if there is none. */
  String dev = "";

  int len;
  long dest;
  long source;
  int etherType;
  int ipProto;
  boolean hasHosts;
  int saddr;
  int daddr;
  int sport;
  int dport;

  /**
   * Reads a frame of any bytes and length, from its link header at {@code mac} to its tail.
   *
   * @param in whether it was received
   * @param dev the name of the device
   */
  void read(Packet p, int mac, boolean in, String dev) {
    this.in = in;
    this.dev = dev;
    len = p.tail() - mac;
    dest = NONE;
    source = NONE;
    etherType = NONE;
    ipProto = NONE;
    hasHosts = false;
    sport = NONE;
    dport = NONE;
    if (len < EthHdr.HLEN) {
      return;
    }
    dest = EthHdr.dest(p, mac);
    source = EthHdr.source(p, mac);
    etherType = EthHdr.proto(p, mac);
    int payload = mac + EthHdr.HLEN;
    if (etherType == EtherType.IP) {
      readIp(p, payload);
    } else if (etherType == EtherType.ARP && payload + ArpHdr.LEN <= p.tail()) {
      hasHosts = ArpHdr.pro(p, payload) == EtherType.IP && ArpHdr.pln(p, payload) == ArpHdr.PLN_IP;
      saddr = ArpHdr.spa(p, payload);
      daddr = ArpHdr.tpa(p, payload);
    }
  }

  private void readIp(Packet p, int ip) {
    if (ip + IpHdr.MIN_LEN > p.tail() || IpHdr.version(p, ip) != 4) {
      return;
    }
    ipProto = IpHdr.protocol(p, ip);
    hasHosts = true;
    saddr = IpHdr.saddr(p, ip);
    daddr = IpHdr.daddr(p, ip);
    boolean hasPorts = ipProto == IpProto.TCP || ipProto == IpProto.UDP;
    int transport = ip + IpHdr.ihl(p, ip) * 4;
    // Only the first fragment begins with the transport header.
    if (hasPorts && (IpHdr.fragOff(p, ip) & IpHdr.OFFSET) == 0 && transport + 4 <= p.tail()) {
      sport = p.u16(transport);
      dport = p.u16(transport + 2);
    }
  }
}
