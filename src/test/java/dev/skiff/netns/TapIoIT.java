package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import dev.skiff.sys.Errno;
import dev.skiff.sys.FailingRing;
import dev.skiff.sys.TapOptions;
import dev.skiff.wire.FailingTap;
import dev.skiff.wire.IoMode;
import dev.skiff.wire.TapWire;
import dev.skiff.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The io_uring of a TapWire, on a real TAP: one call for many frames, in order, each with its end.
 */
@Tag("netns")
class TapIoIT {
  private static final int ETH_P_TEST = 0x88B5;
  private static final int NUMBER = Frames.ETH_HLEN;
  private static final int ROOM = 2048;

  private final SkBuffPool pool = new SkBuffPool(256, SkBuffPool.slotSizeFor(ROOM), 1);
  private final List<DropReason> fates = new ArrayList<>();
  private final List<Integer> numbers = new ArrayList<>();
  private final Wire.Completion completion =
      (skb, reason) -> {
        fates.add(reason);
        numbers.add(skb.u8(skb.data() + NUMBER));
        skb.free(reason);
      };
  private final Netns netns = new Netns();
  private @Nullable TapWire wire;
  private @Nullable Station station;

  @BeforeEach
  void makeQuiet() {
    netns.exec("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
    netns.exec("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
    netns.exec("ip", "link", "set", "br0", "up");
  }

  @AfterEach
  void nothingIsLeft() {
    if (wire != null) {
      wire.close(completion);
    }
    if (station != null) {
      station.close();
    }
    netns.close();
    assertEquals(0, pool.held(), pool.report().toString());
    pool.close();
  }

  private static TapOptions options(Netns netns) {
    return TapOptions.of("skiff0").withNetns(netns.name());
  }

  /** A TAP that a bridge joins with that of the test's station. */
  private TapWire open(IoMode mode) throws IOException {
    return open(TapWire.open(options(netns), mode));
  }

  private TapWire open(TapWire opened) throws IOException {
    wire = opened;
    opened.init();
    opened.open();
    netns.exec("ip", "link", "set", "skiff0", "master", "br0", "up");
    station = Station.on(netns);
    return opened;
  }

  private Station station() {
    return Objects.requireNonNull(station);
  }

  private static byte[] frame(long dest, long source, int number) {
    byte[] data = Frames.data(100);
    data[0] = (byte) number;
    return Frames.ethernet(dest, source, ETH_P_TEST, data);
  }

  /** What the wire is to send: numbers from {@code first} on. */
  private void queue(TapWire to, int first, int n) {
    for (int i = first; i < first + n; i++) {
      SkBuff skb = buffer();
      byte[] frame = frame(Rig.PEER_MAC, Rig.OUR_MAC, i);
      skb.copyFrom(frame, skb.put(frame.length), frame.length);
      assertEquals(Wire.Xmit.OK, to.queue(skb, 0));
    }
  }

  private SkBuff buffer() {
    return Objects.requireNonNull(pool.devAlloc(ROOM, "test"));
  }

  /** The numbers of the frames that one exchange brings. */
  private List<Integer> exchange(TapWire with, int n) {
    @Nullable SkBuff[] ring = new @Nullable SkBuff[n];
    for (int i = 0; i < n; i++) {
      ring[i] = buffer();
    }
    int frames = with.exchange(ring, n, 0, completion);
    List<Integer> received = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      SkBuff skb = Objects.requireNonNull(ring[i]);
      if (i < frames) {
        received.add(skb.u8(skb.data() + NUMBER));
      } else {
        assertEquals(0, skb.len(), "what was not filled is empty still");
      }
      skb.free(DropReason.CONSUMED);
    }
    return received;
  }

  private List<Integer> atTheStation() {
    List<Integer> received = new ArrayList<>();
    for (byte[] frame = station().receive(); frame.length > 0; frame = station().receive()) {
      if (Frames.u16(frame, 12) == ETH_P_TEST) {
        received.add(Frames.u8(frame, NUMBER));
      }
    }
    return received;
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  private static void assertCalls(TapWire wire, long reads, long writes, long enters) {
    assertEquals(reads, wire.ioCounters().get("Reads"), "Reads");
    assertEquals(writes, wire.ioCounters().get("Writes"), "Writes");
    assertEquals(enters, wire.ioCounters().get("Enters"), "Enters");
  }

  @Test
  void oneCallSendsAndReceivesManyFramesInOrder() throws IOException {
    TapWire with = open(IoMode.URING);
    assertEquals("uring", with.io());
    for (int i = 100; i < 110; i++) {
      station().send(frame(Rig.OUR_MAC, Rig.PEER_MAC, i));
    }
    queue(with, 0, 20);
    assertEquals(range(100, 110), exchange(with, 32), "ten of the 32 that were asked for");
    assertCalls(with, 0, 0, 1);
    assertEquals(32, with.ioCounters().get("RingReads"));
    assertEquals(20, with.ioCounters().get("RingWrites"));
    assertEquals(range(0, 20), numbers);
    assertEquals(Collections.nCopies(20, DropReason.CONSUMED), fates);
    assertEquals(range(0, 20), atTheStation());
  }

  @Test
  void manyLapsOfTheRingLoseNothing() throws IOException {
    TapWire with = open(IoMode.URING);
    List<Integer> back = new ArrayList<>();
    for (int lap = 0; lap < 500; lap++) {
      for (int i = 0; i < 3; i++) {
        station().send(frame(Rig.OUR_MAC, Rig.PEER_MAC, lap % 100 + i));
      }
      queue(with, lap % 100, 5);
      assertEquals(range(lap % 100, lap % 100 + 3), exchange(with, 4));
      back.addAll(atTheStation());
    }
    assertEquals(2500, back.size());
    assertCalls(with, 0, 0, 500);
  }

  @Test
  void aSingleRequestIsACallOfItsOwn() throws IOException {
    TapWire with = open(IoMode.URING);
    assertEquals(List.of(), exchange(with, 1));
    assertCalls(with, 1, 0, 0);
    queue(with, 0, 1);
    with.flush(0, completion);
    assertCalls(with, 1, 1, 0);
  }

  @Test
  void aBurstThatIsOnlySentIsOneCall() throws IOException {
    TapWire with = open(IoMode.URING);
    queue(with, 0, 64);
    with.flush(0, completion);
    assertEquals(range(0, 64), numbers);
    assertEquals(range(0, 64), atTheStation());
    assertCalls(with, 0, 0, 1);
  }

  @Test
  void eachFrameThatTheHostRefusesIsADropWithItsReason() throws IOException {
    TapWire with = open(IoMode.URING);
    netns.exec("ip", "link", "set", "skiff0", "down");
    queue(with, 0, 5);
    assertEquals(List.of(), exchange(with, 3));
    assertEquals(Collections.nCopies(5, DropReason.DEV_READY), fates);
    assertFalse(with.isBlocked());
    assertEquals("", with.failure());
  }

  @Test
  void aFrameThatIsNoFrameIsADropAndThoseBehindItGoOut() throws IOException {
    TapWire with = open(IoMode.URING);
    queue(with, 0, 1);
    SkBuff runt = buffer();
    runt.copyFrom(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, runt.put(8), 8);
    assertEquals(Wire.Xmit.OK, with.queue(runt, 0));
    queue(with, 2, 1);
    with.flush(0, completion);
    assertEquals(List.of(DropReason.CONSUMED, DropReason.WIRE_ERROR, DropReason.CONSUMED), fates);
    assertEquals(List.of(0, 2), atTheStation());
  }

  @Test
  void aTapThatWasDeletedIsADeadWire() throws IOException {
    TapWire with = open(IoMode.URING);
    netns.exec("ip", "link", "del", "skiff0");
    queue(with, 0, 2);
    assertEquals(List.of(), exchange(with, 4));
    assertTrue(with.failure().contains("somebody deleted it"), with.failure());
    assertEquals(Collections.nCopies(2, DropReason.WIRE_ERROR), fates);
  }

  // ---- A ring that fails ------------------------------------------------------------------------

  /**
   * The first of the writes are made by the ring, the others without it: in order, and each once.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 9})
  void whatAFailingRingLeavesIsSentWithoutIt(int takes) throws IOException {
    FailingRing ring = new FailingRing();
    TapWire with = open(FailingTap.open(options(netns), ring));
    queue(with, 0, 2);
    with.flush(0, completion);
    ring.fail(takes, Errno.EIO);
    queue(with, 2, 10);
    with.flush(0, completion);
    assertEquals("syscall (io_uring_enter: Input/output error)", with.io());
    assertEquals(1, with.rxRing());
    assertEquals(range(0, 12), numbers);
    assertEquals(Collections.nCopies(12, DropReason.CONSUMED), fates);
    assertEquals(range(0, 12), atTheStation());
    assertEquals(10 - takes, with.ioCounters().get("Writes"));
    with.close(completion);
    assertFalse(netns.has("skiff0"), "the ring holds it no more");
  }

  /**
   * Of ten requests it takes some: none, some of the writes, all of them, and some of the reads.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 5, 7})
  void whatAFailingRingHasNotReadIsReadWithoutIt(int takes) throws IOException {
    FailingRing ring = new FailingRing();
    TapWire with = open(FailingTap.open(options(netns), ring));
    for (int i = 100; i < 105; i++) {
      station().send(frame(Rig.OUR_MAC, Rig.PEER_MAC, i));
    }
    ring.fail(takes, Errno.EAGAIN);
    queue(with, 0, 5);
    List<Integer> received = new ArrayList<>(exchange(with, 5));
    assertEquals(Math.max(takes - 5, 0), received.size());
    assertEquals("", with.failure());
    assertEquals("syscall (io_uring_enter: Resource temporarily unavailable)", with.io());
    assertEquals(range(0, 5), numbers);
    assertEquals(range(0, 5), atTheStation());
    Long enters = with.ioCounters().get("Enters");
    queue(with, 5, 2);
    received.addAll(exchange(with, 6));
    assertEquals(range(100, 105), received);
    assertEquals(range(5, 7), atTheStation());
    assertEquals(Collections.nCopies(7, DropReason.CONSUMED), fates);
    assertEquals(enters, with.ioCounters().get("Enters"));
  }

  /** Once the kernel has memory again, what it left is done. */
  @Test
  void aKernelThatIsShortOfMemoryIsAskedAgain() throws IOException {
    FailingRing ring = new FailingRing();
    TapWire with = open(FailingTap.open(options(netns), ring));
    ring.failOnce(3, Errno.EAGAIN, () -> {});
    queue(with, 0, 10);
    with.flush(0, completion);
    assertEquals("uring", with.io());
    assertEquals(range(0, 10), numbers);
    assertEquals(range(0, 10), atTheStation());
    assertEquals(0, with.ioCounters().get("Writes"));
  }

  /** What comes while the kernel is at the reads is found by the later ones alone. */
  @Test
  void framesThatComeBehindReadsInVainAreInFrontAndInOrder() throws IOException {
    FailingRing ring = new FailingRing();
    TapWire with = open(FailingTap.open(options(netns), ring));
    Runnable comes =
        () -> {
          for (int i = 100; i < 103; i++) {
            station().send(frame(Rig.OUR_MAC, Rig.PEER_MAC, i));
          }
        };
    ring.failOnce(2, Errno.EAGAIN, comes);
    assertEquals(range(100, 103), exchange(with, 6));
    assertEquals("uring", with.io());
  }

  // ---- No ring ----------------------------------------------------------------------------------

  @Test
  void withoutARingItIsASystemCallAFrame() throws IOException {
    TapWire with = open(IoMode.SYSCALL);
    assertEquals("syscall (as it was told)", with.io());
    assertEquals(1, with.rxRing(), "frames come one by one");
    queue(with, 0, 3);
    with.flush(0, completion);
    assertEquals(range(0, 3), atTheStation());
    assertCalls(with, 0, 3, 0);
  }

  /** What has no room in the host is made again, and must not be overtaken meanwhile. */
  @Test
  void aTapWithASndbufHasNoRing() throws IOException {
    TapOptions bounded = options(netns).withSndbuf(100_000);
    try (Closing some = new Closing(TapWire.open(bounded, IoMode.AUTO))) {
      assertEquals("syscall (the TAP has a sndbuf)", some.wire.io());
    }
    IOException refused =
        assertThrows(IOException.class, () -> TapWire.open(bounded, IoMode.URING));
    assertEquals(
        "TAP skiff0: no io_uring: the TAP has a sndbuf; use --io auto", refused.getMessage());
    assertFalse(netns.has("skiff0"), "a TAP that was made for it is gone again");
  }

  /** The kernel takes a ring down some time after the end of its process, and its file with it. */
  @Test
  void aTapIsFreeAsSoonAsADaemonThatCouldNotStartHasEnded() throws IOException {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    String[] run = {SkiffProcess.SKIFF, "run", "--tap", "skiff0", "--ip", SkiffProcess.IP + "/24"};
    List<String> command = new ArrayList<>(List.of(run));
    command.addAll(List.of("--no-warm-up", "--route", "203.0.113.0/24 via 192.0.2.1"));
    Netns.Result refused = netns.run(command.toArray(String[]::new));
    assertEquals(2, refused.exitCode(), refused.output());
    try (Closing next = new Closing(TapWire.open(options(netns), IoMode.AUTO))) {
      assertEquals("", next.wire.failure());
    }
  }

  private record Closing(TapWire wire) implements AutoCloseable {
    @Override
    public void close() {
      wire.close((skb, reason) -> {});
    }
  }
}
