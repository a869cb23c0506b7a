package dev.skiff.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The host's side of an interface, through the ioctls of netdevice(7) on a datagram socket.
 * Addresses are ints, first byte on the wire highest.
 *
 * <p>The socket stays in the network namespace of the thread that opened it, and so do the requests
 * made through it, whoever makes them. Any thread, one at a time.
 */
public final class NetIf implements AutoCloseable {
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int IFF_UP = 1;
  private static final int MOST_ADDRESSES = 4096;
  private static final long SIOCGIFNAME = 0x8910;
  private static final long SIOCGIFCONF = 0x8912;
  private static final long SIOCGIFFLAGS = 0x8913;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final long SIOCGIFADDR = 0x8915;
  private static final long SIOCSIFADDR = 0x8916;
  private static final long SIOCGIFNETMASK = 0x891B;
  private static final long SIOCSIFNETMASK = 0x891C;
  private static final long SIOCGIFMTU = 0x8921;
  private static final long SIOCSIFMTU = 0x8922;
  private static final long SIOCSIFHWADDR = 0x8924;
  private static final long SIOCGIFHWADDR = 0x8927;
  private static final long SIOCGIFINDEX = 0x8933;

  private static final long SIOCGIFTXQLEN = 0x8942;
  private static final long SIOCSIFTXQLEN = 0x8943;
  private static final long SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_GDRVINFO = 3;

  // struct ethtool_drvinfo: a command, then strings of 32 bytes each, and more.
  private static final int DRVINFO_SIZE = 196;
  private static final int DRVINFO_DRIVER = 4;
  private static final int DRVINFO_BUS_INFO = 100;

  // struct ifconf: an array's length in bytes, padding, its address.
  private static final int IFCONF_SIZE = 16;
  private static final int IFC_BUF = 8;

  private String name;
  private final int socket;
  private boolean closed;

  /** What the last call left in the union: an address, or flags, an MTU or an index. */
  private int lastInet;

  private int lastNumber;
  private long lastMac;

  private NetIf(String name, int socket) {
    this.name = name;
    this.socket = socket;
  }

  /**
   * The interface called {@code name}, which need not exist, in the network namespace of the
   * calling thread.
   *
   * @throws SysException if the process has no descriptor left
   */
  public static NetIf open(String name) throws SysException {
    return new NetIf(name, datagramSocket());
  }

  /**
   * An IPv4 address of the host.
   *
   * @param name the interface that has it, or its label
   */
  public record Address(String name, int address, int netmask) {}

  /** Every IPv4 address of every interface, in the network namespace of the calling thread. */
  public static List<Address> addresses() throws SysException {
    int socket = datagramSocket();
    List<Address> list = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocate((long) MOST_ADDRESSES * Ifreq.SIZE, Long.BYTES);
      MemorySegment ifconf = arena.allocate(IFCONF_SIZE, Long.BYTES);
      ifconf.set(ValueLayout.JAVA_INT, 0, (int) array.byteSize());
      ifconf.set(ValueLayout.JAVA_LONG, IFC_BUF, array.address());
      int result = Sys.ioctl(socket, SIOCGIFCONF, ifconf.address());
      if (result < 0) {
        throw new SysException("SIOCGIFCONF: " + Errno.text(-result), -result);
      }
      int bytes = ifconf.get(ValueLayout.JAVA_INT, 0);
      for (int at = 0; at < bytes; at += Ifreq.SIZE) {
        Ifreq ifreq = new Ifreq(array.asSlice(at, Ifreq.SIZE));
        int address = ifreq.inet();
        // Asked with the address, the kernel answers for that one of several on a device.
        result = Sys.ioctl(socket, SIOCGIFNETMASK, ifreq.address());
        if (result >= 0) {
          list.add(new Address(ifreq.name(), address, ifreq.inet()));
        }
      }
    } finally {
      var _ = Sys.close(socket);
    }
    return list;
  }

  /** What it is called, as far as is known here. */
  public String name() {
    return name;
  }

  /**
   * {@code SIOCGIFNAME}: means the interface of this number and MAC address from here on, whatever
   * it is called by now. A number alone may be another interface's by then.
   *
   * @return false if there is none in this namespace; then it is not to be used any more
   */
  public boolean follow(int index, long mac) throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      Ifreq ifreq = new Ifreq(arena, "");
      ifreq.number(index);
      int result = Sys.ioctl(socket, SIOCGIFNAME, ifreq.address());
      if (result == -Errno.ENODEV) {
        return false;
      }
      if (result < 0) {
        throw new SysException("SIOCGIFNAME: " + Errno.text(-result), -result);
      }
      name = ifreq.name();
    }
    return macAddress() == mac;
  }

  /** Whether there is an interface of this name. */
  public boolean exists() throws SysException {
    return call(SIOCGIFINDEX, "SIOCGIFINDEX", 0, true, Errno.ENODEV) >= 0;
  }

  /** Its IPv4 address; 0 if it has none. */
  public int address() throws SysException {
    return call(SIOCGIFADDR, "SIOCGIFADDR", 0, true, Errno.EADDRNOTAVAIL) < 0 ? 0 : lastInet;
  }

  /** The mask of its IPv4 address; 0 if it has none. */
  public int netmask() throws SysException {
    return call(SIOCGIFNETMASK, "SIOCGIFNETMASK", 0, true, Errno.EADDRNOTAVAIL) < 0 ? 0 : lastInet;
  }

  /** Gives it an IPv4 address; 0 takes it away. An address that it has is replaced. */
  public void setAddress(int ip) throws SysException {
    var _ = call(SIOCSIFADDR, "SIOCSIFADDR", ip, true, 0);
  }

  /** Sets the mask of its address. */
  public void setNetmask(int mask) throws SysException {
    var _ = call(SIOCSIFNETMASK, "SIOCSIFNETMASK", mask, true, 0);
  }

  /** Its MAC address, first byte on the wire highest. */
  public long macAddress() throws SysException {
    var _ = call(SIOCGIFHWADDR, "SIOCGIFHWADDR", 0, false, 0);
    return lastMac;
  }

  /** Sets its MAC address, that of an Ethernet interface. */
  public void setMacAddress(long mac) throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      Ifreq ifreq = new Ifreq(arena, name);
      ifreq.mac(mac);
      var _ = request(SIOCSIFHWADDR, "SIOCSIFHWADDR", ifreq, 0);
    }
  }

  /** Its MTU in bytes. */
  public int mtu() throws SysException {
    var _ = call(SIOCGIFMTU, "SIOCGIFMTU", 0, false, 0);
    return lastNumber;
  }

  /** Sets its MTU in bytes. */
  public void setMtu(int mtu) throws SysException {
    var _ = call(SIOCSIFMTU, "SIOCSIFMTU", mtu, false, 0);
  }

  /** Whether it is up. */
  public boolean isUp() throws SysException {
    var _ = call(SIOCGIFFLAGS, "SIOCGIFFLAGS", 0, false, 0);
    return (lastNumber & IFF_UP) != 0;
  }

  /** Brings it up or down. */
  public void setUp(boolean up) throws SysException {
    var _ = call(SIOCGIFFLAGS, "SIOCGIFFLAGS", 0, false, 0);
    int flags = up ? lastNumber | IFF_UP : lastNumber & ~IFF_UP;
    var _ = call(SIOCSIFFLAGS, "SIOCSIFFLAGS", flags, false, 0);
  }

  /** Its number, as in {@code ip link}. */
  public int index() throws SysException {
    var _ = call(SIOCGIFINDEX, "SIOCGIFINDEX", 0, false, 0);
    return lastNumber;
  }

  /** How many frames the kernel queues for it: its {@code txqueuelen}. */
  public int txQueueLen() throws SysException {
    var _ = call(SIOCGIFTXQLEN, "SIOCGIFTXQLEN", 0, false, 0);
    return lastNumber;
  }

  /** Sets how many frames the kernel queues for it. */
  public void setTxQueueLen(int frames) throws SysException {
    var _ = call(SIOCSIFTXQLEN, "SIOCSIFTXQLEN", frames, false, 0);
  }

  /**
   * What drives an interface, as {@code ethtool -i} prints it.
   *
   * @param name "tun" of a TUN or a TAP, "veth", "bridge"...; empty if the kernel does not say
   * @param bus "tun" or "tap" if the name is "tun"
   */
  public record Driver(String name, String bus) {}

  /** Its driver. */
  public Driver driver() throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(DRVINFO_SIZE, Long.BYTES);
      info.set(ValueLayout.JAVA_INT, 0, ETHTOOL_GDRVINFO);
      Ifreq ifreq = new Ifreq(arena, name);
      ifreq.data(info.address());
      // The loopback interface, for one, has no driver to tell of.
      int result = request(SIOCETHTOOL, "SIOCETHTOOL", ifreq, Errno.EOPNOTSUPP);
      return result < 0
          ? new Driver("", "")
          : new Driver(info.getString(DRVINFO_DRIVER), info.getString(DRVINFO_BUS_INFO));
    }
  }

  /** Closes the socket, once. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      var _ = Sys.close(socket);
    }
  }

  private int call(long request, String what, int value, boolean inet, int tolerated)
      throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      Ifreq ifreq = new Ifreq(arena, name);
      if (inet) {
        ifreq.inet(value);
      } else {
        ifreq.number(value);
      }
      int result = request(request, what, ifreq, tolerated);
      lastInet = ifreq.inet();
      lastNumber = ifreq.number();
      lastMac = ifreq.mac();
      return result;
    }
  }

  private int request(long request, String what, Ifreq ifreq, int tolerated) throws SysException {
    if (closed) {
      throw new IllegalStateException("interface " + name + " is closed");
    }
    int result = Sys.ioctl(socket, request, ifreq.address());
    if (result < 0 && -result != tolerated) {
      String hint = -result == Errno.EPERM ? "; it needs root or CAP_NET_ADMIN" : "";
      throw new SysException(
          "interface " + name + ": " + what + ": " + Errno.text(-result) + hint, -result);
    }
    return result;
  }

  /** A socket for such requests, in the network namespace of the calling thread. */
  static int datagramSocket() throws SysException {
    int socket = Sys.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
    if (socket < 0) {
      throw new SysException("socket: " + Errno.text(-socket), -socket);
    }
    return socket;
  }
}
