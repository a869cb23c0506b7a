package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What is said where there is no io_uring; runs whether there is or not. */
class IoUringErrorsTest {
  private static void says(SysException e, int errno, String... parts) {
    String line = String.valueOf(e.getMessage());
    assertEquals(errno, e.errno(), line);
    for (String part : parts) {
      assertTrue(line.contains(part), line + " without " + part);
    }
    assertFalse(line.contains("\n"), line);
  }

  @Test
  void eachCauseOfNoRingHasItsLine() {
    says(
        IoUringErrors.notSetUp(Errno.ENOSYS),
        Errno.ENOSYS,
        "io_uring_setup: Function not implemented: ",
        "Linux 5.6");
    says(
        IoUringErrors.notSetUp(Errno.EPERM, "2"),
        Errno.EPERM,
        "Operation not permitted: sysctl kernel.io_uring_disabled is 2");
    says(IoUringErrors.notSetUp(Errno.EPERM, "0"), Errno.EPERM, "seccomp profile");
    says(IoUringErrors.notSetUp(Errno.EPERM, ""), Errno.EPERM, "seccomp profile");
    says(IoUringErrors.notSetUp(Errno.EPERM), Errno.EPERM, "io_uring_setup: ");
    says(IoUringErrors.notSetUp(Errno.EACCES), Errno.EACCES, "security policy");
    says(IoUringErrors.notSetUp(Errno.ENOMEM), Errno.ENOMEM, "raise RLIMIT_MEMLOCK");
    says(IoUringErrors.notSetUp(Errno.ENODEV), Errno.ENODEV, "io_uring_setup: No such device");
    says(IoUringErrors.tooOld(), Errno.ENOSYS, "IORING_FEAT_SINGLE_MMAP");
    says(
        IoUringErrors.failed("mmap", Errno.ENOMEM),
        Errno.ENOMEM,
        "io_uring: mmap: Cannot allocate memory");
    says(IoUringErrors.notUsable(Errno.EOPNOTSUPP), Errno.EOPNOTSUPP, "no RWF_NOWAIT");
    says(IoUringErrors.notUsable(Errno.EINVAL), Errno.EINVAL, "IORING_OP_READ");
    says(IoUringErrors.notUsable(Errno.EIO), Errno.EIO, "test read: Input/output error");
  }
}
