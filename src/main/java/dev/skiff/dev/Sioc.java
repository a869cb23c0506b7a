package dev.skiff.dev;

import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * The requests of {@link NetDevice#ioctl}: {@code <linux/sockios.h>}, and {@code dev_ifsioc} and
 * {@code devinet_ioctl}, which carry them out.
 */
public final class Sioc {
  /** Gets the name of the device. */
  public static final int SIOCGIFNAME = 0x8910;

  /** Gets {@link Iff} flags. */
  public static final int SIOCGIFFLAGS = 0x8913;

  /** Sets {@link Iff} flags; {@code IFF_UP} opens and stops the device. */
  public static final int SIOCSIFFLAGS = 0x8914;

  /** Gets the IPv4 address; 0.0.0.0 if there is none. */
  public static final int SIOCGIFADDR = 0x8915;

  /** Sets the IPv4 address, with the mask of its class; 0.0.0.0 takes it away. */
  public static final int SIOCSIFADDR = 0x8916;

  /** Gets the IPv4 broadcast address; 0.0.0.0 if there is none. */
  public static final int SIOCGIFBRDADDR = 0x8919;

  /** Gets the mask of the IPv4 address. */
  public static final int SIOCGIFNETMASK = 0x891B;

  /** Sets the mask of the IPv4 address. */
  public static final int SIOCSIFNETMASK = 0x891C;

  /** Gets the MTU. */
  public static final int SIOCGIFMTU = 0x8921;

  /** Sets the MTU. */
  public static final int SIOCSIFMTU = 0x8922;

  /** Sets the MAC address. */
  public static final int SIOCSIFHWADDR = 0x8924;

  /** Gets the MAC address. */
  public static final int SIOCGIFHWADDR = 0x8927;

  /** Joins the group of a MAC address. */
  public static final int SIOCADDMULTI = 0x8931;

  /** Leaves the group of a MAC address. */
  public static final int SIOCDELMULTI = 0x8932;

  /** Gets the device's number, from 1. */
  public static final int SIOCGIFINDEX = 0x8933;

  /** Gets {@code tx_queue_len}. */
  public static final int SIOCGIFTXQLEN = 0x8942;

  /** Sets {@code tx_queue_len}. */
  public static final int SIOCSIFTXQLEN = 0x8943;

  /** Gets where it is on its bus: nowhere. */
  public static final int SIOCGIFMAP = 0x8970;

  /** Sets where it is on its bus, which no wire here can. */
  public static final int SIOCSIFMAP = 0x8971;

  /** The first of 16 requests that are the wire's own. */
  public static final int SIOCDEVPRIVATE = 0x89F0;

  private static final int PRIVATE_REQUESTS = 16;

  private Sioc() {}

  /** See {@link NetDevice#ioctl}. */
  static void handle(NetDevice dev, int cmd, IfReq ifr) throws IOException {
    switch (cmd) {
      case SIOCGIFNAME -> ifr.setName(dev.name());
      case SIOCGIFFLAGS -> ifr.setFlags(dev.getFlags());
      case SIOCSIFFLAGS -> dev.changeFlags(ifr.flags());
      case SIOCGIFADDR -> ifr.setAddr(dev.address().address());
      case SIOCSIFADDR -> {
        if (ifr.addr() == Ip4Addr.ANY) {
          dev.inDev().clear();
        } else {
          dev.inDev().set(classful(ifr.addr()));
        }
      }
      case SIOCGIFBRDADDR -> ifr.setAddr(broadcast(dev.address()));
      case SIOCGIFNETMASK -> ifr.setAddr(dev.address().mask());
      case SIOCSIFNETMASK -> dev.inDev().setPrefix(prefix(ifr.addr()));
      case SIOCGIFMTU -> ifr.setValue(dev.mtu());
      case SIOCSIFMTU -> dev.changeMtu(ifr.value());
      case SIOCSIFHWADDR -> dev.setMacAddress(ifr.hwaddr());
      case SIOCGIFHWADDR -> ifr.setHwaddr(dev.macAddress());
      case SIOCADDMULTI -> dev.mcAdd(ifr.hwaddr());
      case SIOCDELMULTI -> dev.mcDelete(ifr.hwaddr());
      case SIOCGIFINDEX -> ifr.setValue(dev.index() + 1);
      case SIOCGIFTXQLEN -> ifr.setValue(dev.txQueueLen());
      case SIOCSIFTXQLEN -> dev.setTxQueueLen(ifr.value());
      case SIOCGIFMAP -> ifr.setMap(IfReq.IfMap.NONE);
      case SIOCSIFMAP ->
          throw new UnsupportedOperationException(
              dev.name() + ": SIOCSIFMAP: its wire is on no bus, there is nothing to set");
      default -> devPrivate(dev, cmd, ifr);
    }
  }

  private static void devPrivate(NetDevice dev, int cmd, IfReq ifr) {
    int number = cmd - SIOCDEVPRIVATE;
    if (number < 0 || number >= PRIVATE_REQUESTS) {
      throw new IllegalArgumentException(
          dev.name() + ": no such ioctl, 0x" + Integer.toHexString(cmd) + ": see the class Sioc");
    }
    MemorySegment data = ifr.data();
    try {
      dev.wire().ioctl(number, data == null ? MemorySegment.NULL : data);
    } catch (UnsupportedOperationException e) {
      throw new UnsupportedOperationException(dev.name() + ": " + e.getMessage(), e);
    }
  }

  /** {@code inet_abc_len}: the network of an address's class, RFC 791 3.2. */
  private static Ip4Prefix classful(int addr) {
    int first = addr >>> 24;
    return new Ip4Prefix(addr, first < 128 ? 8 : first < 192 ? 16 : 24);
  }

  private static int broadcast(Ip4Prefix address) {
    return address.hasBroadcast() ? address.network() | ~address.mask() : Ip4Addr.ANY;
  }

  private static int prefix(int mask) {
    int n = Integer.bitCount(mask);
    if (Ip4Addr.mask(n) != mask) {
      throw new IllegalArgumentException(
          Ip4Addr.format(mask) + " is no network mask: its ones must be its first bits");
    }
    return n;
  }
}
