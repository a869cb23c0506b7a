package dev.skiff.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.neigh.NeighbourState;
import dev.skiff.neigh.NeighbourTable.IfThere;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * A stack and its peer on one thread, which must allocate nothing for windows of frames in a row.
 */
final class AllocationRun implements AutoCloseable {
  private static final int WINDOWS_IN_A_ROW = 3;

  private final PipeWire pipe = new PipeWire(2048, 64);
  private final Wire peer = pipe.b();
  private final SkBuffPool pool = new SkBuffPool(8, 2048, 1);
  private final Wire.Completion free = SkBuff::free;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Skiff skiff;

  /** A stack that knows its peer. */
  AllocationRun(Consumer<Skiff.Builder> settings) throws IOException {
    Skiff.Builder builder =
        Skiff.builder()
            .wire("skiff0", pipe.a())
            .ip("198.51.100.2/24")
            .mac("02:00:5e:10:00:01")
            .acd("off")
            .paranoid(false);
    settings.accept(builder);
    skiff = builder.build();
    assertEquals(1, exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP)));
    // On a slow machine a run takes more than the 8 s after which a peer that answers no request of
    // ours has failed.
    skiff
        .neighbours()
        .add(
            skiff.device(),
            Rig.PEER_IP,
            Rig.PEER_MAC,
            NeighbourState.PERMANENT,
            IfThere.REPLACE,
            skiff.nowNs());
  }

  Skiff skiff() {
    return skiff;
  }

  /**
   * Sends frames until three windows in a row were without an allocation.
   *
   * @param mostWindows the compilers decide when the code is warm; it must be so within these
   * @param answersAtLeast for the frames of each window
   */
  void allocatesNothing(
      int window, int mostWindows, int answersAtLeast, IntFunction<byte[]> frames) {
    var _ = threads.getCurrentThreadAllocatedBytes();
    int inARow = 0;
    long last = -1;
    int next = 0;
    for (int i = 0; i < mostWindows && inARow < WINDOWS_IN_A_ROW; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      int answered = 0;
      for (int n = 0; n < window; n++) {
        answered += exchange(frames.apply(next++));
      }
      last = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(answered >= answersAtLeast, "answered: " + answered);
      inARow = last == 0 ? inARow + 1 : 0;
    }
    assertEquals(
        WINDOWS_IN_A_ROW, inARow, "windows without an allocation; bytes in the last one: " + last);
    assertEquals(0, Rig.stackOf(skiff).faults().count());
  }

  /** One frame in, one turn, what comes out counted. */
  private int exchange(byte[] frame) {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(1600, "test"));
    int at = skb.put(frame.length);
    skb.copyFrom(frame, at, frame.length);
    if (peer.queue(skb, 0) != Wire.Xmit.OK) {
      throw new IllegalStateException("wire full");
    }
    peer.flush(0, free);
    var _ = skiff.turn();
    SkBuff reply = Objects.requireNonNull(pool.devAlloc(1600, "test"));
    int n = 0;
    while (peer.receive(reply, 0) == Wire.Rx.FRAME) {
      reply.trim(0);
      n++;
    }
    reply.free(DropReason.CONSUMED);
    return n;
  }

  @Override
  public void close() {
    skiff.close();
    peer.close(free);
    pool.close();
  }
}
