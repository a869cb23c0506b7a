package dev.skiff.daemon;

import dev.skiff.header.MacAddr;
import dev.skiff.sys.BridgeIf;
import dev.skiff.sys.Errno;
import dev.skiff.sys.HostLink;
import dev.skiff.sys.NetIf;
import dev.skiff.sys.Netns;
import dev.skiff.sys.RtLink;
import dev.skiff.sys.SysException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has a TAP be on the network of another interface: a bridge that both are ports of. It is the
 * one that the interface is a port of already, or else one that is made, and removed at the end.
 *
 * <p>Found in the TAP's network namespace, and stays in there. Thread: the main thread.
 */
final class Uplink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Uplink.class);

  /** The highest byte of a MAC address that is no group's, and of local administration. */
  private static final long LAST_OF_ALL = 0xFE;

  private static final int LAST_BYTES = 40;

  /** An address a line: the fourth word is its scope, the sixth the interface. */
  private static final Path IPV6 = Path.of("/proc/thread-self/net/if_inet6");

  private static final String LINK_SCOPE = "20";

  private final NetIf port;
  private final NetIf tap;
  private final BridgeIf bridge;
  private final NetIf bridgeIf;
  private final @Nullable String netns;
  private final String inside;

  /** The number of what each is a port of; 0 for nothing. */
  private final int portMaster;

  private final int tapMaster;

  private final int portIndex;
  private final long portMac;
  private final int tapIndex;
  private final long tapMac;

  // What has been done, and is to be undone.
  private int bridgeIndex;
  private boolean ours;
  private boolean portAdded;
  private boolean portUp;
  private boolean tapAdded;
  private boolean tapUp;

  private Uplink(
      NetIf port,
      NetIf tap,
      BridgeIf bridge,
      NetIf bridgeIf,
      @Nullable String netns,
      Masters masters)
      throws SysException {
    this.port = port;
    this.tap = tap;
    this.bridge = bridge;
    this.bridgeIf = bridgeIf;
    this.netns = netns;
    inside = StartLine.inside(netns);
    portMaster = masters.port;
    tapMaster = masters.tap;
    portIndex = port.index();
    portMac = port.macAddress();
    tapIndex = tap.index();
    tapMac = tap.macAddress();
  }

  private record Masters(int port, int tap) {}

  /**
   * Looks at the interface that a device is to be on the network of; nothing is changed.
   *
   * @param tap the TAP, which is the caller's
   * @return null if nothing is said of that
   * @throws IOException one line that says why it cannot be, and what to do
   */
  static @Nullable Uplink find(DeviceSpec spec, NetIf tap) throws IOException {
    String name = spec.uplink();
    if (name == null) {
      return null;
    }
    String inside = StartLine.inside(spec.netns());
    NetIf port = NetIf.open(name);
    try (RtLink links = RtLink.open()) {
      if (!port.exists()) {
        throw new IOException(
            "--uplink " + name + ": there is no such interface: see '" + inside + "ip link'");
      }
      HostLink link = links.query(port.index());
      String master = nameOf(link.master(), links);
      UplinkRules.Facts facts =
          new UplinkRules.Facts(
              port.index() == tap.index(),
              link.loopback(),
              port.driver(),
              master,
              driverOf(master));
      String refusal = UplinkRules.refusal(name, tap.name(), inside, facts);
      if (refusal != null) {
        throw new IOException("--uplink " + name + ": " + refusal);
      }
      int tapMaster = links.query(tap.index()).master();
      if (tapMaster != 0 && tapMaster != link.master()) {
        throw new IOException(
            "--uplink "
                + name
                + ": "
                + tap.name()
                + " is a port of "
                + nameOf(tapMaster, links)
                + ": take it out ("
                + inside
                + "ip link set "
                + tap.name()
                + " nomaster), or leave out --uplink");
      }
      return open(
          port,
          tap,
          master == null ? UplinkRules.bridgeOf(tap.name()) : master,
          spec.netns(),
          new Masters(link.master(), tapMaster));
    } catch (IOException | RuntimeException e) {
      port.close();
      throw e;
    }
  }

  private static Uplink open(
      NetIf port, NetIf tap, String name, @Nullable String netns, Masters masters)
      throws SysException {
    BridgeIf bridge = BridgeIf.open(name);
    NetIf bridgeIf = null;
    try {
      bridgeIf = NetIf.open(name);
      return new Uplink(port, tap, bridge, bridgeIf, netns, masters);
    } catch (SysException e) {
      if (bridgeIf != null) {
        bridgeIf.close();
      }
      bridge.close();
      throw e;
    }
  }

  private static @Nullable String nameOf(int index, RtLink links) throws SysException {
    return index == 0 ? null : links.query(index).name();
  }

  private static String driverOf(@Nullable String name) throws SysException {
    if (name == null) {
      return "";
    }
    try (NetIf of = NetIf.open(name)) {
      return of.driver().name();
    }
  }

  /** The interface whose network it is. */
  String name() {
    return port.name();
  }

  /** The bridge. */
  String bridge() {
    return bridge.name();
  }

  /** The interface's MTU. */
  int mtu() throws SysException {
    return port.mtu();
  }

  /**
   * Makes both ports of the bridge, and brings all three up.
   *
   * @param mac Skiff's own MAC address
   * @param tapIsOurs whether the TAP was made by us, and goes with us
   * @throws IOException one line that says what to do; {@link #restore} undoes what has been done
   */
  void join(long mac, boolean tapIsOurs) throws IOException {
    if (mac == portMac) {
      throw new IOException(
          MacAddr.format(mac) + " is the MAC address of " + port.name() + ": choose another --mac");
    }
    try {
      if (portMaster == 0) {
        own();
        refuseOtherPorts();
        addPort();
      } else {
        bridgeIndex = portMaster;
      }
      if (mac == bridgeIf.macAddress()) {
        throw new IOException(
            MacAddr.format(mac)
                + " is the MAC address of "
                + bridge.name()
                + ": choose another --mac");
      }
      if (tapIsOurs) {
        setLastMac();
      }
      if (tapMaster == 0 && Arrays.stream(bridge.ports()).noneMatch(i -> i == tapIndex)) {
        bridge.add(tapIndex);
        tapAdded = true;
      }
      if (!port.isUp()) {
        port.setUp(true);
        portUp = true;
      }
      if (!tap.isUp()) {
        tap.setUp(true);
        tapUp = true;
      }
      if (!bridgeIf.isUp()) {
        bridgeIf.setUp(true);
      }
      // One that a dead one has left: nobody else makes one that learns nothing. With an address it
      // is of use to somebody by now.
      ours |=
          bridge.name().equals(UplinkRules.bridgeOf(tap.name()))
              && !bridge.learns()
              && !hasAddress(null);
    } catch (SysException e) {
      throw e.errno() == Errno.EPERM
          ? new IOException(
              "--uplink " + port.name() + ": no permission: it needs root or CAP_NET_ADMIN", e)
          : e;
    }
  }

  /**
   * A bridge has the least MAC address of its ports, so it must not be the TAP's: the bridge's
   * would change as the TAP comes and goes, and hosts that know the old one would lose it.
   */
  private void setLastMac() throws SysException {
    tap.setMacAddress(LAST_OF_ALL << LAST_BYTES | (tapMac & ((1L << LAST_BYTES) - 1)));
  }

  /** Makes the bridge of our own name, or takes the one that is there. */
  private void own() throws IOException {
    try {
      bridge.make();
      ours = true;
    } catch (SysException e) {
      if (e.errno() == Errno.EOPNOTSUPP
          || e.errno() == Errno.ENOPKG
          || e.errno() == Errno.ENOTTY
          || e.errno() == Errno.EINVAL) {
        throw new IOException(
            "--uplink "
                + port.name()
                + ": the kernel has no bridge driver (modprobe bridge): "
                + Errno.text(e.errno()),
            e);
      }
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      if (!bridgeIf.driver().name().equals("bridge")) {
        throw new IOException(
            "--uplink "
                + port.name()
                + ": "
                + bridge.name()
                + " is there already and no bridge: rename it, or the TAP",
            e);
      }
    }
    bridgeIndex = bridgeIf.index();
    if (ours) {
      // A switch may send a broadcast back by the port that it came from (hairpin mode, as Docker's
      // without its userland proxy): to learn of that would be to look for Skiff out there.
      bridge.setNoLearning();
    }
  }

  private void refuseOtherPorts() throws IOException {
    if (others(bridge.ports()) > 0) {
      throw new IOException(
          "--uplink "
              + port.name()
              + ": "
              + bridge.name()
              + " is there already and has other ports: remove it ("
              + inside
              + "ip link del "
              + bridge.name()
              + "), or put "
              + port.name()
              + " in ("
              + inside
              + "ip link set "
              + port.name()
              + " master "
              + bridge.name()
              + ")");
    }
  }

  private void addPort() throws IOException {
    try {
      bridge.add(portIndex);
      portAdded = true;
    } catch (SysException e) {
      if (e.errno() == Errno.EPERM) {
        throw e;
      }
      throw new IOException(
          "--uplink "
              + port.name()
              + ": it cannot be a port of a bridge ("
              + Errno.text(e.errno())
              + "): name another interface",
          e);
    }
  }

  /**
   * Whether the bridge has an address: one that is for its own link alone does not count.
   *
   * @param from the network namespace that it is in; null for the calling thread's
   */
  private boolean hasAddress(@Nullable String from) throws SysException {
    if (bridgeIf.address() != 0) {
      return true;
    }
    try {
      List<String> lines = Netns.call(from, () -> Files.readAllLines(IPV6));
      return lines.stream()
          .map(line -> line.strip().split("\\s+", -1))
          .anyMatch(field -> field[5].equals(bridge.name()) && !field[3].equals(LINK_SCOPE));
    } catch (IOException e) {
      return false; // No IPv6, or not ours to see, who may remove nothing then.
    }
  }

  /**
   * Undoes what has been done, in reverse order, but for what others use by now. What cannot be
   * undone, by one who is root no more, is named, with the command that does it.
   *
   * @param tapStays whether the TAP outlives us
   */
  void restore(boolean tapStays) {
    List<Undo> all = new ArrayList<>();
    try {
      boolean there = bridgeIndex != 0 && bridgeIf.exists() && bridgeIf.index() == bridgeIndex;
      int[] ports = there ? bridge.ports() : new int[0];
      boolean used = there && (others(ports) > 0 || hasAddress(netns));
      if (ours && used) {
        LOG.warn(
            "{} stays, since it has {}; to remove it: {}ip link del {}",
            bridge.name(),
            others(ports) > 0 ? "other ports" : "an address",
            inside,
            bridge.name());
      }
      restoreTap(all, tapStays, ports, ours && !used);
      if (portUp && !used && port.follow(portIndex, portMac) && port.isUp()) {
        all.add(new Undo("ip link set " + port.name() + " down", () -> port.setUp(false)));
      }
      if (portAdded && !ours && contains(ports, portIndex)) {
        all.add(new Undo("ip link set " + port.name() + " nomaster", () -> bridge.take(portIndex)));
      }
      if (ours && there && !used) {
        all.add(new Undo("ip link del " + bridge.name(), this::removeBridge));
      }
      for (Undo undo : all) {
        undo.step.run();
      }
    } catch (SysException e) {
      LOG.warn(
          "the bridge {} of {} and {} stays as it is ({}); to put it back: {}",
          bridge.name(),
          port.name(),
          tap.name(),
          Errno.text(e.errno()),
          String.join(" && ", all.stream().map(undo -> inside + undo.command).toList()));
    }
  }

  private void restoreTap(List<Undo> all, boolean stays, int[] ports, boolean bridgeGoes)
      throws SysException {
    if (!stays || !(tapUp || tapAdded) || !tap.follow(tapIndex, tapMac)) {
      return;
    }
    if (tapUp && tap.isUp()) {
      all.add(new Undo("ip link set " + tap.name() + " down", () -> tap.setUp(false)));
    }
    if (tapAdded && !bridgeGoes && contains(ports, tapIndex)) {
      all.add(new Undo("ip link set " + tap.name() + " nomaster", () -> bridge.take(tapIndex)));
    }
  }

  private void removeBridge() throws SysException {
    bridgeIf.setUp(false);
    bridge.remove();
  }

  /** How many ports the bridge has beside these two. */
  private long others(int[] ports) {
    return Arrays.stream(ports).filter(i -> i != portIndex && i != tapIndex).count();
  }

  private static boolean contains(int[] ports, int index) {
    return Arrays.stream(ports).anyMatch(i -> i == index);
  }

  /** A step back, and the command that does the same. */
  private record Undo(String command, Step step) {}

  private interface Step {
    void run() throws SysException;
  }

  @Override
  public void close() {
    port.close();
    bridge.close();
    bridgeIf.close();
  }
}
