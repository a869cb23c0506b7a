package dev.skiff.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rig;
import dev.skiff.dev.DeviceConfig;
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
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlServerTest {
  private static final Streams NO_STREAMS =
      command -> {
        throw new Streams.Refused("none here");
      };

  @TempDir Path directory;
  private final PipeWire pipe = new PipeWire(2048, 64);
  private final TimerQueue timers = new TimerQueue();
  private final Faults faults = new Faults();
  private final NetStack stack =
      Rig.stackOn(pipe.a(), PoolConfig.usual().withBuffers(64), timers, faults);
  private final PollLoop loop = new PollLoop(Clock.system(), timers, stack, faults);
  private Path socket = Path.of("");
  private @Nullable ControlServer server;

  @BeforeEach
  void open() throws IOException {
    stack.open();
    loop.start("test-loop", () -> {});
    socket = directory.resolve("run/deeper/skiff0.sock");
    server = ControlServer.open(socket, new Answers(stack, loop, "test"), this::openStream);
  }

  @AfterEach
  void close() throws InterruptedException {
    Objects.requireNonNull(server).close();
    loop.stop();
    assertTrue(loop.join(Duration.ofSeconds(10)));
    pipe.b().close((skb, reason) -> skb.free(DropReason.CONSUMED));
    stack.close();
    assertFalse(Files.exists(socket), "the socket is gone");
    assertFalse(Files.exists(directory.resolve("run")), "and the directory that was made for it");
  }

  // ---- Streams: one that writes a line and then waits until it is told to end
  // ----------------------

  private static final String FIRST = "first\n";
  private static final String LAST = "last\n";

  private final Semaphore closedStreams = new Semaphore(0);

  private Streams.Stream openStream(Command.Streamed command) throws Streams.Refused {
    if (command instanceof Command.Trace) {
      throw new Streams.Refused("somebody else traces already");
    }
    CountDownLatch stopped = new CountDownLatch(1);
    return new Streams.Stream() {
      @Override
      public String kind() {
        return "text";
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        out.write(FIRST.getBytes(StandardCharsets.UTF_8));
        out.flush();
        try {
          stopped.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        out.write(LAST.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }

      @Override
      public void stop() {
        stopped.countDown();
      }

      @Override
      public void close() {
        closedStreams.release();
      }
    };
  }

  private ControlClient.LiveStream listen() throws IOException {
    ControlClient.LiveStream live = ControlClient.stream(socket, new Command.Capture(""));
    byte[] first = live.in().readNBytes(FIRST.length());
    assertEquals(FIRST, new String(first, StandardCharsets.UTF_8));
    return live;
  }

  private static String rest(ControlClient.LiveStream live) throws IOException {
    return new String(live.in().readAllBytes(), StandardCharsets.UTF_8);
  }

  private void awaitClosedStreams(int n) throws InterruptedException {
    assertTrue(closedStreams.tryAcquire(n, 5, TimeUnit.SECONDS), "the stream is given up");
  }

  @Test
  void aStreamEndsWithAllItHasWhenItsReaderAsksForIt() throws Exception {
    try (ControlClient.LiveStream live = listen()) {
      live.end();
      assertEquals(LAST, rest(live));
      awaitClosedStreams(1);
    }
  }

  @Test
  void aStreamWhoseReaderGoesAwayIsGivenUp() throws Exception {
    listen().close();
    awaitClosedStreams(1);
    assertTrue(ask(new Command.Status()).containsKey("status"));
  }

  @Test
  void whenTheDaemonEndsAStreamEndsWithAllItHas() throws Exception {
    try (ControlClient.LiveStream live = listen()) {
      Objects.requireNonNull(server).close();
      assertEquals(LAST, rest(live));
      awaitClosedStreams(1);
    }
  }

  @Test
  void aStreamThatCannotBeHadIsRefusedInOneLine() {
    IOException refused =
        assertThrows(
            IOException.class, () -> ControlClient.stream(socket, new Command.Trace("", 1)));
    assertEquals("the daemon says: somebody else traces already", refused.getMessage());
  }

  @Test
  void thereAreOnlySoManyStreamsAndOthersAreAnsweredAllTheSame() throws Exception {
    List<ControlClient.LiveStream> all = new ArrayList<>();
    for (int i = 0; i < ControlServer.MAX_STREAMS; i++) {
      all.add(listen());
    }
    IOException refused = assertThrows(IOException.class, this::listen);
    assertTrue(String.valueOf(refused.getMessage()).contains("streams already"));
    // Those who only listen are not the silent ones that make room for others.
    for (int i = 0; i < 2 * ControlServer.MAX_CLIENTS; i++) {
      assertTrue(ask(new Command.Status()).containsKey("status"));
    }
    for (ControlClient.LiveStream live : all) {
      live.end();
      assertEquals(LAST, rest(live));
      live.close();
    }
    awaitClosedStreams(ControlServer.MAX_STREAMS);
    listen().close();
    awaitClosedStreams(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"v\":1,\"cmd\":\"capture\",\"filter\":1}",
        "{\"v\":1,\"cmd\":\"trace\",\"count\":0}",
        "{\"v\":1,\"cmd\":\"trace\",\"count\":1001}",
        "{\"v\":1,\"cmd\":\"trace\",\"count\":\"1\"}",
        "{\"v\":1,\"cmd\":\"maddr\",\"add\":1}",
        "{\"v\":1,\"cmd\":\"log\",\"count\":1001}",
        "{\"v\":1,\"cmd\":\"log\",\"count\":-1}",
        "{\"v\":1,\"cmd\":\"log\",\"follow\":1}",
        "{\"v\":1,\"cmd\":\"log\",\"lines\":1}",
        "{\"v\":1,\"cmd\":\"log_level\",\"level\":1}",
        "{\"v\":1,\"cmd\":\"log_level\",\"logger\":\"neigh\"}",
        "{\"v\":1,\"cmd\":\"log_level\",\"lvel\":\"warn\"}",
        "{\"v\":1,\"cmd\":\"link\",\"dev\":1}",
        "{\"v\":1,\"cmd\":\"link\",\"set\":1}",
        "{\"v\":1,\"cmd\":\"link\",\"set\":{\"mtu\":\"1400\"}}",
        "{\"v\":1,\"cmd\":\"link\",\"set\":{\"up\":1}}",
        "{\"v\":1,\"cmd\":\"link\",\"set\":{\"mut\":1400}}",
        "{\"v\":1,\"cmd\":\"route\",\"metrc\":1}",
        "{\"v\":1,\"cmd\":\"route\",\"metric\":\"1\"}",
        "{\"v\":1,\"cmd\":\"route\",\"metric\":-1}",
        "{\"v\":1,\"cmd\":\"route\",\"scope\":\"host\"}",
        "{\"v\":1,\"cmd\":\"addr\",\"prefixlen\":\"24\"}",
        "{\"v\":1,\"cmd\":\"addr\",\"local\":1}",
      })
  void argumentsOfTheWrongKindGetAReasonInOneLine(String line) throws IOException {
    String reply = sendLine(line);
    assertEquals(1, reply.lines().count(), reply);
    assertTrue(reply.contains("must be"), reply);
  }

  private Map<String, Object> ask(Command command) throws IOException {
    return ControlClient.body(ControlClient.ask(socket, command));
  }

  @Test
  void eachCommandHasItsReply() throws IOException {
    for (Command command :
        List.of(
            new Command.Status(),
            new Command.Stat(),
            new Command.Drops(),
            new Command.Neigh(NeighRequest.SHOW),
            new Command.Route(RouteRequest.SHOW),
            new Command.Addr(AddrRequest.SHOW),
            new Command.Link(null, null),
            new Command.Fault(null, null))) {
      Map<String, Object> reply = ask(command);
      assertEquals(1, reply.get("v"));
      assertEquals(true, reply.get("ok"));
      assertTrue(reply.containsKey(command.word()), command.word());
    }
  }

  @Test
  void aFaultIsSetShownAndEnded() throws IOException {
    assertEquals(
        Map.of("dev", "skiff0", "spec", "off", "counters", Map.of()),
        ask(new Command.Fault(null, null)).get("fault"));
    Object set = ask(new Command.Fault(null, "loss=3%,delay=20ms,seed=7")).get("fault");
    assertEquals("loss=3%,delay=20ms,seed=7", member(set, "spec"));
    assertTrue(member(set, "counters") instanceof Map<?, ?> m && m.containsKey("out_lost"));
    assertEquals(
        member(set, "spec"), member(ask(new Command.Fault(null, null)).get("fault"), "spec"));
    assertEquals("off", member(ask(new Command.Fault(null, "off")).get("fault"), "spec"));
    IOException refused =
        assertThrows(IOException.class, () -> ask(new Command.Fault(null, "los=3%")));
    assertTrue(String.valueOf(refused.getMessage()).contains("column 1"), refused.toString());
  }

  private @Nullable Object link(@Nullable LinkSettings set) throws IOException {
    Object links = ask(new Command.Link("skiff0", set)).get("link");
    return links instanceof List<?> list && list.size() == 1 ? list.getFirst() : null;
  }

  private static LinkSettings settings(Map<String, Object> members) {
    return LinkSettings.of(members);
  }

  @Test
  void aDeviceIsShownSetTakenDownAndUp() throws IOException {
    Object shown = link(null);
    assertEquals("skiff0", member(shown, "ifname"));
    assertEquals(1, member(shown, "ifindex"));
    assertEquals("UP", member(shown, "operstate"));
    assertEquals("198.51.100.2/24", member(shown, "inet"));
    assertEquals("02:00:5e:10:00:01", member(shown, "address"));
    assertEquals("ff:ff:ff:ff:ff:ff", member(shown, "broadcast"));
    assertEquals(List.of("BROADCAST", "MULTICAST", "UP", "LOWER_UP"), member(shown, "flags"));
    assertTrue(member(shown, "stats") instanceof Map<?, ?> m && m.containsKey("rx_packets"));
    Object set =
        link(
            settings(
                Map.of(
                    "mtu",
                    1400,
                    "promisc",
                    true,
                    "allmulticast",
                    true,
                    "arp",
                    false,
                    "txqueuelen",
                    7)));
    assertEquals(1400, member(set, "mtu"));
    assertEquals(7, member(set, "txqlen"));
    assertEquals(
        List.of("BROADCAST", "NOARP", "MULTICAST", "ALLMULTI", "PROMISC", "UP", "LOWER_UP"),
        member(set, "flags"));
    set = link(settings(Map.of("promisc", false, "allmulticast", false, "arp", true)));
    assertEquals(List.of("BROADCAST", "MULTICAST", "UP", "LOWER_UP"), member(set, "flags"));
    set = link(settings(Map.of("up", false, "address", "02:00:5e:10:00:77")));
    assertEquals("DOWN", member(set, "operstate"));
    assertEquals("02:00:5e:10:00:77", member(set, "address"));
    assertEquals("UP", member(link(settings(Map.of("up", true))), "operstate"));
    assertRefused("is up: ", Map.of("address", "02:00:5e:10:00:78"));
    set = link(settings(Map.of("address", "02:00:5e:10:00:78", "live", true)));
    assertEquals("02:00:5e:10:00:78", member(set, "address"));
    assertRefused("is up: ", Map.of("address", "02:00:5e:10:00:79"));
    assertRefused("is not a MAC address", Map.of("address", "x"));
    assertRefused("use 68 to 65521", Map.of("mtu", 67));
    assertRefused("1 frame or more", Map.of("txqueuelen", 0));
    IOException unknown =
        assertThrows(IOException.class, () -> ask(new Command.Link("eth9", null)));
    assertTrue(
        String.valueOf(unknown.getMessage())
            .contains("no device is called 'eth9': there are skiff0"),
        unknown.toString());
  }

  @Test
  void ofSeveralDevicesOneMustBeNamed() throws Exception {
    var _ =
        loop.call(
            () -> stack.register(DeviceConfig.of("eth%d", new PipeWire(2048, 16).a())),
            Duration.ofSeconds(5));
    for (Command command :
        List.of(
            new Command.Link(null, settings(Map.of("mtu", 1400))),
            new Command.Fault(null, "loss=1%,seed=1"),
            new Command.Fault(null, null))) {
      IOException e = assertThrows(IOException.class, () -> ask(command));
      assertTrue(String.valueOf(e.getMessage()).contains("name one: skiff0, eth0"), e.toString());
    }
    assertEquals(1500, stack.devices().getFirst().mtu());
    Object fault = ask(new Command.Fault("eth0", "loss=1%,seed=1")).get("fault");
    assertEquals("eth0", member(fault, "dev"));
    Object both = ask(new Command.Link(null, null)).get("link");
    assertTrue(both instanceof List<?> list && list.size() == 2);
  }

  private void assertRefused(String part, Map<String, Object> set) {
    IOException e = assertThrows(IOException.class, () -> link(settings(set)));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.toString());
  }

  private static @Nullable Object member(@Nullable Object object, String name) {
    return object instanceof Map<?, ?> map ? map.get(name) : null;
  }

  @Test
  void theSocketIsTheOwnersAlone() throws IOException {
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
  }

  private String sendLine(String line) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
      channel.shutdownOutput();
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "null",
        "1",
        "{",
        "{}",
        "{\"v\":2,\"cmd\":\"status\"}",
        "{\"v\":\"1\",\"cmd\":\"status\"}",
        "{\"v\":1.9,\"cmd\":\"status\"}",
        "{\"v\":4294967297,\"cmd\":\"status\"}",
        "{\"v\":1}",
        "{\"v\":1,\"cmd\":\"frobnicate\"}",
        "{\"v\":1,\"cmd\":{}}",
        "{\"v\":1,\"cmd\":\"status\"} trailing",
        "{\"v\":1,\"cmd\":\"status\"}{\"v\":1,\"cmd\":\"status\"}",
        "{\"v\":1,\"cmd\":\"status\",\"more\":1}"
      })
  void whatIsNoRequestGetsAReasonInOneLine(String line) throws IOException {
    String reply = sendLine(line);
    assertEquals(1, reply.lines().count(), reply);
    assertTrue(reply.startsWith("{\"v\":1,\"ok\":false,\"error\":"), reply);
    assertTrue(ask(new Command.Status()).containsKey("status"), "and it goes on");
  }

  @Test
  void anEndlessLineIsCutOff() throws IOException {
    String reply = sendLine("x".repeat(ControlServer.MAX_LINE + 1));
    assertTrue(reply.contains("a request is at most 4096 bytes"), reply);
    assertEquals(1, reply.lines().count());
    assertTrue(ask(new Command.Status()).containsKey("status"));
  }

  @Test
  void severalRequestsOnOneConnectionAreAnsweredInOrder() throws IOException {
    String replies = sendLine("{\"v\":1,\"cmd\":\"drops\"}\n{\"v\":1,\"cmd\":\"neigh\"}");
    assertEquals(
        List.of("{\"v\":1,\"ok\":true,\"drops\":[]}", "{\"v\":1,\"ok\":true,\"neigh\":[]}"),
        replies.lines().toList());
  }

  @Test
  void clientsThatComeAndGoTakeNoPlaceForEver() throws IOException {
    for (int i = 0; i < 3 * ControlServer.MAX_CLIENTS; i++) {
      SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
    }
    List<SocketChannel> silent = new ArrayList<>();
    for (int i = 0; i < 3 * ControlServer.MAX_CLIENTS; i++) {
      silent.add(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    }
    assertTrue(ask(new Command.Status()).containsKey("status"));
    for (SocketChannel channel : silent) {
      channel.close();
    }
  }

  @Test
  void aLastLineWithoutItsEndIsAnsweredToo() throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      byte[] line = "{\"v\":1,\"cmd\":\"drops\"}".getBytes(StandardCharsets.UTF_8);
      assertEquals(line.length, channel.write(ByteBuffer.wrap(line)));
      channel.shutdownOutput();
      String reply =
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
      assertEquals("{\"v\":1,\"ok\":true,\"drops\":[]}\n", reply);
    }
  }

  @Test
  void whatCannotBeOpenedLeavesNoDirectoryBehind() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "data");
    Answers answers = new Answers(stack, loop, "x");
    assertThrows(
        IOException.class, () -> ControlServer.open(file.resolve("x.sock"), answers, NO_STREAMS));
    Path tooLong = directory.resolve("new/directory/" + "x".repeat(60));
    if (tooLong.toString().length() <= ControlServer.MAX_PATH) {
      ControlServer.open(tooLong, answers, NO_STREAMS).close();
    }
    assertFalse(Files.exists(directory.resolve("new")));
  }

  @Test
  void aSecondDaemonOnTheSameSocketIsRefused() {
    IOException refused =
        assertThrows(
            IOException.class,
            () -> ControlServer.open(socket, new Answers(stack, loop, "second"), NO_STREAMS));
    assertEquals(
        "control socket "
            + socket
            + ": a daemon is there already, process "
            + ProcessHandle.current().pid()
            + ": stop it, or give another --socket",
        refused.getMessage());
    assertTrue(Files.exists(socket));
  }

  @Test
  void aReadOnlyRootWantsATmpfs() {
    Path path = Path.of("/run/skiff/skiff0.sock");
    assertEquals(
        "control socket /run/skiff/skiff0.sock: the file system is read-only: mount a tmpfs there"
            + " (in a container --tmpfs /run), or give another --socket",
        ControlServer.noDirectory(
                path, new FileSystemException("/run/skiff", null, "Read-only file system"))
            .getMessage());
    assertEquals(
        "control socket /run/skiff/skiff0.sock: its directory cannot be made (no permission, or a"
            + " file is in the way): give another --socket",
        ControlServer.noDirectory(path, new AccessDeniedException("/run/skiff")).getMessage());
  }

  /** Versions up to 0.1.0 had no lock beside their sockets. */
  @Test
  void aDaemonWithoutALockIsRefusedTooAndItsSocketReplacedOnceItIsDead() throws IOException {
    Path old = directory.resolve("old.sock");
    Answers answers = new Answers(stack, loop, "x");
    try (ServerSocketChannel daemon = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      daemon.bind(UnixDomainSocketAddress.of(old));
      IOException refused =
          assertThrows(IOException.class, () -> ControlServer.open(old, answers, NO_STREAMS));
      assertEquals(
          "control socket " + old + ": a daemon answers there: stop it, or give another --socket",
          refused.getMessage());
      assertFalse(Files.exists(ControlServer.lockPath(old)));
    }
    assertTrue(Files.exists(old));
    ControlServer.open(old, answers, NO_STREAMS).close();
    assertFalse(Files.exists(old));
  }

  @Test
  void theDirectoryIsOthersToReadAtMostAndTheLockTheOwnersAlone() throws IOException {
    Path lock = directory.resolve("run/deeper/skiff0.sock.lock");
    assertEquals(lock, Objects.requireNonNull(server).lockPath());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(lock)));
    for (String made : List.of("run", "run/deeper")) {
      assertEquals(
          "rwxr-x---",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(made))));
    }
    assertEquals(
        List.of(directory.resolve("run/deeper"), directory.resolve("run")),
        Objects.requireNonNull(server).madeDirectories());
  }

  @Test
  void aFileThatIsNoSocketIsLeftAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("precious"), "data");
    assertThrows(
        IOException.class,
        () -> ControlServer.open(file, new Answers(stack, loop, "x"), NO_STREAMS));
    assertEquals("data", Files.readString(file));
  }

  @Test
  void aPathThatIsTooLongIsRefused() {
    Path far = directory.resolve("x".repeat(120));
    assertThrows(
        IOException.class,
        () -> ControlServer.open(far, new Answers(stack, loop, "x"), NO_STREAMS));
  }

  @Test
  void groupsAreShownJoinedAndLeft() throws IOException {
    String all = "{\"family\":\"inet\",\"address\":\"224.0.0.1\"}";
    String one = "{\"family\":\"inet\",\"address\":\"239.1.2.3\"}";
    String none =
        "{\"v\":1,\"ok\":true,\"maddr\":[{\"ifindex\":1,\"ifname\":\"skiff0\",\"maddr\":[";
    assertEquals(none + all + "]}]}", maddr(""));
    assertEquals(none + all + "," + one + "]}]}", maddr(",\"add\":\"239.1.2.3\""));
    assertEquals(none + all + "]}]}", maddr(",\"del\":\"239.1.2.3\""));
    for (String wrong :
        List.of(
            ",\"del\":\"239.1.2.3\"",
            ",\"add\":\"239.1.2\"",
            ",\"add\":\"198.51.100.1\"",
            ",\"add\":\"239.1.2.3\",\"del\":\"239.1.2.3\"")) {
      assertTrue(maddr(wrong).startsWith("{\"v\":1,\"ok\":false"), wrong);
    }
  }

  private String maddr(String arguments) throws IOException {
    return sendLine("{\"v\":1,\"cmd\":\"maddr\"" + arguments + "}").strip();
  }
}
