package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rig;
import dev.skiff.control.Command;
import dev.skiff.control.PingRequest;
import dev.skiff.control.Streams;
import dev.skiff.dev.Taps;
import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.PoolConfig;
import dev.skiff.stats.Faults;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import dev.skiff.trace.Filter;
import dev.skiff.wire.PipeWire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Captures, traces and pings that a busy loop does not come to leave nothing behind in the stack.
 */
@Execution(ExecutionMode.CONCURRENT)
class LiveStreamsTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final PipeWire pipe = new PipeWire(2048, 64);
  private final TimerQueue timers = new TimerQueue();
  private final Faults faults = new Faults();
  private final Clock clock = Clock.system();
  private final NetStack stack =
      Rig.stackOn(pipe.a(), PoolConfig.usual().withBuffers(64), timers, faults);
  private final PollLoop loop = new PollLoop(clock, timers, stack, faults);
  private final LiveStreams streams = new LiveStreams(stack, loop, clock, "test");
  private final CountDownLatch release = new CountDownLatch(1);

  @BeforeEach
  void open() throws IOException {
    stack.open();
    loop.start("test-loop", () -> {});
  }

  @AfterEach
  void close() throws InterruptedException {
    release.countDown();
    loop.stop();
    assertTrue(loop.join(Duration.ofSeconds(10)));
    pipe.b().close((skb, reason) -> {});
    stack.close();
    assertEquals(0, faults.count());
  }

  /** From here on the loop does nothing until it is released. */
  private void keepBusy() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    loop.execute(
        () -> {
          begun.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    begun.await();
  }

  /** How many taps there are; nobody but the stack has any use for that. Loop thread. */
  private int taps() throws ReflectiveOperationException {
    Field taps = NetStack.class.getDeclaredField("taps");
    taps.setAccessible(true);
    Field list = Taps.class.getDeclaredField("taps");
    list.setAccessible(true);
    return Array.getLength(list.get(taps.get(stack)));
  }

  @Test
  void aTraceThatWasRefusedKeepsNobodyFromTracing() throws Exception {
    keepBusy();
    Streams.Refused refused =
        assertThrows(Streams.Refused.class, () -> streams.open(new Command.Trace("", 1)));
    assertTrue(String.valueOf(refused.getMessage()).contains("did not answer in time"));
    release.countDown();
    assertNull(loop.call(() -> stack.pool().tracer(), LONG));
    streams.open(new Command.Trace("", 1)).close();
    assertNull(loop.call(() -> stack.pool().tracer(), LONG));
  }

  @Test
  void aCaptureThatWasRefusedIsNoTap() throws Exception {
    keepBusy();
    assertThrows(
        TimeoutException.class,
        () -> RunningCapture.start(Filter.ALL, stack, loop, clock, "test").close());
    release.countDown();
    assertEquals(0, loop.call(() -> taps(), LONG));
    try (Streams.Stream stream = streams.open(new Command.Capture(""))) {
      assertEquals(1, loop.call(() -> taps(), LONG));
      stream.stop();
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      stream.writeTo(file);
      assertTrue(file.toString(StandardCharsets.ISO_8859_1).contains("skiff0"));
    }
    assertEquals(0, loop.call(() -> taps(), LONG));
  }

  @Test
  void aCaptureThatEndsWhileTheLoopIsBusyIsTakenAwayLater() throws Exception {
    RunningCapture capture = RunningCapture.start(Filter.ALL, stack, loop, clock, "test");
    keepBusy();
    capture.stop();
    capture.close();
    capture.close();
    release.countDown();
    assertEquals(0, loop.call(() -> taps(), LONG));
  }

  private int pings() throws Exception {
    return loop.call(() -> stack.pings().size(), LONG);
  }

  /** X113. */
  @Test
  void aPingThatWasRefusedPingsNobody() throws Exception {
    keepBusy();
    Command.Ping ping = new Command.Ping(PingRequest.to(Rig.PEER_IP));
    Streams.Refused refused = assertThrows(Streams.Refused.class, () -> streams.open(ping));
    assertTrue(String.valueOf(refused.getMessage()).contains("did not answer in time"));
    release.countDown();
    assertEquals(0, pings());
  }

  @Test
  void aPingThatIsStoppedTellsItsSummaryAndIsGone() throws Exception {
    try (Streams.Stream stream = streams.open(new Command.Ping(PingRequest.to(Rig.PEER_IP)))) {
      assertEquals(1, pings());
      stream.stop();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      stream.writeTo(out);
      List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
      assertTrue(lines.getFirst().startsWith("{\"event\":\"start\""), lines.toString());
      assertTrue(lines.getLast().startsWith("{\"event\":\"summary\""), lines.toString());
    }
    assertEquals(0, pings());
  }

  @Test
  void aPingWhoseReaderWentAwayIsGone() throws Exception {
    streams.open(new Command.Ping(PingRequest.to(Rig.PEER_IP))).close();
    assertEquals(0, pings());
  }

  @Test
  void whoCannotBePingedIsRefusedInWordsOfItsOwn() {
    Command.Ping ping = new Command.Ping(PingRequest.to(Rig.OUR_IP));
    Streams.Refused refused = assertThrows(Streams.Refused.class, () -> streams.open(ping));
    assertTrue(String.valueOf(refused.getMessage()).contains("is our own address"));
  }
}
