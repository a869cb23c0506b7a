package dev.skiff.daemon;

import dev.skiff.dev.DeviceConfig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.sys.TapOptions;
import dev.skiff.sys.TunTap;
import dev.skiff.text.ByteSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff run} was told of one device. Any thread.
 *
 * @param tap the TAP's name
 * @param netns the network namespace that the TAP is in, or null for the daemon's own
 * @param ips our addresses, the primary one first
 * @param mac our MAC address, or null for one made from the machine and the TAP's name
 * @param gateway the default gateway, or null
 * @param hostIp the address for the host's side, or null to leave that alone
 * @param uplink the interface whose network the TAP is to be on, by a bridge, or null
 * @param mtu the MTU, or null for the TAP's own, or the uplink's on a TAP that is made
 * @param txQueueLen frames that the host keeps for us, or null for the TAP's own
 * @param sndbuf bytes of our frames that may wait inside the host, or null for no limit
 */
public record DeviceSpec(
    String tap,
    @Nullable String netns,
    List<Ip4Prefix> ips,
    @Nullable Long mac,
    @Nullable Integer gateway,
    @Nullable Ip4Prefix hostIp,
    @Nullable String uplink,
    @Nullable Integer mtu,
    @Nullable Integer txQueueLen,
    @Nullable Integer sndbuf) {
  /**
   * @throws IllegalArgumentException with one line that says what is wrong: a mistake of usage
   */
  public DeviceSpec {
    if (!TunTap.isValidName(tap)) {
      throw new IllegalArgumentException(
          "'"
              + tap
              + "' cannot be a device's name: use 1 to "
              + TunTap.MAX_NAME
              + " bytes without spaces, '/', ':' or '%'");
    }
    var _ = new TapOptions(tap, netns, txQueueLen, sndbuf); // It checks them.
    ips = List.copyOf(ips);
    DeviceConfig.checkAddresses(ips);
    if (mac != null) {
      DeviceConfig.checkMac(mac);
    }
    if (mtu != null) {
      DeviceConfig.checkMtu(mtu);
    }
    if (gateway != null) {
      DeviceConfig.checkGateway(gateway, ips);
    }
    if (hostIp != null) {
      checkHostIp(hostIp, ips);
    }
    if (uplink != null) {
      checkUplink(uplink, tap, hostIp);
    }
  }

  /** The same with what another says of that which changes while it runs. */
  DeviceSpec withLive(DeviceSpec other) {
    Integer otherMtu = other.mtu == null ? mtu : other.mtu;
    return new DeviceSpec(
        tap, netns, other.ips, mac, other.gateway, hostIp, uplink, otherMtu, txQueueLen, sndbuf);
  }

  /** The same with another MTU. */
  DeviceSpec withMtu(@Nullable Integer mtu) {
    return new DeviceSpec(tap, netns, ips, mac, gateway, hostIp, uplink, mtu, txQueueLen, sndbuf);
  }

  /** The primary address. */
  public Ip4Prefix ip() {
    return ips.getFirst();
  }

  private static void checkUplink(String uplink, String tap, @Nullable Ip4Prefix hostIp) {
    if (!TunTap.isValidName(uplink)) {
      throw new IllegalArgumentException(
          "--uplink '" + uplink + "' cannot be an interface's name: see 'ip link'");
    }
    if (uplink.equals(tap)) {
      throw new IllegalArgumentException(
          "--uplink "
              + uplink
              + " is the TAP itself: name the interface whose network it is to be on");
    }
    if (hostIp != null) {
      throw new IllegalArgumentException(
          "--uplink and --host-ip do not go together: a port of a bridge has no address of its own;"
              + " leave out --host-ip, and give that address to the bridge if need be");
    }
  }

  private static void checkHostIp(Ip4Prefix hostIp, List<Ip4Prefix> ips) {
    DeviceConfig.checkAddress(hostIp);
    if (ips.stream().anyMatch(own -> own.address() == hostIp.address())) {
      throw new IllegalArgumentException(
          "--host-ip and --ip are both "
              + Ip4Addr.format(hostIp.address())
              + ": give the host another address of the same network");
    }
    if (ips.stream().noneMatch(own -> areInOneNetwork(own, hostIp))) {
      throw new IllegalArgumentException(
          "--host-ip "
              + hostIp
              + " and --ip "
              + String.join(", ", ips.stream().map(Ip4Prefix::toString).toList())
              + " are not in one network: they could not"
              + " reach each other");
    }
    for (Ip4Prefix own : ips) {
      if (isNoHostOf(own, hostIp.address()) || isNoHostOf(hostIp, own.address())) {
        throw new IllegalArgumentException(
            "--host-ip "
                + hostIp
                + " or --ip "
                + own
                + " has the other's network number or broadcast address: give both the same"
                + " prefix, or choose another address");
      }
    }
  }

  /** Whether two hosts reach each other directly: each is in the other's network. */
  static boolean areInOneNetwork(Ip4Prefix a, Ip4Prefix b) {
    return a.contains(b.address()) && b.contains(a.address());
  }

  private static boolean isNoHostOf(Ip4Prefix network, int address) {
    return network.contains(address) && !network.canBeHost(address);
  }

  /** Reads {@code tap=NAME,ip=ADDR/PREFIX,...}: see {@link DeviceSpecParser}. */
  public static DeviceSpec parse(String text) {
    return new DeviceSpecParser(text).parse();
  }

  /** A number of bytes that a system call takes as an int, as in {@code 64K}. */
  public static Integer bytes(String text) {
    return (int) Math.min(Integer.MAX_VALUE, ByteSize.parse(text));
  }
}
