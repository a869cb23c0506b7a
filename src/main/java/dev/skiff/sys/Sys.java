package dev.skiff.sys;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import jnr.constants.platform.OpenFlags;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Runtime;
import jnr.posix.Group;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import jnr.posix.Passwd;
import org.jspecify.annotations.Nullable;

/**
 * System calls with one convention: the result, or {@code -errno}. EINTR is retried, except on
 * close.
 *
 * <p>Any thread. The calls of the data path ({@link #read}, {@link #write}, {@link #ppoll}, {@link
 * #getrusage}) allocate nothing.
 */
public final class Sys {
  private static final LibC LIBC =
      LibraryLoader.loadLibrary(
          LibC.class, Map.of(LibraryOption.LoadNow, true, LibraryOption.SaveError, true), "c");
  private static final Runtime RUNTIME = Runtime.getRuntime(LIBC);
  private static final POSIX LIBPOSIX = POSIXFactory.getNativePOSIX();
  private static final int MODE_0600 = 0600;
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final long TIOCGWINSZ = 0x5413;
  private static final int WINSIZE_BYTES = 8;
  private static final int USUAL_ROWS = 24;

  private Sys() {}

  /** {@code open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)}. */
  public static int openReadWrite(String path) {
    return open(path, OpenFlags.O_RDWR.intValue() | OpenFlags.O_NONBLOCK.intValue());
  }

  /** {@code open(path, O_RDONLY | O_CLOEXEC)}. */
  static int openReadOnly(String path) {
    // A FIFO without a writer would keep us for ever.
    return open(path, OpenFlags.O_RDONLY.intValue() | OpenFlags.O_NONBLOCK.intValue());
  }

  /**
   * {@code open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)}: a file of
   * ours alone, made if it is not there; ELOOP where a symbolic link stands.
   */
  public static int openOwn(String path) {
    return open(
        path,
        OpenFlags.O_RDWR.intValue()
            | OpenFlags.O_CREAT.intValue()
            | OpenFlags.O_NOFOLLOW.intValue()
            | OpenFlags.O_NONBLOCK.intValue());
  }

  private static int open(String path, int flags) {
    int fd = LIBPOSIX.open(path, flags | OpenFlags.O_CLOEXEC.intValue(), MODE_0600);
    return fd >= 0 ? fd : -LIBPOSIX.errno();
  }

  /**
   * {@code flock(fd, LOCK_EX | LOCK_NB)}: 0, or {@code -EWOULDBLOCK} if somebody else holds it. It
   * lasts until the descriptor is closed, however the process ends.
   */
  public static int lock(int fd) {
    return LIBPOSIX.flock(fd, LOCK_EX | LOCK_NB) >= 0 ? 0 : -LIBPOSIX.errno();
  }

  /** {@code close(2)}, never retried: after EINTR the descriptor is gone all the same. */
  public static int close(int fd) {
    return LIBPOSIX.close(fd) >= 0 ? 0 : -LIBPOSIX.errno();
  }

  /** {@code read(2)} into the memory at {@code address}. */
  public static long read(int fd, long address, long n) {
    while (true) {
      long got = LIBC.read(fd, address, n);
      if (got >= 0) {
        return got;
      }
      int errno = RUNTIME.getLastError();
      if (errno != Errno.EINTR) {
        return -errno;
      }
    }
  }

  /** {@code write(2)} from the memory at {@code address}. */
  public static long write(int fd, long address, long n) {
    while (true) {
      long put = LIBC.write(fd, address, n);
      if (put >= 0) {
        return put;
      }
      int errno = RUNTIME.getLastError();
      if (errno != Errno.EINTR) {
        return -errno;
      }
    }
  }

  /** {@code ioctl(2)}. */
  public static int ioctl(int fd, long request, long arg) {
    while (true) {
      int result = LIBC.ioctl(fd, request, arg);
      if (result >= 0) {
        return result;
      }
      int errno = RUNTIME.getLastError();
      if (errno != Errno.EINTR) {
        return -errno;
      }
    }
  }

  /**
   * {@code ppoll(2)} without a signal mask. Not retried after EINTR: the caller's time has changed,
   * so it is told 0, as for a timeout.
   *
   * @param timeout address of a {@code struct timespec}, 0 to wait without end
   */
  static int ppoll(long fds, int nfds, long timeout) {
    int ready = LIBC.ppoll(fds, nfds, timeout, 0);
    if (ready >= 0) {
      return ready;
    }
    int errno = RUNTIME.getLastError();
    return errno == Errno.EINTR ? 0 : -errno;
  }

  static int eventfd(int flags) {
    int fd = LIBC.eventfd(0, flags);
    return fd >= 0 ? fd : -RUNTIME.getLastError();
  }

  static int socket(int domain, int type, int protocol) {
    int fd = LIBC.socket(domain, type, protocol);
    return fd >= 0 ? fd : -RUNTIME.getLastError();
  }

  /** {@code bind(2)} to the {@code sockaddr} at {@code address}. */
  static int bind(int fd, long address, int length) {
    return LIBC.bind(fd, address, length) >= 0 ? 0 : -RUNTIME.getLastError();
  }

  /** {@code connect(2)} to the {@code sockaddr} at {@code address}. */
  static int connect(int fd, long address, int length) {
    return LIBC.connect(fd, address, length) >= 0 ? 0 : -RUNTIME.getLastError();
  }

  /** {@code setgroups(2)} of all threads: no supplementary groups any more. */
  static int clearGroups() {
    return LIBC.setgroups(0, 0) >= 0 ? 0 : -RUNTIME.getLastError();
  }

  /** {@code setresgid(2)} of all threads: real, effective and saved group. */
  static int setGroup(int gid) {
    return LIBC.setresgid(gid, gid, gid) >= 0 ? 0 : -RUNTIME.getLastError();
  }

  /** {@code setresuid(2)} of all threads: real, effective and saved user. */
  static int setUser(int uid) {
    return LIBC.setresuid(uid, uid, uid) >= 0 ? 0 : -RUNTIME.getLastError();
  }

  /** {@code setns(2)}, of the calling thread, which must not be one that others use. */
  static int setns(int fd, int type) {
    return LIBC.setns(fd, type) >= 0 ? 0 : -RUNTIME.getLastError();
  }

  /** {@code unshare(2)}, of the calling thread, which must not be one that others use. */
  static int unshare(int flags) {
    return LIBC.unshare(flags) >= 0 ? 0 : -RUNTIME.getLastError();
  }

  /** {@code munmap(2)}. */
  static int munmap(long address, long length) {
    return LIBC.munmap(address, length) >= 0 ? 0 : -RUNTIME.getLastError();
  }

  /**
   * {@code syscall(2)} with up to four arguments. Allocates nothing. Not retried after EINTR:
   * whether it may be depends on the call.
   */
  static long syscall(long number, long a, long b, long c, long d) {
    long result = LIBC.syscall(number, a, b, c, d);
    return result != -1 ? result : -RUNTIME.getLastError();
  }

  /** {@code syscall(2)} with six arguments. Allocates. Not retried either. */
  static long syscall(long number, long a, long b, long c, long d, long e, long f) {
    long result = LIBC.syscall(number, a, b, c, d, e, f);
    return result != -1 ? result : -RUNTIME.getLastError();
  }

  /** {@code getrusage(2)} into the {@code struct rusage} at {@code usage}. */
  static int getrusage(int who, long usage) {
    return LIBC.getrusage(who, usage) >= 0 ? 0 : -RUNTIME.getLastError();
  }

  /** {@code getpwnam(3)}: the number of a user; -1 if there is none of the name. */
  static long userId(String name) {
    Passwd user = LIBPOSIX.getpwnam(name);
    return user == null ? -1 : user.getUID();
  }

  /** {@code getgrnam(3)}: the number of a group; -1 if there is none of the name. */
  static long groupId(String name) {
    Group group = LIBPOSIX.getgrnam(name);
    return group == null ? -1 : group.getGID();
  }

  /** {@code getpwuid(3)}: the name of a user; null if there is none of the number. */
  static @Nullable String userName(int uid) {
    Passwd user = LIBPOSIX.getpwuid(uid);
    return user == null ? null : user.getLoginName();
  }

  /** {@code getpwuid(3)}: the number of a user's own group; -1 if there is no such user. */
  static long groupOfUser(int uid) {
    Passwd user = LIBPOSIX.getpwuid(uid);
    return user == null ? -1 : user.getGID();
  }

  /** {@code geteuid(2)}, as the kernel's 32 bits. */
  public static int effectiveUser() {
    return LIBPOSIX.geteuid();
  }

  /** {@code strerror(3)}: what an error number means, in the system's words. */
  public static String strerror(int errno) {
    return LIBPOSIX.strerror(errno);
  }

  /** {@code isatty(3)}: whether a descriptor is a terminal. */
  public static boolean isTerminal(int fd) {
    return LIBPOSIX.isatty(fd) != 0;
  }

  /** {@code TIOCGWINSZ}: how many lines a terminal shows; 24 where that is not known. */
  public static int terminalRows(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment winsize = arena.allocate(WINSIZE_BYTES); // struct winsize: ws_row comes first.
      int rows = ioctl(fd, TIOCGWINSZ, winsize.address()) < 0 ? 0 : winsize.get(JAVA_SHORT, 0);
      return rows > 0 ? rows : USUAL_ROWS;
    }
  }

  /** {@code umask(2)}: sets the mask of the whole process and gives the old one. */
  public static int umask(int mask) {
    return LIBPOSIX.umask(mask);
  }
}
