package dev.skiff.sys;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An array of {@code struct pollfd} and the wait on it. Filled anew before each wait, without
 * allocating. Thread: the loop thread; opened and closed by whoever owns the loop.
 */
public final class PollSet implements AutoCloseable {
  private static final short POLLIN = 0x1;
  private static final short POLLOUT = 0x4;
  private static final int POLLFD_SIZE = 8;
  private static final int EVENTS = 4;
  private static final int REVENTS = 6;
  private static final int TIMESPEC_SIZE = 16;
  private static final int TV_NSEC = 8;
  private static final long NS_PER_S = 1_000_000_000L;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment fds;
  private final MemorySegment timespec = arena.allocate(TIMESPEC_SIZE, Long.BYTES);
  private final int capacity;
  private int size;

  /**
   * Makes an empty set.
   *
   * @param capacity the most descriptors
   */
  public PollSet(int capacity) {
    this.capacity = capacity;
    fds = arena.allocate((long) capacity * POLLFD_SIZE, Long.BYTES);
  }

  /** Empties the set. */
  public void clear() {
    size = 0;
  }

  /**
   * Adds a descriptor, waited for with POLLIN, and with POLLOUT as well if there is something to
   * send.
   *
   * @return its number, for {@link #isReady}
   * @throws IllegalStateException if the set is full
   */
  @CanIgnoreReturnValue
  public int add(int fd, boolean out) {
    if (size == capacity) {
      throw new IllegalStateException("no room to poll more than " + capacity + " descriptors");
    }
    long at = (long) size++ * POLLFD_SIZE;
    fds.set(ValueLayout.JAVA_INT, at, fd);
    fds.set(ValueLayout.JAVA_SHORT, at + EVENTS, out ? (short) (POLLIN | POLLOUT) : POLLIN);
    fds.set(ValueLayout.JAVA_SHORT, at + REVENTS, (short) 0);
    return size - 1;
  }

  /**
   * {@code ppoll(2)}.
   *
   * @param timeoutNs the longest wait in nanoseconds; negative: without end
   * @return how many descriptors are ready, 0 after the time or a signal, or {@code -errno}
   */
  public int await(long timeoutNs) {
    if (timeoutNs < 0) {
      return Sys.ppoll(fds.address(), size, 0);
    }
    timespec.set(ValueLayout.JAVA_LONG, 0, timeoutNs / NS_PER_S);
    timespec.set(ValueLayout.JAVA_LONG, TV_NSEC, timeoutNs % NS_PER_S);
    return Sys.ppoll(fds.address(), size, timespec.address());
  }

  /** Whether descriptor number {@code index} has anything to say. */
  public boolean isReady(int index) {
    return fds.get(ValueLayout.JAVA_SHORT, (long) index * POLLFD_SIZE + REVENTS) != 0;
  }

  @Override
  public void close() {
    arena.close();
  }
}
