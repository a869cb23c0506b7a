package dev.skiff.stack;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.dev.PacketTimes;
import dev.skiff.stats.Histogram;
import dev.skiff.trace.Capture;
import dev.skiff.trace.Filter;
import dev.skiff.trace.PcapngWriter;
import dev.skiff.wire.FaultSpec;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An echo through the whole stack allocates nothing, once the code is warm. */
class ZeroAllocationTest {
  private static final int WINDOW = 100_000;

  /** The compilers decide when the code is warm; it must be so within this many windows. */
  private static final int MOST_WINDOWS = 30;

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

  @Test
  void nothingMoreIsAllocatedWhileTurnsAndPacketsAreTimed() throws Exception {
    Histogram turns = new Histogram(1000, 18);
    Histogram packets = new Histogram(100, 18);
    allocatesNothing(
        skiff -> {
          Rig.loopOf(skiff).recordTurns(turns);
          Rig.stackOf(skiff).netDevices().setPacketTimes(new Times(packets));
        });
    assertTrue(recorded(turns) >= 3 * WINDOW, "turns: " + recorded(turns));
    assertTrue(recorded(packets) >= 3 * WINDOW / 256, "packets: " + recorded(packets));
  }

  private static long recorded(Histogram times) {
    return IntStream.rangeClosed(0, times.bounds()).mapToLong(times::count).sum();
  }

  private record Times(Histogram times) implements PacketTimes {
    @Override
    public long nowNs() {
      return System.nanoTime();
    }

    @Override
    public void took(long ns) {
      times.record(ns);
    }
  }

  private void allocatesNothing(Consumer<Skiff> prepare) throws Exception {
    byte[] echo = Frames.echoRequest(1, 1, Frames.data(56));
    try (AllocationRun run = new AllocationRun(builder -> {})) {
      prepare.accept(run.skiff());
      run.allocatesNothing(WINDOW, MOST_WINDOWS, answersAtLeast, i -> echo);
    }
  }
}
