package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.time.ManualClock;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A device on a wire that is slow, fails, or goes away. */
class BusyWireTest {
  private static final int BURST = 3;

  /** Takes three frames at a time and sends as many as the test lets it. */
  private static final class SlowWire implements Wire {
    private final Deque<SkBuff> taken = new ArrayDeque<>();
    private final List<Integer> sent = new ArrayList<>();
    private int room;
    private boolean gone;
    private boolean throwing;
    private DropReason fate = DropReason.CONSUMED;

    @Override
    public Rx receive(SkBuff skb, long nowNs) {
      if (throwing) {
        throw new IllegalStateException("on purpose");
      }
      return gone ? Rx.GONE : Rx.EMPTY;
    }

    @Override
    public Xmit queue(SkBuff skb, long nowNs) {
      if (taken.size() == BURST) {
        return Xmit.BUSY;
      }
      skb.setHolder("slow wire");
      taken.add(skb);
      return Xmit.OK;
    }

    @Override
    public void flush(long nowNs, Completion completion) {
      while (room > 0 && !taken.isEmpty()) {
        SkBuff skb = taken.remove();
        room--;
        sent.add(skb.u8(skb.data() + 14));
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
    public String failure() {
      return "unplugged";
    }

    @Override
    public void stop(Completion completion) {
      while (!taken.isEmpty()) {
        completion.sent(taken.remove(), DropReason.QUEUE_PURGE);
      }
    }

    @Override
    public void close(Completion completion) {
      stop(completion);
    }
  }

  private final SlowWire wire = new SlowWire();
  private final Skiff skiff = build();

  private Skiff build() {
    try {
      return Skiff.builder()
          .wire("slow", wire)
          .ip("198.51.100.2/24")
          .acd("off")
          .clock(new ManualClock(0))
          .build();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void nothingIsOut() {
    skiff.device().stop();
    assertEquals(0, skiff.pool().held(), skiff.pool().report().toString());
    skiff.close();
  }

  private void send(int number) {
    send(number, NetDevice.BAND_NORMAL);
  }

  private void send(int number, int band) {
    NetDevice dev = skiff.device();
    SkBuff skb = Objects.requireNonNull(skiff.pool().devAlloc(100, "test"));
    skb.reserve(14);
    byte[] data = Frames.data(60);
    data[0] = (byte) number;
    skb.copyFrom(data, skb.put(60), 60);
    assertEquals(14, dev.hardHeader(skb, 0x88B5, Rig.PEER_MAC, 60));
    skb.setPriority(band);
    assertEquals(DropReason.NOT_DROPPED, dev.transmit(skb, 0));
  }

  /** D01. */
  @Test
  void whatTheWireHasNoRoomForWaitsInOrder() {
    for (int i = 0; i < 10; i++) {
      send(i);
    }
    assertTrue(skiff.turn(), "blocked: nothing to do but wait for room");
    assertTrue(wire.isBlocked());
    assertEquals(List.of(), wire.sent);
    wire.room = 2;
    assertTrue(skiff.turn());
    assertEquals(List.of(0, 1), wire.sent);
    wire.room = 100;
    assertTrue(skiff.turn());
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), wire.sent);
    assertEquals(10, skiff.device().stat(DeviceStat.TX_PACKETS));
  }

  /** D02. */
  @Test
  void aFrameThatFailsIsCounted() {
    wire.room = 1;
    wire.fate = DropReason.WIRE_ERROR;
    send(1);
    assertTrue(skiff.turn());
    assertEquals(1, skiff.device().stat(DeviceStat.TX_ERRORS));
    assertEquals(1, skiff.pool().verdicts().of(DropReason.WIRE_ERROR));
  }

  @Test
  void aWireThatIsGoneTakesItsDeviceDownWithTheReason() {
    send(1);
    wire.gone = true;
    assertTrue(skiff.turn());
    assertFalse(skiff.device().isUp());
    assertEquals("unplugged", skiff.device().failure());
    assertEquals(1, skiff.pool().verdicts().of(DropReason.QUEUE_PURGE));
  }

  @Test
  void aWireThatAlwaysThrowsIsGivenUpSoThatTheLoopDoesNotSpin() {
    wire.throwing = true;
    int turns = 0;
    while (!skiff.turn()) {
      assertTrue(++turns < 100, "it spins");
    }
    assertFalse(skiff.device().isUp());
    assertTrue(skiff.device().failure().contains("on purpose"), skiff.device().failure());
  }

  @Test
  void aFrameThatTheFarEndHasNoRoomForIsDroppedAndNoError() {
    wire.room = 1;
    wire.fate = DropReason.FULL_RING;
    send(1);
    assertTrue(skiff.turn());
    assertEquals(1, skiff.device().stat(DeviceStat.TX_DROPPED));
    assertEquals(0, skiff.device().stat(DeviceStat.TX_ERRORS));
    assertEquals(0, skiff.device().stat(DeviceStat.TX_PACKETS));
  }

  @Test
  void controlTrafficOvertakesWhatTheWireHadNoRoomFor() {
    for (int i = 0; i < 5; i++) {
      send(i);
    }
    wire.room = 1;
    assertTrue(skiff.turn(), "two are on the wire, two wait");
    send(9, NetDevice.BAND_CONTROL);
    wire.room = 100;
    assertTrue(skiff.turn());
    assertEquals(List.of(0, 1, 2, 9, 3, 4), wire.sent);
  }

  @Test
  void aFrameThatIsOfferedAgainIsSeenByTapsOnce() {
    List<Long> seen = new ArrayList<>();
    List<Long> ended = new ArrayList<>();
    skiff.addTap(
        new PacketTap() {
          @Override
          public void seen(Packet p, long id, Direction direction, NetDevice dev, long nowNs) {
            seen.add(id);
          }

          @Override
          public void verdict(long id, DropReason reason) {
            ended.add(id);
          }
        });
    for (int i = 0; i < 5; i++) {
      send(i);
    }
    for (int i = 0; i < 5; i++) {
      wire.room = 1;
      assertTrue(skiff.turn());
    }
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), seen);
    assertEquals(seen, ended);
  }

  @Test
  void aFullWireThatHasRoomAgainTakesAllThatWaited() {
    for (int i = 0; i < 5; i++) {
      send(i);
    }
    assertTrue(skiff.turn(), "three are on the wire, which is full; two wait");
    wire.room = 100;
    assertTrue(skiff.turn());
    assertFalse(wire.isBlocked());
    assertEquals(List.of(0, 1, 2, 3, 4), wire.sent, "nobody would wake the loop for the others");
  }
}
