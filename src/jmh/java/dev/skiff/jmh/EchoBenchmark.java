package dev.skiff.jmh;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketTap;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.time.Clock;
import dev.skiff.trace.Capture;
import dev.skiff.trace.Filter;
import dev.skiff.trace.PcapngWriter;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
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

/**
 * One echo through the whole stack on a PipeWire: the peer's sending and receiving are part of the
 * figure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EchoBenchmark {
  private static final int MAX_FRAME = 2048;

  /** Bytes of data behind the ICMP header. */
  @Param({"56", "1472"})
  public int size;

  /**
   * What looks on: nobody; a tap that copies each frame to memory that stays in the cache, which is
   * the least that a capture can do; or a capture whose writer throws the bytes away.
   */
  @Param({"none", "copy", "capture"})
  public String tap;

  private final Wire.Completion free = SkBuff::free;
  private Wire peer;
  private SkBuffPool peerPool;
  private Skiff skiff;
  private byte[] echo;
  private Capture capture;
  private Thread writer;

  /** A stack whose peer it knows. */
  @Setup
  public void open() throws IOException {
    PipeWire pipe = new PipeWire(MAX_FRAME, 64);
    peer = pipe.b();
    peerPool = new SkBuffPool(8, SkBuffPool.slotSizeFor(MAX_FRAME), 1);
    skiff =
        Skiff.builder()
            .wire("skiff0", pipe.a())
            .ip("198.51.100.2/24")
            .mac("02:00:5e:10:00:01")
            .build();
    echo = Frames.echoRequest(1, 1, Frames.data(size));
    switch (tap) {
      case "copy" -> Rig.stackOf(skiff).addTap(new Copier());
      case "capture" -> startCapture();
      default -> {}
    }
    send(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    if (receive() != Frames.ETH_ZLEN) {
      throw new IllegalStateException("no ARP reply");
    }
  }

  private static final class Copier implements PacketTap {
    private final MemorySegment to = Arena.ofAuto().allocate(MAX_FRAME);

    @Override
    public void seen(Packet packet, long id, Direction direction, NetDevice dev, long nowNs) {
      packet.copyTo(packet.macHeader(), to, 0, packet.tail() - packet.macHeader());
    }

    @Override
    public void verdict(long id, DropReason reason) {}
  }

  private void startCapture() {
    capture = new Capture(Filter.ALL, Clock.system());
    Rig.stackOf(skiff).addTap(capture);
    writer = new Thread(this::write, "capture");
    writer.start();
  }

  private void write() {
    try {
      var device = new PcapngWriter.Interface("skiff0", Rig.OUR_MAC);
      OutputStream out = OutputStream.nullOutputStream();
      capture.writeTo(new PcapngWriter(out, "jmh", List.of(device), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it; says what a capture has lost, which its figure does not show. */
  @TearDown
  public void close() throws InterruptedException {
    if (capture != null) {
      Rig.stackOf(skiff).removeTap(capture);
      capture.stop();
      writer.join();
      System.out.printf("capture: %d written, %d lost%n", capture.written(), capture.lost());
      capture.close();
    }
    skiff.close();
    peer.close(free);
    peerPool.close();
  }

  /** One echo request in, one turn, one echo reply out. */
  @Benchmark
  public int echo() {
    send(echo);
    int n = receive();
    while (n != echo.length) {
      // It asks from time to time whether the peer is still there, as it should.
      if (n != Frames.ETH_ZLEN) {
        throw new IllegalStateException("no echo reply");
      }
      n = receive();
      send(Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    }
    return n;
  }

  private void send(byte[] frame) {
    SkBuff skb = Objects.requireNonNull(peerPool.devAlloc(MAX_FRAME, "jmh"));
    skb.copyFrom(frame, skb.put(frame.length), frame.length);
    if (peer.queue(skb, 0) != Wire.Xmit.OK) {
      throw new IllegalStateException("wire full");
    }
    peer.flush(0, free);
    boolean _ = skiff.turn();
  }

  /** Takes a frame: its length, 0 if there is none. */
  private int receive() {
    SkBuff skb = Objects.requireNonNull(peerPool.devAlloc(MAX_FRAME, "jmh"));
    int n = peer.receive(skb, 0) == Wire.Rx.FRAME ? skb.len() : 0;
    skb.free(DropReason.CONSUMED);
    return n;
  }
}
