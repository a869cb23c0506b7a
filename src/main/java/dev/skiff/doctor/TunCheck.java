package dev.skiff.doctor;

import dev.skiff.sys.Errno;
import dev.skiff.sys.SysException;
import dev.skiff.sys.TunProbe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code /dev/net/tun}: whether it is there, is what it should be, and may be opened; and whether
 * the kernel then makes a TAP.
 */
final class TunCheck implements Check {
  static final String PATH = "/dev/net/tun";
  private static final int MAJOR = 10;
  private static final int MINOR = 200;
  private static final int READ_WRITE = 6;

  /** As whose a file is shown that belongs to a user whom the user namespace does not know. */
  private static final int OVERFLOW_UID = 65_534;

  @Override
  public List<Finding> look(Patient patient) {
    Machine.Stat stat = patient.machine().stat(PATH);
    Container container = Container.of(patient.machine());
    List<Finding> all = new ArrayList<>();
    if (stat == null) {
      all.add(missing(container));
      return all;
    }
    if (!stat.isCharacterDevice() || stat.major() != MAJOR || stat.minor() != MINOR) {
      all.add(otherFile(stat, container));
      return all;
    }
    if (!patient.nativeError().isEmpty()) {
      all.add(Finding.skip(PATH, "the native library does not load"));
      return all;
    }
    Finding opened = open(patient, stat, container);
    all.add(opened);
    if (opened.verdict() != Verdict.FAIL) {
      all.add(probe(patient));
    }
    return all;
  }

  private static Finding missing(Container container) {
    return Finding.fail(
        PATH,
        "is not there",
        container.isOne()
            ? "start the container with --device " + PATH
            : "load the module: modprobe tun (and name it in /etc/modules-load.d/tun.conf)");
  }

  private static Finding otherFile(Machine.Stat stat, Container container) {
    String found =
        stat.isCharacterDevice()
            ? "is character device " + stat.major() + ":" + stat.minor()
            : "is no character device";
    return Finding.fail(
        PATH,
        found + ", not " + MAJOR + ":" + MINOR,
        container.isOne()
            ? "start the container with --device " + PATH + ", and mount nothing in its place"
            : "remove it and make it anew: mknod -m 666 " + PATH + " c " + MAJOR + " " + MINOR);
  }

  private static Finding open(Patient patient, Machine.Stat stat, Container container) {
    String known = "character device 10:200, mode " + Integer.toOctalString(stat.mode() & 07777);
    try {
      int features = patient.attempts().features();
      int needed = TunProbe.IFF_TAP | TunProbe.IFF_NO_PI;
      if ((features & needed) != needed) {
        return Finding.fail(
            PATH,
            String.format("the driver behind it has no TAP (TUNGETFEATURES 0x%x)", features),
            "use a Linux kernel; some stand-ins for one (gVisor) lack TAPs");
      }
      return Finding.ok(PATH, known + String.format(", opens, features 0x%x", features));
    } catch (SysException e) {
      return refused(e, known, stat, patient.credentials(), container);
    } catch (IOException e) {
      return Finding.fail(PATH, String.valueOf(e.getMessage()), "see dmesg");
    }
  }

  private static Finding refused(
      SysException e, String known, Machine.Stat stat, Credentials us, Container container) {
    int errno = e.errno();
    if (errno == Errno.ENODEV || errno == Errno.ENXIO) {
      return Finding.fail(
          PATH,
          known + ", but there is no driver behind it",
          container.isOne()
              ? "load the module on the host: modprobe tun"
              : "load the module: modprobe tun");
    }
    if (errno == Errno.EPERM) {
      return Finding.fail(
          PATH,
          known + ", but a device rule forbids it (EPERM)",
          "start the container with --device "
              + PATH
              + ": a mount by -v has no such rule; runc 1.2.0 to 1.2.3 needs it even where older"
              + " ones did not");
    }
    if (errno == Errno.EACCES && !allows(stat, us)) {
      return Finding.fail(
          PATH,
          known + ", which does not let this user open it (EACCES)",
          "chmod 0666 "
              + PATH
              + (container.isOne() ? " on the container's host" : "")
              + " (the usual setting; it gives nobody a TAP)"
              + (us.isRoot() ? "" : ", or run as root"));
    }
    if (errno == Errno.EACCES) {
      return Finding.fail(
          PATH,
          known + ", but it may not be opened (EACCES)",
          "it is on a mount with nodev, or a security module (AppArmor, SELinux) forbids it: see"
              + " dmesg");
    }
    return Finding.fail(PATH, String.valueOf(e.getMessage()), "see dmesg");
  }

  /** Whether the file's mode lets us read and write; groups beside the first are not looked at. */
  private static boolean allows(Machine.Stat stat, Credentials us) {
    // Root of a user namespace is root over the files of users that are known in there.
    if (us.isRoot() && !(us.userNamespace() && stat.uid() == OVERFLOW_UID)) {
      return true;
    }
    int shift = stat.uid() == us.uid() ? 6 : stat.gid() == us.gid() ? 3 : 0;
    return ((stat.mode() >> shift) & READ_WRITE) == READ_WRITE;
  }

  private static Finding probe(Patient patient) {
    String topic = "a TAP";
    Credentials us = patient.credentials();
    if (!us.has(Credentials.Capability.SYS_ADMIN)) {
      return Finding.skip(topic, "a try needs a network namespace of its own, and CAP_SYS_ADMIN");
    }
    try {
      String _ = patient.attempts().makeTap();
      return Finding.ok(topic, "can be made (tried in a network namespace of its own)");
    } catch (SysException e) {
      boolean forbidden = e.errno() == Errno.EPERM || e.errno() == Errno.EACCES;
      return forbidden
          ? Finding.skip(topic, String.valueOf(e.getMessage()))
          : Finding.fail(topic, String.valueOf(e.getMessage()), "see dmesg");
    } catch (IOException e) {
      return Finding.fail(topic, String.valueOf(e.getMessage()), "see dmesg");
    }
  }
}
