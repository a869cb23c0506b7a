package dev.skiff.skb;

import dev.skiff.stats.Counters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory that all buffers of one stack come from: one arena, taken slab by slab up to a limit
 * and cut into slots of a few sizes; and the ledger that knows at all times who holds which.
 *
 * <p>Opened before its loop thread starts and closed after that has ended; in between the loop
 * thread alone takes and frees. Taking and freeing allocate nothing, a new slab apart; and slabs
 * are never given back, so that a pool comes to rest.
 */
public final class SkBuffPool implements AutoCloseable {
  /**
   * Bytes in the slots of a pool {@link #ofSizes}, headroom included: a frame of up to 446 bytes,
   * one of the usual MTU, a jumbo frame, and the longest datagram with its headers.
   */
  public static final List<Integer> SIZES = List.of(512, 2048, 9 << 10, 65_535 + 128 + 1);

  static final int CACHE_LINE = 64;

  private static final int TAKEN = 0;
  private static final int FREED = 1;
  private static final int FAILED = 2;
  private static final int CLONED = 3;
  private static final int UNSHARED = 4;
  private static final int BYTES = 5;

  private final Arena arena = Arena.ofShared();
  private final long mostBytes;
  private final SizeClass[] classes;
  private SkBuff[] heads = new SkBuff[0];
  private int headCount;
  private int numbered;
  private SkBuff[] bare = new SkBuff[0];
  private int bareCount;
  private int cloneHeads;
  private final Verdicts verdicts;
  private final Counters counts = new Counters(6);
  private final @Nullable Paranoia paranoia;
  private @Nullable FateListener fates;
  private @Nullable Tracer tracer;

  /**
   * A pool of one size, all of it there from the start.
   *
   * @param slots how many buffers, at least 1
   * @param slotSize bytes in each, rounded up to a cache line
   * @param devices how many devices its books have lines for
   */
  public SkBuffPool(int slots, int slotSize, int devices) {
    this(slots, slotSize, devices, false);
  }

  private SkBuffPool(int slots, int slotSize, int devices, boolean paranoid) {
    this(List.of(slotSize), (long) slots * rounded(slotSize), devices, paranoid);
    var _ = classes[0].grow(slots);
  }

  /** The same, checking everything, slowly, if it is {@code paranoid}: see CONTRIBUTING.md. */
  public static SkBuffPool ofOneSize(int slots, int slotSize, int devices, boolean paranoid) {
    return new SkBuffPool(slots, slotSize, devices, paranoid);
  }

  /**
   * A pool of the {@link #SIZES}, which share one limit.
   *
   * @param mostBytes the most memory that all slots together take; enough for {@code frames}
   * @param frameLen bytes in the longest frame that a device receives
   * @param frames how many buffers for such frames are there from the start, which no other size
   *     can take the room of
   * @param devices how many devices its books have lines for
   * @param paranoid whether to check everything, slowly: see CONTRIBUTING.md
   * @throws IllegalArgumentException if {@code mostBytes} is too little for {@code frames}, or
   *     {@code frameLen} is more than any size holds
   */
  public static SkBuffPool ofSizes(
      long mostBytes, int frameLen, int frames, int devices, boolean paranoid) {
    SkBuffPool pool = new SkBuffPool(SIZES, mostBytes, devices, paranoid);
    int size = slotSizeFor(frameLen);
    try {
      int index = pool.classFor(size);
      if (index == SIZES.size()) {
        throw new IllegalArgumentException("no buffer holds a frame of " + frameLen + " bytes");
      }
      long needed = (long) frames * SIZES.get(index);
      if (needed > mostBytes || !pool.classes[index].grow(frames)) {
        throw new IllegalArgumentException(
            mostBytes
                + " bytes are too few for "
                + frames
                + " buffers of "
                + SIZES.get(index)
                + " bytes: give at least "
                + needed);
      }
      return pool;
    } catch (IllegalArgumentException e) {
      pool.close();
      throw e;
    }
  }

  private SkBuffPool(List<Integer> sizes, long mostBytes, int devices, boolean paranoid) {
    this.mostBytes = mostBytes;
    verdicts = new Verdicts(devices);
    paranoia = paranoid ? new Paranoia() : null;
    classes = new SizeClass[sizes.size()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = new SizeClass(this, rounded(sizes.get(i)));
    }
  }

  private static int rounded(int size) {
    return (size + CACHE_LINE - 1) & -CACHE_LINE;
  }

  /**
   * Bytes that a slot must have for a received frame of {@code frameLen} bytes, headroom included.
   */
  public static int slotSizeFor(int frameLen) {
    return SkBuff.NET_SKB_PAD + SkBuff.NET_IP_ALIGN + frameLen;
  }

  // ---- Taking -----------------------------------------------------------------------------------

  /**
   * {@code alloc_skb}: an empty buffer, all of it tailroom. Its bytes are whatever an older packet
   * left there. If there is none of its size left, it is of a larger one.
   *
   * @param size bytes wanted, headroom included
   * @param holder who answers for it, a constant
   * @return null, counted, if no buffer is free or {@code size} is more than the largest slot
   */
  public @Nullable SkBuff alloc(int size, String holder) {
    SkBuff skb = size < 0 ? null : takeHead(size);
    SkBuffData block = skb == null ? null : skb.block;
    if (skb == null || block == null) {
      return fail();
    }
    block.users = 1;
    skb.takenFromPool(size, holder, block);
    counts.increment(TAKEN);
    if (paranoia != null) {
      paranoia.taken(skb);
    }
    return skb;
  }

  /**
   * {@code dev_alloc_skb}: an empty buffer for a frame of {@code len} bytes, with headroom in front
   * (a virtio_net_hdr and a few headers) and its IP header to be aligned.
   *
   * @return null, counted, if no buffer is free or {@code len} is more than a slot holds
   */
  public @Nullable SkBuff devAlloc(int len, String holder) {
    SkBuff skb = len < 0 ? fail() : alloc(slotSizeFor(len), holder);
    if (skb != null) {
      skb.reserve(SkBuff.NET_SKB_PAD + SkBuff.NET_IP_ALIGN);
    }
    return skb;
  }

  @Nullable SkBuff fail() {
    counts.increment(FAILED);
    return null;
  }

  private int classFor(int size) {
    int i = 0;
    while (i < classes.length && classes[i].slotSize < size) {
      i++;
    }
    return i;
  }

  /** A free buffer with a block of at least {@code size} bytes; not counted. */
  private @Nullable SkBuff takeHead(int size) {
    for (int i = classFor(size); i < classes.length; i++) {
      SkBuff skb = classes[i].take();
      if (skb != null) {
        return skb;
      }
    }
    return null;
  }

  // ---- Sharing ----------------------------------------------------------------------------------

  /**
   * A free control structure without a block, for a clone; null, counted, if there are too many.
   */
  @Nullable SkBuff takeBare() {
    SkBuff skb = null;
    if (bareCount > 0) {
      skb = bare[--bareCount];
    } else if (cloneHeads < slots()) {
      cloneHeads++;
      skb = newHead();
    }
    if (skb == null) {
      return fail();
    }
    counts.increment(TAKEN);
    counts.increment(CLONED);
    if (paranoia != null) {
      paranoia.taken(skb);
    }
    return skb;
  }

  private void putBare(SkBuff skb) {
    skb.block = null;
    if (paranoia != null) {
      cloneHeads--; // Never used again.
      return;
    }
    if (bareCount == bare.length) {
      bare = Arrays.copyOf(bare, Math.max(16, 2 * bare.length));
    }
    bare[bareCount++] = skb;
  }

  /**
   * Gives a buffer that shares a block one of its own with the same bytes. The other users keep the
   * old one, which from here on goes back to the free list with the buffer that the new one came
   * with.
   */
  boolean moveToOwnBlock(SkBuff skb, SkBuffData shared) {
    SkBuff fresh = takeHead(skb.end());
    SkBuffData own = fresh == null ? null : fresh.block;
    if (fresh == null || own == null) {
      return fail() != null;
    }
    counts.increment(UNSHARED);
    MemorySegment.copy(shared.memory, 0, own.memory, 0, skb.tail());
    shared.users--;
    own.users = 1;
    own.owner = skb;
    skb.block = own;
    if (shared.owner == skb) {
      shared.owner = fresh;
      fresh.block = shared;
    } else {
      putBare(fresh);
    }
    return true;
  }

  // ---- Freeing ----------------------------------------------------------------------------------

  void freed(SkBuff skb, DropReason reason) {
    counts.increment(FREED);
    if (skb.isClone()) {
      verdicts.cloneEnded(reason);
    } else {
      verdicts.ended(skb.receivedOn(), reason);
    }
    FateListener listener = fates;
    if (listener != null) {
      if (skb.rxTapId() != 0) {
        listener.ended(skb.rxTapId(), reason);
      }
      if (skb.txTapId() != 0) {
        listener.ended(skb.txTapId(), reason);
      }
    }
    if (paranoia != null) {
      paranoia.freed(skb);
    }
    SkBuffData block = skb.block;
    if (block != null) {
      release(skb, block);
    }
  }

  private void release(SkBuff skb, SkBuffData block) {
    SkBuff owner = block.owner;
    if (skb != owner) {
      putBare(skb);
    }
    if (--block.users == 0 && owner != null) {
      if (paranoia == null) {
        block.sizeClass.put(owner);
      } else {
        block.owner = null;
        renew(paranoia.keep(block, skb));
      }
    }
  }

  /** Gives a block that comes out of quarantine a buffer that nobody has seen yet. */
  private void renew(@Nullable SkBuffData block) {
    if (block != null) {
      SkBuff skb = newHead();
      skb.block = block;
      block.owner = skb;
      block.sizeClass.put(skb);
    }
  }

  /** Has a class that is empty get a block back from quarantine; whether there was one. */
  boolean releaseQuarantine(SizeClass sizeClass) {
    SkBuffData block = paranoia == null ? null : paranoia.release(sizeClass);
    renew(block);
    return block != null;
  }

  // ---- Memory -----------------------------------------------------------------------------------

  long bytesLeft() {
    return mostBytes - counts.get(BYTES);
  }

  /** Takes memory for slots; null if the machine has none. */
  @Nullable MemorySegment slab(long bytes) {
    try {
      MemorySegment slab = arena.allocate(bytes, CACHE_LINE);
      counts.add(BYTES, bytes);
      return slab;
    } catch (OutOfMemoryError e) {
      return null; // Whoever wanted a buffer gets none, and that is counted.
    }
  }

  SkBuff newHead() {
    if (headCount == heads.length) {
      makeRoomInTheLedger();
    }
    SkBuff skb = new SkBuff(this, numbered++);
    heads[headCount++] = skb;
    return skb;
  }

  private void makeRoomInTheLedger() {
    if (paranoia != null) {
      forgetTheDead();
    }
    if (headCount > heads.length / 2 || heads.length == 0) {
      heads = Arrays.copyOf(heads, Math.max(16, 2 * heads.length));
    }
  }

  /** Those that will never be used again leave the ledger, so that it does not grow for ever. */
  private void forgetTheDead() {
    int kept = 0;
    for (int i = 0; i < headCount; i++) {
      SkBuff skb = heads[i];
      SkBuffData block = skb.block;
      if (skb.isLive() || (block != null && block.owner == skb)) {
        heads[kept++] = skb;
      }
    }
    headCount = kept;
    Arrays.fill(heads, kept, heads.length, null);
  }

  // ---- Who looks on -----------------------------------------------------------------------------

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
    if (paranoia != null) {
      paranoia.checkThread();
    }
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

  /**
   * A wrong call: what the caller throws; in paranoid mode with where the buffer was last taken.
   */
  IllegalStateException misuse(String what, SkBuff skb) {
    return new IllegalStateException(what + skb, paranoia == null ? null : paranoia.trace(skb));
  }

  // ---- The ledger -------------------------------------------------------------------------------

  /**
   * In paranoid mode: from here on only this thread may take and free; null for any. The loop
   * claims its pool when it starts.
   */
  public void claim(@Nullable Thread thread) {
    if (paranoia != null) {
      paranoia.claim(thread);
    }
  }

  /** The books. */
  public Verdicts verdicts() {
    return verdicts;
  }

  /** {@code net_allocs}: buffers taken since the pool was opened, clones included. Any thread. */
  public long taken() {
    return counts.get(TAKEN);
  }

  /** Buffers freed since the pool was opened, clones included. Any thread. */
  public long freed() {
    return counts.get(FREED);
  }

  /** {@code net_fails}: how often none could be had. Any thread. */
  public long failed() {
    return counts.get(FAILED);
  }

  /** Buffers that were made by {@code skb_clone}. Any thread. */
  public long cloned() {
    return counts.get(CLONED);
  }

  /** How often {@code skb_unshare} had to copy. Any thread. */
  public long unshared() {
    return counts.get(UNSHARED);
  }

  /** Bytes of memory in all slots that there are, {@code pool_bytes} at most. Any thread. */
  public long bytes() {
    return counts.get(BYTES);
  }

  /** {@code net_skbcount}: buffers that are out, clones included. Loop thread. */
  public int held() {
    return (int) (taken() - freed());
  }

  /** Buffers that are out and were received by a device. Loop thread. */
  public long heldOf(int device) {
    long n = 0;
    for (int i = 0; i < headCount; i++) {
      if (heads[i].isLive() && heads[i].receivedOn() == device) {
        n++;
      }
    }
    return n;
  }

  /** Lines that the ledger has room for. */
  int ledgerSize() {
    return heads.length;
  }

  /** The most bytes of memory that all slots together take. */
  public long mostBytes() {
    return mostBytes;
  }

  /** How many slots there are now, of all sizes. */
  public int slots() {
    int n = 0;
    for (SizeClass sizeClass : classes) {
      n += sizeClass.slots();
    }
    return n;
  }

  /** How many buffers of {@code size} bytes there could be if all memory went to them. */
  public int capacity(int size) {
    int index = classFor(size);
    return index == classes.length ? 0 : (int) (mostBytes / classes[index].slotSize);
  }

  /**
   * What a buffer of {@code size} bytes, headroom included, mostly counts as {@link
   * SkBuff#truesize}: its slot and its control structure.
   */
  public int truesizeOf(int size) {
    int index = Math.min(classFor(size), classes.length - 1);
    return SkBuff.HEAD_BYTES + classes[index].slotSize;
  }

  /**
   * The leak report: a line for each buffer that is out; in paranoid mode, with where it was taken.
   * Loop thread.
   */
  public List<String> report() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < headCount; i++) {
      SkBuff skb = heads[i];
      if (skb.isLive()) {
        Throwable at = paranoia == null ? null : paranoia.trace(skb);
        lines.add(skb + (at == null ? "" : ", " + where(at)));
      }
    }
    return lines;
  }

  /** The first line of a trace that is not the pool's own. */
  private static String where(Throwable at) {
    return Arrays.stream(at.getStackTrace())
        .filter(frame -> !frame.getClassName().startsWith("dev.skiff.skb."))
        .findFirst()
        .map(frame -> "taken at " + frame)
        .orElse("taken in skb");
  }

  /** Gives the memory back. After the loop thread has ended. */
  @Override
  public void close() {
    arena.close();
  }
}
