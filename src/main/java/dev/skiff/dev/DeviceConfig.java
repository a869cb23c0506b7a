package dev.skiff.dev;

import dev.skiff.header.EthHdr;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * A device to be registered. Any thread.
 *
 * @param name its name, or a pattern such as {@code eth%d}
 * @param wire what it sends over; the device's from here on
 * @param mac its own address; 0 for one made from its name, locally administered
 * @param address its IPv4 address and network, or null for none
 * @param gateway the default gateway, or null
 * @param mtu the most bytes behind the link header, {@link #MIN_MTU} to {@link #MAX_MTU}
 * @param link its link type, or null for Ethernet
 */
public record DeviceConfig(
    String name,
    Wire wire,
    long mac,
    @Nullable Ip4Prefix address,
    @Nullable Integer gateway,
    int mtu,
    @Nullable LinkOps link) {
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
    if (address != null) {
      checkAddress(address);
    }
    checkMtu(mtu);
    if (gateway != null) {
      if (address == null) {
        throw new IllegalArgumentException("a gateway is of no use without an address");
      }
      checkGateway(gateway, address);
    }
  }

  /**
   * A device on Ethernet with MTU 1500, no IPv4 address, and a locally administered MAC address
   * made from its name.
   */
  public static DeviceConfig of(String name, Wire wire) {
    return new DeviceConfig(name, wire, 0, null, null, EthHdr.DATA_LEN, null);
  }

  /** The same with another name. */
  public DeviceConfig withName(String name) {
    return new DeviceConfig(name, wire, mac, address, gateway, mtu, link);
  }

  /** The same with another MAC address. */
  public DeviceConfig withMac(long mac) {
    return new DeviceConfig(name, wire, mac, address, gateway, mtu, link);
  }

  /** The same with an IPv4 address. */
  public DeviceConfig withAddress(Ip4Prefix address) {
    return new DeviceConfig(name, wire, mac, address, gateway, mtu, link);
  }

  /** The same with another MTU. */
  public DeviceConfig withMtu(int mtu) {
    return new DeviceConfig(name, wire, mac, address, gateway, mtu, link);
  }

  /** The same on another link than Ethernet. */
  public DeviceConfig withLink(LinkOps link) {
    return new DeviceConfig(name, wire, mac, address, gateway, mtu, link);
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
    if (!address.canBeHost(address.address())) {
      String which = address.address() == address.network() ? "number" : "broadcast address";
      throw new IllegalArgumentException(
          address + " is the " + which + " of its own network: use an address between the two");
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
   * Checks a gateway against the device's network.
   *
   * @throws IllegalArgumentException if it cannot be reached directly
   */
  public static void checkGateway(int gateway, Ip4Prefix address) {
    if (!address.canBeHost(gateway) || gateway == address.address()) {
      throw new IllegalArgumentException(
          "gateway "
              + Ip4Addr.format(gateway)
              + " is not another host in the network of "
              + address
              + ": it must be reachable directly");
    }
  }
}
