package dev.skiff.netns;

/** Bridge br0 in a namespace, where the host is too; skiff0 is a port that waits for a daemon. */
final class Bridge {
  /** The host's MAC address there, whatever its ports have. */
  static final String MAC = "02:00:5e:10:00:09";

  private final Netns netns;

  private Bridge(Netns netns) {
    this.netns = netns;
  }

  /**
   * Makes it.
   *
   * @param hostIp the host's address there, with its prefix
   */
  static Bridge in(Netns netns, String hostIp) {
    // The host's own chatter would be in the way of counting.
    netns.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    netns.exec("ip", "link", "add", "br0", "address", MAC, "type", "bridge");
    // Where a bridge's frames pass iptables they may be lost there.
    netns.exec(
        "sh", "-c", "f=/proc/sys/net/bridge/bridge-nf-call-iptables; [ ! -e $f ] || echo 0 > $f");
    netns.exec("ip", "addr", "add", hostIp, "dev", "br0");
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    Bridge bridge = new Bridge(netns);
    bridge.plug("skiff0");
    netns.exec("ip", "link", "set", "br0", "up");
    return bridge;
  }

  private void plug(String port) {
    netns.exec("ip", "link", "set", port, "master", "br0", "up");
  }

  /**
   * Plugs another namespace in by its interface eth0, which has this address, and waits for the
   * carrier: what is sent before it is noticed is lost, and on a busy machine that takes a while.
   */
  void plug(Netns other, String ip) throws Exception {
    netns.exec(
        "ip",
        "link",
        "add",
        "veth9",
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        other.name());
    plug("veth9");
    other.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    other.exec("ip", "addr", "add", ip, "dev", "eth0");
    other.exec("ip", "link", "set", "eth0", "up");
    Await.until("eth0 has its carrier", () -> isUp(other, "eth0") && isUp(netns, "veth9"));
  }

  private static boolean isUp(Netns netns, String device) {
    return netns.exec("cat", "/sys/class/net/" + device + "/operstate").strip().equals("up");
  }
}
