package dev.skiff.sys;

/** Why a TAP could not be opened, and what to do about it: one line each. Any thread. */
final class TapErrors {
  private TapErrors() {}

  /** {@code /dev/net/tun} itself could not be opened. */
  static SysException noCloneDevice(String path, int errno) {
    String cure;
    if (errno == Errno.ENOENT || errno == Errno.ENODEV || errno == Errno.ENXIO) {
      cure =
          "there is no TUN/TAP here: load the module (modprobe tun), or in a container pass --device "
              + path;
    } else if (errno == Errno.EACCES || errno == Errno.EPERM) {
      cure =
          "no permission: run as root, or let this user open it (chmod 0666 "
              + path
              + " is the usual setting)";
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
    String cure;
    if (errno == Errno.EBUSY) {
      cure = "busy: another program holds it; stop that program or choose another name";
    } else if (errno == Errno.EPERM || errno == Errno.EACCES) {
      cure =
          existed
              ? "no permission: it belongs to somebody else; run as its owner, or as root"
              : "no permission to create it: run as root, or have root make it for you (skiff tap"
                  + " create "
                  + name
                  + " --user "
                  + System.getProperty("user.name", "USER")
                  + ")";
    } else if (errno == Errno.EINVAL && existed) {
      return new SysException(otherKind(name, driver(name)), errno);
    } else {
      cure = Errno.text(errno) + ": choose another name";
    }
    return new SysException("TAP " + name + ": " + cure, errno);
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
