package dev.skiff.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A datagram socket of unix(7), connected to one address, non-blocking: what Java has for Unix
 * sockets are streams alone. Any thread; {@link #close} when nobody sends any more.
 */
public final class UnixDatagram implements AutoCloseable {
  static final int AF_UNIX = 1;
  static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;

  /** The most bytes in a name: {@code sun_path}, less the closing zero. */
  private static final int MOST_NAME = 107;

  private static final int SUN_PATH = 2;

  private final int fd;

  private UnixDatagram(int fd) {
    this.fd = fd;
  }

  /**
   * Connects.
   *
   * @param address an absolute path, or a name behind '@' that is in no file system
   * @throws SysException with one line: nobody is there, or that is no address
   */
  public static UnixDatagram connect(String address) throws SysException {
    int fd = Sys.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw new SysException("a Unix socket: " + Errno.text(-fd), -fd);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = sockaddr(arena, address);
      int result = Sys.connect(fd, name.address(), (int) name.byteSize());
      if (result < 0) {
        throw new SysException(address + ": " + Errno.text(-result), -result);
      }
      return new UnixDatagram(fd);
    } catch (SysException e) {
      var _ = Sys.close(fd);
      throw e;
    }
  }

  /**
   * A {@code struct sockaddr_un}, exactly as long as it counts: in an abstract name every byte
   * does.
   *
   * @throws SysException with one line, if that is no address
   */
  static MemorySegment sockaddr(Arena arena, String address) throws SysException {
    byte[] bytes = address.getBytes(StandardCharsets.UTF_8);
    boolean isAbstract = address.startsWith("@");
    if (!(isAbstract || address.startsWith("/")) || bytes.length < 2 || bytes.length > MOST_NAME) {
      throw new SysException(
          "'" + address + "' is no address of a Unix socket: a path from /, or a name behind @", 0);
    }
    MemorySegment sockaddr = arena.allocate(SUN_PATH + bytes.length + (isAbstract ? 0L : 1L), 2);
    sockaddr.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(bytes, 0, sockaddr, ValueLayout.JAVA_BYTE, SUN_PATH, bytes.length);
    if (isAbstract) {
      sockaddr.set(ValueLayout.JAVA_BYTE, SUN_PATH, (byte) 0);
    }
    return sockaddr;
  }

  /**
   * Sends one datagram. Allocates nothing.
   *
   * @return how many bytes went, or {@code -errno}: {@code -EAGAIN} if the other end has no room
   */
  public long send(MemorySegment message) {
    return Sys.write(fd, message.address(), message.byteSize());
  }

  /**
   * Waits until the other end may have room.
   *
   * @param timeoutNs the most nanoseconds to wait
   */
  public void awaitRoom(long timeoutNs) {
    try (PollSet set = new PollSet(1)) {
      var _ = set.add(fd, true);
      var _ = set.await(timeoutNs);
    }
  }

  @Override
  public void close() {
    var _ = Sys.close(fd);
  }
}
