package dev.skiff.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Why an io_uring could not be opened, and what would help: one line each. Any thread. */
final class IoUringErrors {
  private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");

  private IoUringErrors() {}

  /** {@code io_uring_setup(2)} failed. */
  static SysException notSetUp(int errno) {
    return notSetUp(errno, errno == Errno.EPERM ? disabled() : "");
  }

  /**
   * The same.
   *
   * @param disabled the sysctl kernel.io_uring_disabled; empty if there is none
   */
  static SysException notSetUp(int errno, String disabled) {
    String cause = Errno.text(errno);
    if (errno == Errno.ENOSYS) {
      cause += ": this kernel has none (Linux 5.6 and later do), or a seccomp filter hides it";
    } else if (errno == Errno.EPERM && !disabled.isEmpty() && !disabled.equals("0")) {
      cause += ": sysctl kernel.io_uring_disabled is " + disabled + "; 0 allows it to all";
    } else if (errno == Errno.EPERM || errno == Errno.EACCES) {
      cause += ": a security policy forbids it, in a container usually its seccomp profile";
    } else if (errno == Errno.ENOMEM) {
      cause += ": before Linux 5.12 a ring is locked memory: raise RLIMIT_MEMLOCK (ulimit -l)";
    }
    return new SysException("io_uring_setup: " + cause, errno);
  }

  /** The kernel is one whose rings are mapped otherwise. */
  static SysException tooOld() {
    return new SysException(
        "io_uring: this kernel's is too old (no IORING_FEAT_SINGLE_MMAP): Linux 5.6 and later will"
            + " do",
        Errno.ENOSYS);
  }

  /** Another step on the way failed. */
  static SysException failed(String step, int errno) {
    return new SysException("io_uring: " + step + ": " + Errno.text(errno), errno);
  }

  /** The first request, a read of no bytes, ended with this error. */
  static SysException notUsable(int errno) {
    String cause = Errno.text(errno);
    if (errno == Errno.EOPNOTSUPP) {
      cause += ": this file has no RWF_NOWAIT (a TAP has it from Linux 6.4 on)";
    } else if (errno == Errno.EINVAL) {
      cause += ": this kernel has no IORING_OP_READ (Linux 5.6 and later do)";
    }
    return new SysException("io_uring: test read: " + cause, errno);
  }

  private static String disabled() {
    try {
      return Files.readString(DISABLED).strip();
    } catch (IOException e) {
      return ""; // Kernels before 6.6 have no such setting.
    }
  }
}
