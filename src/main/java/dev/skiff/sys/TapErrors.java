package dev.skiff.sys;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Why a TAP could not be opened, and what to do about it: one line each. Any thread. */
final class TapErrors {
  private TapErrors() {}

  /** {@code /dev/net/tun} itself could not be opened. */
  static SysException noCloneDevice(String path, int errno) {
    String cure;
    if (errno == Errno.ENOENT) {
      cure =
          "there is no TUN/TAP here: load the module (modprobe tun), or in a container pass --device "
              + path;
    } else if (errno == Errno.ENODEV || errno == Errno.ENXIO) {
      cure =
          "there is no driver behind it: load the module (modprobe tun), for a container on its"
              + " host";
    } else if (errno == Errno.EPERM) {
      cure =
          "a device rule forbids it: in a container pass --device "
              + path
              + ", a mount by -v is not the same";
    } else if (errno == Errno.EACCES) {
      cure =
          "no permission: let this user open it (chmod 0666 "
              + path
              + " is the usual setting; for a container on its host), or run as root";
    } else {
      cure = Errno.text(errno);
    }
    return new SysException(path + ": " + cure, errno);
  }

  /**
   * {@code TUNSETIFF} failed.
   *
   * @param existed whether there was an interface of the name before
   */
  static SysException notAttached(String name, boolean existed, int errno) {
    return notAttached(name, existed, errno, us(), System.getProperty("user.name", ""));
  }

  /**
   * {@code TUNSETIFF} failed.
   *
   * @param us who asked; null if that is not known
   * @param user by name; empty or "?" if there is none
   */
  static SysException notAttached(
      String name, boolean existed, int errno, @Nullable Credentials us, String user) {
    String cure;
    if (errno == Errno.EBUSY) {
      cure = "busy: another program holds it; stop that program or choose another name";
    } else if (errno == Errno.EPERM || errno == Errno.EACCES) {
      cure =
          existed
              ? us != null && us.uid() == 0
                  ? "no permission: it belongs to somebody else; run as its owner, or with CAP_NET_ADMIN"
                  : "no permission: it belongs to somebody else; run as its owner, or as root"
              : mayNotCreate(name, us, user);
    } else if (errno == Errno.EINVAL && existed) {
      return new SysException(otherKind(name, driver(name)), errno);
    } else {
      cure = Errno.text(errno) + ": choose another name";
    }
    return new SysException("TAP " + name + ": " + cure, errno);
  }

  /**
   * The kernel asks for CAP_NET_ADMIN over the network namespace: root may lack it, and a root of a
   * user namespace has it over those that were made in there.
   */
  private static String mayNotCreate(String name, @Nullable Credentials us, String user) {
    if (us != null && us.has(Credentials.NET_ADMIN)) {
      return "no permission to create it: CAP_NET_ADMIN is not valid in this network namespace, which"
          + " is another user namespace's; start a rootless container without --network host";
    }
    if (us != null && us.uid() == 0) {
      return "no permission to create it: root has no CAP_NET_ADMIN here; in a container pass"
          + " --cap-add NET_ADMIN";
    }
    return "no permission to create it: run as root, or have root make it for you (skiff tap"
        + " create "
        + name
        + " --user "
        + (user.isEmpty() || user.equals("?") ? "USER" : user)
        + ")";
  }

  private static @Nullable Credentials us() {
    try {
      return Credentials.ofThisThread();
    } catch (IOException e) {
      return null;
    }
  }

  private static NetIf.Driver driver(String name) {
    try (NetIf netIf = NetIf.open(name)) {
      return netIf.driver();
    } catch (SysException e) {
      return new NetIf.Driver("", ""); // It went just now, or the kernel does not say.
    }
  }

  /** What an interface is that the kernel does not take for a TAP with one queue. */
  static String otherKind(String name, NetIf.Driver driver) {
    if (driver.name().isEmpty()) {
      return name + " is no TAP: choose another name";
    }
    if (!driver.name().equals("tun")) {
      String article = "aeio".indexOf(driver.name().charAt(0)) >= 0 ? "an " : "a ";
      return name + " is " + article + driver.name() + ", no TAP: choose another name";
    }
    if (driver.bus().equals("tun")) {
      return name
          + " is a TUN device (IP without Ethernet), no TAP: choose another name, or make it anew"
          + " (ip tuntap del dev "
          + name
          + " mode tun; skiff tap create "
          + name
          + ")";
    }
    return name
        + " is a multi-queue TAP, and Skiff reads one queue: make it without multi_queue (ip tuntap"
        + " del dev "
        + name
        + " mode tap multi_queue; skiff tap create "
        + name
        + ")";
  }
}
