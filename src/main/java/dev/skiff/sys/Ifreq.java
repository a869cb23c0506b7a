package dev.skiff.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * {@code struct ifreq}, 40 bytes on 64-bit Linux: a name of 16 bytes and a union. netdevice(7).
 *
 * <p>Any thread, one at a time.
 */
final class Ifreq {
  /** {@code IFNAMSIZ}: bytes of a name, its closing zero included. */
  static final int IFNAMSIZ = 16;

  /** Bytes in the structure. */
  static final int SIZE = 40;

  private static final int UNION = IFNAMSIZ;
  private static final int SA_DATA = UNION + 2;
  private static final int SIN_ADDR = UNION + 4;
  private static final short ARPHRD_ETHER = 1;
  private static final short AF_INET = 2;
  private static final ValueLayout.OfInt NETWORK_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment memory;

  /** One that stands in the caller's memory already. */
  Ifreq(MemorySegment memory) {
    this.memory = memory;
  }

  /** A fresh one for the interface called {@code name}, living as long as {@code arena}. */
  Ifreq(Arena arena, String name) {
    this(arena.allocate(SIZE, Long.BYTES));
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(
        bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, Math.min(bytes.length, IFNAMSIZ - 1));
  }

  long address() {
    return memory.address();
  }

  /** {@code ifr_name}: the kernel writes the real name back. */
  String name() {
    return memory.getString(0, StandardCharsets.UTF_8);
  }

  /** {@code ifr_flags}. */
  int flags() {
    return memory.get(ValueLayout.JAVA_SHORT, UNION) & 0xFFFF;
  }

  void flags(int flags) {
    memory.set(ValueLayout.JAVA_SHORT, UNION, (short) flags);
  }

  /** {@code ifr_data}: the address of what the request is about. */
  void data(long address) {
    memory.set(ValueLayout.JAVA_LONG, UNION, address);
  }

  /** {@code ifr_mtu}, {@code ifr_ifindex}, {@code ifr_qlen}. */
  int number() {
    return memory.get(ValueLayout.JAVA_INT, UNION);
  }

  void number(int number) {
    memory.set(ValueLayout.JAVA_INT, UNION, number);
  }

  /** {@code ifr_addr}, {@code ifr_netmask} as a {@code struct sockaddr_in}. */
  int inet() {
    return memory.get(NETWORK_INT, SIN_ADDR);
  }

  void inet(int ip) {
    memory.set(ValueLayout.JAVA_SHORT, UNION, AF_INET);
    memory.set(NETWORK_INT, SIN_ADDR, ip);
  }

  /** {@code ifr_hwaddr}: six bytes behind the address family. */
  long mac() {
    long mac = 0;
    for (int i = 0; i < 6; i++) {
      mac = mac << 8 | (memory.get(ValueLayout.JAVA_BYTE, SA_DATA + i) & 0xFF);
    }
    return mac;
  }

  void mac(long mac) {
    memory.set(ValueLayout.JAVA_SHORT, UNION, ARPHRD_ETHER);
    for (int i = 0; i < 6; i++) {
      memory.set(ValueLayout.JAVA_BYTE, SA_DATA + i, (byte) (mac >>> (40 - 8 * i)));
    }
  }
}
