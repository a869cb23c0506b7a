package dev.skiff.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rig;
import dev.skiff.loop.PollLoop;
import dev.skiff.skb.DropReason;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.PoolConfig;
import dev.skiff.stats.Faults;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import dev.skiff.wire.PipeWire;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of the control socket that mean harm, or are stuck: others are answered all the same. */
@Timeout(60)
class HostileClientsTest {
  private static final String STATUS = "{\"v\":1,\"cmd\":\"status\"}\n";
  private static final String NEIGH = "{\"v\":1,\"cmd\":\"neigh\"}\n";
  private static final int HOSTILE = 100;
  private static final int CLIENTS = 16;

  /** An ordinary client gives up after 5 s. */
  private static final long BOUND_NS = TimeUnit.SECONDS.toNanos(4);

  @TempDir Path directory;
  private final PipeWire pipe = new PipeWire(2048, 64);
  private final TimerQueue timers = new TimerQueue();
  private final Faults faults = new Faults();
  private final NetStack stack =
      Rig.stackOn(pipe.a(), PoolConfig.usual().withBuffers(64), timers, faults);
  private final PollLoop loop = new PollLoop(Clock.system(), timers, stack, faults);
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();
  private final List<SocketChannel> open = new ArrayList<>();
  private final Semaphore streamsEnded = new Semaphore(0);
  private Path socket = Path.of("");
  private @Nullable ControlServer server;

  @BeforeEach
  void open() throws IOException {
    stack.open();
    loop.start("test-loop", () -> {});
    socket = directory.resolve("skiff0.sock");
  }

  @AfterEach
  void close() throws Exception {
    over.set(true);
    for (SocketChannel channel : open) {
      channel.close();
    }
    Objects.requireNonNull(server).close();
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    }
    assertEquals(0, faults.count());
    loop.stop();
    assertTrue(loop.join(Duration.ofSeconds(10)));
    pipe.b().close((skb, reason) -> skb.free(DropReason.CONSUMED));
    stack.close();
  }

  private Answers answers() {
    return new Answers(stack, loop, "test")
        .with(
            "bug",
            request -> {
              throw new AssertionError("a bug, on purpose");
            });
  }

  /** A tenth of a second for each limit of time. */
  private void serveWithShortLimits() throws IOException {
    long ns = TimeUnit.MILLISECONDS.toNanos(100);
    serve(new Limits(CLIENTS, 1, ns, ns, ns, ns, 2000));
  }

  private void serveAsUsual() throws IOException {
    Limits usual = Limits.USUAL;
    serve(
        new Limits(
            CLIENTS,
            usual.streams(),
            usual.idleNs(),
            usual.lineNs(),
            usual.replyNs(),
            usual.stuckNs(),
            usual.requestsPerS()));
  }

  private void serve(Limits limits) throws IOException {
    server =
        ControlServer.open(
            socket, new Requests(answers(), this::endless), Access.ofStarter(), limits);
  }

  /** A stream that never ends by itself, and has always more to tell. */
  private Streams.Stream endless(Command.Streamed command) {
    AtomicBoolean stopped = new AtomicBoolean();
    return new Streams.Stream() {
      @Override
      public String kind() {
        return "text";
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        while (!stopped.get()) {
          out.write(new byte[1 << 12]);
        }
      }

      @Override
      public void stop() {
        stopped.set(true);
      }

      @Override
      public void close() {
        streamsEnded.release();
      }
    };
  }

  private SocketChannel connect() throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    open.add(channel);
    return channel;
  }

  private static void send(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      var _ = channel.write(bytes);
    }
  }

  private static String rest(SocketChannel channel) throws IOException {
    return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
  }

  private void assertOthersAreAnswered() throws IOException {
    long start = System.nanoTime();
    assertTrue(ControlClient.ask(socket, new Command.Status()).contains("\"ok\":true"));
    assertTrue(
        ControlClient.ask(socket, new Command.Neigh(NeighRequest.SHOW)).contains("\"ok\":true"));
    long took = System.nanoTime() - start;
    assertTrue(took < BOUND_NS, "answered after " + took / 1_000_000 + " ms");
  }

  @Test
  void halfALineIsNotWaitedForForEver() throws IOException {
    serveWithShortLimits();
    SocketChannel half = connect();
    send(half, "{\"v\":1,");
    assertEquals(
        "{\"v\":1,\"ok\":false,\"error\":\"the request was not ended in time\"}\n", rest(half));
    assertOthersAreAnswered();
  }

  @Test
  void anErrorOfACommandIsAReplyToo() throws IOException {
    serveAsUsual();
    for (int i = 0; i < CLIENTS + 1; i++) { // Nor does it cost a place.
      SocketChannel asking = connect();
      send(asking, "{\"v\":1,\"cmd\":\"bug\"}\n");
      asking.shutdownOutput();
      assertTrue(rest(asking).contains("a bug: the command threw java.lang.AssertionError"));
    }
    assertOthersAreAnswered();
  }

  @Test
  void aByteNowAndThenIsNoRequest() throws Exception {
    serveWithShortLimits();
    SocketChannel slow = connect();
    Thread dripping =
        hostile(
            () -> {
              send(slow, "{");
              TimeUnit.MILLISECONDS.sleep(20);
            });
    assertTrue(rest(slow).contains("was not ended in time"));
    dripping.join(TimeUnit.SECONDS.toMillis(10));
  }

  @Test
  void whoSaysNothingIsCutOffInTheEnd() throws IOException {
    serveWithShortLimits();
    SocketChannel silent = connect();
    assertTrue(rest(silent).contains("nothing was asked for too long"));
    assertOthersAreAnswered();
  }

  @Test
  void whoDoesNotReadHisRepliesIsCutOff() throws Exception {
    serveWithShortLimits();
    SocketChannel deaf = connect();
    var _ = deaf.configureBlocking(false);
    ByteBuffer many = ByteBuffer.wrap(STATUS.repeat(50_000).getBytes(StandardCharsets.UTF_8));
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20)) {
      try {
        if (!many.hasRemaining() || deaf.write(many) == 0) {
          TimeUnit.MILLISECONDS.sleep(5);
        }
      } catch (IOException e) {
        assertOthersAreAnswered();
        return; // A broken pipe: that is what should be.
      }
    }
    throw new AssertionError("still there");
  }

  @Test
  void aStreamThatNobodyReadsIsEndedAndAnotherMayHaveItsPlace() throws Exception {
    serveWithShortLimits();
    SocketChannel deaf = connect();
    send(deaf, "{\"v\":1,\"cmd\":\"capture\"}\n");
    assertTrue(streamsEnded.tryAcquire(10, TimeUnit.SECONDS), "given up");
    try (ControlClient.LiveStream live = ControlClient.stream(socket, new Command.Capture(""))) {
      assertEquals(0, live.in().read());
    }
    assertTrue(streamsEnded.tryAcquire(10, TimeUnit.SECONDS));
  }

  @Test
  void aStreamWhoseReaderIsSlowGoesOn() throws Exception {
    serve(new Limits(CLIENTS, 1, Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, 1L << 40, 1L << 40, 2000));
    try (ControlClient.LiveStream live = ControlClient.stream(socket, new Command.Capture(""))) {
      for (int i = 0; i < 20; i++) {
        assertEquals(1 << 16, live.in().readNBytes(1 << 16).length);
        TimeUnit.MILLISECONDS.sleep(5); // By now the writer waits.
      }
    }
    assertTrue(streamsEnded.tryAcquire(10, TimeUnit.SECONDS));
  }

  private interface Harm {
    void again() throws Exception;
  }

  private Thread hostile(Harm harm) {
    Thread thread =
        new Thread(
            () -> {
              while (!over.get()) {
                try {
                  harm.again();
                } catch (IOException e) {
                  return;
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              }
            });
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
    return thread;
  }

  /** One that asks without end and reads what it gets; cut off, it comes again. */
  private void flood(String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer in = ByteBuffer.allocate(1 << 14);
      while (!over.get()) {
        send(channel, request);
        if (channel.read(in.clear()) < 0) {
          return;
        }
      }
    } catch (IOException e) {
      // Cut off for another.
    }
  }

  @Test
  void aHundredOfEachKindKeepNobodyFromAnAnswer() throws Exception {
    serveAsUsual();
    for (int i = 0; i < HOSTILE; i++) {
      SocketChannel channel = connect();
      switch (i % 3) {
        case 0 -> {} // Says nothing.
        case 1 -> send(channel, "{\"v\":");
        default -> send(channel, NEIGH); // Does not read.
      }
    }
    for (int i = 0; i < 4; i++) {
      assertOthersAreAnswered();
    }
    for (int i = 0; i < 10; i++) {
      var _ = hostile(() -> flood(STATUS));
      var _ = hostile(() -> flood(NEIGH));
      var _ = hostile(() -> SocketChannel.open(UnixDomainSocketAddress.of(socket)).close());
      var _ =
          hostile(
              () -> {
                try (SocketChannel channel =
                    SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                  send(channel, "x".repeat(5000));
                } catch (IOException e) {
                  // Cut off in between.
                }
              });
    }
    for (int i = 0; i < 10; i++) {
      assertOthersAreAnswered();
    }
  }

  @Test
  void aLoopThatIsStuckKeepsNobodyFromTheCounters() throws Exception {
    serveAsUsual();
    Semaphore stuck = new Semaphore(0);
    loop.execute(stuck::acquireUninterruptibly);
    try {
      for (int i = 0; i < 2 * 4; i++) {
        send(connect(), NEIGH);
      }
      long start = System.nanoTime();
      assertTrue(ControlClient.ask(socket, new Command.Stat()).contains("\"ok\":true"));
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(1));
    } finally {
      stuck.release();
    }
  }

  @Test
  void noMoreRequestsAreAnsweredThanMayBe() throws Exception {
    serve(new Limits(CLIENTS, 1, 1L << 40, 1L << 40, 1L << 40, 1L << 40, 100));
    SocketChannel greedy = connect();
    long start = System.nanoTime();
    send(greedy, STATUS.repeat(60));
    var _ = greedy.shutdownOutput();
    assertEquals(60, rest(greedy).lines().count());
    long ms = (System.nanoTime() - start) / 1_000_000;
    assertTrue(ms >= 450, "10 at once and 100 a second: " + ms + " ms");
  }

  // ---- Who may ask ------------------------------------------------------------------------------

  private static UserPrincipal user(String name) throws IOException {
    return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(name);
  }

  @Test
  void rootTheDaemonsUserAndItsStarterMayAskAndNobodyElse() throws IOException {
    serveAsUsual();
    int me = dev.skiff.sys.Sys.effectiveUser();
    Access access = Access.ofStarter();
    String own = Integer.toUnsignedString(me);
    assertNull(access.refusal(user("0"), me));
    assertNull(access.refusal(user(own), me));
    String refusal = access.refusal(user("4711"), me);
    assertEquals(
        "user 4711 may not ask this daemon: only root, its own user and the one that started it may",
        refusal);
    assertNull(access.refusal(user("4711"), 4711), "it has become that user");
    assertNull(access.refusal(user(own), 4711), "and was started by us");
    assertNotNull(access.refusal(user("4712"), 4711));
  }
}
