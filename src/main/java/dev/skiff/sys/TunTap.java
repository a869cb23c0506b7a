package dev.skiff.sys;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/**
 * A TAP device by way of {@code /dev/net/tun}: Linux Documentation/networking/tuntap.rst.
 *
 * <p>The device is made if there is none of the name, else attached to. One that is not persistent
 * goes when it is closed. Opened by any thread; read, written and closed by the loop thread alone,
 * since closing a descriptor does not wake a thread that blocks in it.
 */
public final class TunTap implements AutoCloseable {
  /** The most bytes in a name: {@code IFNAMSIZ} less the closing zero. */
  public static final int MAX_NAME = Ifreq.IFNAMSIZ - 1;

  /** The least MTU that a TAP takes: {@code ETH_MIN_MTU}. */
  public static final int MIN_MTU = 68;

  /** The greatest MTU that a TAP takes: 65,535 less the link header. */
  public static final int MAX_MTU = 65_521;

  private static final String CLONE_DEVICE = "/dev/net/tun";
  private static final long TUNSETIFF = 0x400454CAL;
  private static final long TUNGETIFF = 0x800454D2L;
  private static final int IFF_TAP = 0x0002;
  private static final int IFF_NO_PI = 0x1000;
  private static final int IFF_TUN_EXCL = 0x8000;
  private static final int IFF_PERSIST = 0x0800;

  private final int fd;
  private final String name;
  private final boolean created;
  private final boolean persistent;
  private boolean closed;

  private TunTap(int fd, String name, boolean created, boolean persistent) {
    this.fd = fd;
    this.name = name;
    this.created = created;
    this.persistent = persistent;
  }

  /**
   * Whether {@code name} can be an interface's: 1 to 15 bytes, no white space, slash, colon or
   * percent sign, not "." or ".." ({@code dev_valid_name}; a percent sign would be a pattern).
   */
  public static boolean isValidName(String name) {
    return !name.isEmpty()
        && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME
        && !name.equals(".")
        && !name.equals("..")
        && name.chars().noneMatch(c -> c <= ' ' || c == 127 || c == '/' || c == ':' || c == '%');
  }

  /**
   * Opens the TAP called {@code name}: attaches if there is one, makes it if not.
   *
   * @throws SysException with one line that says what to do: no {@code /dev/net/tun}, no
   *     permission, busy, or an interface of another kind
   */
  public static TunTap open(String name) throws SysException {
    if (!isValidName(name)) {
      throw new SysException(
          "'" + name + "' cannot be a device's name: use 1 to " + MAX_NAME + " plain bytes", 0);
    }
    boolean existed = new NetIf(name).exists();
    int fd = Sys.openReadWrite(CLONE_DEVICE);
    if (fd < 0) {
      throw openFailed(-fd);
    }
    int flags = IFF_TAP | IFF_NO_PI | (existed ? 0 : IFF_TUN_EXCL);
    try (Arena arena = Arena.ofConfined()) {
      Ifreq ifreq = new Ifreq(arena, name);
      ifreq.flags(flags);
      int result = Sys.ioctl(fd, TUNSETIFF, ifreq.address());
      if (result < 0) {
        var _ = Sys.close(fd);
        throw attachFailed(name, existed, -result);
      }
      String realName = ifreq.name();
      result = Sys.ioctl(fd, TUNGETIFF, ifreq.address());
      boolean persistent = result >= 0 && (ifreq.flags() & IFF_PERSIST) != 0;
      return new TunTap(fd, realName, !existed, persistent);
    }
  }

  private static SysException openFailed(int errno) {
    String cure;
    if (errno == Errno.ENOENT || errno == Errno.ENODEV || errno == Errno.ENXIO) {
      cure =
          "there is no TUN/TAP here: load the module (modprobe tun), or in a container pass --device "
              + CLONE_DEVICE;
    } else if (errno == Errno.EACCES || errno == Errno.EPERM) {
      cure =
          "no permission: run as root, or let this user open it (chmod 0666 "
              + CLONE_DEVICE
              + " is the usual setting)";
    } else {
      cure = Errno.text(errno);
    }
    return new SysException(CLONE_DEVICE + ": " + cure, errno);
  }

  private static SysException attachFailed(String name, boolean existed, int errno) {
    String cure;
    if (errno == Errno.EBUSY) {
      cure = "busy: another program holds it; stop that program or choose another --tap name";
    } else if (errno == Errno.EPERM || errno == Errno.EACCES) {
      cure =
          existed
              ? "no permission: it belongs to somebody else; run as its owner, or as root"
              : "no permission to create it: run as root, or have root make it for you (ip tuntap add"
                  + " dev "
                  + name
                  + " mode tap user "
                  + System.getProperty("user.name", "USER")
                  + ")";
    } else if (errno == Errno.EINVAL && existed) {
      cure = "it is there, but is no single-queue TAP: choose another --tap name";
    } else {
      cure = Errno.text(errno) + ": choose another --tap name";
    }
    return new SysException("TAP " + name + ": " + cure, errno);
  }

  /** The descriptor, non-blocking. */
  public int fd() {
    return fd;
  }

  /** The interface's name. */
  public String name() {
    return name;
  }

  /** Whether it was made by {@link #open}. */
  public boolean created() {
    return created;
  }

  /** Whether it stays after it is closed. */
  public boolean persistent() {
    return persistent;
  }

  /** Closes the descriptor, once; the device goes with it unless it is persistent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      var _ = Sys.close(fd);
    }
  }
}
