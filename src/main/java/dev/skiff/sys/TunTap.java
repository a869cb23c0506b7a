package dev.skiff.sys;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A TAP device by way of {@code /dev/net/tun}: Linux Documentation/networking/tuntap.rst.
 *
 * <p>The device is made if there is none of the name, else attached to. One that is not persistent
 * goes when it is closed. It is in a network namespace, and what belongs to it works from outside
 * of that too. Opened by any thread; all else by the loop thread alone, and so is the closing,
 * since that does not wake a thread that blocks in a descriptor. {@link RtLink#query} of its {@link
 * #link} is for any thread.
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
  private static final long TUNSETPERSIST = 0x400454CBL;
  private static final long TUNSETOWNER = 0x400454CCL;
  private static final long TUNSETGROUP = 0x400454CEL;
  private static final long TUNGETSNDBUF = 0x800454D3L;
  private static final long TUNSETSNDBUF = 0x400454D4L;
  private static final long TUNSETCARRIER = 0x400454E2L;

  /**
   * The kernel says POLLOUT when less than half of the send buffer is in use, of which it counts up
   * to 2 bytes when there is nothing in it. With less than this it would never say so again, and as
   * no frame is so short, a smaller number means the same: one at a time.
   */
  private static final int LEAST_SNDBUF = 6;

  private static final int IFF_TAP = 0x0002;
  private static final int IFF_NO_PI = 0x1000;
  private static final int IFF_TUN_EXCL = 0x8000;
  private static final int IFF_PERSIST = 0x0800;

  private int fd;
  private final RtLink link;
  private final int index;
  private final boolean created;
  private String name;
  private boolean persistent;
  private boolean closed;

  private TunTap(int fd, RtLink link, Attached attached) {
    this.fd = fd;
    this.link = link;
    index = attached.index();
    created = attached.created();
    name = attached.name();
    persistent = attached.persistent();
  }

  private record Attached(String name, int index, boolean created, boolean persistent) {}

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
   * Whether {@code name} is a pattern for a new device, of which the kernel picks the number: like
   * a name, with "%d" once in it.
   */
  public static boolean isNamePattern(String name) {
    int percent = name.indexOf("%d");
    return percent >= 0
        && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME
        && isValidName(name.substring(0, percent) + "0" + name.substring(percent + 2));
  }

  static String badName(String name) {
    return "'" + name + "' cannot be a device's name: use 1 to " + MAX_NAME + " plain bytes";
  }

  /**
   * Opens the TAP called {@code name} in the caller's network namespace: attaches if there is one,
   * makes it if not.
   *
   * @throws SysException as {@link #open(TapOptions)} does, and for a name that cannot be one
   */
  public static TunTap open(String name) throws SysException {
    if (!isValidName(name) && !isNamePattern(name)) {
      throw new SysException(badName(name), 0);
    }
    return openHere(TapOptions.of(name));
  }

  /**
   * Opens a TAP: attaches if there is one of the name, makes it if not.
   *
   * @throws SysException with one line that says what to do: no {@code /dev/net/tun}, no
   *     permission, no such namespace, busy, or an interface of another kind, and which
   */
  public static TunTap open(TapOptions options) throws IOException {
    return Netns.call(options.netns(), () -> openHere(options));
  }

  private static TunTap openHere(TapOptions options) throws SysException {
    int fd = Sys.openReadWrite(CLONE_DEVICE);
    if (fd < 0) {
      throw TapErrors.noCloneDevice(CLONE_DEVICE, -fd);
    }
    RtLink link = null;
    try {
      Attached attached = attach(fd, options);
      link = RtLink.open();
      TunTap tap = new TunTap(fd, link, attached);
      Integer sndbuf = options.sndbuf();
      if (sndbuf != null) {
        tap.must(TUNSETSNDBUF, "TUNSETSNDBUF", Math.max(sndbuf, LEAST_SNDBUF), true);
      }
      return tap;
    } catch (SysException e) {
      if (link != null) {
        link.close();
      }
      var _ = Sys.close(fd);
      throw e;
    }
  }

  private static Attached attach(int fd, TapOptions options) throws SysException {
    boolean existed = exists(options.name());
    try (Arena arena = Arena.ofConfined()) {
      Ifreq ifreq = new Ifreq(arena, options.name());
      ifreq.flags(IFF_TAP | IFF_NO_PI | (existed ? 0 : IFF_TUN_EXCL));
      int result = Sys.ioctl(fd, TUNSETIFF, ifreq.address());
      if (result < 0) {
        throw TapErrors.notAttached(options.name(), existed, -result);
      }
      String name = ifreq.name();
      result = Sys.ioctl(fd, TUNGETIFF, ifreq.address());
      boolean persistent = result >= 0 && (ifreq.flags() & IFF_PERSIST) != 0;
      try (NetIf netIf = NetIf.open(name)) {
        Integer wanted = options.txQueueLen();
        if (wanted != null && wanted != netIf.txQueueLen()) {
          netIf.setTxQueueLen(wanted);
        }
        return new Attached(name, netIf.index(), !existed, persistent);
      }
    }
  }

  private static boolean exists(String name) throws SysException {
    if (isNamePattern(name)) {
      return false;
    }
    try (NetIf netIf = NetIf.open(name)) {
      return netIf.exists();
    }
  }

  /** The descriptor, non-blocking; -1 once it is closed. */
  public int fd() {
    return fd;
  }

  /** The interface's name: what it was when {@link #open} or {@link #lookUpName} looked. */
  public String name() {
    return name;
  }

  /**
   * {@code TUNGETIFF}: looks what the interface is called by now, also in another network namespace
   * that it was moved to.
   *
   * @return the name; the last that is known if the interface was deleted
   */
  public String lookUpName() {
    try (Arena arena = Arena.ofConfined()) {
      Ifreq ifreq = new Ifreq(arena, "");
      if (!closed && Sys.ioctl(fd, TUNGETIFF, ifreq.address()) >= 0) {
        name = ifreq.name();
      }
      return name;
    }
  }

  /**
   * Whether the interface was deleted: then the descriptor is one of nothing. Of one that was moved
   * to another network namespace it is not.
   */
  public boolean isDeleted() {
    try (Arena arena = Arena.ofConfined()) {
      Ifreq ifreq = new Ifreq(arena, "");
      return !closed && Sys.ioctl(fd, TUNGETIFF, ifreq.address()) == -Errno.EBADFD;
    }
  }

  /** The interface's number in the network namespace that it was opened in. */
  public int index() {
    return index;
  }

  /** Asks after links of the network namespace that the TAP was opened in; closed with it. */
  public RtLink link() {
    return link;
  }

  /** Whether it was made by {@link #open}. */
  public boolean created() {
    return created;
  }

  /** Whether it stays after it is closed. */
  public boolean persistent() {
    return persistent;
  }

  /** {@code TUNSETPERSIST}: whether it stays after it is closed. */
  public void setPersistent(boolean persistent) throws SysException {
    must(TUNSETPERSIST, "TUNSETPERSIST", persistent ? 1 : 0, false);
    this.persistent = persistent;
  }

  /** {@code TUNSETOWNER}: the user, by number, who may attach to it without being root. */
  public void setOwner(int user) throws SysException {
    must(TUNSETOWNER, "TUNSETOWNER", user, false);
  }

  /** {@code TUNSETGROUP}: the group, by number, whose members may attach without being root. */
  public void setGroup(int group) throws SysException {
    must(TUNSETGROUP, "TUNSETGROUP", group, false);
  }

  /**
   * {@code TUNSETCARRIER}: whether the host sees a link, as of a cable whose far end is up. Frames
   * still pass in our direction without one. A kernel before 5.0 does not know of this, and leaves
   * it on.
   *
   * @throws SysException if the interface was deleted
   */
  public void setCarrier(boolean on) throws SysException {
    int result = closed ? -Errno.EBADF : ioctl(TUNSETCARRIER, on ? 1 : 0, true);
    if (result < 0 && result != -Errno.EINVAL && result != -Errno.ENOTTY) {
      throw new SysException(
          "TAP " + name + " is gone (" + Errno.text(-result) + "): somebody deleted it", -result);
    }
  }

  /**
   * {@code TUNGETSNDBUF}: how many bytes of frames that we sent may wait inside the host before it
   * has no more room; {@link Integer#MAX_VALUE} if there is no bound, as is usual.
   *
   * @throws SysException if the interface was deleted
   */
  public int sndbuf() throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
      int result = closed ? -Errno.EBADF : Sys.ioctl(fd, TUNGETSNDBUF, number.address());
      if (result < 0) {
        throw new SysException("TAP " + name + ": TUNGETSNDBUF: " + Errno.text(-result), -result);
      }
      return number.get(ValueLayout.JAVA_INT, 0);
    }
  }

  private void must(long request, String what, int value, boolean byAddress) throws SysException {
    int result = ioctl(request, value, byAddress);
    if (result < 0) {
      String hint = -result == Errno.EPERM ? "; it needs root or CAP_NET_ADMIN" : "";
      throw new SysException(
          "TAP " + name + ": " + what + ": " + Errno.text(-result) + hint, -result);
    }
  }

  private int ioctl(long request, int value, boolean byAddress) {
    if (!byAddress) {
      // User and group numbers go up to 2^32-2: no sign must fill the upper half.
      return Sys.ioctl(fd, request, value & 0xFFFF_FFFFL);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      return Sys.ioctl(fd, request, number.address());
    }
  }

  /** Closes its descriptors, once; the device goes with them unless it is persistent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      link.close();
      var _ = Sys.close(fd);
      fd = -1; // The number may be another file's by now.
    }
  }
}
