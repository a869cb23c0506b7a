// Raw Ethernet frames, no IP, no socket: between two stations in memory, or on a TAP until Ctrl-C.
//   java --enable-native-access=ALL-UNNAMED -cp target/skiff.jar docs/examples/RawFrames.java
//   java --enable-native-access=ALL-UNNAMED -cp target/skiff.jar docs/examples/RawFrames.java skiff0

import dev.skiff.Skiff;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;

public class RawFrames {
  static final int ETH_P_OURS = 0x88B5; // IEEE 802 keeps it free for experiments.

  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      try (Skiff tap = Skiff.builder().tap(args[0]).build()) { // without .ip(...): frames only
        tap.addHandler(ETH_P_OURS, RawFrames::receive);
        tap.start(); // Now a thread of its own is the loop, and call() hands it what is to be done.
        for (; ; Thread.sleep(500)) {
          tap.call(() -> send(tap, MacAddr.BROADCAST, "hello, all".getBytes()));
        }
      }
    }
    PipeWire pipe = new PipeWire(1514, 64);
    try (Skiff a = Skiff.builder().wire("a", pipe.a()).build();
        Skiff b = Skiff.builder().wire("b", pipe.b()).build()) {
      b.addHandler(ETH_P_OURS, RawFrames::receive);
      a.device().stop(); // build() has opened it.
      System.out.println("stopped: " + send(a, MacAddr.BROADCAST, "not heard".getBytes()));
      a.device().open();
      System.out.println("open: " + send(a, b.device().macAddress(), "hello, b".getBytes()));
      a.turn(); // This thread is the loop: the frame goes out at the end of a's turn,
      b.turn(); // and comes in at the beginning of b's.
      a.device().stop();
      b.device().stop(); // While it is up, each has a buffer out for the next frame.
      System.out.println("held: " + a.pool().held() + " and " + b.pool().held());
    }
  }

  static Wire.Xmit send(Skiff from, long to, byte[] text) {
    SkBuff skb = from.pool().devAlloc(1514, "RawFrames");
    if (skb == null) return Wire.Xmit.BUSY; // No buffer is free.
    skb.copyFrom(text, skb.put(text.length), text.length);
    from.device().hardHeader(skb, ETH_P_OURS, to, skb.len()); // 14 bytes are pushed in front of it.
    Wire.Xmit xmit = from.device().hardStartXmit(skb, from.nowNs());
    if (xmit == Wire.Xmit.BUSY) skb.free(DropReason.DEV_READY); // Ours still; after OK, the wire's.
    return xmit;
  }

  static DropReason receive(SkBuff skb, NetDevice dev, long nowNs) { // data is behind the header
    byte[] text = new byte[skb.len()];
    skb.copyTo(skb.data(), text, text.length);
    String from = MacAddr.format(dev.link().headerParse(skb));
    System.out.println(dev.name() + " hears " + from + ": " + new String(text).trim()); // padding
    return DropReason.CONSUMED; // The buffer was lent: the caller frees it, for this reason.
  }
}
