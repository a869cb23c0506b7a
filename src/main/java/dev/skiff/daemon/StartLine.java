package dev.skiff.daemon;

import dev.skiff.dev.Acd;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a device says when it is ready: what it is, and what to type to see it work. Any thread. */
final class StartLine {
  /** Hosts of a network that are looked at for one that is free: more than we can have. */
  private static final int LOOKED_AT = 128;

  private final String name;
  private final long mac;
  private final DeviceSpec spec;
  private final String aside;
  private final @Nullable String bridge;

  /**
   * Of one device.
   *
   * @param aside what else is to be known from the start; empty for nothing
   * @param bridge what joins it and its uplink; null if it has none
   */
  StartLine(String name, long mac, DeviceSpec spec, String aside, @Nullable String bridge) {
    this.name = name;
    this.mac = mac;
    this.spec = spec;
    this.aside = aside.isEmpty() ? "" : "; " + aside;
    this.bridge = bridge;
  }

  /**
   * The line.
   *
   * @param hostIp the host's address on the TAP, 0 for none
   */
  String text(Acd acd, boolean hostIsUp, int hostIp) {
    List<String> ips = spec.ips().stream().map(Ip4Prefix::toString).toList();
    String start =
        "skiff: "
            + name
            + " "
            + MacAddr.format(mac)
            + " answers as "
            + String.join(" and ", ips)
            + (acd == Acd.PROBE ? " once nobody else turns out to have it" : "");
    if (bridge != null) {
      return start
          + ", on the network of "
          + spec.uplink()
          + " by "
          + bridge
          + aside
          + "; try: ping "
          + Ip4Addr.format(spec.ip().address())
          + " from another host there";
    }
    Ip4Prefix near = near(hostIp);
    String inside = inside(spec.netns());
    if (near != null && hostIsUp) {
      return start
          + ", the host is "
          + Ip4Addr.format(hostIp)
          + aside
          + "; try: "
          + inside
          + "ping "
          + Ip4Addr.format(near.address());
    }
    start += aside;
    String up = inside + "ip link set " + name + " up && " + inside + "ping ";
    if (near != null) {
      return start + "; try: " + up + Ip4Addr.format(near.address());
    }
    for (Ip4Prefix ip : spec.ips()) {
      Ip4Prefix free = freeHost(ip);
      if (free != null) {
        String add = inside + "ip addr add " + free + " dev " + name + " && ";
        return start + "; try: " + add + up + Ip4Addr.format(ip.address());
      }
    }
    boolean alone = spec.ips().stream().allMatch(ip -> ip.prefix() == 32);
    return start
        + (alone
            ? "; nobody is in one network with a /32"
            : "; all hosts of its networks are Skiff's own")
        + ": give --ip a shorter prefix to be pinged";
  }

  /** The address of ours whose network the host is in. */
  private @Nullable Ip4Prefix near(int hostIp) {
    for (Ip4Prefix ip : spec.ips()) {
      if (hostIp != Ip4Addr.ANY && ip.prefix() < 32 && ip.contains(hostIp)) {
        return ip;
      }
    }
    return null;
  }

  /** An address in this network that is none of ours, for the host; null if there is none. */
  private @Nullable Ip4Prefix freeHost(Ip4Prefix ip) {
    for (int i = 0; i < LOOKED_AT; i++) {
      int host = ip.network() + i;
      boolean ours = spec.ips().stream().anyMatch(own -> own.address() == host);
      if (ip.canBeHost(host) && !ours) {
        return new Ip4Prefix(host, ip.prefix());
      }
    }
    return null;
  }

  /** What runs a command in there, with a blank; empty for our own. */
  static String inside(@Nullable String netns) {
    if (netns == null) {
      return "";
    }
    boolean isFile = netns.indexOf('/') >= 0;
    return isFile ? "nsenter --net=" + netns + " " : "ip netns exec " + netns + " ";
  }
}
