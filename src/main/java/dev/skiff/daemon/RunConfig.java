package dev.skiff.daemon;

import dev.skiff.dev.DeviceConfig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.stack.PoolConfig;
import dev.skiff.sys.TunTap;
import dev.skiff.wire.FaultSpec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff run} was told.
 *
 * @param tap the TAP's name
 * @param ip our address
 * @param mac our MAC address, or null for one made from the machine and the TAP's name
 * @param gateway the default gateway, or null
 * @param hostIp the address for the host's side, or null to leave that alone
 * @param mtu the MTU, or null for the TAP's own
 * @param socket the control socket, or null for the usual place
 * @param pcap the file to capture into, or null
 * @param fault what breaks the wire on purpose
 * @param rxCopybreak frames of up to so many bytes are copied into buffers of their size
 * @param bufferMemory the most bytes that packet buffers take together
 */
public record RunConfig(
    String tap,
    Ip4Prefix ip,
    @Nullable Long mac,
    @Nullable Integer gateway,
    @Nullable Ip4Prefix hostIp,
    @Nullable Integer mtu,
    @Nullable Path socket,
    @Nullable Path pcap,
    FaultSpec fault,
    int rxCopybreak,
    long bufferMemory) {
  /**
   * @throws IllegalArgumentException with one line that says what is wrong: a mistake of usage
   */
  public RunConfig {
    if (!TunTap.isValidName(tap)) {
      throw new IllegalArgumentException(
          "'"
              + tap
              + "' cannot be a device's name: use 1 to "
              + TunTap.MAX_NAME
              + " bytes without spaces, '/', ':' or '%'");
    }
    if (socket != null && socket.toString().isEmpty()) {
      throw new IllegalArgumentException("--socket is empty: give a path, or leave it out");
    }
    if (pcap != null && pcap.toString().isEmpty()) {
      throw new IllegalArgumentException("--pcap is empty: name a file to write");
    }
    DeviceConfig.checkAddress(ip);
    if (mac != null) {
      DeviceConfig.checkMac(mac);
    }
    if (mtu != null) {
      DeviceConfig.checkMtu(mtu);
    }
    if (gateway != null) {
      DeviceConfig.checkGateway(gateway, ip);
    }
    if (rxCopybreak < 0 || rxCopybreak > DeviceConfig.MAX_MTU) {
      throw new IllegalArgumentException(
          "--rx-copybreak " + rxCopybreak + " is out of range: use 0 to " + DeviceConfig.MAX_MTU);
    }
    if (bufferMemory < PoolConfig.LEAST_BYTES || bufferMemory > PoolConfig.MOST_BYTES) {
      throw new IllegalArgumentException(
          "--buffer-memory of " + bufferMemory + " bytes is out of range: use 1M to 64G");
    }
    if (hostIp != null) {
      checkHostIp(hostIp, ip);
    }
  }

  private static void checkHostIp(Ip4Prefix hostIp, Ip4Prefix ip) {
    DeviceConfig.checkAddress(hostIp);
    if (hostIp.address() == ip.address()) {
      throw new IllegalArgumentException(
          "--host-ip and --ip are both "
              + Ip4Addr.format(ip.address())
              + ": give the host another address of the same network");
    }
    if (!hostIp.contains(ip.address()) || !ip.contains(hostIp.address())) {
      throw new IllegalArgumentException(
          "--host-ip "
              + hostIp
              + " and --ip "
              + ip
              + " are not in one network: they could not"
              + " reach each other");
    }
  }
}
