package dev.skiff.sys;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What this process may do, found out by doing it: each attempt is undone before it returns, and
 * none touches an interface that is there. Any thread.
 */
public final class TunProbe {
  /** {@code IFF_TAP}, in {@link #features}. */
  public static final int IFF_TAP = 0x0002;

  /** {@code IFF_NO_PI}, in {@link #features}. */
  public static final int IFF_NO_PI = 0x1000;

  private static final long TUNGETFEATURES = 0x800454CFL;
  private static final String NAME = "skiffprobe";
  private static final String NULL = "/dev/null";
  private static final int RING = 8;

  private TunProbe() {}

  /** Loads the C library through JNR-FFI and calls a function of it. */
  public static void loadLibrary() {
    var _ = Sys.isTerminal(0);
  }

  /**
   * {@code TUNGETFEATURES}: what the kernel's TUN driver can do, as flags of {@code TUNSETIFF};
   * needs no privilege but that of opening {@code path}.
   *
   * @param path usually {@code /dev/net/tun}
   * @throws SysException whose number says which: the file cannot be opened, or is of another kind
   */
  public static int features(String path) throws SysException {
    int fd = Sys.openReadWrite(path);
    if (fd < 0) {
      throw TapErrors.noCloneDevice(path, -fd);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment flags = arena.allocate(ValueLayout.JAVA_INT);
      int result = Sys.ioctl(fd, TUNGETFEATURES, flags.address());
      if (result < 0) {
        throw new SysException(path + ": TUNGETFEATURES: " + Errno.text(-result), -result);
      }
      return flags.get(ValueLayout.JAVA_INT, 0);
    } finally {
      var _ = Sys.close(fd);
    }
  }

  /**
   * Makes a TAP in a network namespace that is made for it, and an io_uring on that.
   *
   * @return why there is no io_uring, in one line; empty if there is one
   * @throws IOException if there can be no namespace, or no TAP in it
   */
  public static String makeTap() throws IOException {
    return Netns.callInNew(
        () -> {
          try (TunTap tap = TunTap.open(TapOptions.of(NAME))) {
            return noRing(tap.fd());
          }
        });
  }

  /**
   * Why there is no io_uring on a file of another kind; empty if there is. {@code /dev/null} has
   * RWF_NOWAIT, and says 0 to a read of no bytes as a TAP does (an eventfd says EINVAL).
   */
  public static String ring() throws SysException {
    int fd = Sys.openReadWrite(NULL);
    if (fd < 0) {
      throw new SysException(NULL + ": " + Errno.text(-fd), -fd);
    }
    try {
      return noRing(fd);
    } finally {
      var _ = Sys.close(fd);
    }
  }

  private static String noRing(int fd) {
    try {
      IoUring.open(RING, fd).close();
      return "";
    } catch (SysException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
