package dev.skiff.ip;

import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;

/**
 * Where datagrams for a prefix go.
 *
 * @param network the prefix's number, host bits 0
 * @param prefix 0 to 32
 * @param gateway the next hop; 0.0.0.0 where the destination itself is on the link
 * @param dev the device
 */
public record Route(int network, int prefix, int gateway, NetDevice dev) {
  boolean matches(int ip) {
    return ((ip ^ network) & Ip4Addr.mask(prefix)) == 0;
  }

  /**
   * Who gets a frame for {@code daddr}: RFC 1122 3.3.1.1, the destination itself or the gateway.
   */
  public int nextHop(int daddr) {
    return gateway == Ip4Addr.ANY ? daddr : gateway;
  }
}
