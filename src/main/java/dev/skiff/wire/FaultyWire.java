package dev.skiff.wire;

import dev.skiff.skb.SkBuff;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A wire that breaks another on purpose: it loses, duplicates, reorders, corrupts, delays and slows
 * down frames as a {@link FaultSpec} says.
 *
 * <p>The same seed, setting and frames give the same faults. Without a fault set it hands
 * everything through.
 *
 * <p>Outgoing frames are held as the sk_buffs that they are: one that is lost ends for {@link
 * dev.skiff.skb.DropReason#FAULT_LOSS}, one too many for {@link
 * dev.skiff.skb.DropReason#FAULT_OVERFLOW}, and a duplicate is a buffer of its own, in no device's
 * books. Incoming frames are lost before there is a sk_buff for them, as on a real wire: only the
 * counters here know of those. Incoming frames that wait are copied to memory that is taken once,
 * when a fault that needs it is first set.
 *
 * <p>Thread: the loop thread; {@link #spec} and {@link #stat} any.
 */
public final class FaultyWire implements Wire {
  /** How many frames may wait in each direction unless it is told otherwise. */
  public static final int DEFAULT_CAPACITY = 1000;

  private final Wire wire;
  private final FaultyIn in;
  private final FaultyOut out;
  private volatile FaultSpec spec = FaultSpec.OFF;
  private boolean closed;

  /**
   * A wire around another, without faults.
   *
   * @param wire what carries the frames; closed with this one
   * @param maxFrame the most bytes in an incoming frame, link header included; longer ones that
   *     have to wait are cut
   */
  public FaultyWire(Wire wire, int maxFrame) {
    this(wire, maxFrame, DEFAULT_CAPACITY);
  }

  /**
   * A wire around another, without faults.
   *
   * @param wire what carries the frames; closed with this one
   * @param maxFrame the most bytes in an incoming frame, link header included; longer ones that
   *     have to wait are cut
   * @param capacity how many frames may wait in each direction, at least 1
   */
  public FaultyWire(Wire wire, int maxFrame, int capacity) {
    this.wire = wire;
    in = new FaultyIn(wire, maxFrame, capacity);
    out = new FaultyOut(wire, capacity);
  }

  /**
   * Sets what faults there are from now on. It starts afresh, with the setting's seed and an idle
   * transmitter; what is held goes on at once, in the order in which it came or was put, and is
   * spared the new faults. A wire that is closed stays as it is. Before the loop starts, or on its
   * thread.
   *
   * @param nowNs the time of this turn
   * @throws IllegalStateException if there is no memory for incoming frames that wait; the old
   *     setting stays
   */
  public void setSpec(FaultSpec spec, long nowNs) {
    if (closed) {
      return;
    }
    if (spec.holdsFrames() && spec.direction().covers(FaultDirection.IN)) {
      in.allocate();
    }
    SplittableRandom root = new SplittableRandom(spec.seed());
    in.model.set(spec, FaultDirection.IN, root.split());
    out.model.set(spec, FaultDirection.OUT, root.split());
    in.due.allDue(nowNs);
    out.due.allDue(nowNs);
    this.spec = spec;
  }

  /** What carries the frames: received from there, a frame is spared all faults. */
  public Wire below() {
    return wire;
  }

  /**
   * Incoming frames may be so long from here on.
   *
   * @param maxFrame bytes, link header included
   * @return false if shorter ones wait, so that it cannot be; nothing has changed
   * @throws IllegalStateException if there is no memory for frames that wait; nothing has changed
   */
  public boolean growTo(int maxFrame) {
    return in.growTo(maxFrame);
  }

  /** What faults there are. Any thread. */
  public FaultSpec spec() {
    return spec;
  }

  /**
   * One counter. Any thread.
   *
   * @param direction one, or {@link FaultDirection#BOTH} for the sum
   */
  public long stat(FaultDirection direction, FaultStat stat) {
    return switch (direction) {
      case IN -> in.stat(stat);
      case OUT -> out.stat(stat);
      case BOTH -> in.stat(stat) + out.stat(stat);
    };
  }

  /**
   * How many frames wait.
   *
   * @param direction one, or {@link FaultDirection#BOTH} for the sum
   */
  public int held(FaultDirection direction) {
    return switch (direction) {
      case IN -> in.due.size();
      case OUT -> out.due.size();
      case BOTH -> in.due.size() + out.due.size();
    };
  }

  // ---- The wire ---------------------------------------------------------------------------------

  @Override
  public Rx receive(SkBuff skb, long nowNs) {
    return in.receive(skb, nowNs);
  }

  @Override
  public Xmit queue(SkBuff skb, long nowNs) {
    return out.queue(skb, nowNs);
  }

  @Override
  public void flush(long nowNs, Completion completion) {
    out.flush(nowNs, completion);
  }

  /** That of the wire below, as long as all goes straight through. */
  @Override
  public int rxRing() {
    return isTransparent() ? wire.rxRing() : 1;
  }

  @Override
  public int exchange(@Nullable SkBuff[] ring, int n, long nowNs, Completion completion) {
    return isTransparent()
        ? wire.exchange(ring, n, nowNs, completion)
        : Wire.super.exchange(ring, n, nowNs, completion);
  }

  private boolean isTransparent() {
    return in.isTransparent() && out.isTransparent();
  }

  @Override
  public boolean isBlocked() {
    return out.isBlocked();
  }

  @Override
  public int pollFd() {
    return wire.pollFd();
  }

  @Override
  public void setWaker(Runnable waker) {
    wire.setWaker(waker);
  }

  @Override
  public void setRxCopy(RxCopy copy) {
    wire.setRxCopy(copy);
  }

  /**
   * When the next frame that waits is due, or the wire below wants a turn. A frame that only waits
   * for the wire's room sets no time.
   */
  @Override
  public long nextDeadlineNs() {
    return Math.min(wire.nextDeadlineNs(), Math.min(in.nextDeadlineNs(), out.nextDeadlineNs()));
  }

  @Override
  public String failure() {
    return wire.failure();
  }

  @Override
  public boolean hasCarrier() {
    return wire.hasCarrier();
  }

  @Override
  public int farMtu() {
    return wire.farMtu();
  }

  @Override
  public int linkFd() {
    return wire.linkFd();
  }

  @Override
  public void lookAtLink() {
    wire.lookAtLink();
  }

  @Override
  public Map<String, Long> farCounters() {
    return wire.farCounters();
  }

  @Override
  public Map<String, Long> ioCounters() {
    return wire.ioCounters();
  }

  @Override
  public String io() {
    return wire.io();
  }

  @Override
  public void setMulticastList(RxMode mode, long[] list) {
    wire.setMulticastList(mode, list);
  }

  @Override
  public void ioctl(int number, MemorySegment data) {
    wire.ioctl(number, data);
  }

  // ---- Its life ---------------------------------------------------------------------------------

  @Override
  public void init() throws IOException {
    wire.init();
  }

  @Override
  public void open() throws IOException {
    wire.open();
  }

  @Override
  public void stop(Completion completion) {
    if (!closed) {
      try {
        wire.stop(completion); // First, since what it still has came before what is held here.
      } finally {
        out.purge(completion);
        in.purge();
      }
    }
  }

  @Override
  public void close(Completion completion) {
    if (closed) {
      return;
    }
    closed = true;
    try {
      wire.close(completion);
    } finally {
      out.purge(completion);
      in.close();
    }
  }
}
