package dev.skiff.doctor;

import dev.skiff.sys.Errno;
import dev.skiff.sys.SysException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is said of each machine and each /dev/net/tun: good, bad and unknown. */
class MachineChecksTest extends CheckCase {
  // ---- The machine -----------------------------------------------------------------------------
  @TestFactory
  Stream<DynamicTest> theMachine() {
    Check check = new PlatformCheck();
    return Stream.of(
            row(check, "good", m -> {}, "OK system", "OK java", "OK native code"),
            row(check, "macOS", m -> m.properties.put("os.name", "Mac OS X"), "FAIL system"),
            row(check, "aarch64", m -> m.properties.put("os.arch", "aarch64"), "WARN system"),
            row(check, "riscv", m -> m.properties.put("os.arch", "riscv64"), "FAIL system"),
            row(
                check,
                "Java 21",
                m -> m.properties.put("java.version", "21.0.2"),
                "FAIL java|21.0.2|JAVA_HOME"),
            row(
                check,
                "an early access Java",
                m -> m.properties.put("java.version", "26-ea"),
                "OK java"),
            row(
                check,
                "no flag",
                m -> m.nativeAccess = false,
                "WARN java|--enable-native-access=ALL-UNNAMED"),
            row(check, "noexec /tmp", m -> library(m, "rw,noexec"), "FAIL native code|noexec"),
            row(check, "read-only", m -> library(m, "ro"), "FAIL native code|read-only"),
            row(
                check,
                "/tmp of others",
                m -> {
                  library(m, "rw");
                  m.writable.clear();
                },
                "FAIL native code|chmod 1777"),
            row(
                check,
                "something else",
                m -> library(m, "rw"),
                "FAIL native code|boot.library.path"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  private static void library(FakeMachine machine, String options) {
    machine.libraryError = new UnsatisfiedLinkError("failed to map segment");
    machine.files.put(
        "/proc/self/mountinfo",
        "21 1 0:1 / / rw,relatime - ext4 /dev/vda rw\n22 21 0:2 / /tmp "
            + options
            + " - tmpfs none rw");
  }

  // ---- /dev/net/tun ----------------------------------------------------------------------------
  private static void opensWith(FakeMachine machine, int errno) {
    machine.openError = new SysException("error " + errno, errno);
  }

  @TestFactory
  Stream<DynamicTest> theCloneDevice() {
    Check check = new TunCheck();
    Machine.Stat nullDevice = new Machine.Stat(0020666, 1, 3, 0, 0);
    Machine.Stat rootsOwn = new Machine.Stat(0020600, 10, 200, 0, 0);
    return Stream.of(
            row(check, "good", m -> {}, "OK /dev/net/tun|10:200|0x7173", "OK a TAP"),
            row(check, "missing", m -> m.stats.clear(), "FAIL /dev/net/tun|modprobe tun"),
            row(
                check,
                "missing in a container",
                m -> {
                  m.stats.clear();
                  m.docker();
                },
                "FAIL /dev/net/tun|--device /dev/net/tun"),
            row(
                check,
                "another device",
                m -> m.stats.put(TunCheck.PATH, nullDevice),
                "FAIL /dev/net/tun|character device 1:3, not 10:200|mknod"),
            row(
                check,
                "a file",
                m -> m.stats.put(TunCheck.PATH, new Machine.Stat(0100666, 0, 0, 0, 0)),
                "FAIL /dev/net/tun|no character device"),
            row(
                check,
                "no driver",
                m -> opensWith(m, Errno.ENODEV),
                "FAIL /dev/net/tun|no driver behind it|modprobe tun"),
            row(
                check,
                "no driver, in a container",
                m -> opensWith(m.docker(), Errno.ENODEV),
                "FAIL /dev/net/tun|on the host"),
            row(
                check,
                "a device rule",
                m -> opensWith(m.docker(), Errno.EPERM),
                "FAIL /dev/net/tun|EPERM|--device /dev/net/tun|-v"),
            row(
                check,
                "the file's mode",
                m -> {
                  m.become(1000, NO_CAPABILITY).stats.put(TunCheck.PATH, rootsOwn);
                  opensWith(m, Errno.EACCES);
                },
                "FAIL /dev/net/tun|mode 600|chmod 0666|or run as root"),
            row(
                check,
                "the file's mode, in a rootless container",
                m -> {
                  m.docker().files.put("/proc/self/uid_map", "0 1000 1\n1 100000 65536\n");
                  m.stats.put(TunCheck.PATH, new Machine.Stat(0020600, 10, 200, 65534, 65534));
                  opensWith(m, Errno.EACCES);
                },
                "FAIL /dev/net/tun|does not let this user|chmod 0666 /dev/net/tun on the container's"
                    + " host"),
            row(
                check,
                "neither mode nor rule",
                m -> opensWith(m.become(1000, NO_CAPABILITY), Errno.EACCES),
                "FAIL /dev/net/tun|nodev"),
            row(check, "no TAPs", m -> m.features = 1, "FAIL /dev/net/tun|gVisor"),
            row(
                check,
                "an ordinary user",
                m -> m.become(1000, NO_CAPABILITY),
                "OK /dev/net/tun",
                "SKIP a TAP"),
            row(
                check,
                "no TAP to be had",
                m -> m.tapError = new SysException("TAP: no", Errno.EINVAL),
                "FAIL a TAP|TAP: no"),
            row(
                check,
                "no namespace to be had",
                m -> m.tapError = new SysException("no namespace", Errno.EPERM),
                "SKIP a TAP|no namespace"))
        .map(row -> row.test(RunningDaemon.NONE));
  }
}
