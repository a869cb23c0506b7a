package dev.skiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.dev.NetDevice;
import dev.skiff.dev.PacketTap;
import dev.skiff.ip.RouteSpec;
import dev.skiff.loop.IdleStrategy;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.Packet;
import dev.skiff.skb.SkBuff;
import dev.skiff.wire.PipeWire;
import dev.skiff.wire.Wire;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The face for programs. */
class SkiffTest {
  private static final int REPLIES = 1000;

  /**
   * As many requests as are outstanding at most: no more than a stack keeps for a neighbour whose
   * MAC address it does not know yet, and than the pipe holds, so that none may be dropped.
   */
  private static final int WINDOW = 64;

  /** Counts the echo replies that come in at a device. */
  private static final class Replies implements PacketTap {
    private final CountDownLatch left = new CountDownLatch(REPLIES);

    /** How many requests may be under way yet. */
    private final Semaphore window = new Semaphore(WINDOW);

    @Override
    public void seen(Packet packet, long id, Direction direction, NetDevice dev, long nowNs) {
      int icmp = packet.macHeader() + Frames.ETH_HLEN + Frames.IP_HLEN;
      boolean isIp = packet.u16(packet.macHeader() + 12) == 0x0800;
      if (direction == Direction.IN && isIp && packet.u8(icmp) == 0) {
        left.countDown();
        window.release();
      }
    }

    @Override
    public void verdict(long id, DropReason reason) {}
  }

  @ParameterizedTest
  @EnumSource
  void twoStacksOnTwoThreadsPingEachOther(IdleStrategy idle) throws Exception {
    PipeWire pipe = new PipeWire(2048, 512);
    Replies replies = new Replies();
    try (Skiff a =
            Skiff.builder()
                .wire("a", pipe.a())
                .idle(idle)
                .ip("198.51.100.1/24")
                .mac("02:00:5e:10:00:02")
                .build();
        Skiff b =
            Skiff.builder()
                .wire("b", pipe.b())
                .idle(idle)
                .ip("198.51.100.2/24")
                .mac("02:00:5e:10:00:01")
                .build()) {
      a.addTap(replies);
      a.start();
      b.start();
      for (int i = 0; i < REPLIES; i++) {
        assertTrue(
            replies.window.tryAcquire(20, TimeUnit.SECONDS), () -> "no reply: " + state(a, b));
        byte[] request = Frames.echoRequest(1, i, Frames.data(56));
        assertEquals(DropReason.NOT_DROPPED, a.call(() -> send(a, request)));
      }
      assertTrue(
          replies.left.await(20, TimeUnit.SECONDS),
          () -> replies.left.getCount() + " are missing: " + state(a, b));
      assertEquals(
          (long) REPLIES, Objects.requireNonNull(b.counters().get("Icmp")).get("OutEchoReps"));
      assertEquals(0, a.stack().faults().count() + b.stack().faults().count());
    }
  }

  /** What both sides have counted, and what they have dropped. */
  private static String state(Skiff a, Skiff b) {
    StringBuilder state = new StringBuilder();
    for (Skiff skiff : new Skiff[] {a, b}) {
      state.append('\n').append(skiff.device().name()).append(": ").append(skiff.counters());
      for (DropReason reason : DropReason.values()) {
        long dropped = skiff.pool().verdicts().of(reason);
        if (reason.isDrop() && dropped > 0) {
          state.append(", ").append(reason).append(' ').append(dropped);
        }
      }
    }
    return state.toString();
  }

  /** A frame sent by the driver's own functions, on the loop thread. */
  private static DropReason send(Skiff from, byte[] frame) {
    SkBuff skb = Objects.requireNonNull(from.pool().devAlloc(frame.length, "test"));
    skb.copyFrom(frame, skb.put(frame.length), frame.length);
    skb.setHeaderComplete();
    DropReason reason = from.device().transmit(skb, 0);
    if (reason != DropReason.NOT_DROPPED) {
      skb.free(reason);
    }
    return reason;
  }

  @Test
  void closingTwiceAndWithoutAStartIsHarmless() throws Exception {
    Skiff skiff =
        Skiff.builder().wire("a", new PipeWire(2048, 64).a()).ip("198.51.100.1/24").build();
    assertTrue(skiff.device().isUp());
    skiff.close();
    skiff.close();
    assertFalse(skiff.device().isUp());
  }

  @ParameterizedTest
  @CsvSource({
    "'', 198.51.100.1, 1500, of no use without an address",
    "224.0.0.1/24, '', 1500, is no host's address",
    "198.51.100.0/24, '', 1500, is the number of its own network",
    "198.51.100.2/24, 203.0.113.1, 1500, must be reachable directly",
    "198.51.100.2/24, '', 67, out of range",
    "198.51.100.2/24, '', 65522, out of range",
  })
  void aWrongSettingIsRefusedInOneLine(String ip, String gateway, int mtu, String part) {
    Skiff.Builder builder = Skiff.builder().wire("a", new PipeWire(2048, 64).a()).mtu(mtu);
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> {
              if (!ip.isEmpty()) {
                builder.ip(ip);
              }
              if (!gateway.isEmpty()) {
                builder.gateway(gateway);
              }
              builder.build().close();
            });
    assertTrue(refused.toString().contains(part), refused.toString());
    assertEquals(1, refused.toString().lines().count());
  }

  /** X120: routes that a program says, at first and later. */
  @Test
  void routesAreSaidInTheWordsOfIpRoute() throws Exception {
    Skiff.Builder builder =
        onAPipe()
            .gateway("198.51.100.3")
            .route("203.0.113.0/24 via 198.51.100.2 metric 10", "blackhole 198.18.0.0/15");
    try (Skiff skiff = builder.build()) {
      skiff.routes().add(RouteSpec.parse("default via 198.51.100.4 metric 7"));
      assertEquals(
          List.of(
              "default via 198.51.100.3 dev a",
              "default via 198.51.100.4 dev a metric 7",
              "blackhole 198.18.0.0/15",
              "198.51.100.0/24 dev a proto kernel scope link src 198.51.100.1",
              "203.0.113.0/24 via 198.51.100.2 dev a metric 10"),
          skiff.routes().list().stream().map(Object::toString).toList());
    }
    assertThrows(IllegalArgumentException.class, () -> onAPipe().route("default via"));
    assertThrows(
        IllegalArgumentException.class, () -> onAPipe().route("default via 192.0.2.1").build());
    assertThrows(
        IllegalStateException.class,
        () -> onAPipe().route("blackhole default", "blackhole default").build());
  }

  private static Skiff.Builder onAPipe() {
    return Skiff.builder().wire("a", new PipeWire(2048, 64).a()).ip("198.51.100.1/24");
  }

  @ParameterizedTest
  @ValueSource(strings = {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "02:00"})
  void aMacThatNoStationHasIsRefusedWhereItIsGiven(String mac) {
    Skiff.Builder builder = onAPipe();
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> builder.mac(mac));
    assertTrue(refused.toString().contains(mac), refused.toString());
    assertEquals(1, refused.toString().lines().count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"198.51.100.1", "198.51.100.1/33", "198.51.100.1/0", "x/24", "1.2.3/24"})
  void anAddressThatIsNoneIsRefusedInOneLine(String ip) {
    Skiff.Builder builder = onAPipe();
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> builder.ip(ip));
    assertEquals(1, refused.toString().lines().count());
  }

  @Test
  void aRefusedSettingClosesTheWireThatItWasGiven() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    Wire pipe = new PipeWire(2048, 64).a();
    Wire watched =
        (Wire)
            Proxy.newProxyInstance(
                Wire.class.getClassLoader(),
                new Class<?>[] {Wire.class},
                (proxy, method, args) -> {
                  if (method.getName().equals("close")) {
                    closed.incrementAndGet();
                  }
                  return method.invoke(pipe, args);
                });
    Skiff.Builder builder = Skiff.builder().wire("a", watched).ip("198.51.100.1/24").mtu(1);
    assertThrows(IllegalArgumentException.class, builder::build);
    assertEquals(1, closed.get());
  }

  @Test
  void whatACallThrowsComesBackAndTheLoopGoesOn() throws Exception {
    try (Skiff skiff = onAPipe().build()) {
      skiff.start();
      ExecutionException thrown =
          assertThrows(
              ExecutionException.class,
              () ->
                  skiff.call(
                      () -> {
                        throw new IllegalStateException("on purpose");
                      }));
      assertEquals("on purpose", Objects.requireNonNull(thrown.getCause()).getMessage());
      assertEquals("skiff-loop", skiff.call(() -> Thread.currentThread().getName()));
      assertEquals(0, skiff.stack().faults().count(), "the caller's, not the loop's");
    }
  }

  @Test
  void beforeTheStartACallIsComputedAtOnce() throws Exception {
    try (Skiff skiff = onAPipe().build()) {
      assertEquals(Thread.currentThread(), skiff.call(Thread::currentThread));
    }
  }

  @Test
  void aCallAfterTheEndSaysSo() throws Exception {
    Skiff skiff = onAPipe().build();
    skiff.start();
    skiff.close();
    skiff.close();
    TimeoutException late = assertThrows(TimeoutException.class, () -> skiff.call(() -> 1));
    assertEquals("the loop has ended", late.getMessage());
  }

  @Test
  void aSecondStartIsRefused() throws Exception {
    try (Skiff skiff = onAPipe().build()) {
      skiff.start();
      assertThrows(IllegalStateException.class, skiff::start);
      assertEquals(7, skiff.call(() -> 7));
    }
  }
}
