package dev.skiff.ip;

import dev.skiff.dev.InDevice;
import dev.skiff.header.Ip4Addr;

/**
 * {@code inet_addr_type}: which addresses mean all hosts. RFC 1122 3.2.1.3, 3.3.6.
 *
 * <p>Thread: the loop thread.
 */
final class Broadcasts {
  private boolean old;

  /**
   * Those of today, and if so told those from before CIDR too.
   *
   * @param old see {@link IpParms#oldBroadcasts}
   */
  Broadcasts(boolean old) {
    this.old = old;
  }

  /** Whether from here on those from before CIDR are known. */
  void setOld(boolean old) {
    this.old = old;
  }

  /** Whether {@code ip} means all hosts of the link, or of a network that the device is in. */
  boolean isBroadcast(int ip, InDevice own) {
    if (ip == Ip4Addr.BROADCAST || own.isBroadcast(ip)) {
      return true;
    }
    // RFC 1122 3.3.6: a host SHOULD know the form of 4.2BSD, host bits all 0, as a broadcast too.
    return old && (ip == Ip4Addr.ANY || own.isOldBroadcast(ip));
  }

  /**
   * Whether {@code ip} can be the address of one host: RFC 1122 3.2.2. What is for all hosts of
   * another device's network cannot: an answer would go to all of them.
   */
  boolean isOneHost(int ip, InDevice own) {
    return Ip4Addr.isUnicast(ip) && !isBroadcast(ip, own) && !own.isBroadcastOfAnother(ip);
  }
}
