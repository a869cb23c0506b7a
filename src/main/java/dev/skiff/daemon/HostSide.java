package dev.skiff.daemon;

import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.sys.Errno;
import dev.skiff.sys.NetIf;
import dev.skiff.sys.SysException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's side of the TAP: its address, mask, MTU and being up, set by ioctls and put back.
 *
 * <p>Thread: the main thread.
 */
public final class HostSide implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HostSide.class);
  private static final Path ROUTES = Path.of("/proc/thread-self/net/route");

  /** An address of the host, and the interface that has it. */
  public record HostAddress(String dev, Ip4Prefix address) {}

  /** A route of the host's main table. */
  public record HostRoute(String dev, int network, int prefix) {}

  private final NetIf tap;
  private final int index;
  private final long mac;
  private int addressSet;
  private int oldMtu;
  private boolean oldUp;

  private HostSide(NetIf tap) throws SysException {
    this.tap = tap;
    index = tap.index();
    mac = tap.macAddress();
  }

  /**
   * Refuses an address that the host itself has: neither of the two would be reachable.
   *
   * @throws IOException with one line
   */
  static void refuseOwnAddress(Ip4Prefix ip) throws IOException {
    for (HostAddress host : addresses()) {
      if (host.address().address() == ip.address()) {
        throw new IOException(
            Ip4Addr.format(ip.address())
                + " is in use on this host ("
                + host.dev()
                + " has it): choose another --ip");
      }
    }
  }

  /**
   * Refuses a network that overlaps an address or a route of the host: traffic meant for there
   * would go astray. The default route does not count, nor does the same address on this TAP.
   *
   * @throws IOException with one line
   */
  static void refuseOverlap(
      String tap, Ip4Prefix hostIp, List<HostAddress> addresses, List<HostRoute> routes)
      throws IOException {
    for (HostAddress host : addresses) {
      if (host.dev().equals(tap)) {
        if (!host.address().equals(hostIp)) {
          throw new IOException(
              tap
                  + " has the address "
                  + host.address()
                  + " already: leave out --host-ip, give that one, or remove it (ip addr del "
                  + host.address()
                  + " dev "
                  + tap
                  + ")");
        }
      } else if (overlaps(hostIp, host.address().network(), host.address().prefix())) {
        throw new IOException(
            "--host-ip "
                + hostIp
                + " overlaps "
                + host.address()
                + " on "
                + host.dev()
                + ": choose another network");
      }
    }
    for (HostRoute route : routes) {
      boolean own = route.dev().equals(tap) && route.network() == hostIp.network();
      if (route.prefix() > 0 && !own && overlaps(hostIp, route.network(), route.prefix())) {
        throw new IOException(
            "--host-ip "
                + hostIp
                + " overlaps the route to "
                + Ip4Addr.format(route.network())
                + "/"
                + route.prefix()
                + " by "
                + route.dev()
                + ": choose another network");
      }
    }
  }

  /** Whether a network and another have an address in common. */
  public static boolean overlaps(Ip4Prefix a, int network, int prefix) {
    int shorter = Ip4Addr.mask(Math.min(a.prefix(), prefix));
    return ((a.address() ^ network) & shorter) == 0;
  }

  /**
   * Gives the host's side an address, sets its MTU and brings it up.
   *
   * @throws IOException with one line, with everything put back as it was
   */
  static HostSide configure(String name, Ip4Prefix hostIp, int mtu) throws IOException {
    NetIf tap = NetIf.open(name);
    try {
      HostSide side = new HostSide(tap);
      side.oldMtu = side.tap.mtu();
      side.oldUp = side.tap.isUp();
      side.configure(hostIp, mtu);
      return side;
    } catch (SysException e) {
      tap.close();
      throw e;
    }
  }

  private void configure(Ip4Prefix hostIp, int mtu) throws SysException {
    try {
      boolean hasIt = tap.address() == hostIp.address() && tap.netmask() == hostIp.mask();
      if (!hasIt) {
        if (oldUp) {
          // Else there would be a route to the address's whole class until its mask is set.
          tap.setUp(false);
        }
        tap.setAddress(hostIp.address());
        addressSet = hostIp.address();
        tap.setNetmask(hostIp.mask());
      }
      if (oldMtu != mtu) {
        tap.setMtu(mtu);
      }
      tap.setUp(true);
    } catch (SysException e) {
      restore("");
      throw e;
    }
  }

  /**
   * Puts back what was changed, on a TAP that outlives us, whatever it is called by now. What
   * cannot be put back, by one who is root no more, is named, with the command that does it.
   *
   * @param inside what runs a command in the TAP's network namespace, with a blank; empty for ours
   */
  void restore(String inside) {
    StringBuilder undo = new StringBuilder();
    try {
      if (!tap.follow(index, mac)) {
        return; // Deleted, or moved to another namespace: what has its number is not ours.
      }
      if (addressSet != 0 && tap.address() == addressSet) {
        int prefix = Integer.bitCount(tap.netmask());
        undo.append(then(undo))
            .append(inside)
            .append("ip addr del ")
            .append(new Ip4Prefix(addressSet, prefix))
            .append(" dev ")
            .append(tap.name());
      }
      int mtu = tap.mtu();
      boolean up = tap.isUp();
      if (mtu != oldMtu || up != oldUp) {
        undo.append(then(undo)).append(inside).append("ip link set ").append(tap.name());
        undo.append(mtu == oldMtu ? "" : " mtu " + oldMtu);
        undo.append(up == oldUp ? "" : oldUp ? " up" : " down");
      }
      undo();
    } catch (SysException e) {
      LOG.warn(
          "the host's side of {} stays as it is ({}); to put it back: {}",
          tap.name(),
          Errno.text(e.errno()),
          undo);
    }
  }

  private static String then(StringBuilder before) {
    return before.isEmpty() ? "" : " && ";
  }

  private void undo() throws SysException {
    if (addressSet != 0 && tap.address() == addressSet) {
      tap.setAddress(0);
    }
    if (tap.mtu() != oldMtu) {
      tap.setMtu(oldMtu);
    }
    if (tap.isUp() != oldUp) {
      tap.setUp(oldUp);
    }
  }

  @Override
  public void close() {
    tap.close();
  }

  // ---- What the host has ------------------------------------------------------------------------

  /** The IPv4 addresses of all interfaces, in the caller's network namespace. */
  public static List<HostAddress> addresses() throws IOException {
    List<HostAddress> list = new ArrayList<>();
    for (NetIf.Address host : NetIf.addresses()) {
      int prefix = Integer.bitCount(host.netmask());
      if (prefix > 0) {
        list.add(new HostAddress(deviceOf(host.name()), new Ip4Prefix(host.address(), prefix)));
      }
    }
    return list;
  }

  /** The device of a label such as "eth0:1". */
  private static String deviceOf(String label) {
    int colon = label.indexOf(':');
    return colon < 0 ? label : label.substring(0, colon);
  }

  /** The routes of the main table, in the caller's network namespace. */
  public static List<HostRoute> routes() throws IOException {
    return parseRoutes(Files.readAllLines(ROUTES));
  }

  /** Reads {@code /proc/net/route}: numbers in hex, in the machine's byte order. */
  static List<HostRoute> parseRoutes(List<String> lines) {
    List<HostRoute> list = new ArrayList<>();
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      String[] field = line.strip().split("\\s+", -1);
      if (field.length >= 8) {
        int mask = networkOrder(field[7]);
        list.add(new HostRoute(field[0], networkOrder(field[1]), Integer.bitCount(mask)));
      }
    }
    return list;
  }

  private static int networkOrder(String hex) {
    int value = Integer.parseUnsignedInt(hex.toLowerCase(Locale.ROOT), 16);
    boolean little = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
    return little ? Integer.reverseBytes(value) : value;
  }
}
