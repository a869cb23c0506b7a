package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a service manager listens on: a datagram socket of a name, beside the test. */
public final class NotifySocket implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment room = arena.allocate(4096);
  private final int fd;

  /** Listens at a path, or at a name behind '@'. */
  public NotifySocket(String address) {
    fd = Sys.socket(UnixDatagram.AF_UNIX, UnixDatagram.SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    assertTrue(fd >= 0, () -> Errno.text(-fd));
    try {
      MemorySegment name = UnixDatagram.sockaddr(arena, address);
      assertEquals(0, Sys.bind(fd, name.address(), (int) name.byteSize()), address);
    } catch (SysException e) {
      throw new AssertionError(e);
    }
  }

  /** The next message; null if there is none within so many milliseconds. */
  public synchronized @Nullable String next(long withinMs) {
    try (PollSet set = new PollSet(1)) {
      set.add(fd, false);
      long end = System.nanoTime() + withinMs * 1_000_000L;
      while (true) {
        long n = Sys.read(fd, room.address(), room.byteSize());
        if (n >= 0) {
          byte[] bytes = room.asSlice(0, n).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
          return new String(bytes, StandardCharsets.UTF_8);
        }
        assertEquals(-Errno.EAGAIN, n);
        long left = end - System.nanoTime();
        if (left <= 0) {
          return null;
        }
        var _ = set.await(left);
      }
    }
  }

  /** Takes all there are: how many. */
  public int drain() {
    int n = 0;
    while (next(0) != null) {
      n++;
    }
    return n;
  }

  @Override
  public void close() {
    assertEquals(0, Sys.close(fd));
    arena.close();
  }
}
