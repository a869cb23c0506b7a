package dev.skiff;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.IpProto;
import dev.skiff.header.MacAddr;
import dev.skiff.ip.IpHandler;
import dev.skiff.loop.PollLoop;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.PoolConfig;
import dev.skiff.stack.StackConfig;
import dev.skiff.stats.Faults;
import dev.skiff.time.ManualClock;
import dev.skiff.time.TimerQueue;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The test rig: a whole stack on one end of a PipeWire, the test on the other, a clock that the
 * test moves, and the test's own thread as the loop. Registers itself with {@link NoLeaks}.
 */
public final class Rig implements AutoCloseable {
  public static final long OUR_MAC = MacAddr.parse("02:00:5e:10:00:01");
  public static final long PEER_MAC = MacAddr.parse("02:00:5e:10:00:02");
  public static final int OUR_IP = Ip4Addr.parse("198.51.100.2");
  public static final int PEER_IP = Ip4Addr.parse("198.51.100.1");
  public static final int PREFIX = 24;

  /** Frames longer than the MTU that a rig usually has can be injected. */
  private static final int MAX_FRAME = 4096;

  /** Frames that the wire holds in each direction; one more fails the test. */
  private static final int RING = 64;

  /** The peer sends and takes one frame at a time. */
  private static final int PEER_BUFFERS = 4;

  private static final int TURNS = 1000;

  /** Of all that is random in a stack. */
  private static final long SEED = 826;

  public final ManualClock clock = new ManualClock(1_000_000_000L);
  public final Skiff skiff;
  private final Wire peer;
  private final int maxFrame;
  private final SkBuffPool peerPool;
  private long expectedFaults;
  private boolean closed;

  public Rig() {
    this(builder -> {});
  }

  /** A rig whose stack is built as the test says. */
  public Rig(Consumer<Skiff.Builder> settings) {
    this(RING, settings);
  }

  /** A rig whose wire holds so many frames in each direction, a power of two. */
  public Rig(int ring) {
    this(ring, builder -> {});
  }

  /** A rig whose wire holds so many frames, and whose stack is built as the test says. */
  public Rig(int ring, Consumer<Skiff.Builder> settings) {
    this(ring, MAX_FRAME, settings);
  }

  /** The same with a wire that takes frames of up to {@code maxFrame} bytes. */
  public Rig(int ring, int maxFrame, Consumer<Skiff.Builder> settings) {
    this.maxFrame = maxFrame;
    peerPool = new SkBuffPool(PEER_BUFFERS, SkBuffPool.slotSizeFor(maxFrame), 1);
    PipeWire wire = new PipeWire(maxFrame, ring);
    peer = wire.b();
    Skiff.Builder builder =
        Skiff.builder()
            .wire("skiff0", wire.a())
            .ip(Ip4Addr.format(OUR_IP) + "/" + PREFIX)
            .mac(MacAddr.format(OUR_MAC))
            .acd("off") // Nothing goes out that nobody asked for.
            .seed(SEED)
            .clock(clock);
    settings.accept(builder);
    try {
      skiff = builder.build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    NoLeaks.watch(this);
  }

  public NetStack stack() {
    return skiff.stack();
  }

  /** What is inside of a Skiff that the test built itself. */
  public static NetStack stackOf(Skiff skiff) {
    return skiff.stack();
  }

  /** The loop of a Skiff. */
  public static PollLoop loopOf(Skiff skiff) {
    return skiff.loop();
  }

  /** A stack with one device, skiff0, 198.51.100.2/24, that is down, and no loop. */
  public static NetStack stackOn(Wire wire, PoolConfig memory, TimerQueue timers, Faults faults) {
    DeviceConfig config =
        DeviceConfig.of("skiff0", wire)
            .withMac(OUR_MAC)
            .withAddress(new Ip4Prefix(OUR_IP, PREFIX))
            .withArp(ArpConf.USUAL.withAcd(Acd.OFF));
    try {
      return new NetStack(
          List.of(config), StackConfig.usual().withMemory(memory).withSeed(SEED), timers, faults);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public NetDevice device() {
    return skiff.device();
  }

  /** Has UDP datagrams handled by {@code handler} in place of the stack's own. */
  public void handleUdp(IpHandler handler) {
    stack().ipv4().removeProtocol(IpProto.UDP);
    stack().ipv4().addProtocol(IpProto.UDP, handler);
  }

  /** How many packets ended for a reason. */
  public long verdicts(DropReason reason) {
    return stack().pool().verdicts().of(reason);
  }

  /** Puts a frame on the wire; the stack sees it at its next turn. */
  public void inject(byte[] frame) {
    SkBuff skb = Objects.requireNonNull(peerPool.devAlloc(frame.length, "rig"));
    int at = skb.put(frame.length);
    skb.copyFrom(frame, at, frame.length);
    if (peer.queue(skb, clock.nowNs()) != Wire.Xmit.OK) {
      throw new IllegalStateException("the rig's wire is full");
    }
    peer.flush(
        clock.nowNs(),
        (sent, reason) -> {
          sent.free(reason);
          if (reason == DropReason.FULL_RING) {
            throw new IllegalStateException("the rig's wire is full");
          }
        });
  }

  /** Turns the loop until it would wait, and takes the frames that came out. */
  @CanIgnoreReturnValue
  public List<byte[]> turn() {
    for (int i = 0; !skiff.turn(); i++) {
      if (i == TURNS) {
        throw new IllegalStateException("the loop does not come to rest");
      }
    }
    return received();
  }

  /** Moves the clock and turns: what comes out. */
  @CanIgnoreReturnValue
  public List<byte[]> after(long ns) {
    clock.advance(ns);
    return turn();
  }

  /** Injects a frame and turns: what comes out. */
  @CanIgnoreReturnValue
  public List<byte[]> exchange(byte[] frame) {
    inject(frame);
    return turn();
  }

  /** Has the stack know its peer's MAC address by a request of the peer's. */
  public void introducePeer() {
    List<byte[]> replies = exchange(Frames.arpRequest(PEER_MAC, PEER_IP, OUR_IP));
    if (replies.size() != 1) {
      throw new IllegalStateException("no ARP reply");
    }
  }

  private List<byte[]> received() {
    List<byte[]> frames = new ArrayList<>();
    SkBuff skb = Objects.requireNonNull(peerPool.devAlloc(maxFrame, "rig"));
    while (peer.receive(skb, clock.nowNs()) == Wire.Rx.FRAME) {
      byte[] frame = new byte[skb.len()];
      skb.copyTo(skb.data(), frame, frame.length);
      frames.add(frame);
      skb.free(DropReason.CONSUMED);
      skb = Objects.requireNonNull(peerPool.devAlloc(maxFrame, "rig"));
    }
    skb.free(DropReason.CONSUMED);
    return frames;
  }

  /** The test provokes exceptions in handlers on purpose: this many. */
  public void expectFaults(long faults) {
    expectedFaults = faults;
  }

  /** What is wrong with the books now: for {@link NoLeaks}. */
  List<String> check() {
    List<String> wrong = new ArrayList<>();
    if (closed) {
      return wrong;
    }
    SkBuffPool pool = stack().pool();
    for (NetDevice dev : stack().devices()) {
      long received = pool.verdicts().receivedBy(dev.index());
      long ended = pool.verdicts().ended(dev.index());
      long held = pool.heldOf(dev.index());
      if (received != ended + held) {
        wrong.add(dev.name() + ": received " + received + " != ended " + ended + " + held " + held);
      }
    }
    if (pool.taken() != pool.freed() + pool.held()) {
      wrong.add("pool: taken " + pool.taken() + " != freed " + pool.freed() + " + " + pool.held());
    }
    if (stack().faults().count() != expectedFaults) {
      wrong.add(
          "handlers threw " + stack().faults().count() + " times, expected " + expectedFaults);
    }
    if (verdicts(DropReason.FULL_RING) > 0) {
      wrong.add("the rig's wire was full: " + verdicts(DropReason.FULL_RING));
    }
    // What waits in queues is given up; whatever is still out then, nobody answers for.
    stack().onClose();
    wrong.addAll(pool.report());
    return wrong;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      skiff.close();
      peer.close((skb, reason) -> skb.free(reason));
      peerPool.close();
    }
  }
}
