package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.EtherType;
import dev.skiff.ip.Flow;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetDeviceTest {
  private static final int OWN_TYPE = 0x88B5; // IEEE Std 802: local experimental
  private static final int BACKLOG = 301;

  private static byte[] ownFrame(int n) {
    return Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, OWN_TYPE, Frames.data(n));
  }

  private static SkBuff buffer(Rig rig, byte[] frame) {
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(frame.length, "test"));
    int at = skb.put(frame.length);
    skb.copyFrom(frame, at, frame.length);
    return skb;
  }

  // ---- Receive ----------------------------------------------------------------------------------

  /** A05, Q07. */
  @Test
  void theBacklogRefusesOnceItIsFullUntilItIsEmpty() {
    Rig rig = new Rig();
    NetDevice dev = rig.device();
    int refused = 0;
    for (int i = 0; i < BACKLOG + 20; i++) {
      SkBuff skb = buffer(rig, ownFrame(46));
      DropReason reason = dev.netifRx(skb);
      if (reason != DropReason.NOT_DROPPED) {
        assertEquals(DropReason.CPU_BACKLOG, reason);
        skb.free(reason);
        refused++;
      }
    }
    assertEquals(20, refused);
    assertEquals(20, dev.stat(DeviceStat.RX_DROPPED));
    // Not full any more, but not empty either: it goes on refusing.
    assertFalse(dev.netBh(BACKLOG - 1, rig.clock.nowNs()));
    SkBuff skb = buffer(rig, ownFrame(46));
    assertEquals(DropReason.CPU_BACKLOG, dev.netifRx(skb));
    assertTrue(dev.netBh(1, rig.clock.nowNs()));
    assertEquals(DropReason.NOT_DROPPED, dev.netifRx(skb), "empty: it takes again");
    assertTrue(dev.netBh(2, rig.clock.nowNs()));
  }

  /** X10, X15. */
  @Test
  void runtsAndGiantsAreCounted() {
    Rig rig = new Rig();
    for (int n = 0; n < 14; n++) {
      rig.exchange(new byte[n]);
    }
    assertEquals(14, rig.verdicts(DropReason.PKT_TOO_SMALL));
    rig.exchange(ownFrame(1501));
    rig.exchange(ownFrame(3000));
    assertEquals(2, rig.verdicts(DropReason.PKT_TOO_BIG));
    assertEquals(16, rig.device().stat(DeviceStat.RX_LENGTH_ERRORS));
    assertEquals(16, rig.device().stat(DeviceStat.RX_ERRORS));
    assertEquals(16, rig.device().stat(DeviceStat.RX_PACKETS));
    rig.exchange(ownFrame(1500));
    assertEquals(1, rig.verdicts(DropReason.UNHANDLED_PROTO), "the longest that fits");
  }

  /** X13, X18. */
  @Test
  void framesForOthersAndFromGroupsAreDroppedByName() {
    Rig rig = new Rig();
    rig.exchange(Frames.ethernet(Rig.PEER_MAC, 0x0200_5E10_0099L, 0x0800, new byte[46]));
    assertEquals(1, rig.verdicts(DropReason.OTHERHOST));
    rig.exchange(Frames.ethernet(Rig.OUR_MAC, 0x0100_5E00_0001L, 0x0800, new byte[46]));
    assertEquals(1, rig.verdicts(DropReason.MAC_INVALID_SOURCE));
    rig.exchange(Frames.ethernet(0x3333_0000_0001L, Rig.PEER_MAC, 0x86DD, new byte[46]));
    assertEquals(1, rig.verdicts(DropReason.IPV6DISABLED));
    assertEquals(1, rig.device().stat(DeviceStat.MULTICAST));
  }

  /** Q08. */
  @Test
  void everyHandlerGetsThePacketAndTheLastOneTheOriginal() {
    Rig rig = new Rig();
    List<Integer> slots = new ArrayList<>();
    List<String> heard = new ArrayList<>();
    for (String name : List.of("first", "second", "last")) {
      rig.stack()
          .packetTypes()
          .add(
              OWN_TYPE,
              (skb, dev, nowNs) -> {
                slots.add(skb.receivedOn());
                heard.add(name + skb.len());
                assertEquals(!name.equals("last"), skb.isClone());
                assertEquals(
                    Frames.u8(Frames.data(50), 49),
                    skb.u8(skb.data() + 49),
                    "what the others write disturbs nobody");
                assertTrue(skb.unshare());
                skb.set8(skb.data() + 49, 0xFF);
                return DropReason.CONSUMED;
              });
    }
    rig.exchange(ownFrame(50));
    assertEquals(List.of("first50", "second50", "last50"), heard);
    assertEquals(List.of(SkBuff.NO_DEVICE, SkBuff.NO_DEVICE, 0), slots, "the original comes last");
  }

  @Test
  void aHandlerThatThrowsCostsItsPacketAndNothingElse() {
    Rig rig = new Rig();
    rig.stack()
        .packetTypes()
        .add(
            OWN_TYPE,
            (skb, dev, nowNs) -> {
              throw new IllegalStateException("on purpose");
            });
    rig.expectFaults(3);
    for (int i = 0; i < 3; i++) {
      rig.exchange(ownFrame(50));
    }
    assertEquals(3, rig.verdicts(DropReason.HANDLER_ERROR));
    rig.introducePeer();
  }

  @Test
  void aHandlerThatThrowsAfterItPassedTheBufferOnDoesNotHaveItFreed() {
    Rig rig = new Rig();
    rig.stack()
        .packetTypes()
        .add(
            OWN_TYPE,
            (skb, dev, nowNs) -> {
              int pushed = dev.hardHeader(skb, OWN_TYPE, Rig.PEER_MAC, skb.len());
              assertEquals(14, pushed);
              assertEquals(DropReason.NOT_DROPPED, dev.transmit(skb, nowNs));
              throw new AssertionError("on purpose");
            });
    rig.expectFaults(1);
    assertEquals(1, rig.exchange(ownFrame(50)).size(), "it was sent all the same");
    assertEquals(0, rig.verdicts(DropReason.HANDLER_ERROR));
  }

  @Test
  void aHandlerThatThrowsOverItsCopyDisturbsNoOther() {
    Rig rig = new Rig();
    List<String> heard = new ArrayList<>();
    rig.stack()
        .packetTypes()
        .add(
            OWN_TYPE,
            (skb, dev, nowNs) -> {
              throw new StackOverflowError();
            });
    rig.stack()
        .packetTypes()
        .add(
            OWN_TYPE,
            (skb, dev, nowNs) -> {
              heard.add("last");
              return DropReason.CONSUMED;
            });
    rig.expectFaults(1);
    rig.exchange(ownFrame(50));
    assertEquals(List.of("last"), heard);
  }

  /** N13. */
  @Test
  void withoutBuffersFramesAreDroppedByNameAndTheLoopGoesOn() {
    Rig rig = new Rig(builder -> builder.buffers(4));
    for (int i = 0; i < 20; i++) {
      rig.inject(ownFrame(50));
    }
    rig.turn();
    // One buffer is posted and three stand on the backlog when the rest of the burst comes.
    assertEquals(17, rig.verdicts(DropReason.NOMEM));
    assertEquals(17, rig.device().stat(DeviceStat.RX_DROPPED));
    rig.introducePeer();
    assertEquals(1, rig.exchange(Frames.echoRequest(1, 1, Frames.data(56))).size());
  }

  // ---- Transmit ---------------------------------------------------------------------------------

  @Test
  void controlTrafficGoesFirstAndOrderIsKeptWithinABand() {
    Rig rig = new Rig();
    rig.introducePeer();
    for (int i = 1; i <= 3; i++) {
      rig.inject(Frames.echoRequest(1, i, Frames.data(56)));
    }
    rig.inject(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    List<byte[]> out = rig.turn();
    assertEquals(4, out.size());
    assertEquals(EtherType.ARP, Frames.u16(out.getFirst(), 12), "the last in is the first out");
    for (int i = 1; i <= 3; i++) {
      assertEquals(i, Frames.u16(out.get(i), 40));
    }
  }

  /** Q03. */
  @Test
  void aFullBandDropsItsTail() {
    Rig rig = new Rig(512);
    NetDevice dev = rig.device();
    for (int i = 0; i <= NetDevice.TX_QUEUE_LEN; i++) {
      SkBuff skb = buffer(rig, Frames.data(50));
      skb.setPriority(NetDevice.BAND_NORMAL);
      assertEquals(14, dev.hardHeader(skb, OWN_TYPE, Rig.PEER_MAC, 50));
      DropReason reason = dev.transmit(skb, rig.clock.nowNs());
      if (reason != DropReason.NOT_DROPPED) {
        skb.free(reason);
      }
    }
    assertEquals(1, rig.verdicts(DropReason.QDISC_DROP));
    assertEquals(1, dev.stat(DeviceStat.TX_DROPPED));
    assertEquals(NetDevice.TX_QUEUE_LEN, rig.turn().size());
  }

  /** X11. */
  @Test
  void shortFramesArePaddedWithZeros() {
    Rig rig = new Rig();
    rig.exchange(ownFrame(1500)); // leaves its bytes in the buffer that is taken next
    SkBuff skb = buffer(rig, new byte[] {1, 2, 3});
    assertEquals(14, rig.device().hardHeader(skb, OWN_TYPE, Rig.PEER_MAC, 3));
    skb.free(DropReason.CONSUMED);
    skb = Objects.requireNonNull(rig.stack().pool().devAlloc(100, "test"));
    skb.copyFrom(new byte[] {1, 2, 3}, skb.put(3), 3);
    assertEquals(14, rig.device().hardHeader(skb, OWN_TYPE, Rig.PEER_MAC, 3));
    assertEquals(DropReason.NOT_DROPPED, rig.device().transmit(skb, rig.clock.nowNs()));
    byte[] sent = rig.turn().getFirst();
    assertEquals(60, sent.length);
    assertArrayEquals(new byte[43], Arrays.copyOfRange(sent, 17, 60));
  }

  @Test
  void aBufferWithoutRoomForThePaddingIsItsCallersMistake() {
    Rig rig = new Rig();
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().alloc(20, "test"));
    skb.reserve(14);
    var _ = skb.put(6);
    assertEquals(14, rig.device().hardHeader(skb, OWN_TYPE, Rig.PEER_MAC, 6));
    assertThrows(IllegalStateException.class, () -> rig.device().transmit(skb, rig.clock.nowNs()));
    skb.free(DropReason.CONSUMED);
    rig.introducePeer();
  }

  @Test
  void aFrameLongerThanTheMtuIsRefused() {
    Rig rig = new Rig(builder -> builder.mtu(100));
    SkBuff skb = buffer(rig, Frames.data(101));
    assertEquals(14, rig.device().hardHeader(skb, OWN_TYPE, Rig.PEER_MAC, 101));
    assertEquals(DropReason.PKT_TOO_BIG, rig.device().transmit(skb, rig.clock.nowNs()));
    skb.free(DropReason.PKT_TOO_BIG);
  }

  @Test
  void aStoppedDeviceRefusesAndKeepsItsCounters() {
    Rig rig = new Rig();
    rig.introducePeer();
    NetDevice dev = rig.device();
    dev.stop();
    dev.stop();
    SkBuff skb = buffer(rig, Frames.data(50));
    assertEquals(14, dev.hardHeader(skb, OWN_TYPE, Rig.PEER_MAC, 50));
    assertEquals(DropReason.DEV_READY, dev.transmit(skb, rig.clock.nowNs()));
    skb.free(DropReason.DEV_READY);
    assertFalse(dev.isUp());
    assertEquals(1, dev.stat(DeviceStat.RX_PACKETS));
    assertEquals(0, rig.stack().pool().held());
  }

  // ---- Taps -------------------------------------------------------------------------------------

  private static final class Recorder implements PacketTap {
    private final List<String> lines = new ArrayList<>();

    @Override
    public void seen(Packet packet, long id, Direction direction, NetDevice dev, long nowNs) {
      int len = packet.tail() - packet.macHeader();
      lines.add(id + " " + direction + " " + packet.u8(packet.macHeader() + 34) + " " + len);
    }

    @Override
    public void verdict(long id, DropReason reason) {
      lines.add(id + " " + reason);
    }
  }

  @Test
  void tapsSeeEachFrameOnceBothWaysAndThenItsEnd() {
    Rig rig = new Rig();
    rig.introducePeer();
    Recorder tap = new Recorder();
    rig.skiff.addTap(tap);
    rig.exchange(Frames.echoRequest(1, 1, Frames.data(56)));
    rig.exchange(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, OWN_TYPE, new byte[46]));
    assertEquals(
        List.of(
            "1 IN 8 98",
            "2 OUT 0 98",
            "1 CONSUMED",
            "2 CONSUMED",
            "3 IN 0 60",
            "3 UNHANDLED_PROTO"),
        tap.lines,
        "the request is seen before the reply is written over it");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTapThatThrowsIsCountedAndHarmless(boolean whenSeen) {
    Rig rig = new Rig();
    rig.skiff.addTap(
        new PacketTap() {
          @Override
          public void seen(Packet p, long id, Direction direction, NetDevice dev, long nowNs) {
            if (whenSeen) {
              throw new IllegalStateException("on purpose");
            }
          }

          @Override
          public void verdict(long id, DropReason reason) {
            if (!whenSeen) {
              throw new IllegalStateException("on purpose");
            }
          }
        });
    rig.expectFaults(2);
    rig.introducePeer();
    assertTrue(rig.device().isUp());
  }

  @Test
  void aTapSeesWhenAFrameCameIn() {
    Rig rig = new Rig();
    List<Long> stamps = new ArrayList<>();
    rig.skiff.addTap(
        new PacketTap() {
          @Override
          public void seen(Packet p, long id, Direction direction, NetDevice dev, long nowNs) {
            assertEquals(nowNs, rig.clock.nowNs());
            stamps.add(p.stampNs());
          }

          @Override
          public void verdict(long id, DropReason reason) {}
        });
    rig.clock.advance(77);
    rig.exchange(ownFrame(50));
    assertEquals(List.of(rig.clock.nowNs()), stamps);
  }

  // ---- Handlers and their buffers ---------------------------------------------------------------

  @Test
  void aHandlerThatThrowsAfterItFreedTheBufferDoesNotHaveItFreedTwice() {
    Rig rig = new Rig();
    rig.stack()
        .packetTypes()
        .add(
            OWN_TYPE,
            (skb, dev, nowNs) -> {
              skb.free(DropReason.CONSUMED);
              throw new IllegalStateException("on purpose");
            });
    rig.expectFaults(1);
    rig.exchange(ownFrame(50));
    assertEquals(1, rig.verdicts(DropReason.CONSUMED));
    assertEquals(0, rig.verdicts(DropReason.HANDLER_ERROR));
  }

  @Test
  void aHandlerThatThrowsWhileItsBufferWaitsForAMacDoesNotHaveItFreed() {
    Rig rig = new Rig();
    rig.stack()
        .packetTypes()
        .add(
            OWN_TYPE,
            (skb, dev, nowNs) -> {
              assertEquals(
                  DropReason.NOT_DROPPED,
                  rig.stack()
                      .ipv4()
                      .send(skb, new Flow().to(Rig.PEER_IP, 253).from(Rig.OUR_IP), nowNs));
              throw new IllegalStateException("on purpose");
            });
    rig.expectFaults(1);
    assertEquals(1, rig.exchange(ownFrame(50)).size(), "the request");
    byte[] reply = Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP);
    assertEquals(84, rig.exchange(reply).getFirst().length, "what waited is sent");
    assertEquals(0, rig.verdicts(DropReason.HANDLER_ERROR));
  }

  @Test
  void withoutABufferForTheCloneTheLastHandlerGetsThePacketAllTheSame() {
    Rig rig = new Rig(builder -> builder.buffers(4));
    List<String> heard = new ArrayList<>();
    List<SkBuff> kept = new ArrayList<>();
    SkBuff other = Objects.requireNonNull(rig.stack().pool().alloc(60, "test"));
    for (SkBuff clone = other.skbClone(); clone != null; clone = other.skbClone()) {
      kept.add(clone);
    }
    assertEquals(4, kept.size(), "as many clones as buffers");
    for (String name : List.of("first", "last")) {
      rig.stack()
          .packetTypes()
          .add(
              OWN_TYPE,
              (skb, dev, nowNs) -> {
                heard.add(name);
                return DropReason.CONSUMED;
              });
    }
    rig.exchange(ownFrame(50));
    assertEquals(List.of("last"), heard);
    assertEquals(2, rig.stack().pool().failed(), "mine, and the packet's");
    kept.forEach(clone -> clone.free(DropReason.CONSUMED));
    other.free(DropReason.CONSUMED);
  }

  // ---- Counters ---------------------------------------------------------------------------------

  @Test
  void bytesAreCountedWithHeaderAndPadding() {
    Rig rig = new Rig();
    byte[] request = Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP);
    rig.exchange(Arrays.copyOf(request, 42));
    assertEquals(42, rig.device().stat(DeviceStat.RX_BYTES), "as it came");
    assertEquals(60, rig.device().stat(DeviceStat.TX_BYTES), "as it went");
    assertEquals(1, rig.device().stat(DeviceStat.TX_PACKETS));
  }
}
