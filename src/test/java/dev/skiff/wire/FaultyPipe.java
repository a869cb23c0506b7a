package dev.skiff.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A FaultyWire around one end of a PipeWire, numbered frames in both directions, and a clock. */
final class FaultyPipe implements AutoCloseable {
  static final int MAX_FRAME = 2048;
  static final int FRAME = 100;
  private static final int CALLS = 100_000;

  final SkBuffPool pool;
  final PipeWire pipe = new PipeWire(MAX_FRAME, 1024);
  final FaultyWire wire;
  final List<byte[]> received = new ArrayList<>();
  final Map<DropReason, Integer> fates = new EnumMap<>(DropReason.class);
  final Wire.Completion completion =
      (skb, reason) -> {
        fates.merge(reason, 1, Integer::sum);
        skb.free(reason);
      };
  final FaultDirection way;
  long nowNs = 1_000_000_000L;
  private int numbers;

  FaultyPipe(FaultDirection way, String spec) {
    this(way, spec, FaultyWire.DEFAULT_CAPACITY, 4096);
  }

  FaultyPipe(FaultDirection way, String spec, int capacity, int buffers) {
    this.way = way;
    pool = new SkBuffPool(buffers, SkBuffPool.slotSizeFor(MAX_FRAME), 1);
    wire = new FaultyWire(pipe.a(), MAX_FRAME, capacity);
    wire.setSpec(FaultSpec.parse(spec), nowNs);
  }

  /** Sends a frame of which the first four bytes are its number, counted from 0. */
  void send() {
    send(FRAME);
  }

  void send(int len) {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(len, "test"), "no buffer");
    int at = skb.put(len);
    skb.copyFrom(frame(numbers, len), at, len);
    numbers++;
    Wire from = way == FaultDirection.OUT ? wire : pipe.b();
    assertEquals(Wire.Xmit.OK, from.queue(skb, nowNs));
    if (way == FaultDirection.IN) {
      from.flush(nowNs, SkBuff::free);
    }
  }

  static byte[] frame(int number, int len) {
    // The number twice, so that no single bit makes one frame of another.
    return ByteBuffer.wrap(Frames.data(len)).putInt(number).putInt(~number * 31).array();
  }

  /** Has the wire do all that it would now; what comes out is in {@link #received}. */
  void carry() {
    wire.flush(nowNs, completion);
    Wire to = way == FaultDirection.OUT ? pipe.b() : wire;
    for (int i = 0; i < CALLS; i++) {
      SkBuff skb = Objects.requireNonNull(pool.devAlloc(MAX_FRAME, "test"), "no buffer");
      Wire.Rx rx = to.receive(skb, nowNs);
      if (rx == Wire.Rx.FRAME) {
        byte[] frame = new byte[skb.len()];
        skb.copyTo(skb.data(), frame, frame.length);
        received.add(frame);
      }
      assertEquals(rx == Wire.Rx.FRAME, skb.len() > 0, "an EMPTY leaves the buffer as it was");
      skb.free(DropReason.CONSUMED);
      if (rx != Wire.Rx.FRAME && to.nextDeadlineNs() > nowNs) {
        return;
      }
    }
    throw new IllegalStateException("it spins");
  }

  /** Sends and carries, one frame after the other. */
  void exchange(int frames) {
    for (int i = 0; i < frames; i++) {
      send();
      carry();
    }
  }

  void at(long ns) {
    nowNs = ns;
    carry();
  }

  /** Moves on from deadline to deadline until nothing is held. */
  void drain() {
    carry();
    while (wire.nextDeadlineNs() != Long.MAX_VALUE) {
      at(wire.nextDeadlineNs());
    }
  }

  long stat(FaultStat stat) {
    return wire.stat(way, stat);
  }

  /** The numbers of the frames that came out, in order. */
  List<Integer> numbers() {
    return received.stream().map(FaultyPipe::number).toList();
  }

  static int number(byte[] frame) {
    return ByteBuffer.wrap(frame).getInt(0);
  }

  /** That nothing got lost without a counter. */
  void assertBooksBalance() {
    assertEquals(
        stat(FaultStat.SEEN) + stat(FaultStat.DUPLICATED),
        stat(FaultStat.PASSED)
            + stat(FaultStat.LOST)
            + stat(FaultStat.BURST_LOST)
            + stat(FaultStat.OVERFLOW)
            + stat(FaultStat.PURGED)
            + wire.held(way));
  }

  @Override
  public void close() {
    wire.close(completion);
    wire.close(completion);
    assertBooksBalance();
    pipe.b().close(completion);
    assertEquals(0, pool.held(), pool.report().toString());
    pool.close();
  }
}
