package dev.skiff.daemon;

import dev.skiff.header.MacAddr;
import dev.skiff.sys.BridgeIf;
import dev.skiff.sys.Errno;
import dev.skiff.sys.HostLink;
import dev.skiff.sys.NetIf;
import dev.skiff.sys.RtLink;
import dev.skiff.sys.SysException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
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

  /** The most bytes of a TAP's name that have room behind "br-". */
  private static final int PLAIN = 12;

  private static final int HASH_BYTES = 6;

  /** The highest byte of a MAC address that is no group's, and of local administration. */
  private static final long LAST_OF_ALL = 0xFE;

  private static final int LAST_BYTES = 40;

  /** What ethtool says to be the bus of an interface without one. */
  private static final Set<String> NO_BUS = Set.of("", "N/A", "tun", "tap");

  /**
   * What is known of an interface.
   *
   * @param driver its own
   * @param master what it is a port of; null for nothing
   * @param masterDriver the driver of that; empty if there is none
   */
  record Facts(
      boolean loopback, NetIf.Driver driver, @Nullable String master, String masterDriver) {}

  private final NetIf port;
  private final NetIf tap;
  private final BridgeIf bridge;
  private final NetIf bridgeIf;
  private final String inside;

  /** The number of what each is a port of; 0 for nothing. */
  private final int portMaster;

  private final int tapMaster;

  private final int portIndex;
  private final long portMac;
  private final int tapIndex;
  private long tapMac;

  // What has been done, and is to be undone.
  private int bridgeIndex;
  private boolean ours;
  private boolean portAdded;
  private boolean portUp;
  private boolean tapAdded;
  private boolean tapUp;

  private Uplink(
      NetIf port, NetIf tap, BridgeIf bridge, NetIf bridgeIf, String inside, Masters masters)
      throws SysException {
    this.port = port;
    this.tap = tap;
    this.bridge = bridge;
    this.bridgeIf = bridgeIf;
    this.inside = inside;
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
      Facts facts = new Facts(link.loopback(), port.driver(), master, driverOf(master));
      String refusal = refusal(name, tap.name(), facts);
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
          master == null ? bridgeOf(tap.name()) : master,
          inside,
          new Masters(link.master(), tapMaster));
    } catch (IOException | RuntimeException e) {
      port.close();
      throw e;
    }
  }

  private static Uplink open(NetIf port, NetIf tap, String name, String inside, Masters masters)
      throws SysException {
    BridgeIf bridge = BridgeIf.open(name);
    NetIf bridgeIf = null;
    try {
      bridgeIf = NetIf.open(name);
      return new Uplink(port, tap, bridge, bridgeIf, inside, masters);
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

  /** Why it cannot be the uplink of a TAP, and what to do; null if it can. */
  static @Nullable String refusal(String name, String tap, Facts facts) {
    if (facts.loopback) {
      return "the loopback has no network: name the interface whose network "
          + tap
          + " is to be on, such as eth0";
    }
    if (facts.master != null) {
      return facts.masterDriver.equals("bridge")
          ? null
          : name
              + " is a port of "
              + facts.master
              + ", which is no bridge: give --uplink "
              + facts.master
              + ", or take "
              + name
              + " out of it";
    }
    if (facts.driver.name().equals("bridge")) {
      return "that is a bridge itself: leave out --uplink, and put "
          + tap
          + " in: ip link set "
          + tap
          + " master "
          + name;
    }
    if (!NO_BUS.contains(facts.driver.bus())) {
      return name
          + " is a network card ("
          + facts.driver.name()
          + "), the machine would lose its network: make a bridge yourself, with the machine's"
          + " address, and put "
          + name
          + " in";
    }
    return null;
  }

  /**
   * What the bridge of a TAP is called, in 15 bytes at the most: "br-" and the TAP's name, or, of
   * one that is too long for that, "br_" and the beginning of its SHA-256.
   */
  static String bridgeOf(String tap) {
    byte[] bytes = tap.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= PLAIN) {
      return "br-" + tap;
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "br_" + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
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
        bridgeIndex = bridgeIf.index();
        refuseOtherPorts();
        addPort();
      } else {
        bridgeIndex = portMaster;
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
      // One that a dead one has left; with an address it is of use to somebody else by now.
      ours |= bridge.name().equals(bridgeOf(tap.name())) && bridgeIf.address() == 0;
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
    long mac = LAST_OF_ALL << LAST_BYTES | (tapMac & ((1L << LAST_BYTES) - 1));
    tap.setMacAddress(mac);
    tapMac = mac;
  }

  /** Makes the bridge of our own name, or takes the one that a dead one has left. */
  private void own() throws IOException {
    try {
      bridge.make();
      ours = true;
      // A switch may send a broadcast back to the port that it came by (hairpin mode, as Docker's
      // without its userland
      // proxy): to learn of that would be to look for Skiff out there. Of two ports there is
      // nothing to be learnt.
      bridge.setNoLearning();
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
  }

  private void refuseOtherPorts() throws IOException {
    if (others() > 0) {
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

  /** How many ports the bridge has beside these two. */
  private long others() throws SysException {
    return Arrays.stream(bridge.ports()).filter(i -> i != portIndex && i != tapIndex).count();
  }

  /**
   * Undoes what has been done, in reverse order. What cannot be undone, by one who is root no more,
   * is named, with the command that does it.
   *
   * @param tapStays whether the TAP outlives us
   */
  void restore(boolean tapStays) {
    List<String> undo = new ArrayList<>();
    try {
      boolean bridgeThere =
          bridgeIndex != 0 && bridgeIf.exists() && bridgeIf.index() == bridgeIndex;
      boolean stays = ours && bridgeThere && others() > 0;
      boolean removes = ours && bridgeThere && !stays;
      if (stays) {
        LOG.warn(
            "{} stays, since it has other ports; to remove it: {}ip link del {}",
            bridge.name(),
            inside,
            bridge.name());
      }
      boolean tapThere = tapStays && (tapUp || tapAdded) && tap.follow(tapIndex, tapMac);
      boolean tapIsPort =
          tapThere
              && tapAdded
              && bridgeThere
              && Arrays.stream(bridge.ports()).anyMatch(i -> i == tapIndex);
      boolean portIsPort =
          portAdded && bridgeThere && Arrays.stream(bridge.ports()).anyMatch(i -> i == portIndex);
      boolean portThere = portUp && port.follow(portIndex, portMac) && port.isUp();
      boolean tapDown = tapThere && tapUp && tap.isUp();
      if (tapDown) {
        undo.add(inside + "ip link set " + tap.name() + " down");
      }
      if (portThere) {
        undo.add(inside + "ip link set " + port.name() + " down");
      }
      if (tapIsPort && !removes) {
        undo.add(inside + "ip link set " + tap.name() + " nomaster");
      }
      if (portIsPort && !removes && !stays) {
        undo.add(inside + "ip link set " + port.name() + " nomaster");
      }
      if (removes) {
        undo.add(inside + "ip link del " + bridge.name());
      }
      if (tapDown) {
        tap.setUp(false);
      }
      if (portThere) {
        port.setUp(false);
      }
      if (tapIsPort && !removes) {
        bridge.take(tapIndex);
      }
      if (portIsPort && !removes && !stays) {
        bridge.take(portIndex);
      }
      if (removes) {
        bridgeIf.setUp(false);
        bridge.remove();
      }
    } catch (SysException e) {
      LOG.warn(
          "the bridge {} of {} and {} stays as it is ({}); to put it back: {}",
          bridge.name(),
          port.name(),
          tap.name(),
          Errno.text(e.errno()),
          String.join(" && ", undo));
    }
  }

  @Override
  public void close() {
    port.close();
    bridge.close();
    bridgeIf.close();
  }
}
