package dev.skiff.jmh;

import dev.skiff.header.InetChecksum;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Summing, and copying and summing, beside the plain copy of the same bytes. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CopyAndSumBenchmark {
  /** Where an IP header stands in a received frame's slot: no word is aligned. */
  private static final long AT = 34;

  /** Two buffers that stay in the cache. */
  @State(Scope.Thread)
  public static class Hot {
    /** Bytes. */
    @Param({"20", "64", "128", "576", "1500", "9000"})
    public int n;

    private final Arena arena = Arena.ofShared();
    MemorySegment src;
    MemorySegment dst;

    /** Fills the source. */
    @Setup
    public void open() {
      MemorySegment slab = arena.allocate(2 * (AT + n), 64);
      fill(slab);
      src = slab.asSlice(0, AT + n);
      dst = slab.asSlice(AT + n);
    }

    /** Gives the memory back. */
    @TearDown
    public void close() {
      arena.close();
    }
  }

  /** So many buffers, used in turn, that none is in the cache when its turn comes. */
  @State(Scope.Thread)
  public static class Cold {
    private static final int SLOT = 2048;
    private static final int PAIRS = 1 << 14;

    /** Bytes. */
    @Param("1500")
    public int length;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment[] slots = new MemorySegment[2 * PAIRS];
    private int turn;
    MemorySegment src;
    MemorySegment dst;

    /** Fills them all. */
    @Setup
    public void open() {
      MemorySegment slab = arena.allocate((long) slots.length * SLOT, 64);
      fill(slab);
      for (int i = 0; i < slots.length; i++) {
        slots[i] = slab.asSlice((long) i * SLOT, SLOT);
      }
    }

    void next() {
      turn = (turn + 1) % PAIRS;
      src = slots[2 * turn];
      dst = slots[2 * turn + 1];
    }

    /** Gives the memory back. */
    @TearDown
    public void close() {
      arena.close();
    }
  }

  private static void fill(MemorySegment slab) {
    Random random = new Random(1071);
    for (long i = 0; i < slab.byteSize(); i++) {
      slab.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
    }
  }

  /** To compare: the plain copy. */
  @Benchmark
  public void hotCopy(Hot hot) {
    MemorySegment.copy(hot.src, AT, hot.dst, AT, hot.n);
  }

  /** The sum alone. */
  @Benchmark
  public int hotSum(Hot hot) {
    return InetChecksum.sum(hot.src, AT, hot.n);
  }

  /** Both. */
  @Benchmark
  public int hotCopyAndSum(Hot hot) {
    return InetChecksum.copyAndSum(hot.src, AT, hot.dst, AT, hot.n);
  }

  /** To compare: copied first, then what was written is summed. */
  @Benchmark
  public int hotCopyThenSum(Hot hot) {
    MemorySegment.copy(hot.src, AT, hot.dst, AT, hot.n);
    return InetChecksum.sum(hot.dst, AT, hot.n);
  }

  /** To compare: the plain copy. */
  @Benchmark
  public void coldCopy(Cold cold) {
    cold.next();
    MemorySegment.copy(cold.src, AT, cold.dst, AT, cold.length);
  }

  /** The sum alone. */
  @Benchmark
  public int coldSum(Cold cold) {
    cold.next();
    return InetChecksum.sum(cold.src, AT, cold.length);
  }

  /** Both. */
  @Benchmark
  public int coldCopyAndSum(Cold cold) {
    cold.next();
    return InetChecksum.copyAndSum(cold.src, AT, cold.dst, AT, cold.length);
  }

  /** To compare: copied first, then what was written is summed. */
  @Benchmark
  public int coldCopyThenSum(Cold cold) {
    cold.next();
    MemorySegment.copy(cold.src, AT, cold.dst, AT, cold.length);
    return InetChecksum.sum(cold.dst, AT, cold.length);
  }
}
