package dev.skiff.daemon;

import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.InDevice;
import dev.skiff.dev.NetDevices;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.ip.IpParms;
import dev.skiff.ip.RouteSpec;
import dev.skiff.loop.IdleStrategy;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.stack.PoolConfig;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.IoMode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skiff run} was told.
 *
 * @param devices one or more
 * @param socket the control socket, or null for the usual place
 * @param pcap the file to capture into, or null
 * @param io how the TAPs' frames get to the kernel and back
 * @param fault what breaks the wires on purpose, each for itself
 * @param rxCopybreak frames of up to so many bytes are copied into buffers of their size
 * @param bufferMemory the most bytes that packet buffers take together
 * @param arp how the devices speak ARP
 * @param neighbours times and bounds of the neighbour table
 * @param ipv4 the switches of IPv4 and ICMP
 * @param routes beside those to the devices' own networks and by their gateways
 * @param idle what the loop does while there is nothing to do
 * @param groups what every device that carries groups is a member of from the start
 * @param service what it is as a program among others
 */
public record RunConfig(
    List<DeviceSpec> devices,
    @Nullable Path socket,
    @Nullable Path pcap,
    IoMode io,
    FaultSpec fault,
    int rxCopybreak,
    long bufferMemory,
    ArpConf arp,
    NeighbourParms neighbours,
    IpParms ipv4,
    List<RouteSpec> routes,
    IdleStrategy idle,
    List<Integer> groups,
    Service service) {
  /**
   * @throws IllegalArgumentException with one line that says what is wrong: a mistake of usage
   */
  public RunConfig {
    devices = List.copyOf(devices);
    routes = List.copyOf(routes);
    groups = List.copyOf(groups);
    checkGroups(groups);
    if (socket != null && socket.toString().isEmpty()) {
      throw new IllegalArgumentException("--socket is empty: give a path, or leave it out");
    }
    if (pcap != null && pcap.toString().isEmpty()) {
      throw new IllegalArgumentException("--pcap is empty: name a file to write");
    }
    if (rxCopybreak < 0 || rxCopybreak > DeviceConfig.MAX_MTU) {
      throw new IllegalArgumentException(
          "--rx-copybreak " + rxCopybreak + " is out of range: use 0 to " + DeviceConfig.MAX_MTU);
    }
    if (bufferMemory < PoolConfig.LEAST_BYTES || bufferMemory > PoolConfig.MOST_BYTES) {
      throw new IllegalArgumentException(
          "--buffer-memory of " + bufferMemory + " bytes is out of range: use 1M to 64G");
    }
    checkTogether(devices);
  }

  /** The same on other devices. */
  public RunConfig withDevices(List<DeviceSpec> devices) {
    return new RunConfig(
        devices,
        socket,
        pcap,
        io,
        fault,
        rxCopybreak,
        bufferMemory,
        arp,
        neighbours,
        ipv4,
        routes,
        idle,
        groups,
        service);
  }

  /** The same with another neighbour table. */
  RunConfig withNeighbours(NeighbourParms neighbours) {
    return new RunConfig(
        devices,
        socket,
        pcap,
        io,
        fault,
        rxCopybreak,
        bufferMemory,
        arp,
        neighbours,
        ipv4,
        routes,
        idle,
        groups,
        service);
  }

  /** The same with another fault. */
  public RunConfig withFault(FaultSpec fault) {
    return new RunConfig(
        devices,
        socket,
        pcap,
        io,
        fault,
        rxCopybreak,
        bufferMemory,
        arp,
        neighbours,
        ipv4,
        routes,
        idle,
        groups,
        service);
  }

  private static void checkGroups(List<Integer> groups) {
    for (int group : groups) {
      if (!Ip4Addr.isMulticast(group)) {
        throw new IllegalArgumentException(
            "--group "
                + Ip4Addr.format(group)
                + " is no group: those are 224.0.0.0 to 239.255.255.255");
      }
    }
    if (new HashSet<>(groups).size() > InDevice.MAX_GROUPS) {
      throw new IllegalArgumentException(
          "--group is there more than " + InDevice.MAX_GROUPS + " times: that is the most");
    }
  }

  /**
   * Checks what each device may say, and not two of them.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public static void checkTogether(List<DeviceSpec> devices) {
    if (devices.size() > NetDevices.MAX) {
      throw new IllegalArgumentException("there can be " + NetDevices.MAX + " devices, not more");
    }
    Set<String> names = new HashSet<>();
    for (DeviceSpec device : devices) {
      if (!names.add(device.tap())) {
        throw new IllegalArgumentException(
            "two devices are called " + device.tap() + ": give each TAP another name");
      }
    }
    for (int i = 0; i < devices.size(); i++) {
      for (int j = 0; j < i; j++) {
        checkApart(devices.get(j), devices.get(i));
      }
    }
  }

  private static void checkApart(DeviceSpec a, DeviceSpec b) {
    for (Ip4Prefix one : a.ips()) {
      for (Ip4Prefix other : b.ips()) {
        if (one.contains(other.address()) || other.contains(one.address())) {
          throw new IllegalArgumentException(
              a.tap()
                  + " ("
                  + one
                  + ") and "
                  + b.tap()
                  + " ("
                  + other
                  + ") are in one network: no reply would know which way to go; choose another");
        }
      }
    }
  }
}
