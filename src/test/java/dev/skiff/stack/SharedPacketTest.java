package dev.skiff.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.EtherType;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two handlers of one protocol: one keeps its clone while the other answers in place. Q08. */
class SharedPacketTest {
  private static final int PINGS = 1000;
  private static final int KEPT = 50;

  /**
   * What the first handler has of each packet stays as it came, whatever the last one does to it.
   */
  @Test
  void aThousandPingsAreAnsweredWhileAnotherHandlerKeepsItsClones() {
    // The stack's own handler was there first, so that ours is the last and gets the original: the
    // stack answers from its clone. The other order is below.
    Rig rig = new Rig();
    rig.introducePeer();
    ArrayDeque<SkBuff> kept = new ArrayDeque<>();
    ArrayDeque<byte[]> asTheyCame = new ArrayDeque<>();
    rig.stack()
        .packetTypes()
        .add(
            EtherType.IP,
            (skb, dev, nowNs) -> {
              kept.add(skb);
              return DropReason.NOT_DROPPED;
            });
    pings(rig, kept, asTheyCame);
  }

  @Test
  void theSameWhenTheStacksHandlerIsTheLast() {
    Rig rig = new Rig();
    rig.introducePeer();
    ArrayDeque<SkBuff> kept = new ArrayDeque<>();
    ArrayDeque<byte[]> asTheyCame = new ArrayDeque<>();
    rig.stack()
        .packetTypes()
        .add(
            EtherType.IP,
            (skb, dev, nowNs) -> {
              kept.add(skb);
              return DropReason.NOT_DROPPED;
            });
    // Added again, the stack's comes behind ours; the first of the two is given up at once.
    rig.stack()
        .packetTypes()
        .add(EtherType.IP, (skb, dev, nowNs) -> rig.stack().ipv4().receive(skb, dev, nowNs));
    for (int i = 1; i <= PINGS; i++) {
      byte[] request = Frames.echoRequest(9, i, Frames.data(i));
      // Two replies, one from each of the stack's handlers.
      List<byte[]> replies = rig.exchange(request);
      assertEquals(2, replies.size(), "ping " + i);
      assertArrayEquals(replies.get(0), replies.get(1));
      checkOldest(kept, Arrays.copyOf(request, request.length));
    }
    assertEquals(0, rig.stack().pool().held() - 1, "all but the posted one are back");
  }

  private static void pings(Rig rig, ArrayDeque<SkBuff> kept, ArrayDeque<byte[]> asTheyCame) {
    for (int i = 1; i <= PINGS; i++) {
      byte[] data = Frames.data(i);
      byte[] request = Frames.echoRequest(9, i, data);
      asTheyCame.add(request);
      List<byte[]> replies = rig.exchange(request);
      assertEquals(1, replies.size(), "ping " + i);
      byte[] reply = replies.getFirst();
      assertEquals(0, reply[34], "an echo reply");
      assertArrayEquals(data, Arrays.copyOfRange(reply, 42, 42 + data.length));
      if (kept.size() > KEPT) {
        checkOldest(kept, asTheyCame.removeFirst());
      }
    }
    while (!kept.isEmpty()) {
      checkOldest(kept, asTheyCame.removeFirst());
    }
    assertTrue(rig.stack().pool().cloned() >= PINGS);
    assertTrue(rig.stack().pool().unshared() >= PINGS, "each answer was written elsewhere");
  }

  private static void checkOldest(ArrayDeque<SkBuff> kept, byte[] asItCame) {
    SkBuff skb = kept.removeFirst();
    byte[] now = new byte[asItCame.length];
    skb.copyTo(skb.macHeader(), now, now.length);
    assertArrayEquals(asItCame, now);
    skb.free(DropReason.CONSUMED);
  }
}
