package dev.skiff.wire;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A wire in memory with two ends: what is queued and flushed at one is received at the other.
 *
 * <p>Frames are copied, since a buffer never changes its pool. The ends may belong to two loops on
 * two threads: each direction is a ring with one writer and one reader. A frame that finds the ring
 * full is dropped for {@link DropReason#FULL_RING}, as on a wire whose far end is too slow; one
 * longer than the wire's longest for {@link DropReason#PKT_TOO_BIG}.
 */
public final class PipeWire {
  /** How many frames a direction holds unless it is told otherwise. */
  public static final int DEFAULT_CAPACITY = 512;

  private static final String WRITE = "pipe write";

  private final Arena arena = Arena.ofShared();
  private final AtomicInteger openEnds = new AtomicInteger(2);
  private final End a;
  private final End b;

  /**
   * Makes a wire.
   *
   * @param maxFrame the most bytes in a frame, link header included
   * @param capacity how many frames each direction holds, a power of two
   * @throws IllegalArgumentException if {@code capacity} is not a power of two
   */
  public PipeWire(int maxFrame, int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("capacity must be a power of two, not " + capacity);
    }
    Ring there = new Ring(arena, maxFrame, capacity);
    Ring back = new Ring(arena, maxFrame, capacity);
    a = new End(back, there);
    b = new End(there, back);
  }

  /** One end. */
  public Wire a() {
    return a;
  }

  /** The other end. */
  public Wire b() {
    return b;
  }

  /**
   * One direction: slots of fixed size; {@code tail} is the writer's, {@code head} the reader's.
   */
  private static final class Ring {
    private static final VarHandle HEAD;
    private static final VarHandle TAIL;

    static {
      try {
        HEAD = MethodHandles.lookup().findVarHandle(Ring.class, "head", long.class);
        TAIL = MethodHandles.lookup().findVarHandle(Ring.class, "tail", long.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    /** So many slots get their memory together, when the first of them is written to. */
    private static final int BLOCK = 16;

    private final Arena arena;
    private final @Nullable MemorySegment[] blocks;
    private final int[] lengths;
    private final int slotSize;
    private final int mask;
    private volatile Runnable waker = () -> {};
    private RxCopy rxCopy = RxCopy.PLAIN;

    @SuppressWarnings("UnusedVariable") // by HEAD and TAIL
    private long head;

    @SuppressWarnings("UnusedVariable")
    private long tail;

    Ring(Arena arena, int slotSize, int capacity) {
      this.arena = arena;
      this.slotSize = slotSize;
      mask = capacity - 1;
      lengths = new int[capacity];
      blocks = new MemorySegment[(capacity + BLOCK - 1) / BLOCK];
    }

    /** The memory that a slot is in: by the writer, or by the reader of what he wrote. */
    private MemorySegment block(int slot) {
      MemorySegment block = blocks[slot / BLOCK];
      if (block == null) {
        block = arena.allocate((long) slotSize * Math.min(BLOCK, mask + 1), Long.BYTES);
        blocks[slot / BLOCK] = block;
      }
      return block;
    }

    private long offset(int slot) {
      return (long) slotSize * (slot % BLOCK);
    }

    DropReason offer(SkBuff skb) {
      int n = skb.len();
      if (n > slotSize) {
        return DropReason.PKT_TOO_BIG;
      }
      long t = (long) TAIL.getOpaque(this);
      if (t - (long) HEAD.getAcquire(this) > mask) {
        return DropReason.FULL_RING;
      }
      int slot = (int) t & mask;
      MemorySegment.copy(skb.segment(), skb.data(), block(slot), offset(slot), n);
      lengths[slot] = n;
      TAIL.setRelease(this, t + 1);
      return DropReason.CONSUMED;
    }

    boolean poll(SkBuff skb) {
      long h = (long) HEAD.getOpaque(this);
      if (h == (long) TAIL.getAcquire(this)) {
        return false;
      }
      int slot = (int) h & mask;
      int n = Math.min(lengths[slot], skb.tailroom());
      var _ = skb.put(n);
      rxCopy.copyAndSum(skb, block(slot), offset(slot), n, 0);
      HEAD.setRelease(this, h + 1);
      return true;
    }
  }

  private final class End implements Wire {
    private final Ring in;
    private final Ring out;
    private final Burst burst = new Burst();
    private volatile boolean closed;

    End(Ring in, Ring out) {
      this.in = in;
      this.out = out;
    }

    @Override
    public Rx receive(SkBuff skb, long nowNs) {
      return in.poll(skb) ? Rx.FRAME : Rx.EMPTY;
    }

    @Override
    public Xmit queue(SkBuff skb, long nowNs) {
      if (burst.isFull()) {
        return Xmit.BUSY;
      }
      skb.setHolder("PipeWire");
      burst.add(skb);
      return Xmit.OK;
    }

    @Override
    public void flush(long nowNs, Completion completion) {
      if (burst.isEmpty()) {
        return;
      }
      do {
        SkBuff skb = burst.first();
        skb.hop(WRITE);
        burst.removeFirst();
        completion.sent(skb, out.offer(skb));
      } while (!burst.isEmpty());
      out.waker.run();
    }

    @Override
    public boolean isBlocked() {
      return false;
    }

    @Override
    public int pollFd() {
      return -1;
    }

    @Override
    public void setWaker(Runnable waker) {
      in.waker = waker;
    }

    @Override
    public void setRxCopy(RxCopy copy) {
      in.rxCopy = copy;
    }

    @Override
    public String failure() {
      return "";
    }

    @Override
    public void stop(Completion completion) {
      while (!burst.isEmpty()) {
        SkBuff skb = burst.first();
        burst.removeFirst();
        completion.sent(skb, DropReason.QUEUE_PURGE);
      }
    }

    @Override
    public void close(Completion completion) {
      if (closed) {
        return;
      }
      closed = true;
      in.waker = () -> {};
      stop(completion);
      if (openEnds.decrementAndGet() == 0) {
        arena.close();
      }
    }
  }
}
