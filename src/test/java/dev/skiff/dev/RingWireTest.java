package dev.skiff.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.header.MacAddr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.time.ManualClock;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A device on a wire that sends and receives in one go: what goes when, and that nothing is lost.
 */
class RingWireTest {
  private static final int RING = 8;
  private static final int BURST = 4;

  /** Writes down each call: how many frames it was to receive, how many came, how many it sent. */
  private static final class RingWire implements Wire {
    private final Deque<byte[]> incoming = new ArrayDeque<>();
    private final Deque<SkBuff> queued = new ArrayDeque<>();
    private final List<Integer> sent = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private String failure = "";
    private int ring = RING;
    private boolean stuck;
    private boolean carrier = true;

    /** As a TapWire, which is told how each frame ended when all of the call is done. */
    private boolean receivesFirst;

    private boolean throwsAfterwards;

    @Override
    public int rxRing() {
      return ring;
    }

    @Override
    public int exchange(@Nullable SkBuff[] ring, int n, long nowNs, Completion completion) {
      int out = queued.size();
      if (!receivesFirst) {
        sendAll(completion);
      }
      int in = 0;
      while (in < n && receive(Objects.requireNonNull(ring[in]), nowNs) == Rx.FRAME) {
        in++;
      }
      if (receivesFirst) {
        sendAll(completion);
      }
      calls.add("exchange out " + out + " in " + in + "/" + n);
      if (throwsAfterwards) {
        throwsAfterwards = false;
        throw new IllegalStateException("on purpose");
      }
      return in;
    }

    @Override
    public Rx receive(SkBuff skb, long nowNs) {
      byte[] frame = incoming.poll();
      if (frame == null) {
        return failure.isEmpty() ? Rx.EMPTY : Rx.GONE;
      }
      skb.copyFrom(frame, skb.put(frame.length), frame.length);
      return Rx.FRAME;
    }

    @Override
    public Xmit queue(SkBuff skb, long nowNs) {
      if (stuck || queued.size() == BURST) {
        return Xmit.BUSY;
      }
      skb.setHolder("ring wire");
      queued.add(skb);
      return Xmit.OK;
    }

    @Override
    public void flush(long nowNs, Completion completion) {
      if (!queued.isEmpty()) {
        calls.add("flush " + queued.size());
      }
      sendAll(completion);
    }

    private void sendAll(Completion completion) {
      for (int n = stuck ? 0 : queued.size(); n > 0; n--) {
        SkBuff skb = queued.remove();
        sent.add(sequence(skb));
        completion.sent(skb, DropReason.CONSUMED);
      }
    }

    /** The number of an echo reply; -1 of anything else. */
    private static int sequence(SkBuff skb) {
      boolean ip = skb.len() >= 42 && skb.u16(skb.data() + 12) == 0x0800;
      return ip ? skb.u16(skb.data() + 40) : -1;
    }

    @Override
    public boolean isBlocked() {
      return stuck;
    }

    @Override
    public String io() {
      return "by a ring";
    }

    @Override
    public boolean hasCarrier() {
      return carrier;
    }

    @Override
    public String failure() {
      return failure;
    }

    @Override
    public void stop(Completion completion) {
      while (!queued.isEmpty()) {
        completion.sent(queued.remove(), DropReason.QUEUE_PURGE);
      }
    }

    @Override
    public void close(Completion completion) {
      stop(completion);
    }
  }

  private final RingWire wire = new RingWire();
  private final ManualClock clock = new ManualClock(1_000_000_000L);
  private Skiff skiff = build(builder -> {});

  private Skiff build(Consumer<Skiff.Builder> more) {
    try {
      Skiff.Builder builder =
          Skiff.builder()
              .wire("ring", wire)
              .ip("198.51.100.2/24")
              .mac(MacAddr.format(Rig.OUR_MAC))
              .acd("off")
              .clock(clock);
      more.accept(builder);
      return builder.build();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Another stack than the usual one, on the same wire. */
  private void rebuild(Consumer<Skiff.Builder> more) {
    skiff.close();
    skiff = build(more);
  }

  @AfterEach
  void nothingIsOut() {
    skiff.device().stop();
    assertEquals(0, skiff.pool().held(), skiff.pool().report().toString());
    skiff.close();
  }

  /** The peer asks for our MAC address, so that we know its. */
  private void learn() {
    wire.incoming.add(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    settle();
    wire.calls.clear();
    wire.sent.clear();
  }

  private void settle() {
    for (int turns = 0; !skiff.turn(); turns++) {
      assertTrue(turns < 100, "it spins");
    }
  }

  private void pings(int first, int n) {
    for (int i = first; i < first + n; i++) {
      wire.incoming.add(Frames.echoRequest(7, i, Frames.data(32)));
    }
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  private long verdicts(DropReason reason) {
    return skiff.pool().verdicts().of(reason);
  }

  // ---- One call for what goes out and what comes in ---------------------------------------------

  @Test
  void theReplyToOnePingGoesOutWithTheLookWhetherThereIsAnother() {
    learn();
    pings(1, 1);
    assertFalse(skiff.turn(), "its reply is not sent yet");
    assertEquals(List.of(), wire.sent);
    assertTrue(skiff.turn(), "and now there is nothing left to do");
    assertEquals(List.of("exchange out 0 in 1/1", "exchange out 1 in 0/1"), wire.calls);
    assertEquals(List.of(1), wire.sent);
  }

  @Test
  void whatIsAskedForFollowsWhatComes() {
    learn();
    pings(0, 60);
    settle();
    assertEquals(range(0, 60), wire.sent, "all are answered, in order");
    assertEquals(
        List.of(
            "exchange out 0 in 1/1",
            "exchange out 1 in 1/1",
            "exchange out 1 in 2/2",
            "exchange out 2 in 3/3",
            "exchange out 3 in 4/4",
            "exchange out 4 in 6/6"),
        wire.calls.subList(0, 6));
    assertTrue(wire.calls.contains("exchange out 4 in 8/8"), wire.calls.toString());
    for (int i = 0; i < 3; i++) {
      assertTrue(skiff.turn());
    }
    wire.calls.clear();
    pings(0, 1);
    settle();
    assertEquals("exchange out 0 in 1/1", wire.calls.getFirst(), "after a rest it is one again");
  }

  @Test
  void whatTheWireHasNoRoomForMakesItSendAtOnceInOrder() {
    learn();
    pings(0, 60);
    settle();
    int eight = wire.calls.indexOf("exchange out 4 in 8/8");
    assertEquals("flush " + BURST, wire.calls.get(eight + 1), "eight replies, of which four fit");
    assertEquals(range(0, 60), wire.sent);
    assertEquals(0, skiff.device().stat(DeviceStat.TX_DROPPED));
  }

  @Test
  void whatIsToBeSentInAQuietTurnIsNotLeftToTheNext() throws IOException {
    learn();
    SkBuff skb = Objects.requireNonNull(skiff.pool().devAlloc(100, "test"));
    skb.reserve(14);
    skb.copyFrom(Frames.data(60), skb.put(60), 60);
    assertEquals(14, skiff.device().hardHeader(skb, 0x88B5, Rig.PEER_MAC, 60));
    assertEquals(DropReason.NOT_DROPPED, skiff.device().transmit(skb, clock.nowNs()));
    assertTrue(skiff.turn());
    assertEquals(List.of("exchange out 0 in 0/1", "flush 1"), wire.calls);
  }

  /** Nobody would send what it is left with. */
  @Test
  void aWireWithoutARingIsLeftWithNothingHoweverMuchThereIs() {
    learn();
    wire.ring = 1;
    pings(0, 200);
    assertFalse(skiff.turn(), "more than one turn's");
    assertEquals(0, wire.queued.size());
    settle();
    assertEquals(range(0, 200), wire.sent);
  }

  @Test
  void aWireThatTakesNothingDoesNotHoldTheLoop() {
    learn();
    pings(0, 6);
    wire.stuck = true;
    while (!wire.incoming.isEmpty()) {
      assertFalse(skiff.turn());
    }
    settle();
    assertEquals(List.of(), wire.sent);
    wire.stuck = false;
    settle();
    assertEquals(range(0, 6), wire.sent);
  }

  // ---- Nothing is lost on the way ---------------------------------------------------------------

  @Test
  void aDeviceThatIsStoppedSendsWhatTheWireWasLeftWith() {
    learn();
    pings(1, 1);
    assertFalse(skiff.turn());
    skiff.device().stop();
    assertEquals(List.of(1), wire.sent);
  }

  @Test
  void aFaultThatIsSetSparesWhatTheWireWasLeftWith() {
    learn();
    pings(1, 1);
    assertFalse(skiff.turn());
    skiff.device().setFault(FaultSpec.parse("loss=100%,seed=1"), clock.nowNs());
    assertEquals(List.of(1), wire.sent);
    wire.calls.clear();
    pings(2, 1);
    settle();
    assertEquals(List.of(1), wire.sent, "from here on all is lost");
    assertTrue(wire.calls.stream().noneMatch(call -> call.startsWith("exchange")), "one by one");
  }

  @Test
  void aFaultThatIsTakenBackLeavesTheWireItsRing() {
    learn();
    skiff.device().setFault(FaultSpec.parse("loss=100%,seed=1"), clock.nowNs());
    pings(1, 1);
    settle();
    skiff.device().setFault(FaultSpec.OFF, clock.nowNs());
    wire.calls.clear();
    pings(2, 1);
    assertFalse(skiff.turn());
    assertTrue(skiff.turn());
    assertEquals(List.of("exchange out 0 in 1/1", "exchange out 1 in 0/1"), wire.calls);
    assertEquals(List.of(2), wire.sent);
    pings(3, 1);
    assertFalse(skiff.turn());
    skiff.device().setFault(FaultSpec.parse("loss=100%,seed=1"), clock.nowNs());
    assertEquals(List.of(2, 3), wire.sent, "what the wire was left with is spared again");
    assertEquals("by a ring", skiff.device().wire().io(), "how the wire below asks");
  }

  /** Under a flood it asks for another turn, which must not be asked for ever. */
  @Test
  void aFaultThatIsTakenBackInAFloodLeavesALoopThatSleeps() {
    learn();
    skiff.device().setFault(FaultSpec.parse("loss=100%,seed=1"), clock.nowNs());
    pings(0, 10_000);
    assertFalse(skiff.turn(), "there may be more");
    skiff.device().setFault(FaultSpec.OFF, clock.nowNs());
    wire.incoming.clear();
    pings(1, 1);
    settle();
    assertEquals(List.of(1), wire.sent);
    assertEquals(Long.MAX_VALUE, skiff.device().wire().nextDeadlineNs());
  }

  /** What waits goes first, one by one. */
  @ParameterizedTest
  @ValueSource(strings = {"in", "out", "both"})
  void whatAFaultHeldGoesOutBeforeTheWireHasItsRingAgain(String direction) {
    learn();
    skiff.device().setFault(FaultSpec.parse("delay=1s,dir=" + direction), clock.nowNs());
    pings(0, 3);
    settle();
    assertEquals(List.of(), wire.sent);
    skiff.device().setFault(FaultSpec.OFF, clock.nowNs());
    pings(3, 3);
    settle();
    assertEquals(range(0, 6), wire.sent);
    assertTrue(skiff.turn());
    assertTrue(wire.calls.getLast().startsWith("exchange"), wire.calls.toString());
  }

  @Test
  void aTapThatStopsTheDeviceWhileItSendsTakesNothingOfWhatHasJustCome() {
    learn();
    skiff.addTap(
        new PacketTap() {
          @Override
          public void seen(Packet p, long id, Direction direction, NetDevice dev, long nowNs) {}

          @Override
          public void verdict(long id, DropReason reason) {
            skiff.device().stop();
          }
        });
    pings(1, 1);
    assertFalse(skiff.turn());
    pings(2, 1);
    long received = skiff.device().stat(DeviceStat.RX_PACKETS);
    settle();
    assertFalse(skiff.device().isUp());
    assertEquals(List.of(1), wire.sent);
    assertEquals(received + 1, skiff.device().stat(DeviceStat.RX_PACKETS));
    assertEquals(1, verdicts(DropReason.QUEUE_PURGE), "the second ping, from the backlog");
  }

  /** It sees a reply go out, and is not to send the same or the next once more. */
  @Test
  void aTapThatPollsWhileTheWireSendsGetsNothing() {
    learn();
    skiff.addTap(
        new PacketTap() {
          @Override
          public void seen(Packet p, long id, Direction direction, NetDevice dev, long nowNs) {}

          @Override
          public void verdict(long id, DropReason reason) {
            var _ = skiff.device().poll(RING, clock.nowNs());
          }
        });
    pings(0, 20);
    settle();
    assertEquals(range(0, 20), wire.sent);
    assertEquals(0, Rig.stackOf(skiff).faults().count());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTapThatSetsAnotherMtuWhileTheWireSendsTakesNothingOfWhatHasJustCome(boolean first) {
    wire.receivesFirst = first;
    learn();
    skiff.addTap(
        new PacketTap() {
          @Override
          public void seen(Packet p, long id, Direction direction, NetDevice dev, long nowNs) {}

          @Override
          public void verdict(long id, DropReason reason) {
            skiff.device().changeMtu(skiff.device().mtu() == 576 ? 1500 : 576);
          }
        });
    pings(0, 20);
    settle();
    assertEquals(range(0, 20), wire.sent);
    assertEquals(0, Rig.stackOf(skiff).faults().count());
    assertEquals(0, verdicts(DropReason.PKT_TOO_SMALL));
  }

  @Test
  void whatAWireThatThrowsHadReceivedIsNotMixedWithWhatComesNext() {
    learn();
    pings(0, 3);
    wire.throwsAfterwards = true;
    settle();
    assertEquals(1, Rig.stackOf(skiff).faults().count());
    assertEquals(range(1, 3), wire.sent, "the first was in the wire's hands");
    assertEquals(1, skiff.device().stat(DeviceStat.RX_MISSED_ERRORS));
  }

  @Test
  void theFramesThatCameBeforeTheWireDiedAreAnsweredBeforeItsDeviceFails() {
    learn();
    pings(1, 1);
    wire.failure = "unplugged";
    assertFalse(skiff.turn());
    assertTrue(skiff.device().isUp());
    assertTrue(skiff.turn());
    assertEquals("unplugged", skiff.device().failure());
    assertEquals(List.of(1), wire.sent);
  }

  // ---- The ring of posted buffers ---------------------------------------------------------------

  @Test
  void anotherMtuPostsOtherBuffers() {
    learn();
    pings(0, 20);
    settle();
    skiff.device().changeMtu(576);
    assertEquals(1, skiff.pool().held(), skiff.pool().report().toString());
    wire.sent.clear();
    pings(0, 20);
    settle();
    assertEquals(range(0, 20), wire.sent);
  }

  /** All those that were posted for a burst. */
  @Test
  void aLargerMtuAmidABurstPostsLargerBuffers() {
    learn();
    skiff.device().changeMtu(576);
    pings(0, 60);
    while (!wire.incoming.isEmpty()) {
      assertFalse(skiff.turn());
    }
    skiff.device().changeMtu(1500);
    for (int i = 60; i < 80; i++) {
      wire.incoming.add(Frames.echoRequest(7, i, Frames.data(1472)));
    }
    settle();
    assertEquals(range(0, 80), wire.sent);
    assertEquals(0, Rig.stackOf(skiff).faults().count());
  }

  @Test
  void whatWasPostedForABurstIsGivenBackOnceItIsQuiet() {
    learn();
    pings(0, 60);
    settle();
    assertTrue(wire.calls.contains("exchange out 4 in 8/8"), wire.calls.toString());
    for (int i = 0; i < 4; i++) {
      assertTrue(skiff.turn());
    }
    assertEquals(1, skiff.pool().held(), skiff.pool().report().toString());
  }

  @Test
  void aWireThatLosesItsRingHasOneBufferPosted() {
    learn();
    pings(0, 60);
    while (!wire.incoming.isEmpty()) {
      assertFalse(skiff.turn());
    }
    wire.ring = 1;
    settle();
    assertEquals(range(0, 60), wire.sent, "what it was left with goes out");
    assertEquals(1, skiff.pool().held(), skiff.pool().report().toString());
    wire.sent.clear();
    pings(0, 20);
    settle();
    assertEquals(range(0, 20), wire.sent);
  }

  @Test
  void theRingTakesNoMoreThanAShareOfASmallPool() {
    rebuild(builder -> builder.buffers(16));
    learn();
    pings(0, 60);
    settle();
    assertTrue(
        wire.calls.stream().allMatch(call -> call.endsWith("/1") || call.endsWith("/2")),
        wire.calls.toString());
    assertTrue(skiff.pool().held() <= 2, skiff.pool().report().toString());
  }

  @Test
  void theRingsOfManyDevicesTogetherLeaveBuffersForFrames() throws IOException {
    rebuild(builder -> builder.buffers(16));
    learn();
    for (int i = 1; i < 8; i++) {
      RingWire more = new RingWire();
      NetDevice dev =
          skiff.register(DeviceConfig.of("ring" + i, more).withMac(0x0200_5E10_0090L + i));
      dev.open();
      for (int frame = 0; frame < 60; frame++) {
        more.incoming.add(Frames.echoRequest(7, frame, Frames.data(32)));
      }
      settle();
    }
    wire.sent.clear();
    pings(0, 20);
    settle();
    assertEquals(range(0, 20), wire.sent);
    assertEquals(0, verdicts(DropReason.NOMEM));
    for (NetDevice dev : skiff.netDevices().all()) {
      dev.stop();
    }
  }

  @Test
  void withoutABufferToPostInsteadAFrameIsDroppedAndItsBufferPostedAgain() {
    rebuild(builder -> builder.buffers(2));
    learn();
    List<SkBuff> taken = new ArrayList<>();
    for (SkBuff skb = take(); skb != null; skb = take()) {
      taken.add(skb);
    }
    pings(1, 3);
    settle();
    assertEquals(3, verdicts(DropReason.NOMEM));
    assertEquals(3, skiff.device().stat(DeviceStat.RX_DROPPED));
    taken.forEach(skb -> skb.free(DropReason.CONSUMED));
    pings(4, 1);
    settle();
    assertEquals(List.of(4), wire.sent);
  }

  private @Nullable SkBuff take() {
    return skiff.pool().devAlloc(60, "test");
  }

  @Test
  void aFrameTellsThatSomebodyIsThere() {
    wire.carrier = false;
    skiff.device().lookAtLink();
    assertFalse(skiff.device().hasCarrier());
    wire.carrier = true;
    learn();
    assertTrue(skiff.device().hasCarrier());
  }
}
