package dev.skiff.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The state of interfaces by way of rtnetlink(7): a descriptor that becomes readable when a link of
 * the namespace has changed, and the question what one of them is now.
 *
 * <p>Both sockets stay in the network namespace of the thread that opened them. Neither blocks. Any
 * thread: {@link #query} and {@link #close} take a lock, {@link #drain} is the loop thread's.
 */
public final class RtLink implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int NETLINK_ROUTE = 0;
  private static final int SOCK_RAW_CLOEXEC_NONBLOCK = 3 | 0x80000 | 0x800;
  private static final int RTMGRP_LINK = 1;

  // struct sockaddr_nl: family, padding, port (0: the kernel's choice), groups.
  private static final int SOCKADDR_SIZE = 12;
  private static final int SOCKADDR_GROUPS = 8;

  /** As in libnl: more than one link's answer takes, which is about 2 KB. */
  private static final int ANSWER_SIZE = 32_768;

  /**
   * Changes come faster than we read: the rest is for the next call, poll being level-triggered.
   */
  private static final int MOST_DRAINED = 256;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment answer = arena.allocate(ANSWER_SIZE, Long.BYTES);
  private final MemorySegment scratch = arena.allocate(Long.BYTES);
  private final int bell;
  private final int questions;
  private int sequence;
  private boolean closed;

  private RtLink(int bell, int questions) {
    this.bell = bell;
    this.questions = questions;
  }

  /**
   * Opens both sockets in the network namespace of the calling thread.
   *
   * @throws SysException if the process has no descriptor left
   */
  public static RtLink open() throws SysException {
    int bell = netlinkSocket(RTMGRP_LINK);
    try {
      return new RtLink(bell, netlinkSocket(0));
    } catch (SysException e) {
      var _ = Sys.close(bell);
      throw e;
    }
  }

  private static int netlinkSocket(int groups) throws SysException {
    int fd = Sys.socket(AF_NETLINK, SOCK_RAW_CLOEXEC_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0) {
      throw new SysException("netlink socket: " + Errno.text(-fd), -fd);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(SOCKADDR_SIZE, Integer.BYTES);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
      address.set(ValueLayout.JAVA_INT, SOCKADDR_GROUPS, groups);
      int result = Sys.bind(fd, address.address(), SOCKADDR_SIZE);
      if (result < 0) {
        var _ = Sys.close(fd);
        throw new SysException("netlink bind: " + Errno.text(-result), -result);
      }
    }
    return fd;
  }

  /** Readable when a link has changed, any of the namespace. */
  public int fd() {
    return bell;
  }

  /**
   * Takes back what made {@link #fd} readable: what it says is not looked at, since more may have
   * changed by now. Loop thread.
   *
   * @return whether anything has changed since the last time
   */
  public boolean drain() {
    boolean changed = false;
    for (int i = 0; i < MOST_DRAINED; i++) {
      // A datagram is read whole, whatever part of it there is room for.
      long n = Sys.read(bell, scratch.address(), scratch.byteSize());
      if (n == -Errno.EAGAIN) {
        return changed;
      }
      changed = true; // ENOBUFS as well: changes came for which the socket had no room.
      if (n < 0 && n != -Errno.ENOBUFS) {
        return true;
      }
    }
    return changed;
  }

  /**
   * What an interface of the namespace is now. Any thread.
   *
   * @param index the interface's number
   * @throws SysException whose {@link SysException#errno} is ENODEV if there is none of the number
   *     in this namespace, or if this is closed
   */
  public synchronized HostLink query(int index) throws SysException {
    if (closed) {
      throw new SysException("RTM_GETLINK: closed", Errno.ENODEV);
    }
    sequence++;
    RtMessage.putGetLink(answer, sequence, index);
    long n = Sys.write(questions, answer.address(), RtMessage.REQUEST_SIZE);
    if (n < 0) {
      throw new SysException("RTM_GETLINK: " + Errno.text((int) -n), (int) -n);
    }
    while (true) {
      // The kernel answers within the write; so EAGAIN would be an error like any other.
      n = Sys.read(questions, answer.address(), ANSWER_SIZE);
      if (n < 0) {
        throw new SysException("RTM_GETLINK: " + Errno.text((int) -n), (int) -n);
      }
      MemorySegment message = answer.asSlice(0, n);
      if (RtMessage.sequence(message) == sequence) {
        return RtMessage.parse(message);
      }
    }
  }

  /** Closes both sockets, once. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    var _ = Sys.close(bell);
    var _ = Sys.close(questions);
    arena.close();
  }
}
