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
import dev.skiff.trace.Capture;
import dev.skiff.trace.Filter;
import dev.skiff.trace.PcapngWriter;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** An echo through the whole stack allocates nothing, once the code is warm. */
class ZeroAllocationTest {
  private static final int WINDOW = 100_000;
  private static final int WINDOWS_IN_A_ROW = 3;

  /** The compilers decide when the code is warm; it must be so within this many windows. */
  private static final int MOST_WINDOWS = 30;

  private final Wire.Completion free = SkBuff::free;
  private int answersAtLeast = WINDOW;

  @Test
  void threeWindowsOfAHundredThousandEchoesAllocateNothing() throws Exception {
    allocatesNothing(skiff -> {});
  }

  @Test
  void nothingMoreIsAllocatedWhileACaptureRuns() throws Exception {
    try (Capture capture =
        new Capture(Filter.parse("icmp and not reason OTHERHOST"), System::nanoTime)) {
      PcapngWriter file =
          new PcapngWriter(
              OutputStream.nullOutputStream(),
              "test",
              List.of(new PcapngWriter.Interface("skiff0", Rig.OUR_MAC)),
              0);
      FutureTask<Boolean> writing =
          new FutureTask<>(
              () -> {
                capture.writeTo(file);
                return true;
              });
      Thread writer = new Thread(writing, "capture");
      writer.start();
      try {
        allocatesNothing(skiff -> Rig.stackOf(skiff).addTap(capture));
      } finally {
        capture.stop();
        assertTrue(writing.get());
      }
      assertTrue(capture.written() > 0);
    }
  }

  /**
   * All faults at once, so that frames are held, copied and thrown away; nothing waits for long.
   */
  @Test
  void nothingMoreIsAllocatedOnAWireThatIsBrokenOnPurpose() throws Exception {
    answersAtLeast = WINDOW / 4;
    allocatesNothing(
        skiff ->
            skiff
                .device()
                .setFault(
                    FaultSpec.parse(
                        "loss=3%,burst=0.1%/5,dup=5%,reorder=5%,corrupt=5%,delay=2us,jitter=2us,"
                            + "rate=10gbit,seed=7"),
                    0));
  }

  private void allocatesNothing(Consumer<Skiff> prepare) throws Exception {
    PipeWire pipe = new PipeWire(2048, 64);
    Wire peer = pipe.b();
    byte[] arp = Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP);
    byte[] echo = Frames.echoRequest(1, 1, Frames.data(56));
    try (SkBuffPool pool = new SkBuffPool(8, 2048, 1);
        Skiff skiff =
            Skiff.builder()
                .wire("skiff0", pipe.a())
                .ip("198.51.100.2/24")
                .mac("02:00:5e:10:00:01")
                .acd("off")
                .paranoid(false)
                .build()) {
      assertEquals(1, exchange(skiff, peer, pool, arp));
      // On a slow machine this takes more than the 8 s after which a peer that answers no request
      // of
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
      prepare.accept(skiff);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      var _ = threads.getCurrentThreadAllocatedBytes();
      int inARow = 0;
      long last = -1;
      for (int i = 0; i < MOST_WINDOWS && inARow < WINDOWS_IN_A_ROW; i++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        int answered = 0;
        for (int n = 0; n < WINDOW; n++) {
          answered += exchange(skiff, peer, pool, echo);
        }
        last = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(answered >= answersAtLeast, "answered: " + answered);
        inARow = last == 0 ? inARow + 1 : 0;
      }
      assertEquals(
          WINDOWS_IN_A_ROW,
          inARow,
          "windows without an allocation; bytes in the last one: " + last);
      peer.close(free);
    }
  }

  /** One frame in, one turn, what comes out counted. */
  private int exchange(Skiff skiff, Wire peer, SkBuffPool pool, byte[] frame) {
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
}
