package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jnr.ffi.LibraryLoader;

/** Two ends of a {@code socketpair(2)} that keeps messages apart, as a TAP does frames. */
final class SocketPair implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_SEQPACKET_NONBLOCK_CLOEXEC = 5 | 0x800 | 0x80000;

  /** The one function. */
  public interface LibSocketPair {
    /** {@code socketpair(2)}. */
    int socketpair(int domain, int type, int protocol, long fds);
  }

  private static final LibSocketPair LIBC = LibraryLoader.create(LibSocketPair.class).load("c");

  private final int[] fds = new int[2];

  SocketPair() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, fds.length);
      assertEquals(0, LIBC.socketpair(AF_UNIX, SOCK_SEQPACKET_NONBLOCK_CLOEXEC, 0, pair.address()));
      for (int i = 0; i < fds.length; i++) {
        fds[i] = pair.getAtIndex(ValueLayout.JAVA_INT, i);
      }
    }
  }

  int near() {
    return fds[0];
  }

  int far() {
    return fds[1];
  }

  @Override
  public void close() {
    for (int fd : fds) {
      assertEquals(0, Sys.close(fd));
    }
  }
}
