package dev.skiff.sys;

/**
 * The host's side of an interface, through the ioctls of netdevice(7) on a datagram socket in the
 * network namespace of the calling thread. Addresses are ints, first byte on the wire highest.
 *
 * <p>Any thread, one at a time.
 */
public final class NetIf {
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int IFF_UP = 1;
  private static final long SIOCGIFFLAGS = 0x8913;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final long SIOCGIFADDR = 0x8915;
  private static final long SIOCSIFADDR = 0x8916;
  private static final long SIOCGIFNETMASK = 0x891B;
  private static final long SIOCSIFNETMASK = 0x891C;
  private static final long SIOCGIFMTU = 0x8921;
  private static final long SIOCSIFMTU = 0x8922;
  private static final long SIOCGIFHWADDR = 0x8927;
  private static final long SIOCGIFINDEX = 0x8933;

  private final String name;

  /** What the last call left in the union: an address, or flags, an MTU or an index. */
  private int lastInet;

  private int lastNumber;
  private long lastMac;

  /** The interface called {@code name}, which need not exist. */
  public NetIf(String name) {
    this.name = name;
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
    int ignored = call(SIOCSIFADDR, "SIOCSIFADDR", ip, true, 0);
  }

  /** Sets the mask of its address. */
  public void setNetmask(int mask) throws SysException {
    int ignored = call(SIOCSIFNETMASK, "SIOCSIFNETMASK", mask, true, 0);
  }

  /** Its MAC address, first byte on the wire highest. */
  public long macAddress() throws SysException {
    int ignored = call(SIOCGIFHWADDR, "SIOCGIFHWADDR", 0, false, 0);
    return lastMac;
  }

  /** Its MTU in bytes. */
  public int mtu() throws SysException {
    int ignored = call(SIOCGIFMTU, "SIOCGIFMTU", 0, false, 0);
    return lastNumber;
  }

  /** Sets its MTU in bytes. */
  public void setMtu(int mtu) throws SysException {
    int ignored = call(SIOCSIFMTU, "SIOCSIFMTU", mtu, false, 0);
  }

  /** Whether it is up. */
  public boolean isUp() throws SysException {
    int ignored = call(SIOCGIFFLAGS, "SIOCGIFFLAGS", 0, false, 0);
    return (lastNumber & IFF_UP) != 0;
  }

  /** Brings it up or down. */
  public void setUp(boolean up) throws SysException {
    int ignored = call(SIOCGIFFLAGS, "SIOCGIFFLAGS", 0, false, 0);
    int flags = up ? lastNumber | IFF_UP : lastNumber & ~IFF_UP;
    ignored = call(SIOCSIFFLAGS, "SIOCSIFFLAGS", flags, false, 0);
  }

  private int call(long request, String what, int value, boolean inet, int tolerated)
      throws SysException {
    int socket = Sys.socket(AF_INET, SOCK_DGRAM_CLOEXEC);
    if (socket < 0) {
      throw new SysException("socket: " + Errno.text(-socket), -socket);
    }
    try (Ifreq ifreq = new Ifreq(name)) {
      if (inet) {
        ifreq.inet(value);
      } else {
        ifreq.number(value);
      }
      int result = Sys.ioctl(socket, request, ifreq.address());
      if (result < 0 && -result != tolerated) {
        String hint = -result == Errno.EPERM ? "; it needs root or CAP_NET_ADMIN" : "";
        throw new SysException(
            "interface " + name + ": " + what + ": " + Errno.text(-result) + hint, -result);
      }
      lastInet = ifreq.inet();
      lastNumber = ifreq.number();
      lastMac = ifreq.mac();
      return result;
    } finally {
      int ignored = Sys.close(socket);
    }
  }
}
