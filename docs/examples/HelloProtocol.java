// A protocol of our own: whoever is greeted greets back, in the buffer that the greeting came in.
//   java --enable-native-access=ALL-UNNAMED -cp target/skiff.jar docs/examples/HelloProtocol.java

import dev.skiff.Skiff;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketHandler;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.PipeWire;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The header, behind Ethernet's:
 *
 * <pre>
 *    0     1         3
 *   +-----+---------+------
 *   | op  | number  | padding
 *   +-----+---------+------
 * </pre>
 */
public class HelloProtocol implements PacketHandler {
  static final int ETH_P_HELLO = 0x88B6; // IEEE 802 keeps it free for experiments.
  static final int HLEN = 3;
  static final int GREETING = 1;
  static final int ANSWER = 2;

  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  /** On the loop thread, for each frame of this type that is for us, for a group or for all. */
  @Override
  public DropReason receive(SkBuff skb, NetDevice dev, long nowNs) {
    if (skb.pktType() == PacketType.OTHERHOST) {
      return DropReason.OTHERHOST; // In promiscuous mode we are shown what is for others too.
    }
    if (!skb.mayPull(HLEN)) {
      return DropReason.PKT_TOO_SMALL; // Once that is known, no access below can fail.
    }
    long from = dev.link().headerParse(skb);
    int number = skb.u16(skb.data() + 1);
    if (skb.u8(skb.data()) != GREETING) {
      answers.add(MacAddr.format(from) + " answers greeting " + number);
      return DropReason.CONSUMED; // To answer answers would never end.
    }
    if (!skb.unshare()) { // Another handler may have kept a clone: the bytes are written below.
      return DropReason.NOMEM;
    }
    skb.set8(skb.data(), ANSWER);
    dev.hardHeader(skb, ETH_P_HELLO, from, skb.len()); // over the old one, with us as its source
    return dev.transmit(skb, nowNs); // Lent on: what it says of the buffer is our word too.
  }

  /** Sends a greeting. On the loop thread. */
  static DropReason greet(Skiff skiff, int number) {
    NetDevice dev = skiff.device();
    SkBuff skb = skiff.pool().devAlloc(dev.headerLen() + dev.mtu(), "HelloProtocol");
    if (skb == null) {
      return DropReason.NOMEM;
    }
    int at = skb.put(HLEN);
    skb.set8(at, GREETING);
    skb.set16(at + 1, number);
    dev.hardHeader(skb, ETH_P_HELLO, MacAddr.BROADCAST, skb.len());
    DropReason reason = dev.transmit(skb, skiff.nowNs());
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason); // Nobody keeps it, so it is still ours.
    }
    return reason;
  }

  public static void main(String[] args) throws Exception {
    PipeWire pipe = new PipeWire(1514, 64);
    HelloProtocol hello = new HelloProtocol();
    try (Skiff a = Skiff.builder().wire("a", pipe.a()).build();
        Skiff b = Skiff.builder().wire("b", pipe.b()).build()) {
      a.addHandler(ETH_P_HELLO, hello);
      b.addHandler(ETH_P_HELLO, new HelloProtocol());
      a.start(); // Each has a loop thread of its own from here on.
      b.start();
      for (int i = 1; i <= 3; i++) {
        int number = i;
        System.out.println("greeting " + i + ": " + a.call(() -> greet(a, number)));
        System.out.println(hello.answers.take());
      }
      // One each: the buffer that waits for the next frame.
      System.out.println("held: " + a.call(a.pool()::held) + " and " + b.call(b.pool()::held));
    }
  }
}
