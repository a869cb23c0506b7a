package dev.skiff.skb;

import dev.skiff.stats.Counters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all buffers of one stack come from: one arena, cut once into slots of one size,
 * and the ledger that knows at all times who holds which.
 *
 * <p>Opened before its loop thread starts and closed after that has ended; in between the loop
 * thread alone takes and frees. Taking and freeing allocate nothing.
 */
public final class SkBuffPool implements AutoCloseable {
  private static final int CACHE_LINE = 64;
  private static final int TAKEN = 0;
  private static final int FREED = 1;
  private static final int FAILED = 2;

  private final Arena arena = Arena.ofShared();
  private final int slotSize;
  private final SkBuff[] buffers;
  private final int[] freeSlots;
  private int free;
  private final Verdicts verdicts;
  private final Counters counts = new Counters(3);
  private @Nullable FateListener fates;
  private @Nullable Tracer tracer;

  /**
   * Opens a pool.
   *
   * @param slots how many buffers, at least 1
   * @param slotSize bytes in each, rounded up to a cache line
   * @param devices how many devices its books have lines for
   */
  public SkBuffPool(int slots, int slotSize, int devices) {
    this.slotSize = (slotSize + CACHE_LINE - 1) & -CACHE_LINE;
    verdicts = new Verdicts(devices);
    buffers = new SkBuff[slots];
    freeSlots = new int[slots];
    MemorySegment slab = arena.allocate((long) slots * this.slotSize, CACHE_LINE);
    for (int i = 0; i < slots; i++) {
      buffers[i] =
          new SkBuff(this, i, slab.asSlice((long) i * this.slotSize, this.slotSize, CACHE_LINE));
      freeSlots[i] = slots - 1 - i;
    }
    free = slots;
  }

  /**
   * Bytes that a slot must have for a received frame of {@code frameLen} bytes, headroom included.
   */
  public static int slotSizeFor(int frameLen) {
    return SkBuff.NET_SKB_PAD + SkBuff.NET_IP_ALIGN + frameLen;
  }

  /**
   * {@code alloc_skb}: an empty buffer, all of it tailroom. Its bytes are whatever an older packet
   * left there.
   *
   * @param size bytes wanted, headroom included
   * @param holder who answers for it, a constant
   * @return null, counted, if no buffer is free or {@code size} is more than a slot
   */
  public @Nullable SkBuff alloc(int size, String holder) {
    if (free == 0 || size > slotSize || size < 0) {
      counts.increment(FAILED);
      return null;
    }
    SkBuff skb = buffers[freeSlots[--free]];
    skb.takenFromPool(size, holder);
    counts.increment(TAKEN);
    return skb;
  }

  /**
   * {@code dev_alloc_skb}: an empty buffer for a frame of {@code len} bytes, with headroom in front
   * and its IP header to be aligned.
   *
   * @return null, counted, if no buffer is free or {@code len} is more than a slot holds
   */
  public @Nullable SkBuff devAlloc(int len, String holder) {
    SkBuff skb = alloc(slotSizeFor(len), holder);
    if (skb != null) {
      skb.reserve(SkBuff.NET_SKB_PAD + SkBuff.NET_IP_ALIGN);
    }
    return skb;
  }

  void freed(SkBuff skb, DropReason reason) {
    freeSlots[free++] = skb.slot;
    counts.increment(FREED);
    verdicts.ended(skb.receivedOn(), reason);
    FateListener listener = fates;
    if (listener != null) {
      if (skb.rxTapId() != 0) {
        listener.ended(skb.rxTapId(), reason);
      }
      if (skb.txTapId() != 0) {
        listener.ended(skb.txTapId(), reason);
      }
    }
  }

  void hop(SkBuff skb, String point) {
    Tracer t = tracer;
    if (t != null) {
      t.hop(skb, point);
    }
  }

  void held(SkBuff skb, String holder) {
    Tracer t = tracer;
    if (t != null) {
      t.held(skb, holder);
    }
  }

  void ending(SkBuff skb, DropReason reason) {
    Tracer t = tracer;
    if (t != null) {
      t.ended(skb, reason);
    }
  }

  /** Sets who is told of each function that a buffer passes; null for nobody. Loop thread. */
  public void setTracer(@Nullable Tracer tracer) {
    this.tracer = tracer;
  }

  /** Who is told of each function that a buffer passes. Loop thread. */
  public @Nullable Tracer tracer() {
    return tracer;
  }

  /** Sets who is told how packets ended that taps saw. */
  public void setFateListener(FateListener listener) {
    fates = listener;
  }

  /** The books. */
  public Verdicts verdicts() {
    return verdicts;
  }

  /** Buffers taken since the pool was opened. Any thread. */
  public long taken() {
    return counts.get(TAKEN);
  }

  /** Buffers freed since the pool was opened. Any thread. */
  public long freed() {
    return counts.get(FREED);
  }

  /** {@code net_fails}: how often none could be had. Any thread. */
  public long failed() {
    return counts.get(FAILED);
  }

  /** Buffers that are out. Loop thread. */
  public int held() {
    return buffers.length - free;
  }

  /** Buffers that are out and were received by a device. Loop thread. */
  public long heldOf(int device) {
    long n = 0;
    for (SkBuff skb : buffers) {
      if (skb.isLive() && skb.receivedOn() == device) {
        n++;
      }
    }
    return n;
  }

  /** How many buffers there are. */
  public int slots() {
    return buffers.length;
  }

  /** Bytes in each buffer. */
  public int slotSize() {
    return slotSize;
  }

  /** The leak report: a line for each buffer that is out. Loop thread. */
  public List<String> report() {
    List<String> lines = new ArrayList<>();
    for (SkBuff skb : buffers) {
      if (skb.isLive()) {
        lines.add(skb.toString());
      }
    }
    return lines;
  }

  /** Gives the memory back. After the loop thread has ended. */
  @Override
  public void close() {
    arena.close();
  }
}
