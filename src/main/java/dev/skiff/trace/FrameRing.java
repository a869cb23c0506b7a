package dev.skiff.trace;

import dev.skiff.dev.PacketTap;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Copies of frames on their way from the loop thread to one that writes them: a ring of bytes with
 * one writer and one reader, without locks. The verdict is filled in later, in place.
 *
 * <p>What the two threads tell each other (how far each has come) stands in cache lines of its own,
 * and each looks there only when it must: a line that goes to and fro between two cores costs the
 * loop more than the copy does.
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

  /** A reader gives room back whenever this part of the ring has been read. */
  private static final int ROOM_SHARES = 16;

  /** How many frames back a verdict still finds its frame; a power of two. */
  private static final int INDEX_SIZE = 1 << 14;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final VarHandle INT_VALUE = INT.varHandle();
  private static final VarHandle LONG_VALUE = LONG.varHandle();

  /**
   * Where the counters stand behind the ring's bytes; 128 since processors fetch lines in pairs.
   */
  private static final int LINE = 128;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;
  private final int capacity;

  /** How far the reader has come, in bytes since the beginning. */
  private final long headAt;

  /** How far the writer has come. */
  private final long tailAt;

  private final long droppedAt;

  /** For a frame's id, modulo the size: the id and its position. */
  private final long[] index = new long[2 * INDEX_SIZE];

  private long tail;

  /** How far the reader had come when the writer last looked. */
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
    headAt = capacity;
    tailAt = headAt + LINE;
    droppedAt = tailAt + LINE;
    bytes = arena.allocate(droppedAt + LINE, LINE);
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
      headSeen = (long) LONG_VALUE.getAcquire(bytes, headAt);
      if (t + skip + size - headSeen > capacity) {
        LONG_VALUE.setOpaque(bytes, droppedAt, ++dropped);
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
    int entry = 2 * ((int) id & (INDEX_SIZE - 1));
    index[entry] = id;
    index[entry + 1] = t;
    tail = t + size;
    LONG_VALUE.setRelease(bytes, tailAt, tail);
  }

  /** Fills in how a frame ended, if it still stands in the ring. */
  void verdict(long id, DropReason reason) {
    int entry = 2 * ((int) id & (INDEX_SIZE - 1));
    long position = index[entry + 1];
    // Behind the reader but not yet written over, it does no harm.
    if (index[entry] == id && tail - position <= capacity) {
      long at = position & (capacity - 1);
      INT_VALUE.setRelease(bytes, at + VERDICT, reason.ordinal());
    }
  }

  /** Frames that did not fit. Any thread. */
  long dropped() {
    return (long) LONG_VALUE.getOpaque(bytes, droppedAt);
  }

  // ---- The reader's thread ----------------------------------------------------------------------

  /** The reader's end; one, made on the thread that reads. */
  final class Reader {
    private long head;
    private long tailSeen;
    private long headTold;

    /** Where the oldest frame stands; -1 if there is none. */
    int first() {
      if (head == tailSeen) {
        tailSeen = (long) LONG_VALUE.getAcquire(bytes, tailAt);
        if (head == tailSeen) {
          return -1;
        }
      }
      int at = (int) head & (capacity - 1);
      if (bytes.get(INT, at + SIZE) == SKIP) {
        head += capacity - at;
        at = 0;
      }
      return at;
    }

    /** Is done with the oldest frame; its room is given back now and then. */
    void removeFirst(int at) {
      head += bytes.get(INT, at + SIZE);
      if (head - headTold > capacity / ROOM_SHARES) {
        giveRoomBack();
      }
    }

    /** Gives the room of all that was removed back. */
    void giveRoomBack() {
      headTold = head;
      LONG_VALUE.setRelease(bytes, headAt, head);
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
  }

  /** Gives the memory back, once neither thread uses it any more. */
  @Override
  public void close() {
    arena.close();
  }
}
