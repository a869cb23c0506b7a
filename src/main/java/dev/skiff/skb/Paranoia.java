package dev.skiff.skb;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a pool does more when it trusts nobody, {@code CONFIG_DEBUG_SKB} and slab poisoning: it
 * knows where each buffer was taken and freed, checks the thread, never uses a {@link SkBuff}
 * twice, so that whoever kept one too long is told, and fills freed memory with {@link #POISON} and
 * keeps it out of use for a while, to see whether somebody writes there.
 *
 * <p>It allocates, and is slow. Thread: the loop thread of the pool.
 */
final class Paranoia {
  /** {@code POISON_FREE}. */
  static final byte POISON = 0x6B;

  private static final int QUARANTINE = 64;

  private final ArrayDeque<SkBuffData> quarantine = new ArrayDeque<>();
  private final WeakHashMap<SkBuff, Throwable> takenAt = new WeakHashMap<>();
  private final WeakHashMap<SkBuff, Throwable> freedAt = new WeakHashMap<>();
  private final WeakHashMap<SkBuffData, Throwable> blockFreedAt = new WeakHashMap<>();
  private @Nullable Thread loop;

  /** From here on only this thread may use the pool; null for any. */
  void claim(@Nullable Thread thread) {
    loop = thread;
  }

  void checkThread() {
    Thread current = Thread.currentThread();
    if (loop != null && current != loop) {
      throw new IllegalStateException(
          "thread '"
              + current.getName()
              + "' uses the pool of thread '"
              + loop.getName()
              + "': hand the work to the loop (Skiff.call), or work on a copy of the bytes");
    }
  }

  void taken(SkBuff skb) {
    checkThread();
    takenAt.put(skb, new Throwable("taken here, by thread " + Thread.currentThread().getName()));
  }

  void freed(SkBuff skb) {
    checkThread();
    freedAt.put(skb, new Throwable("freed here, by thread " + Thread.currentThread().getName()));
  }

  /** Where a buffer was freed, or if it was not, taken. */
  @Nullable Throwable trace(SkBuff skb) {
    Throwable freed = freedAt.get(skb);
    return freed != null ? freed : takenAt.get(skb);
  }

  /** Poisons a block and keeps it; gives one back that has been kept for long enough, or null. */
  @Nullable SkBuffData keep(SkBuffData block, SkBuff lastUser) {
    block.memory.fill(POISON);
    Throwable at = freedAt.get(lastUser);
    if (at != null) {
      blockFreedAt.put(block, at);
    }
    quarantine.addLast(block);
    return quarantine.size() > QUARANTINE ? checked(quarantine.removeFirst()) : null;
  }

  /** Gives the oldest block of a class back before its time, or null if there is none. */
  @Nullable SkBuffData release(SizeClass sizeClass) {
    for (SkBuffData block : quarantine) {
      if (block.sizeClass == sizeClass) {
        quarantine.removeFirstOccurrence(block);
        return checked(block);
      }
    }
    return null;
  }

  private SkBuffData checked(SkBuffData block) {
    byte[] clean = new byte[(int) block.memory.byteSize()];
    Arrays.fill(clean, POISON);
    long at = block.memory.mismatch(MemorySegment.ofArray(clean));
    if (at >= 0) {
      throw new IllegalStateException(
          "byte "
              + at
              + " of a buffer was written after the buffer was freed (the cause says where it was"
              + " freed): somebody kept its segment or address",
          blockFreedAt.get(block));
    }
    return block;
  }
}
