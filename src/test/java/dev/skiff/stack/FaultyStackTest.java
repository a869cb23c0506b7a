package dev.skiff.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.dev.DeviceStat;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketTap;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.wire.FaultDirection;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.FaultStat;
import dev.skiff.wire.FaultyWire;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A whole stack on a wire that is broken on purpose; {@code NoLeaks} checks its books. */
class FaultyStackTest {
  private static final long MS = 1_000_000;

  private static void set(Rig rig, String spec) {
    rig.device().setFault(FaultSpec.parse(spec), rig.clock.nowNs());
  }

  private static FaultyWire fault(Rig rig) {
    return Objects.requireNonNull(rig.device().fault());
  }

  private static int sequence(byte[] echoReply) {
    return Frames.u16(echoReply, 40);
  }

  @Test
  void pingsThatAreRepeatedGetThroughAThirdLost() {
    Rig rig = new Rig();
    rig.introducePeer();
    set(rig, "loss=30%,seed=7");
    int asked = 0;
    for (int sequence = 0; sequence < 1000; sequence++) {
      List<byte[]> replies;
      do {
        replies = rig.exchange(Frames.echoRequest(7, sequence, Frames.data(56)));
        asked++;
      } while (replies.isEmpty());
      assertEquals(1, replies.size());
      assertEquals(sequence, sequence(replies.getFirst()));
    }
    FaultyWire fault = fault(rig);
    assertEquals(asked, fault.stat(FaultDirection.IN, FaultStat.SEEN));
    assertEquals(1000, fault.stat(FaultDirection.OUT, FaultStat.PASSED));
    // 1 / (0.7 * 0.7) tries each
    assertEquals(2041, asked, 4 * Math.sqrt(1000 * 0.51) / 0.49);
    long lostOut = fault.stat(FaultDirection.OUT, FaultStat.LOST);
    assertTrue(lostOut > 300);
    assertEquals(lostOut, rig.verdicts(DropReason.FAULT_LOSS));
    assertEquals(lostOut, rig.device().stat(DeviceStat.TX_DROPPED));
    assertEquals(1001, rig.device().stat(DeviceStat.TX_PACKETS), "with the ARP reply");
  }

  @Test
  void nothingThrowsAndTheBooksBalanceWithAllFaultsAtOnce() {
    for (int i = 1; i <= 5; i++) {
      int seed = i;
      Rig rig =
          new Rig(
              builder ->
                  builder.fault(
                      "loss=30%,burst=1%/5,dup=10%,reorder=10%,corrupt=10%,delay=3ms,jitter=4ms,"
                          + "rate=1mbit,seed="
                          + seed));
      Set<Integer> answered = new HashSet<>();
      for (int n = 0; n < 3000; n++) {
        rig.inject(
            n % 100 == 0
                ? Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP)
                : Frames.echoRequest(7, n, Frames.data(n % 500)));
        for (byte[] frame : rig.after(MS / 2)) {
          answered.add(frame.length > 42 ? sequence(frame) : -1);
        }
      }
      assertTrue(answered.size() > 300, "some get through: " + answered.size());
      while (rig.stack().nextDeadlineNs() != Long.MAX_VALUE) {
        rig.after(rig.stack().nextDeadlineNs() - rig.clock.nowNs());
      }
      assertEquals(0, fault(rig).held(FaultDirection.BOTH));
    }
  }

  @Test
  void aDelayBothWaysIsATurnOfTheLoopEachAndNoSpin() {
    Rig rig = new Rig();
    rig.introducePeer();
    set(rig, "delay=20ms");
    long startNs = rig.clock.nowNs();
    assertEquals(0, rig.exchange(Frames.echoRequest(7, 1, Frames.data(56))).size());
    assertEquals(startNs + 20 * MS, rig.stack().nextDeadlineNs(), "the loop sleeps until then");
    assertEquals(0, rig.after(20 * MS - 1).size());
    assertEquals(0, rig.after(1).size(), "it came in, and the reply is under way");
    assertEquals(startNs + 40 * MS, rig.stack().nextDeadlineNs());
    assertEquals(1, rig.stack().pool().verdicts().receivedBy(0) - 1, "the ARP request before");
    assertEquals(1, rig.after(20 * MS).size());
    assertEquals(Long.MAX_VALUE, rig.device().wire().nextDeadlineNs());
  }

  @Test
  void theLoopDoesNotRestBeforeAllThatCameIsLost() {
    Rig rig = new Rig(512);
    set(rig, "loss=100%");
    for (int i = 0; i < 500; i++) {
      rig.inject(Frames.echoRequest(7, i, Frames.data(56)));
    }
    assertEquals(0, rig.turn().size());
    assertEquals(500, fault(rig).stat(FaultDirection.IN, FaultStat.LOST));
    assertEquals(0, rig.device().stat(DeviceStat.RX_PACKETS));
  }

  @Test
  void aDeviceWithoutFaultsKeepsItsBareWire() {
    Rig rig = new Rig(builder -> builder.fault("off"));
    Wire bare = rig.device().wire();
    set(rig, "off");
    assertSame(bare, rig.device().wire());
    assertNull(rig.device().fault());
    assertFalse(rig.skiff.counters().containsKey("fault_skiff0"));

    set(rig, "loss=100%,seed=7");
    assertInstanceOf(FaultyWire.class, rig.device().wire());
    assertEquals("loss=100%,seed=7", fault(rig).spec().toString());
    byte[] arp = Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP);
    assertEquals(0, rig.exchange(arp).size());
    Map<String, Long> group = Objects.requireNonNull(rig.skiff.counters().get("fault_skiff0"));
    assertEquals(1, group.get("in_lost"));
    assertEquals(0, group.get("out_seen"));
    assertEquals(2 * FaultStat.values().length, group.size());

    set(rig, "off");
    assertSame(rig.device().wire(), fault(rig), "it stays, and hands through");
    assertEquals(1, rig.exchange(arp).size());
  }

  @Test
  void whatTheBareWireHasTakenIsNotLostWhenItIsWrapped() {
    Rig rig = new Rig();
    rig.introducePeer();
    NetDevice dev = rig.device();
    for (int i = 0; i < 3; i++) {
      var skb = Objects.requireNonNull(rig.stack().pool().devAlloc(100, "test"));
      var _ = skb.put(60);
      skb.set8(skb.data(), i);
      if (i == 1) {
        set(rig, "corrupt=0.0001%,seed=7");
      }
      assertEquals(Wire.Xmit.OK, dev.hardStartXmit(skb, rig.clock.nowNs()));
    }
    List<byte[]> out = rig.turn();
    assertEquals(List.of(0, 1, 2), out.stream().map(f -> Frames.u8(f, 0)).toList());
  }

  @Test
  void aWireThatIsBrokenAlreadyIsNotWrappedAgain() throws IOException {
    PipeWire pipe = new PipeWire(2048, 64);
    FaultyWire own = new FaultyWire(pipe.a(), 2048);
    try (Skiff skiff = Skiff.builder().wire("x", own).ip("198.51.100.2/24").build()) {
      skiff.device().setFault(FaultSpec.parse("loss=1%"), 0);
      assertSame(own, skiff.device().wire());
      assertSame(own, skiff.device().fault());
    }
    pipe.b().close((skb, reason) -> skb.free(reason));
  }

  @Test
  void theWakerStillWakesAfterTheWireWasWrapped() {
    PipeWire pipe = new PipeWire(2048, 64);
    AtomicInteger woken = new AtomicInteger();
    Rig rig = new Rig(builder -> builder.wire("skiff0", pipe.a()));
    rig.stack().setWaker(woken::incrementAndGet);
    set(rig, "loss=1%");
    var skb = Objects.requireNonNull(rig.stack().pool().devAlloc(100, "test"));
    var _ = skb.put(60);
    assertEquals(Wire.Xmit.OK, pipe.b().queue(skb, 0));
    pipe.b().flush(0, (sent, reason) -> sent.free(reason));
    assertEquals(1, woken.get());
    rig.stack().onClose();
    pipe.b().close((sent, reason) -> sent.free(reason));
  }

  @Test
  void noMoreThanHalfThePoolWaitsOnTheWire() {
    Rig rig = new Rig(builder -> builder.buffers(64));
    rig.introducePeer();
    set(rig, "delay=1s,dir=out");
    for (int i = 0; i < 200; i++) {
      assertEquals(0, rig.exchange(Frames.echoRequest(7, i, Frames.data(56))).size());
    }
    assertEquals(32, fault(rig).held(FaultDirection.OUT));
    assertEquals(168, rig.verdicts(DropReason.FAULT_OVERFLOW));
    assertEquals(0, rig.verdicts(DropReason.NOMEM));
    assertEquals(32, rig.after(1000 * MS).size());
  }

  @Test
  void tapsSeeTheFrameAsItWasSentAndHowItEnded() {
    Rig rig = new Rig();
    rig.introducePeer();
    Map<Long, PacketTap.Direction> seen = new HashMap<>();
    List<DropReason> ends = new ArrayList<>();
    rig.stack()
        .addTap(
            new PacketTap() {
              @Override
              public void seen(Packet p, long id, Direction direction, NetDevice dev, long nowNs) {
                seen.put(id, direction);
              }

              @Override
              public void verdict(long id, DropReason reason) {
                if (seen.get(id) == Direction.OUT) {
                  ends.add(reason);
                }
              }
            });
    set(rig, "loss=100%,dir=out");
    rig.exchange(Frames.echoRequest(7, 1, Frames.data(56)));
    set(rig, "dup=100%,dir=out");
    assertEquals(2, rig.exchange(Frames.echoRequest(7, 2, Frames.data(56))).size());
    assertEquals(List.of(DropReason.FAULT_LOSS, DropReason.CONSUMED), ends);
    assertEquals(3, rig.device().stat(DeviceStat.TX_PACKETS), "ARP, and the reply twice");
  }

  @Test
  void closingAStackWithFramesUnderWayLeavesNothingOut() {
    Rig rig = new Rig();
    rig.introducePeer();
    set(rig, "delay=20ms,dup=50%,seed=7");
    for (int i = 0; i < 100; i++) {
      rig.exchange(Frames.echoRequest(7, i, Frames.data(56)));
      rig.clock.advance(MS);
    }
    assertTrue(fault(rig).held(FaultDirection.OUT) > 0);
    rig.device().stop();
    assertEquals(0, rig.stack().pool().held());
    assertEquals(Long.MAX_VALUE, rig.device().wire().nextDeadlineNs());
  }

  @Test
  void badSyntaxIsRefusedWhenTheStackIsBuilt() {
    Exception e =
        assertThrows(IllegalArgumentException.class, () -> Skiff.builder().fault("loss=3"));
    assertEquals("at column 7: '3' has no percent sign: say 3%", e.getMessage());
  }
}
