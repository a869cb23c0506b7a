package dev.skiff.trace;

import dev.skiff.dev.PacketTap;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Copies of frames on their way from the loop thread to one that writes them: a ring of bytes with
 * one writer and one reader, without locks. The verdict is filled in later, in place.
 *
 * <pre>
 *   0     4        8   16     24   28     32    40
 *   size  verdict  id  stamp  len  flags  lost  bytes ... (padded to 8)
 * </pre>
 */
final class FrameRing implements AutoCloseable {
  private static final int SIZE = 0;
  private static final int VERDICT = 4;
  private static final int ID = 8;
  private static final int STAMP = 16;
  private static final int LEN = 24;
  private static final int FLAGS = 28;
  private static final int LOST = 32;
  private static final int HEADER = 40;

  /** In SIZE: nothing stands from here to the ring's end. */
  private static final int SKIP = -1;

  /** In VERDICT: nobody knows yet. */
  private static final int UNKNOWN = -1;

  private static final int FLAG_IN = 1 << 8;

  /** How many frames back a verdict still finds its frame; a power of two. */
  private static final int INDEX_SIZE = 1 << 14;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final VarHandle INT_VALUE = INT.varHandle();
  private static final VarHandle HEAD;
  private static final VarHandle TAIL;
  private static final VarHandle DROPPED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(FrameRing.class, "head", long.class);
      TAIL = lookup.findVarHandle(FrameRing.class, "tail", long.class);
      DROPPED = lookup.findVarHandle(FrameRing.class, "dropped", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;
  private final int capacity;

  private final long[] ids = new long[INDEX_SIZE];
  private final long[] positions = new long[INDEX_SIZE];

  @SuppressWarnings("UnusedVariable") // by HEAD
  private long head;

  private long tail;

  /** What HEAD was when the writer last looked. */
  private long headSeen;

  private long dropped;
  private long droppedTold;

  /**
   * A ring.
   *
   * @param capacity bytes, a power of two
   */
  FrameRing(int capacity) {
    this.capacity = capacity;
    bytes = arena.allocate(capacity, Long.BYTES);
  }

  // ---- The loop thread --------------------------------------------------------------------------

  /** Copies a frame in, from its link header to its tail; counts it as lost if it does not fit. */
  void put(Packet packet, long id, PacketTap.Direction direction, int device, long stampNs) {
    int from = packet.macHeader();
    int n = packet.tail() - from;
    int size = HEADER + ((n + Long.BYTES - 1) & -Long.BYTES);
    long t = tail;
    int at = (int) t & (capacity - 1);
    int skip = at + size > capacity ? capacity - at : 0;
    if (t + skip + size - headSeen > capacity) {
      headSeen = (long) HEAD.getAcquire(this);
      if (t + skip + size - headSeen > capacity) {
        DROPPED.setOpaque(this, dropped + 1);
        return;
      }
    }
    if (skip > 0) {
      bytes.set(INT, at + SIZE, SKIP);
      t += skip;
      at = 0;
    }
    bytes.set(INT, at + SIZE, size);
    bytes.set(INT, at + VERDICT, UNKNOWN);
    bytes.set(LONG, at + ID, id);
    bytes.set(LONG, at + STAMP, stampNs);
    bytes.set(INT, at + LEN, n);
    bytes.set(INT, at + FLAGS, device | (direction == PacketTap.Direction.IN ? FLAG_IN : 0));
    bytes.set(LONG, at + LOST, dropped - droppedTold);
    droppedTold = dropped;
    packet.copyTo(from, bytes, at + HEADER, n);
    int index = (int) id & (INDEX_SIZE - 1);
    ids[index] = id;
    positions[index] = t;
    TAIL.setRelease(this, t + size);
  }

  /** Fills in how a frame ended, if it still stands in the ring. */
  void verdict(long id, DropReason reason) {
    int index = (int) id & (INDEX_SIZE - 1);
    long position = positions[index];
    // Behind the reader but not yet written over, it does no harm.
    if (ids[index] == id && tail - position <= capacity) {
      long at = position & (capacity - 1);
      INT_VALUE.setRelease(bytes, at + VERDICT, reason.ordinal());
    }
  }

  /** Frames that did not fit. Any thread. */
  long dropped() {
    return (long) DROPPED.getOpaque(this);
  }

  // ---- The reader's thread ----------------------------------------------------------------------

  /** Where the oldest frame stands; -1 if there is none. */
  int first() {
    long h = (long) HEAD.getOpaque(this);
    if (h == (long) TAIL.getAcquire(this)) {
      return -1;
    }
    int at = (int) h & (capacity - 1);
    if (bytes.get(INT, at + SIZE) == SKIP) {
      HEAD.setRelease(this, h + capacity - at);
      return first();
    }
    return at;
  }

  /** Gives the oldest frame's room back. */
  void removeFirst(int at) {
    HEAD.setRelease(this, (long) HEAD.getOpaque(this) + bytes.get(INT, at + SIZE));
  }

  /** How it ended; -1 while that is not known. */
  int verdictOf(int at) {
    return (int) INT_VALUE.getAcquire(bytes, (long) at + VERDICT);
  }

  long idOf(int at) {
    return bytes.get(LONG, at + ID);
  }

  long stampOf(int at) {
    return bytes.get(LONG, at + STAMP);
  }

  int lenOf(int at) {
    return bytes.get(INT, at + LEN);
  }

  int deviceOf(int at) {
    return bytes.get(INT, at + FLAGS) & 0xFF;
  }

  boolean isIn(int at) {
    return (bytes.get(INT, at + FLAGS) & FLAG_IN) != 0;
  }

  /** Frames that were lost between the one before and this one. */
  long lostBefore(int at) {
    return bytes.get(LONG, at + LOST);
  }

  /** Copies the frame out. */
  void copyTo(int at, byte[] to) {
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at + HEADER, to, 0, lenOf(at));
  }

  /** Gives the memory back, once neither thread uses it any more. */
  @Override
  public void close() {
    arena.close();
  }
}
