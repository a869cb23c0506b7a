package dev.skiff.sys;

import java.util.Map;

/**
 * What the kernel says of an interface: the answer to {@code RTM_GETLINK}, rtnetlink(7).
 *
 * @param index its number
 * @param name its name now
 * @param flags {@code IFF_...} as in netdevice(7)
 * @param mtu in bytes
 * @param master the number of the bridge, bond or other that it is a port of; 0 for none
 * @param mac its MAC address, first byte on the wire highest; 0 if it has none of six bytes
 * @param counters since it was made, seen from the host, by the names of {@code ip -s link}:
 *     rx_bytes, rx_packets, rx_errors, rx_dropped, and the same with tx
 */
public record HostLink(
    int index, String name, int flags, int mtu, int master, long mac, Map<String, Long> counters) {
  private static final int IFF_UP = 0x1;
  private static final int IFF_LOOPBACK = 0x8;
  private static final int IFF_LOWER_UP = 0x10000;

  /** Keeps a copy of the counters, in their order. */
  public HostLink {
    counters = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(counters));
  }

  /** {@code IFF_UP}: whether the host has set it up. */
  public boolean up() {
    return (flags & IFF_UP) != 0;
  }

  /** {@code IFF_LOOPBACK}: whether it is the loopback interface. */
  public boolean loopback() {
    return (flags & IFF_LOOPBACK) != 0;
  }

  /** {@code IFF_LOWER_UP}: whether it is up and has a carrier. */
  public boolean lowerUp() {
    return (flags & IFF_LOWER_UP) != 0;
  }
}
