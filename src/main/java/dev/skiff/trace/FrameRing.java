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
 * Copies of frames on their way from the loop thread to one that writes them: a ring with one
 * writer and one reader, without locks. A frame's verdict is filled in later, in place.
 *
 * <p>The frames' bytes stand one behind the other in one block of memory; what there is to know of
 * each stands in arrays, by its sequence number: the loop pays for every check of every access, and
 * an array's are the cheapest. How far each thread has come stands in a cache line of its own, and
 * the other looks there only when it must: a line that goes to and fro between two cores costs the
 * loop more than the copy does.
 */
final class FrameRing implements AutoCloseable {
  /** How many frames it holds at most; a power of two. */
  private static final int FRAMES = 1 << 15;

  private static final int MASK = FRAMES - 1;

  /** In a verdict's place: nobody knows yet. */
  private static final int UNKNOWN = -1;

  private static final int FLAG_IN = 1 << 8;
  private static final int LEN_SHIFT = 32;

  /** A reader gives room back whenever this part of the ring has been read. */
  private static final int ROOM_SHARES = 16;

  // Of each frame, in notes: four longs.
  private static final int NOTES = 4;
  private static final int STAMP = 0;
  private static final int ID = 1;
  private static final int POSITION = 2;
  private static final int LEN_AND_FLAGS = 3;

  // In shared: 16 longs are 128 bytes, two cache lines, which processors fetch in pairs.
  private static final int LINE = 16;
  private static final int TAIL = LINE;
  private static final int HEAD = 2 * LINE;
  private static final int HEAD_BYTES = HEAD + 1;
  private static final int DROPPED = 3 * LINE;

  private static final VarHandle SHARED = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle VERDICT = MethodHandles.arrayElementVarHandle(int[].class);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;
  private final int capacity;
  private final long[] notes = new long[FRAMES * NOTES];
  private final long[] lostBefore = new long[FRAMES];
  private final int[] verdicts = new int[FRAMES];

  /** For a frame's id, modulo the size: its place. */
  private final int[] places = new int[FRAMES];

  /** How far the writer has come (frames), the reader (frames and bytes), and what was lost. */
  private final long[] shared = new long[4 * LINE];

  // The writer's own.
  private long tail;
  private long tailBytes;
  private long headSeen;
  private long headBytesSeen;
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
    int size = (n + Long.BYTES - 1) & -Long.BYTES;
    long at = tailBytes;
    int left = capacity - ((int) at & (capacity - 1));
    if (size > left) {
      at += left; // It does not fit before the ring's end: it goes to the beginning.
    }
    if (at + size - headBytesSeen > capacity || tail - headSeen >= FRAMES) {
      headSeen = (long) SHARED.getAcquire(shared, HEAD);
      headBytesSeen = (long) SHARED.getAcquire(shared, HEAD_BYTES);
      if (at + size - headBytesSeen > capacity || tail - headSeen >= FRAMES) {
        SHARED.setOpaque(shared, DROPPED, ++dropped);
        return;
      }
    }
    packet.copyTo(from, bytes, at & (capacity - 1), n);
    int place = (int) tail & MASK;
    long in = direction == PacketTap.Direction.IN ? FLAG_IN : 0;
    int note = place * NOTES;
    notes[note + STAMP] = stampNs;
    notes[note + ID] = id;
    notes[note + POSITION] = at;
    notes[note + LEN_AND_FLAGS] = (long) n << LEN_SHIFT | in | device;
    lostBefore[place] = dropped - droppedTold;
    droppedTold = dropped;
    verdicts[place] = UNKNOWN;
    places[(int) id & MASK] = place;
    tailBytes = at + size;
    SHARED.setRelease(shared, TAIL, ++tail);
  }

  /** Fills in how a frame ended, if it still stands in the ring. */
  void verdict(long id, DropReason reason) {
    int place = places[(int) id & MASK];
    // Behind the reader but not yet written over, it does no harm.
    if (notes[place * NOTES + ID] == id) {
      VERDICT.setRelease(verdicts, place, reason.ordinal());
    }
  }

  /** Frames that did not fit. Any thread. */
  long dropped() {
    return (long) SHARED.getOpaque(shared, DROPPED);
  }

  // ---- The reader's thread ----------------------------------------------------------------------

  /** The reader's end; one, made on the thread that reads. */
  final class Reader {
    private long head;
    private long tailSeen;
    private long headBytes;
    private long headBytesTold;

    /** The place of the oldest frame; -1 if there is none. */
    int first() {
      if (head == tailSeen) {
        tailSeen = (long) SHARED.getAcquire(shared, TAIL);
        if (head == tailSeen) {
          return -1;
        }
      }
      return (int) head & MASK;
    }

    /** Is done with the oldest frame; its room is given back now and then. */
    void removeFirst() {
      int place = (int) head & MASK;
      headBytes = notes[place * NOTES + POSITION] + ((lenOf(place) + Long.BYTES - 1) & -Long.BYTES);
      head++;
      boolean manyFrames = (head & (FRAMES / ROOM_SHARES - 1)) == 0;
      if (manyFrames || headBytes - headBytesTold > capacity / ROOM_SHARES) {
        giveRoomBack();
      }
    }

    /** Gives the room of all that was removed back. */
    void giveRoomBack() {
      headBytesTold = headBytes;
      SHARED.setRelease(shared, HEAD_BYTES, headBytes);
      SHARED.setRelease(shared, HEAD, head);
    }

    /** How it ended; -1 while that is not known. */
    int verdictOf(int place) {
      return (int) VERDICT.getAcquire(verdicts, place);
    }

    long idOf(int place) {
      return notes[place * NOTES + ID];
    }

    long stampOf(int place) {
      return notes[place * NOTES + STAMP];
    }

    int lenOf(int place) {
      return (int) (notes[place * NOTES + LEN_AND_FLAGS] >>> LEN_SHIFT);
    }

    int deviceOf(int place) {
      return (int) notes[place * NOTES + LEN_AND_FLAGS] & 0xFF;
    }

    boolean isIn(int place) {
      return (notes[place * NOTES + LEN_AND_FLAGS] & FLAG_IN) != 0;
    }

    /** Frames that were lost between the one before and this one. */
    long lostBefore(int place) {
      return lostBefore[place];
    }

    /** Copies the frame out. */
    void copyTo(int place, byte[] to) {
      long at = notes[place * NOTES + POSITION] & (capacity - 1);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, to, 0, lenOf(place));
    }
  }

  /** Gives the memory back, once neither thread uses it any more. */
  @Override
  public void close() {
    arena.close();
  }
}
