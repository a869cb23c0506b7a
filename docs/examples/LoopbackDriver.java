// A driver of our own, for a card with a plug that sends back what goes out, after a while.
//   java --enable-native-access=ALL-UNNAMED -cp target/skiff.jar docs/examples/LoopbackDriver.java

import dev.skiff.Skiff;
import dev.skiff.dev.*;
import dev.skiff.skb.*;
import dev.skiff.wire.Wire;
import java.lang.foreign.*;
import java.util.ArrayDeque;

public class LoopbackDriver implements Wire {
  private record Frame(byte[] bytes, long dueNs) {}
  private final ArrayDeque<Frame> plug = new ArrayDeque<>(); // what is under way
  private SkBuff tx; // The card has one transmit buffer: while it is full, the card is busy.
  private long delayNs;

  @Override public void init() { System.out.println("init: the card is there"); }
  @Override public void open() { plug.clear(); }
  @Override public void stop(Completion completion) { done(completion, DropReason.QUEUE_PURGE); }
  @Override public void close(Completion completion) { stop(completion); }

  @Override public Xmit queue(SkBuff skb, long nowNs) { // this card's hard_start_xmit
    if (tx != null) return Xmit.BUSY; // The buffer stays with the caller.
    tx = skb; // From here on we answer for it, and say so in the ledger:
    skb.setHolder("LoopbackDriver");
    return Xmit.OK;
  }

  @Override public void flush(long nowNs, Completion completion) { // in each turn
    if (tx == null) return;
    byte[] bytes = new byte[tx.len()];
    tx.copyTo(tx.data(), bytes, bytes.length);
    plug.add(new Frame(bytes, nowNs + delayNs));
    done(completion, DropReason.CONSUMED);
  }
  private void done(Completion completion, DropReason reason) {
    if (tx != null) completion.sent(tx, reason); // to the device, which counts it and frees it
    tx = null;
  }

  @Override public Rx receive(SkBuff skb, long nowNs) { // into an empty buffer of the device's
    if (plug.isEmpty() || plug.peek().dueNs > nowNs) return Rx.EMPTY;
    byte[] bytes = plug.remove().bytes;
    int n = Math.min(bytes.length, skb.tailroom()); // What is longer is cut.
    skb.copyFrom(bytes, skb.put(n), n);
    return Rx.FRAME;
  }
  @Override public long nextDeadlineNs() { return plug.isEmpty() ? Long.MAX_VALUE : plug.peek().dueNs; }
  @Override public void ioctl(int number, MemorySegment data) {
    if (number != 0) Wire.super.ioctl(number, data); // throws: there is no such request
    delayNs = data.get(ValueLayout.JAVA_LONG, 0);
  }

  public static void main(String[] args) throws Exception {
    long[] ns = {0}; // The loop's clock, so that what is printed is always the same.
    try (Skiff skiff = Skiff.builder().wire("eth%d", new LoopbackDriver()).clock(() -> ns[0]).build()) {
      NetDevice dev = skiff.device();
      skiff.addHandler(0x88B5, (skb, from, nowNs) -> { // a type that is free for experiments
        System.out.println(from.name() + " received " + skb.len() + " bytes at " + nowNs + " ns");
        return DropReason.CONSUMED;
      });
      IfReq ifr = new IfReq(dev.name());
      ifr.setData(MemorySegment.ofArray(new long[] {3000}));
      dev.ioctl(Sioc.SIOCDEVPRIVATE, ifr); // sets delayNs
      for (int i = 0; i < 2; i++) {
        SkBuff skb = skiff.pool().devAlloc(60, "main"); // null if none is free
        dev.hardHeader(skb, 0x88B5, dev.macAddress(), 0);
        Xmit xmit = dev.hardStartXmit(skb, skiff.nowNs());
        if (xmit == Xmit.BUSY) skb.free(DropReason.FULL_RING); // It is ours still.
        System.out.println("hard_start_xmit: " + xmit);
      }
      for (; ns[0] < 4000; ns[0] += 1000) skiff.turn();
      dev.stop(); // While it is up, a buffer is out for the next frame.
      System.out.println("in: " + dev.getStats().get(DeviceStat.RX_PACKETS) + ", held: " + skiff.pool().held());
    }
  }
}
