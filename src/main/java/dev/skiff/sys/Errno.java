package dev.skiff.sys;

/** The error numbers that Skiff tells apart. */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = of(jnr.constants.platform.Errno.EPERM);

  /** No such file or directory. */
  public static final int ENOENT = of(jnr.constants.platform.Errno.ENOENT);

  /** Interrupted system call. */
  public static final int EINTR = of(jnr.constants.platform.Errno.EINTR);

  /** Input/output error. */
  public static final int EIO = of(jnr.constants.platform.Errno.EIO);

  /** No such device or address. */
  public static final int ENXIO = of(jnr.constants.platform.Errno.ENXIO);

  /** Try again: nothing there now. */
  public static final int EAGAIN = of(jnr.constants.platform.Errno.EAGAIN);

  /** No memory, or no buffer. */
  public static final int ENOMEM = of(jnr.constants.platform.Errno.ENOMEM);

  /** Permission denied. */
  public static final int EACCES = of(jnr.constants.platform.Errno.EACCES);

  /** The operation is not supported. */
  public static final int EOPNOTSUPP = of(jnr.constants.platform.Errno.EOPNOTSUPP);

  /** Not a request of this descriptor's. */
  public static final int ENOTTY = of(jnr.constants.platform.Errno.ENOTTY);

  /** Not a directory. */
  public static final int ENOTDIR = of(jnr.constants.platform.Errno.ENOTDIR);

  /** A descriptor that is not open, or of the wrong kind. */
  public static final int EBADF = of(jnr.constants.platform.Errno.EBADF);

  /** Busy. */
  public static final int EBUSY = of(jnr.constants.platform.Errno.EBUSY);

  /** "File descriptor in bad state": what a TAP's says once the TAP was deleted. */
  public static final int EBADFD = 77; // On every Linux that Java runs on; jnr-constants lacks it.

  /** There is one of the name already. */
  public static final int EEXIST = of(jnr.constants.platform.Errno.EEXIST);

  /** A part of the kernel is not installed. */
  public static final int ENOPKG = of(jnr.constants.platform.Errno.ENOPKG);

  /** No such device. */
  public static final int ENODEV = of(jnr.constants.platform.Errno.ENODEV);

  /** Invalid argument. */
  public static final int EINVAL = of(jnr.constants.platform.Errno.EINVAL);

  /** A file system that is read-only. */
  public static final int EROFS = of(jnr.constants.platform.Errno.EROFS);

  /** No buffer space. */
  public static final int ENOBUFS = of(jnr.constants.platform.Errno.ENOBUFS);

  /** No address there. */
  public static final int EADDRNOTAVAIL = of(jnr.constants.platform.Errno.EADDRNOTAVAIL);

  /** No such system call. */
  public static final int ENOSYS = of(jnr.constants.platform.Errno.ENOSYS);

  private Errno() {}

  private static int of(jnr.constants.platform.Errno errno) {
    return errno.intValue();
  }

  /** The system's own words for an error number: {@code strerror(3)}. */
  public static String text(int errno) {
    return Sys.strerror(errno);
  }
}
