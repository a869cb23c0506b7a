package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Skiff;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.time.ManualClock;
import dev.skiff.wire.PipeWire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The code of docs/guide-program.md. */
@SuppressWarnings("CheckReturnValue") // As a program of theirs would be.
class ProgramGuideTest {
  private static final int OURS = 0x88B5;

  /** That on a TAP is compiled alone: a unit test has none. */
  static void onATap() throws IOException {
    try (Skiff skiff = Skiff.builder().tap("skiff0").ip("198.51.100.2/24").build()) {
      skiff.start();
      System.out.println(skiff.counters().get("Icmp"));
    }
  }

  @Test
  void allCodeOfThePageIsFromHere() {
    Golden.codeIsFrom("guide-program.md", ProgramGuideTest.class);
  }

  private static void send(Skiff skiff, NetDevice dev) {
    SkBuff skb = Objects.requireNonNull(skiff.pool().devAlloc(46, "my protocol"));
    skb.set8(skb.put(46), 1);
    dev.hardHeader(skb, OURS, MacAddr.BROADCAST, 0);
    DropReason reason = dev.transmit(skb, skiff.nowNs());
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
  }

  private static void listen(Skiff skiff, List<Integer> heard) {
    skiff.addHandler(
        OURS,
        (skb, dev, nowNs) -> {
          heard.add(skb.len());
          return DropReason.CONSUMED;
        });
  }

  @Test
  void twoHostsHearEachOtherOnOneThread() throws IOException {
    List<Integer> heard = new ArrayList<>();
    PipeWire pipe = new PipeWire(1514, 64);
    try (Skiff left = Skiff.builder().wire("left", pipe.a()).ip("198.51.100.1/24").build();
        Skiff right = Skiff.builder().wire("right", pipe.b()).ip("198.51.100.2/24").build()) {
      listen(right, heard);
      left.turn();
      send(left, left.device());
      for (int i = 0; i < 10; i++) {
        left.turn();
        right.turn();
      }
      assertEquals(List.of(46), heard);
    }
  }

  @Test
  void timeStandsStillUntilItIsMoved() throws IOException {
    PipeWire pipe = new PipeWire(1514, 64);
    Skiff closed;
    ManualClock clock = new ManualClock(0);
    try (Skiff skiff =
        Skiff.builder().wire("eth0", pipe.a()).ip("198.51.100.2/24").clock(clock).seed(7).build()) {
      skiff.turn();
      clock.advance(5_000_000_000L);
      skiff.turn();
      assertEquals(5_000_000_000L, skiff.nowNs());
      closed = skiff;
    }
    Skiff skiff = closed;
    assertEquals(0, skiff.pool().held());
  }
}
