package dev.skiff.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.LinkOps;
import dev.skiff.header.EtherType;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Two handlers of one protocol: one keeps its clone while the other answers in place. Q08. */
class SharedPacketTest {
  private static final int PINGS = 1000;
  private static final int KEPT = 50;

  /** A handler that keeps all that it gets; it stands behind the stack's own. */
  private static ArrayDeque<SkBuff> keepAll(Rig rig, int type) {
    ArrayDeque<SkBuff> kept = new ArrayDeque<>();
    rig.stack()
        .packetTypes()
        .add(
            type,
            (skb, dev, nowNs) -> {
              kept.add(skb);
              return DropReason.NOT_DROPPED;
            });
    return kept;
  }

  /** The stack answers from its clone, and what the last handler keeps is the original. */
  @Test
  void aThousandPingsAreAnsweredWhileAnotherHandlerKeepsThePackets() {
    Rig rig = new Rig();
    rig.introducePeer();
    pings(rig, keepAll(rig, EtherType.IP), new ArrayDeque<>());
  }

  /** The stack answers twice, from a clone and, as the last, from the original. */
  @Test
  void aThousandPingsAreAnsweredWhileAnotherHandlerKeepsItsClones() {
    Rig rig = new Rig();
    rig.introducePeer();
    ArrayDeque<SkBuff> kept = keepAll(rig, EtherType.IP);
    rig.stack().packetTypes().add(EtherType.IP, rig.stack().ipv4());
    for (int i = 1; i <= PINGS; i++) {
      byte[] request = Frames.echoRequest(9, i, Frames.data(i));
      List<byte[]> replies = rig.exchange(request);
      assertEquals(2, replies.size(), "ping " + i);
      assertArrayEquals(replies.get(0), replies.get(1));
      checkOldest(kept, request);
    }
    assertEquals(0, rig.stack().pool().held() - 1, "all but the posted one are back");
  }

  /** ARP writes its reply over the request, pads it and fills in addresses: not in the clone. */
  @Test
  void anArpRequestIsAnsweredWhileAnotherHandlerKeepsItsClone() {
    Rig rig = new Rig();
    ArrayDeque<SkBuff> kept = keepAll(rig, EtherType.ARP);
    byte[] request =
        Frames.ethernet(
            Frames.BROADCAST,
            Rig.PEER_MAC,
            0x0806,
            Frames.arp(1, Rig.PEER_MAC, Rig.PEER_IP, 0, Rig.OUR_IP));
    byte[] reply = rig.exchange(request).getFirst();
    assertArrayEquals(Frames.arpReply(Rig.OUR_MAC, Rig.OUR_IP, Rig.PEER_MAC, Rig.PEER_IP), reply);
    checkOldest(kept, request);
  }

  /** A frame that is sent while its clone is kept is padded and gets its destination elsewhere. */
  @Test
  void aSharedFrameIsCompletedAndPaddedInMemoryOfItsOwn() {
    Rig rig = new Rig();
    rig.introducePeer();
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(100, "test"));
    skb.reserve(14);
    skb.set16(skb.put(20), 0x4500);
    assertEquals(-14, rig.device().hardHeader(skb, EtherType.IP, LinkOps.UNKNOWN, 20));
    skb.setHeaderIncomplete(Rig.PEER_IP);
    SkBuff clone = Objects.requireNonNull(skb.skbClone());
    assertEquals(DropReason.NOT_DROPPED, rig.device().transmit(skb, rig.clock.nowNs()));
    byte[] sent = rig.turn().getFirst();
    assertEquals(60, sent.length);
    assertEquals(Rig.PEER_MAC, Frames.u48(sent, 0));
    assertEquals(34, clone.len());
    clone.free(DropReason.CONSUMED);
    // Long enough to need no padding: the destination alone is written.
    SkBuff whole = Objects.requireNonNull(rig.stack().pool().devAlloc(100, "test"));
    whole.reserve(14);
    whole.set16(whole.put(60), 0x4500);
    assertEquals(-14, rig.device().hardHeader(whole, EtherType.IP, LinkOps.UNKNOWN, 60));
    whole.set48(whole.data(), 0x1111_1111_1111L);
    whole.setHeaderIncomplete(Rig.PEER_IP);
    SkBuff other = Objects.requireNonNull(whole.skbClone());
    assertEquals(DropReason.NOT_DROPPED, rig.device().transmit(whole, rig.clock.nowNs()));
    assertEquals(Rig.PEER_MAC, Frames.u48(rig.turn().getFirst(), 0));
    assertEquals(0x1111_1111_1111L, other.u48(other.data()), "the clone's stays as it was");
    other.free(DropReason.CONSUMED);
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
