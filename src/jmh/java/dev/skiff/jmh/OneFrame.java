package dev.skiff.jmh;

import dev.skiff.Frames;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.util.Objects;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A buffer with an echo request in it. */
@State(Scope.Thread)
public class OneFrame {
  /** Bytes of data behind the ICMP header. */
  @Param({"56", "1472"})
  public int size;

  /** The same bytes on the heap. */
  byte[] bytes;

  SkBuff skb;
  private SkBuffPool pool;

  /** Fills the buffer. */
  @Setup
  public void open() {
    bytes = Frames.echoRequest(1, 1, Frames.data(size));
    pool = new SkBuffPool(1, SkBuffPool.slotSizeFor(2048), 1);
    skb = Objects.requireNonNull(pool.devAlloc(bytes.length, "jmh"));
    skb.copyFrom(bytes, skb.put(bytes.length), bytes.length);
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    pool.close();
  }
}
