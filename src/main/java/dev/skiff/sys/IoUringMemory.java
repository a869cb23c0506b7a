package dev.skiff.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A ring's descriptor and the memory that it shares with the kernel: {@code io_uring_setup(2)},
 * {@code mmap(2)} and the registered file. What stands where is in linux/io_uring.h.
 */
final class IoUringMemory {
  static final int SQE_SIZE = 64;
  static final int CQE_SIZE = 16;

  private static final int IORING_SETUP_SUBMIT_ALL = 1 << 7; // Linux 5.18.
  private static final int IORING_SETUP_COOP_TASKRUN = 1 << 8; // Linux 5.19.
  private static final int IORING_FEAT_SINGLE_MMAP = 1;
  private static final long IORING_OFF_SQ_RING = 0;
  private static final long IORING_OFF_SQES = 0x1000_0000L;
  private static final int IORING_REGISTER_FILES = 2;
  private static final int IORING_UNREGISTER_FILES = 3;

  // struct io_uring_params: numbers, then offsets into the rings.
  private static final int PARAMS_SIZE = 120;
  private static final int PARAMS_CQ_ENTRIES = 4;
  private static final int PARAMS_FLAGS = 8;
  private static final int PARAMS_FEATURES = 20;
  private static final int SQ_OFF_HEAD = 40;
  private static final int SQ_OFF_TAIL = 44;
  private static final int SQ_OFF_ARRAY = 64;
  private static final int CQ_OFF_HEAD = 80;
  private static final int CQ_OFF_TAIL = 84;
  private static final int CQ_OFF_CQES = 100;

  final int fd;
  final int cqEntries;

  /** Both rings: their heads and tails, and the completions. */
  final MemorySegment rings;

  /** The submission entries. */
  final MemorySegment sqes;

  final long sqHead;
  final long sqTail;
  final long cqHead;
  final long cqTail;
  final long cqes;

  private IoUringMemory(int fd, int entries, MemorySegment params) throws SysException {
    this.fd = fd;
    if ((number(params, PARAMS_FEATURES) & IORING_FEAT_SINGLE_MMAP) == 0) {
      throw IoUringErrors.tooOld();
    }
    cqEntries = number(params, PARAMS_CQ_ENTRIES);
    sqHead = number(params, SQ_OFF_HEAD);
    sqTail = number(params, SQ_OFF_TAIL);
    cqHead = number(params, CQ_OFF_HEAD);
    cqTail = number(params, CQ_OFF_TAIL);
    cqes = number(params, CQ_OFF_CQES);
    long array = number(params, SQ_OFF_ARRAY);
    long size =
        Math.max(array + (long) entries * Integer.BYTES, cqes + (long) cqEntries * CQE_SIZE);
    rings = map(fd, IORING_OFF_SQ_RING, size);
    try {
      sqes = map(fd, IORING_OFF_SQES, (long) entries * SQE_SIZE);
    } catch (SysException e) {
      unmap(rings);
      throw e;
    }
    for (int i = 0; i < entries; i++) {
      rings.set(ValueLayout.JAVA_INT, array + (long) i * Integer.BYTES, i);
    }
  }

  private static int number(MemorySegment params, int at) {
    return params.get(ValueLayout.JAVA_INT, at);
  }

  /**
   * Makes a ring of which {@code file} is the only registered file.
   *
   * @throws SysException with one line; then nothing is left open
   */
  static IoUringMemory open(int entries, int file) throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment params = arena.allocate(PARAMS_SIZE, Long.BYTES);
      int fd = setup(entries, params, IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN);
      if (fd == -Errno.EINVAL) {
        fd = setup(entries, params, 0);
      }
      if (fd < 0) {
        throw IoUringErrors.notSetUp(-fd);
      }
      IoUringMemory memory;
      try {
        memory = new IoUringMemory(fd, entries, params);
      } catch (SysException e) {
        var _ = Sys.close(fd);
        throw e;
      }
      MemorySegment files = arena.allocateFrom(ValueLayout.JAVA_INT, file);
      int result = IoUringSyscall.register(fd, IORING_REGISTER_FILES, files.address(), 1);
      if (result < 0) {
        memory.close();
        throw IoUringErrors.failed("IORING_REGISTER_FILES", -result);
      }
      return memory;
    }
  }

  private static int setup(int entries, MemorySegment params, int flags) {
    params.fill((byte) 0);
    params.set(ValueLayout.JAVA_INT, PARAMS_FLAGS, flags);
    return IoUringSyscall.setup(entries, params.address());
  }

  @SuppressWarnings("restricted") // What the kernel has mapped is as long as it was told.
  private static MemorySegment map(int fd, long offset, long size) throws SysException {
    long address = IoUringSyscall.mmap(fd, offset, size);
    if (address < 0) {
      throw IoUringErrors.failed("mmap", (int) -address);
    }
    return MemorySegment.ofAddress(address).reinterpret(size);
  }

  private static void unmap(MemorySegment segment) {
    var _ = Sys.munmap(segment.address(), segment.byteSize());
  }

  /** Gives all of it back; to be called once. */
  void close() {
    // The kernel takes a ring down some time after its descriptor was closed. Until then its file
    // would stay open, and so a TAP that was closed since would stay there, and busy.
    var _ = IoUringSyscall.register(fd, IORING_UNREGISTER_FILES, 0, 0);
    unmap(sqes);
    unmap(rings);
    var _ = Sys.close(fd);
  }
}
