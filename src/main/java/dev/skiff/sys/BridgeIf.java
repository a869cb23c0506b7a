package dev.skiff.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * An Ethernet bridge of the host, through the ioctls of {@code linux/if_bridge.h}.
 *
 * <p>The socket stays in the network namespace of the thread that opened it, and so do the requests
 * made through it, whoever makes them. Any thread, one at a time.
 */
public final class BridgeIf implements AutoCloseable {
  private static final long SIOCBRADDBR = 0x89A0;
  private static final long SIOCBRDELBR = 0x89A1;
  private static final long SIOCBRADDIF = 0x89A2;
  private static final long SIOCBRDELIF = 0x89A3;
  private static final long SIOCDEVPRIVATE = 0x89F0;
  private static final long BRCTL_GET_BRIDGE_INFO = 6;
  private static final long BRCTL_GET_PORT_LIST = 7;
  private static final long BRCTL_SET_AGEING_TIME = 11;

  // struct __bridge_info.
  private static final int INFO_SIZE = 72;
  private static final int AGEING_TIME = 48;

  /** As many as a bridge has at the most: {@code BR_MAX_PORTS}. */
  private static final int MOST_PORTS = 1024;

  private final String name;
  private final int socket;
  private boolean closed;

  private BridgeIf(String name, int socket) {
    this.name = name;
    this.socket = socket;
  }

  /**
   * The bridge called {@code name}, which need not exist, in the network namespace of the calling
   * thread.
   *
   * @throws SysException if the process has no descriptor left
   */
  public static BridgeIf open(String name) throws SysException {
    return new BridgeIf(name, NetIf.datagramSocket());
  }

  /** What it is called. */
  public String name() {
    return name;
  }

  /** {@code SIOCBRADDBR}: makes it, down, without ports and without STP. */
  public void make() throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      call(SIOCBRADDBR, "SIOCBRADDBR", new Ifreq(arena, name).address());
    }
  }

  /** {@code SIOCBRDELBR}: removes it, which must be down; its ports are free then. */
  public void remove() throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      call(SIOCBRDELBR, "SIOCBRDELBR", new Ifreq(arena, name).address());
    }
  }

  /** {@code SIOCBRADDIF}: makes the interface of this number a port of it. */
  public void add(int index) throws SysException {
    port(SIOCBRADDIF, "SIOCBRADDIF", index);
  }

  /** {@code SIOCBRDELIF}: the interface of this number is a port of it no more. */
  public void take(int index) throws SysException {
    port(SIOCBRDELIF, "SIOCBRDELIF", index);
  }

  private void port(long request, String what, int index) throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      Ifreq ifreq = new Ifreq(arena, name);
      ifreq.number(index);
      call(request, what, ifreq.address());
    }
  }

  /**
   * {@code BRCTL_SET_AGEING_TIME} of 0: has it learn no addresses, and send each frame to all ports
   * but the one that it came by.
   */
  public void setNoLearning() throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      brctl(arena, "BRCTL_SET_AGEING_TIME", BRCTL_SET_AGEING_TIME, 0, 0);
    }
  }

  /** {@code BRCTL_GET_BRIDGE_INFO}: whether it learns addresses: its ageing time is not 0. */
  public boolean learns() throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(INFO_SIZE, Long.BYTES);
      brctl(arena, "BRCTL_GET_BRIDGE_INFO", BRCTL_GET_BRIDGE_INFO, info.address(), 0);
      return info.get(ValueLayout.JAVA_INT, AGEING_TIME) != 0;
    }
  }

  /** {@code BRCTL_GET_PORT_LIST}: the numbers of the interfaces that are its ports. */
  public int[] ports() throws SysException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocate(ValueLayout.JAVA_INT, MOST_PORTS);
      brctl(arena, "BRCTL_GET_PORT_LIST", BRCTL_GET_PORT_LIST, list.address(), MOST_PORTS);
      // Each stands at its port's number; where there is none, there is 0.
      return Arrays.stream(list.toArray(ValueLayout.JAVA_INT))
          .filter(index -> index != 0)
          .toArray();
    }
  }

  private void brctl(Arena arena, String what, long command, long first, long second)
      throws SysException {
    MemorySegment args = arena.allocate(ValueLayout.JAVA_LONG, 4);
    args.setAtIndex(ValueLayout.JAVA_LONG, 0, command);
    args.setAtIndex(ValueLayout.JAVA_LONG, 1, first);
    args.setAtIndex(ValueLayout.JAVA_LONG, 2, second);
    Ifreq ifreq = new Ifreq(arena, name);
    ifreq.data(args.address());
    call(SIOCDEVPRIVATE, what, ifreq.address());
  }

  private void call(long request, String what, long address) throws SysException {
    if (closed) {
      throw new IllegalStateException("bridge " + name + " is closed");
    }
    int result = Sys.ioctl(socket, request, address);
    if (result < 0) {
      throw new SysException("bridge " + name + ": " + what + ": " + Errno.text(-result), -result);
    }
  }

  /** Closes the socket, once. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      var _ = Sys.close(socket);
    }
  }
}
