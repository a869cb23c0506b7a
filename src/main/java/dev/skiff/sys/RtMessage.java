package dev.skiff.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The layout of rtnetlink messages about links: netlink(7), rtnetlink(7). Numbers are in the
 * machine's byte order.
 *
 * <p>Static and stateless. Any thread.
 */
final class RtMessage {
  /** Bytes of a {@code RTM_GETLINK} request: {@code struct nlmsghdr}, {@code struct ifinfomsg}. */
  static final int REQUEST_SIZE = 32;

  private static final int HEADER = 16;
  private static final int NLMSG_TYPE = 4;
  private static final int NLMSG_FLAGS = 6;
  private static final int NLMSG_SEQ = 8;
  private static final int IFINFO = 16;
  private static final int IFI_INDEX = 4;
  private static final int IFI_FLAGS = 8;
  private static final int ATTRIBUTE = 4;
  private static final int NLA_TYPE = 2;
  private static final int ALIGN = 4;
  private static final int NLMSG_ERROR = 2;
  private static final int RTM_NEWLINK = 16;
  private static final int RTM_GETLINK = 18;
  private static final int NLM_F_REQUEST = 1;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_MASTER = 10;
  private static final int IFLA_STATS64 = 23;

  /** An attribute's type has two flags at its top: nested, and in network byte order. */
  private static final int TYPE_MASK = 0x3FFF;

  /**
   * Where each counter stands in {@code struct rtnl_link_stats64}, in longs from its beginning, in
   * the order in which {@code ip -s link} prints them.
   */
  private enum Stat {
    RX_BYTES(2),
    RX_PACKETS(0),
    RX_ERRORS(4),
    RX_DROPPED(6),
    TX_BYTES(3),
    TX_PACKETS(1),
    TX_ERRORS(5),
    TX_DROPPED(7);

    private final String key = name().toLowerCase(Locale.ROOT);
    private final long at;

    Stat(int place) {
      at = (long) place * Long.BYTES;
    }
  }

  private RtMessage() {}

  /** Writes a question for one interface to the beginning of {@code out}. */
  static void putGetLink(MemorySegment out, int sequence, int index) {
    out.asSlice(0, REQUEST_SIZE).fill((byte) 0);
    out.set(ValueLayout.JAVA_INT_UNALIGNED, 0, REQUEST_SIZE);
    out.set(ValueLayout.JAVA_SHORT_UNALIGNED, NLMSG_TYPE, (short) RTM_GETLINK);
    out.set(ValueLayout.JAVA_SHORT_UNALIGNED, NLMSG_FLAGS, (short) NLM_F_REQUEST);
    out.set(ValueLayout.JAVA_INT_UNALIGNED, NLMSG_SEQ, sequence);
    out.set(ValueLayout.JAVA_INT_UNALIGNED, HEADER + IFI_INDEX, index);
  }

  /**
   * {@code nlmsg_seq} of a message, to tell an answer from what came late; 0 if it is too short.
   */
  static int sequence(MemorySegment in) {
    return in.byteSize() < HEADER ? 0 : in.get(ValueLayout.JAVA_INT_UNALIGNED, NLMSG_SEQ);
  }

  /**
   * Reads the answer to {@link #putGetLink}.
   *
   * @throws SysException with the kernel's error number, ENODEV if there is no such interface; EIO
   *     if the answer is not one
   */
  static HostLink parse(MemorySegment in) throws SysException {
    long length = in.byteSize() < HEADER + IFINFO ? 0 : unsigned(in, 0);
    int type = length == 0 ? 0 : in.get(ValueLayout.JAVA_SHORT_UNALIGNED, NLMSG_TYPE) & 0xFFFF;
    if (type == NLMSG_ERROR) {
      int errno = -in.get(ValueLayout.JAVA_INT_UNALIGNED, HEADER);
      throw new SysException("RTM_GETLINK: " + Errno.text(errno), errno);
    }
    if (type != RTM_NEWLINK || length < HEADER + IFINFO || length > in.byteSize()) {
      throw malformed();
    }
    String name = "";
    int mtu = 0;
    int master = 0;
    long mac = 0;
    Map<String, Long> counters = Map.of();
    long at = HEADER + IFINFO;
    while (at + ATTRIBUTE <= length) {
      int size = in.get(ValueLayout.JAVA_SHORT_UNALIGNED, at) & 0xFFFF;
      if (size < ATTRIBUTE || at + size > length) {
        throw malformed();
      }
      MemorySegment value = in.asSlice(at + ATTRIBUTE, size - ATTRIBUTE);
      switch (in.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + NLA_TYPE) & TYPE_MASK) {
        case IFLA_IFNAME -> name = string(value);
        case IFLA_MTU -> mtu = value.byteSize() < 4 ? 0 : (int) unsigned(value, 0);
        case IFLA_MASTER -> master = value.byteSize() < 4 ? 0 : (int) unsigned(value, 0);
        case IFLA_ADDRESS -> mac = value.byteSize() == 6 ? mac(value) : 0;
        case IFLA_STATS64 -> counters = counters(value);
        default -> {} // Of the fifty others nobody asks.
      }
      at += (size + ALIGN - 1) & -ALIGN;
    }
    int index = in.get(ValueLayout.JAVA_INT_UNALIGNED, HEADER + IFI_INDEX);
    int flags = in.get(ValueLayout.JAVA_INT_UNALIGNED, HEADER + IFI_FLAGS);
    return new HostLink(index, name, flags, mtu, master, mac, counters);
  }

  private static SysException malformed() {
    return new SysException("RTM_GETLINK: the kernel's answer is not understood", Errno.EIO);
  }

  private static long unsigned(MemorySegment in, long at) {
    return in.get(ValueLayout.JAVA_INT_UNALIGNED, at) & 0xFFFF_FFFFL;
  }

  /** A string that ends with its attribute, or before that with a zero. */
  private static String string(MemorySegment value) {
    String text = new String(value.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  private static long mac(MemorySegment value) {
    int high = value.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 0);
    int low = value.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 4);
    return (high & 0xFFFF_FFFFL) << 16 | (low & 0xFFFF);
  }

  private static Map<String, Long> counters(MemorySegment value) {
    Map<String, Long> all = new LinkedHashMap<>();
    for (Stat stat : Stat.values()) {
      if (stat.at + Long.BYTES <= value.byteSize()) {
        all.put(stat.key, value.get(ValueLayout.JAVA_LONG_UNALIGNED, stat.at));
      }
    }
    return all;
  }
}
