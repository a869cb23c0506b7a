package dev.skiff.dev;

import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.RxMode;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A wire on a test bench: what comes in is put there, what was called is noted, all can fail. */
final class BenchWire implements Wire {
  /** How many frames it takes before it must be flushed. */
  static final int BURST = 4;

  final List<String> calls = new ArrayList<>();
  final Deque<byte[]> in = new ArrayDeque<>();
  final List<byte[]> sent = new ArrayList<>();
  private final Deque<SkBuff> taken = new ArrayDeque<>();

  /** Frames that may go out before it is blocked. */
  int room = Integer.MAX_VALUE;

  boolean carrier = true;
  int farMtu;
  boolean gone;
  boolean openFails;
  boolean initFails;
  DropReason fate = DropReason.CONSUMED;
  RxMode mode = RxMode.NONE;
  List<Long> groups = List.of();

  // What the far end looks like once somebody looks.
  boolean newCarrier = true;
  int newFarMtu;

  @Override
  public void init() throws IOException {
    calls.add("init");
    if (initFails) {
      throw new IOException("bench: no such card, put one in");
    }
  }

  @Override
  public void open() throws IOException {
    calls.add("open");
    if (openFails) {
      throw new IOException("bench: the card does not answer");
    }
  }

  @Override
  public void stop(Completion completion) {
    calls.add("stop");
    purge(completion);
  }

  private void purge(Completion completion) {
    while (!taken.isEmpty()) {
      completion.sent(taken.remove(), DropReason.QUEUE_PURGE);
    }
  }

  @Override
  public Rx receive(SkBuff skb, long nowNs) {
    if (gone) {
      return Rx.GONE;
    }
    byte[] frame = in.poll();
    if (frame == null) {
      return Rx.EMPTY;
    }
    int n = Math.min(frame.length, skb.tailroom());
    skb.copyFrom(frame, skb.put(n), n);
    return Rx.FRAME;
  }

  @Override
  public Xmit queue(SkBuff skb, long nowNs) {
    if (taken.size() == BURST) {
      return Xmit.BUSY;
    }
    skb.setHolder("bench wire");
    taken.add(skb);
    return Xmit.OK;
  }

  @Override
  public void flush(long nowNs, Completion completion) {
    while (room > 0 && !taken.isEmpty()) {
      SkBuff skb = taken.remove();
      room--;
      byte[] frame = new byte[skb.len()];
      skb.copyTo(skb.data(), frame, frame.length);
      sent.add(frame);
      completion.sent(skb, fate);
    }
  }

  @Override
  public boolean isBlocked() {
    return room == 0 && !taken.isEmpty();
  }

  @Override
  public int pollFd() {
    return -1;
  }

  @Override
  public boolean hasCarrier() {
    return carrier;
  }

  @Override
  public int farMtu() {
    return farMtu;
  }

  @Override
  public void lookAtLink() {
    carrier = newCarrier;
    farMtu = newFarMtu;
  }

  @Override
  public void setMulticastList(RxMode mode, long[] list) {
    calls.add("set_multicast_list");
    this.mode = mode;
    List<Long> addresses = new ArrayList<>();
    for (long address : list) {
      addresses.add(address);
    }
    groups = addresses;
  }

  /** Request 3 answers with its argument doubled. */
  @Override
  public void ioctl(int number, MemorySegment data) {
    if (number != 3) {
      Wire.super.ioctl(number, data);
    }
    data.set(ValueLayout.JAVA_INT, 0, 2 * data.get(ValueLayout.JAVA_INT, 0));
  }

  @Override
  public String failure() {
    return gone ? "bench: unplugged" : "";
  }

  @Override
  public void close(Completion completion) {
    calls.add("close");
    purge(completion);
  }
}
