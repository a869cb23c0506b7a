package dev.skiff.sys;

/**
 * The system calls of io_uring(7): a result, or {@code -errno}. None is retried. They go through
 * {@code syscall(2)}: the C library has none of the three, and its {@code mmap} has six parameters,
 * see {@link LibC}. Any thread.
 */
final class IoUringSyscall {
  private static final int IO_URING_SETUP = 425;
  private static final int IO_URING_ENTER = 426;
  private static final int IO_URING_REGISTER = 427;
  private static final int MMAP = mmap(System.getProperty("os.arch", ""));

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED_POPULATE = 0x1 | 0x8000;
  private static final int IORING_ENTER_GETEVENTS = 1;

  private IoUringSyscall() {}

  /** The number of {@code mmap(2)} on an architecture, as {@code os.arch} calls it. */
  static int mmap(String arch) {
    return arch.equals("aarch64") ? /* asm-generic */ 222 : /* x86-64 */ 9;
  }

  /** {@code io_uring_setup(2)}: a descriptor, close-on-exec. */
  static int setup(int entries, long params) {
    return (int) Sys.syscall(IO_URING_SETUP, entries, params, 0, 0);
  }

  /** {@code io_uring_register(2)}. */
  static int register(int fd, int opcode, long arg, int n) {
    return (int) Sys.syscall(IO_URING_REGISTER, fd, opcode, arg, n);
  }

  /**
   * {@code io_uring_enter(2)}.
   *
   * <p>Without a wait it has no IORING_ENTER_GETEVENTS, without which the kernel looks at neither
   * of the last two arguments, a mask of signals. So they are not given, and nothing is allocated.
   *
   * @param minComplete how many completions to wait for; 0: not to wait
   * @return how many were submitted, whatever became of the wait after that
   */
  static int enter(int fd, int toSubmit, int minComplete) {
    long result =
        minComplete == 0
            ? Sys.syscall(IO_URING_ENTER, fd, toSubmit, 0, 0)
            : Sys.syscall(IO_URING_ENTER, fd, toSubmit, minComplete, IORING_ENTER_GETEVENTS, 0, 0);
    return (int) result;
  }

  /** {@code mmap(2)} of memory that is shared with the kernel: its address. */
  static long mmap(int fd, long offset, long length) {
    return Sys.syscall(MMAP, 0, length, PROT_READ_WRITE, MAP_SHARED_POPULATE, fd, offset);
  }
}
