package dev.skiff.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An {@code eventfd(2)}: any thread signals, the loop thread waits on it beside its wires.
 *
 * <p>{@link #signal} after {@link #close} does nothing: the descriptor's number may be somebody
 * else's by then. That is what the monitor is for; the loop thread takes it only to close.
 */
public final class EventFd implements AutoCloseable {
  private static final int EFD_CLOEXEC = 0x80000;
  private static final int EFD_NONBLOCK = 0x800;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
  private final MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
  private final int fd;
  private boolean closed;

  /**
   * Opens one.
   *
   * @throws SysException if the process has no descriptor left
   */
  public EventFd() throws SysException {
    fd = Sys.eventfd(EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
      arena.close();
      throw new SysException("eventfd: " + Errno.text(-fd), -fd);
    }
  }

  /** The descriptor to poll for POLLIN. */
  public int fd() {
    return fd;
  }

  /** Wakes the loop, now or at its next wait. Any thread. */
  public synchronized void signal() {
    if (closed) {
      return;
    }
    var _ = Sys.write(fd, one.address(), Long.BYTES);
    // EAGAIN: the counter is full, so that the loop will wake all the same.
  }

  /** Takes the signals back. Loop thread. */
  public void drain() {
    var _ = Sys.read(fd, count.address(), Long.BYTES);
    // EAGAIN: there was none.
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    var _ = Sys.close(fd);
    arena.close();
  }
}
