package dev.skiff.jmh;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What the stack itself takes for an echo of 64 bytes, from {@code Wire.receive} to {@code
 * Wire.queue}: the difference between {@link #stack} and {@link #mirror}, which does all the rest:
 * the peer's sending and receiving, and our end of the wire. A burst of 32, as under load.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EchoTurnBenchmark {
  private static final int BURST = 32;
  private static final int MAX_FRAME = 2048;

  /** With the link, IP and ICMP headers a frame of 64 bytes. */
  private static final int DATA = 22;

  private final Wire.Completion free = SkBuff::free;
  private final byte[] echo = Frames.echoRequest(1, 1, Frames.data(DATA));
  private SkBuffPool peerPool;
  private Wire peer;
  private Skiff skiff;
  private SkBuffPool mirrorPool;
  private Wire mirrorPeer;
  private Wire mirror;

  /** A stack whose peer it knows, and a wire whose end sends back what it gets. */
  @Setup
  public void open() throws IOException {
    PipeWire pipe = new PipeWire(MAX_FRAME, 2 * BURST);
    peer = pipe.b();
    peerPool = new SkBuffPool(4 * BURST, SkBuffPool.slotSizeFor(MAX_FRAME), 1);
    skiff =
        Skiff.builder()
            .wire("skiff0", pipe.a())
            .ip("198.51.100.2/24")
            .mac("02:00:5e:10:00:01")
            .neighbours("base_reachable_time=86400s")
            .acd("off")
            .build();
    PipeWire other = new PipeWire(MAX_FRAME, 2 * BURST);
    mirrorPeer = other.b();
    mirror = other.a();
    mirrorPool = new SkBuffPool(4 * BURST, SkBuffPool.slotSizeFor(MAX_FRAME), 1);
    send(peer, Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    peer.flush(0, free);
    boolean _ = skiff.turn();
    if (receive(peer) != Frames.ETH_ZLEN) {
      throw new IllegalStateException("no ARP reply");
    }
    send(peer, Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    peer.flush(0, free);
    boolean _ = skiff.turn();
  }

  /** Ends it. */
  @TearDown
  public void close() {
    skiff.close();
    peer.close(free);
    mirror.close(free);
    mirrorPeer.close(free);
    peerPool.close();
    mirrorPool.close();
  }

  /** Echo requests in, one turn, echo replies out. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public int stack() {
    sendBurst(peer);
    boolean _ = skiff.turn();
    return receiveBurst(peer);
  }

  /** The same frames, sent back as they are. */
  @Benchmark
  @OperationsPerInvocation(BURST)
  public int mirror() {
    sendBurst(mirrorPeer);
    for (int i = 0; i < BURST; i++) {
      SkBuff skb = Objects.requireNonNull(mirrorPool.devAlloc(MAX_FRAME, "mirror"));
      if (mirror.receive(skb, 0) != Wire.Rx.FRAME || mirror.queue(skb, 0) != Wire.Xmit.OK) {
        throw new IllegalStateException("no frame, or no room for it");
      }
    }
    mirror.flush(0, free);
    return receiveBurst(mirrorPeer);
  }

  private void sendBurst(Wire wire) {
    for (int i = 0; i < BURST; i++) {
      send(wire, echo);
    }
    wire.flush(0, free);
  }

  private void send(Wire wire, byte[] frame) {
    SkBuff skb = Objects.requireNonNull(peerPool.devAlloc(MAX_FRAME, "jmh"));
    skb.copyFrom(frame, skb.put(frame.length), frame.length);
    if (wire.queue(skb, 0) != Wire.Xmit.OK) {
      throw new IllegalStateException("wire full");
    }
  }

  private int receiveBurst(Wire wire) {
    int sum = 0;
    for (int i = 0; i < BURST; i++) {
      int n = receive(wire);
      if (n != echo.length) {
        throw new IllegalStateException("no echo reply");
      }
      sum += n;
    }
    return sum;
  }

  /** Takes a frame: its length, 0 if there is none. */
  private int receive(Wire wire) {
    SkBuff skb = Objects.requireNonNull(peerPool.devAlloc(MAX_FRAME, "jmh"));
    int n = wire.receive(skb, 0) == Wire.Rx.FRAME ? skb.len() : 0;
    skb.free(DropReason.CONSUMED);
    return n;
  }
}
