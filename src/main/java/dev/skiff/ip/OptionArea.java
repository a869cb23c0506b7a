package dev.skiff.ip;

import dev.skiff.header.IpOpt;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;

/**
 * {@code opt->__data}: the bytes of a header's options, and where in each its fields are. An option
 * is known by where it begins here. Thread: the loop thread.
 */
final class OptionArea {
  /** No place. */
  static final int NONE = -1;

  /** No byte is wrong. */
  static final int RIGHT = -1;

  private final byte[] data = new byte[IpOptions.MAX_LEN];
  private int length;

  void clear() {
    length = 0;
  }

  int length() {
    return length;
  }

  void read(Packet packet, int at, int n) {
    length = Math.max(0, n);
    packet.copyTo(at, data, length);
  }

  void write(SkBuff skb, int at) {
    skb.copyFrom(data, at, length);
  }

  // ---- Growing ----------------------------------------------------------------------------------

  /** A copy of another area's option, at the end: where it begins. */
  int append(OptionArea other, int option) {
    int at = length;
    System.arraycopy(other.data, option, data, at, other.len(option));
    length += other.len(option);
    return at;
  }

  /** An option at the end whose other bytes were written before: where it begins. */
  int extend(int type, int n) {
    int at = length;
    data[at] = (byte) type;
    data[at + IpOpt.LENGTH] = (byte) n;
    length += n;
    return at;
  }

  /** RFC 791 3.1: the header ends on a 32-bit boundary, the padding is zero. */
  void pad() {
    while (length % Integer.BYTES != 0) {
      data[length++] = IpOpt.END;
    }
  }

  /** Takes the next {@code n} bytes of an option that is a list: where they are, or NONE. */
  int claim(int option, int n) {
    int next = pointer(option);
    if (room(option) < n) {
      return NONE;
    }
    setPointer(option, next + n);
    return option + next - 1;
  }

  // ---- Fields -----------------------------------------------------------------------------------

  int len(int option) {
    return u8(option + IpOpt.LENGTH);
  }

  /** Of a list: where in the option its next free byte is, counted from 1. */
  int pointer(int option) {
    return u8(option + IpOpt.POINTER);
  }

  void setPointer(int option, int pointer) {
    data[option + IpOpt.POINTER] = (byte) pointer;
  }

  boolean isFull(int option) {
    return pointer(option) > len(option);
  }

  /** Bytes from the pointer to the end of the option; not more than 0 if it is full. */
  int room(int option) {
    return len(option) + 1 - pointer(option);
  }

  /** Whether the next {@code n} bytes begin in the option and end behind it. */
  boolean overruns(int option, int n) {
    return room(option) > 0 && room(option) < n;
  }

  int flag(int option) {
    return u8(option + IpOpt.TS_FLAGS) & IpOpt.TS_FLAG;
  }

  int overflow(int option) {
    return u8(option + IpOpt.TS_FLAGS) >>> IpOpt.TS_OVERFLOW;
  }

  void countOverflow(int option) {
    data[option + IpOpt.TS_FLAGS] = (byte) (u8(option + IpOpt.TS_FLAGS) + (1 << IpOpt.TS_OVERFLOW));
  }

  /** A host that was not asked for a stamp has not failed to give one. */
  boolean countsOverflow(int option) {
    return flag(option) != IpOpt.TS_PRESPEC;
  }

  int stampLen(int option) {
    int flag = flag(option);
    boolean withAddress = flag == IpOpt.TS_TSANDADDR || flag == IpOpt.TS_PRESPEC;
    return withAddress ? 2 * Integer.BYTES : Integer.BYTES;
  }

  // ---- Whether they are well-formed -------------------------------------------------------------

  /** Of a source route of at least 2 bytes: which of its bytes is wrong, from 0; or RIGHT. */
  int wrongInSourceRoute(int option) {
    if (len(option) < IpOpt.ROUTE_MIN_LEN) {
      return IpOpt.LENGTH;
    }
    return pointer(option) < IpOpt.ROUTE_MIN_POINTER ? IpOpt.POINTER : RIGHT;
  }

  /** The same of a record route, in which there is no room for half an address. */
  int wrongInRecordRoute(int option) {
    int wrong = wrongInSourceRoute(option);
    return wrong == RIGHT && overruns(option, Integer.BYTES) ? IpOpt.POINTER : wrong;
  }

  /** The same of a timestamp option. */
  int wrongInTimestamp(int option) {
    if (len(option) < IpOpt.TS_MIN_LEN) {
      return IpOpt.LENGTH;
    }
    if (pointer(option) < IpOpt.TS_MIN_POINTER || overruns(option, stampLen(option))) {
      return IpOpt.POINTER;
    }
    // RFC 791 3.1: when the count of those who found no room overflows, the datagram is in error.
    return isFull(option) && countsOverflow(option) && overflow(option) == IpOpt.TS_MOST_OVERFLOW
        ? IpOpt.TS_FLAGS
        : RIGHT;
  }

  // ---- Bytes ------------------------------------------------------------------------------------

  int u8(int at) {
    return data[at] & 0xFF;
  }

  int get32(int at) {
    return u8(at) << 24 | u8(at + 1) << 16 | u8(at + 2) << 8 | u8(at + 3);
  }

  void put32(int at, int value) {
    data[at] = (byte) (value >>> 24);
    data[at + 1] = (byte) (value >>> 16);
    data[at + 2] = (byte) (value >>> 8);
    data[at + 3] = (byte) value;
  }
}
