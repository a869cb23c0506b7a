package dev.skiff.dev;

import dev.skiff.header.EthHdr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.wire.Wire;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A device to be registered. Any thread.
 *
 * @param name its name, or a pattern such as {@code eth%d}
 * @param wire what it sends over; the device's from here on
 * @param mac its own address; 0 for one made from its name, locally administered
 * @param addresses its IPv4 addresses, each with its network; the first is the primary one
 * @param gateway the default gateway, or null
 * @param mtu the most bytes behind the link header, {@link #MIN_MTU} to {@link #MAX_MTU}
 * @param link its link type, or null for Ethernet
 * @param arp how it speaks ARP
 */
public record DeviceConfig(
    String name,
    Wire wire,
    long mac,
    List<Ip4Prefix> addresses,
    @Nullable Integer gateway,
    int mtu,
    @Nullable LinkOps link,
    ArpConf arp) {
  /** The least MTU: RFC 791 3.2, every module must forward 68 bytes without fragmentation. */
  public static final int MIN_MTU = 68;

  /** The greatest MTU: 65,535 less the link header. */
  public static final int MAX_MTU = 65_521;

  /**
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public DeviceConfig {
    if (link == null && mac != 0) {
      checkMac(mac); // Another link has other addresses, or none: it checks them at open.
    }
    addresses = List.copyOf(addresses);
    checkAddresses(addresses);
    checkMtu(mtu);
    if (gateway != null) {
      checkGateway(gateway, addresses);
    }
  }

  /**
   * A device on Ethernet with MTU 1500, no IPv4 address, and a locally administered MAC address
   * made from its name.
   */
  public static DeviceConfig of(String name, Wire wire) {
    return new DeviceConfig(name, wire, 0, List.of(), null, EthHdr.DATA_LEN, null, ArpConf.USUAL);
  }

  /** The same with another name. */
  public DeviceConfig withName(String name) {
    return new DeviceConfig(name, wire, mac, addresses, gateway, mtu, link, arp);
  }

  /** The same with another MAC address. */
  public DeviceConfig withMac(long mac) {
    return new DeviceConfig(name, wire, mac, addresses, gateway, mtu, link, arp);
  }

  /** The same with these IPv4 addresses. */
  public DeviceConfig withAddress(Ip4Prefix... addresses) {
    return new DeviceConfig(name, wire, mac, List.of(addresses), gateway, mtu, link, arp);
  }

  /** The same with another MTU. */
  public DeviceConfig withMtu(int mtu) {
    return new DeviceConfig(name, wire, mac, addresses, gateway, mtu, link, arp);
  }

  /** The same on another link than Ethernet. */
  public DeviceConfig withLink(LinkOps link) {
    return new DeviceConfig(name, wire, mac, addresses, gateway, mtu, link, arp);
  }

  /** The same speaking ARP otherwise. */
  public DeviceConfig withArp(ArpConf arp) {
    return new DeviceConfig(name, wire, mac, addresses, gateway, mtu, link, arp);
  }

  /**
   * Checks a station's own MAC address.
   *
   * @throws IllegalArgumentException if it is a group's, or zero
   */
  public static void checkMac(long mac) {
    if (MacAddr.isMulticast(mac)) {
      throw new IllegalArgumentException(
          "MAC address "
              + MacAddr.format(mac)
              + " is multicast: the first byte of a station's address is even, as in"
              + " 02:00:5e:10:00:01");
    }
    if (!MacAddr.isValid(mac)) {
      throw new IllegalArgumentException(
          "MAC address " + MacAddr.format(mac) + " is zero: give one as 02:00:5e:10:00:01");
    }
  }

  /**
   * Checks a host's own address.
   *
   * @throws IllegalArgumentException if no host can have it
   */
  public static void checkAddress(Ip4Prefix address) {
    if (!Ip4Addr.isUnicast(address.address())) {
      throw new IllegalArgumentException(
          Ip4Addr.format(address.address())
              + " is no host's address (loopback, multicast, reserved or \"this network\"): use one"
              + " such as 198.51.100.2/24");
    }
    if (Ip4Addr.isReservedLinkLocal(address.address())) {
      throw new IllegalArgumentException(
          Ip4Addr.format(address.address())
              + " is reserved (RFC 3927): use one from 169.254.1.0 to 169.254.254.255");
    }
    if (!address.canBeHost(address.address())) {
      String which = address.address() == address.network() ? "number" : "broadcast address";
      throw new IllegalArgumentException(
          address + " is the " + which + " of its own network: use an address between the two");
    }
  }

  /**
   * Checks all addresses of a device.
   *
   * @throws IllegalArgumentException if no host can have one of them, or there are too many
   */
  public static void checkAddresses(List<Ip4Prefix> addresses) {
    if (addresses.size() > InDevice.MAX_ADDRESSES) {
      throw new IllegalArgumentException(
          "a device has " + InDevice.MAX_ADDRESSES + " addresses at most");
    }
    Set<Integer> seen = new HashSet<>();
    for (Ip4Prefix address : addresses) {
      checkAddress(address);
      if (!seen.add(address.address())) {
        throw new IllegalArgumentException(
            Ip4Addr.format(address.address()) + " is given twice: give it once");
      }
    }
  }

  /**
   * Checks an MTU.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  public static void checkMtu(int mtu) {
    if (mtu < MIN_MTU || mtu > MAX_MTU) {
      throw new IllegalArgumentException(
          "MTU " + mtu + " is out of range: use " + MIN_MTU + " to " + MAX_MTU);
    }
  }

  /**
   * Checks a gateway against the device's networks.
   *
   * @throws IllegalArgumentException if it cannot be reached directly
   */
  public static void checkGateway(int gateway, List<Ip4Prefix> addresses) {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("a gateway is of no use without an address");
    }
    boolean own = addresses.stream().anyMatch(address -> address.address() == gateway);
    if (own || addresses.stream().noneMatch(address -> address.canBeHost(gateway))) {
      String networks = String.join(" or ", addresses.stream().map(Ip4Prefix::toString).toList());
      throw new IllegalArgumentException(
          "gateway "
              + Ip4Addr.format(gateway)
              + " is not another host in the network of "
              + networks
              + ": it must be reachable directly");
    }
  }
}
