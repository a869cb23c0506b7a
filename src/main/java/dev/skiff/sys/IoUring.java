package dev.skiff.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An {@code io_uring(7)} for reads and writes of one file, many of them with one system call.
 *
 * <p>No request waits: each carries RWF_NOWAIT, so that a read that finds nothing, or a write that
 * there is no room for, ends at once with {@code -EAGAIN}. Without it the kernel would keep the
 * request and poll the file for it. So all that was submitted is done, in the order in which it was
 * put there, when {@link #submitAndWait} returns. Completions tell of it in another order: those of
 * requests that failed, with EAGAIN too, come after those of later ones that did not (the kernel
 * leaves them to task work, io_rw_done). They are to be known by their userData.
 *
 * <p>Thread: one at a time, the loop thread; opened before it starts and closed after it ends, or
 * by itself. The file stays open for as long as the ring does, whatever becomes of its descriptor.
 * Nothing but opening and closing allocates. A ring that is closed throws {@link
 * IllegalStateException}.
 */
public final class IoUring implements AutoCloseable {
  /** The most submission entries: fewer than a kernel takes, as many as a burst can use. */
  public static final int MAX_ENTRIES = 4096;

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  // struct io_uring_sqe. Its first eight bytes are opcode, flags, ioprio and fd: as one number, for
  // byte order is little-endian on all that Platform lets pass. The descriptor is the number of a
  // registered file, 0. The offset stays 0, since such files have none, and so does the rest.
  private static final long IOSQE_FIXED_FILE = 1L << Byte.SIZE;
  private static final long READ = 22 | IOSQE_FIXED_FILE; // IORING_OP_READ
  private static final long WRITE = 23 | IOSQE_FIXED_FILE; // IORING_OP_WRITE
  private static final long RWF_NOWAIT = 0x8L << Integer.SIZE; // In rw_flags, above len.
  private static final int SQE_ADDR = 16;
  private static final int SQE_LEN = 24;
  private static final int SQE_USER_DATA = 32;

  // struct io_uring_cqe.
  private static final int CQE_RES = 8;

  /** {@code io_uring_enter(2)}; another in a test of what it rarely says. */
  interface Enter {
    /** How many were submitted, or {@code -errno}. */
    int call(int fd, int toSubmit, int minComplete);
  }

  private final IoUringMemory memory;
  private final MemorySegment rings;
  private final MemorySegment sqes;
  private final Enter enter;
  private final int entries;
  private final int cqEntries;
  private final AtomicLong enters = new AtomicLong();

  // Heads and tails as the rings have them: free running, and compared by difference.
  private int sqHead;
  private int sqTail;
  private int cqHead;
  private int cqTail;

  private int inFlight;
  private long userData;
  private int result;
  private boolean closed;

  private IoUring(IoUringMemory memory, int entries, Enter enter) {
    this.memory = memory;
    this.entries = entries;
    this.enter = enter;
    rings = memory.rings;
    sqes = memory.sqes;
    cqEntries = memory.cqEntries;
  }

  /**
   * Opens a ring, and tests it: a read of no bytes, which takes no frame.
   *
   * @param entries how many requests can be prepared at a time: a power of two, 1 to {@link
   *     #MAX_ENTRIES}; twice as many can be unseen
   * @param fd the file, which all requests are for
   * @throws SysException with one line: no io_uring in this kernel, forbidden, no memory that may
   *     be locked, or a file that has no RWF_NOWAIT. Then nothing is left open
   */
  public static IoUring open(int entries, int fd) throws SysException {
    return open(entries, fd, IoUringSyscall::enter);
  }

  static IoUring open(int entries, int fd, Enter enter) throws SysException {
    if (entries < 1 || entries > MAX_ENTRIES || Integer.bitCount(entries) != 1) {
      throw new IllegalArgumentException(
          entries + " entries: use a power of two, at most " + MAX_ENTRIES);
    }
    IoUring ring = new IoUring(IoUringMemory.open(entries, fd), entries, enter);
    try {
      ring.test();
      return ring;
    } catch (SysException e) {
      ring.close();
      throw e;
    }
  }

  /**
   * A read of no bytes: tun_do_read says 0 to it before it looks for a frame. (A write of none is
   * refused with EINVAL, as are requests that the kernel does not know.)
   */
  private void test() throws SysException {
    // The address of some memory: the kernel looks at it even so.
    boolean prepared = prepRead(rings.address(), 0, entries);
    int error = submitAndWait(0); // Where it does not end at once, it may never.
    if (error < 0) {
      throw IoUringErrors.failed("io_uring_enter", -error);
    }
    if (!prepared || !nextCompletion() || userData != entries || nextCompletion()) {
      throw IoUringErrors.failed("test read: no such completion", Errno.EIO);
    }
    if (result != 0 && result != -Errno.EAGAIN) {
      throw IoUringErrors.notUsable(result < 0 ? -result : Errno.EIO);
    }
    enters.set(0);
  }

  /**
   * Puts a read into the submission ring.
   *
   * @param address of memory that stays until the completion
   * @param len the most bytes to read
   * @param userData what the completion is known by: 0 or more
   * @return false if there is no room: submit first, and look at completions
   */
  public boolean prepRead(long address, int len, long userData) {
    return prep(READ, address, len, userData);
  }

  /**
   * Puts a write into the submission ring.
   *
   * @param address of memory that stays as it is until the completion
   * @param len how many bytes
   * @param userData what the completion is known by: 0 or more
   * @return false if there is no room: submit first, and look at completions
   */
  public boolean prepWrite(long address, int len, long userData) {
    return prep(WRITE, address, len, userData);
  }

  private boolean prep(long start, long address, int len, long userData) {
    mustBeOpen();
    if ((len | userData) < 0) {
      throw new IllegalArgumentException("a request of " + len + " bytes, known as " + userData);
    }
    int prepared = sqTail - sqHead;
    // The second bound keeps the completion ring from overflowing, which old kernels lose by.
    if (prepared == entries || prepared + inFlight >= cqEntries) {
      return false;
    }
    long at = (long) (sqTail & (entries - 1)) * IoUringMemory.SQE_SIZE;
    sqes.set(ValueLayout.JAVA_LONG, at, start);
    sqes.set(ValueLayout.JAVA_LONG, at + SQE_ADDR, address);
    sqes.set(ValueLayout.JAVA_LONG, at + SQE_LEN, len | RWF_NOWAIT);
    sqes.set(ValueLayout.JAVA_LONG, at + SQE_USER_DATA, userData);
    sqTail++;
    return true;
  }

  /** How many requests were prepared and not submitted yet. */
  public int prepared() {
    return sqTail - sqHead;
  }

  /** How many requests were submitted whose completion has not been seen. */
  public int inFlight() {
    return inFlight;
  }

  /** How often {@code io_uring_enter(2)} was called since {@link #open}. Any thread. */
  public long enters() {
    return enters.get();
  }

  /**
   * {@code io_uring_enter(2)}: submits all that is prepared and waits until so many completions are
   * there to be seen.
   *
   * <p>That is one call, and none if there is nothing to submit or to wait for. A request that does
   * not complete at once, none that is known, takes a second call, the wait, which allocates. After
   * EINTR, and if the kernel took a part only, it goes on with the rest.
   *
   * @param complete at most {@link #prepared} and {@link #inFlight} together
   * @return 0, or {@code -errno}: after EAGAIN (no memory now) and EBUSY the rest is still
   *     prepared, and may be submitted again
   * @throws IllegalArgumentException if so many completions would never come
   */
  public int submitAndWait(int complete) {
    mustBeOpen();
    if (complete < 0 || complete > prepared() + inFlight) {
      throw new IllegalArgumentException(
          "a wait for " + complete + " of " + (prepared() + inFlight) + " requests");
    }
    INT.setRelease(rings, memory.sqTail, sqTail);
    while (true) {
      int before = prepared();
      if (before == 0 && ready() >= complete) {
        return 0;
      }
      enters.lazySet(enters.getPlain() + 1);
      int done = enter.call(memory.fd, before, before == 0 ? complete : 0);
      // What was submitted is what the kernel has taken off the ring, whatever else it says.
      int head = (int) INT.getAcquire(rings, memory.sqHead);
      inFlight += head - sqHead;
      sqHead = head;
      if (done < 0 && done != -Errno.EINTR) {
        return done;
      }
      if (done >= 0 && before > 0 && prepared() == before) {
        return -Errno.EAGAIN; // It takes nothing, for no reason: not to be asked for ever.
      }
    }
  }

  private int ready() {
    cqTail = (int) INT.getAcquire(rings, memory.cqTail);
    return cqTail - cqHead;
  }

  /**
   * Goes on to the next completion, whose {@link #userData} and {@link #result} these are then.
   *
   * @return false if there is none now
   */
  public boolean nextCompletion() {
    mustBeOpen();
    if (cqTail == cqHead && ready() == 0) {
      return false;
    }
    long at = memory.cqes + (long) (cqHead & (cqEntries - 1)) * IoUringMemory.CQE_SIZE;
    userData = rings.get(ValueLayout.JAVA_LONG, at);
    result = rings.get(ValueLayout.JAVA_INT, at + CQE_RES);
    cqHead++;
    INT.setRelease(rings, memory.cqHead, cqHead);
    inFlight--;
    return true;
  }

  /** What the completed request is known by. */
  public long userData() {
    return userData;
  }

  /** How many bytes were read or written, or {@code -errno}. */
  public int result() {
    return result;
  }

  private void mustBeOpen() {
    if (closed) {
      throw new IllegalStateException("the io_uring is closed");
    }
  }

  /** Gives its memory, its descriptor and its file back, once. What was prepared is forgotten. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      memory.close();
    }
  }
}
