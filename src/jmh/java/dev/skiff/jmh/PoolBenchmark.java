package dev.skiff.jmh;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Taking a buffer and giving it back, ledger and books included. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PoolBenchmark {
  private static final int FRAME = 1515;
  private static final int DEEP = 64;

  private final SkBuff[] out = new SkBuff[DEEP];
  private SkBuffPool pool;

  /** A pool as a stack has it. */
  @Setup
  public void open() {
    pool = SkBuffPool.ofSizes(16 << 20, FRAME, 256, 32, false);
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    pool.close();
  }

  /** One buffer, taken and freed. */
  @Benchmark
  public void devAllocAndFree() {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(FRAME, "jmh"));
    skb.free(DropReason.CONSUMED);
  }

  /** A burst of 64, taken and then freed: the figure is for all of them. */
  @Benchmark
  public void aBurstOf64() {
    for (int i = 0; i < DEEP; i++) {
      out[i] = Objects.requireNonNull(pool.devAlloc(FRAME, "jmh"));
    }
    for (SkBuff skb : out) {
      skb.free(DropReason.CONSUMED);
    }
  }

  /** A buffer and its clone, taken and freed. */
  @Benchmark
  public void cloneAndFree() {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(FRAME, "jmh"));
    SkBuff clone = Objects.requireNonNull(skb.skbClone());
    clone.free(DropReason.CONSUMED);
    skb.free(DropReason.CONSUMED);
  }

  /** The same, and the original written to while the clone is there: 98 bytes move. */
  @Benchmark
  public void cloneAndUnshare() {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(FRAME, "jmh"));
    var _ = skb.put(98);
    SkBuff clone = Objects.requireNonNull(skb.skbClone());
    if (skb.unshare()) {
      skb.set8(skb.data(), 1);
    }
    clone.free(DropReason.CONSUMED);
    skb.free(DropReason.CONSUMED);
  }

  /** To compare: memory from the platform, zeroed and given back. */
  @Benchmark
  public MemorySegment arenaPerPacket() {
    try (Arena arena = Arena.ofConfined()) {
      return arena.allocate(SkBuffPool.slotSizeFor(FRAME));
    }
  }
}
