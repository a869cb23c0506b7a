package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** X121: a gateway that does not answer is passed over, with nothing sent to find that out. */
class DeadGatewayStackTest {
  private static final int FAR = Ip4Addr.parse("203.0.113.9");
  private static final int FIRST = Ip4Addr.parse("198.51.100.77");
  private static final long SECOND = 1_000_000_000L;

  private final Rig rig =
      new Rig(
          b -> b.route("default via 198.51.100.77 metric 1", "default via 198.51.100.1 metric 2"));

  private void send() {
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(100, "test"));
    skb.reserve(40);
    skb.copyFrom(Frames.data(30), skb.put(30), 30);
    Flow flow = new Flow().to(FAR, 253);
    assertEquals(DropReason.NOT_DROPPED, rig.stack().ipv4().send(skb, flow, rig.clock.nowNs()));
  }

  private static int asked(byte[] arp) {
    return Frames.u16(arp, 38) << 16 | Frames.u16(arp, 40);
  }

  @Test
  void onceTheFirstGatewayHasNotAnsweredTheSecondIsUsed() {
    rig.introducePeer();
    for (int i = 0; i < 3; i++) {
      send(); // All of them wait for it, and tell of it three times.
    }
    assertEquals(FIRST, asked(rig.turn().getFirst()));
    for (int i = 0; i < 3; i++) {
      rig.after(SECOND);
    }
    assertEquals(3, rig.verdicts(DropReason.NEIGH_FAILED));
    send();
    List<byte[]> out = rig.turn();
    assertEquals(1, out.size());
    assertEquals(0x0800, Frames.u16(out.getFirst(), 12), "the datagram itself");
    assertEquals(Rig.PEER_MAC, mac(out.getFirst()));
  }

  @Test
  void afterAWhileTheFirstIsTriedAgain() {
    onceTheFirstGatewayHasNotAnsweredTheSecondIsUsed();
    rig.after(61 * SECOND);
    send();
    assertTrue(
        rig.turn().stream()
            .anyMatch(frame -> Frames.u16(frame, 12) == 0x0806 && asked(frame) == FIRST));
    for (int i = 0; i < 4; i++) {
      rig.after(SECOND);
    }
  }

  private static long mac(byte[] frame) {
    return (long) Frames.u16(frame, 0) << 32
        | (Frames.u16(frame, 2) << 16 | Frames.u16(frame, 4)) & 0xFFFF_FFFFL;
  }
}
