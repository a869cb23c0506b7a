package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skiff.Rig;
import dev.skiff.control.Answers;
import dev.skiff.control.Command;
import dev.skiff.control.ControlServer;
import dev.skiff.control.Streams;
import dev.skiff.loop.PollLoop;
import dev.skiff.skb.DropReason;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.PoolConfig;
import dev.skiff.stats.Faults;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import dev.skiff.wire.PipeWire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/control-protocol.md shows is what a daemon says. */
class ControlProtocolTest {
  private static final Path PAGE =
      Path.of(System.getProperty("skiff.home", "."), "docs/control-protocol.md");

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
    socket = directory.resolve("skiff0.sock");
    server =
        ControlServer.open(socket, new Answers(stack, loop, "0.1.0"), ControlProtocolTest::text);
  }

  @AfterEach
  void close() throws InterruptedException {
    Objects.requireNonNull(server).close();
    loop.stop();
    assertTrue(loop.join(Duration.ofSeconds(10)));
    pipe.b().close((skb, reason) -> skb.free(DropReason.CONSUMED));
    stack.close();
  }

  private static Streams.Stream text(Command.Streamed command) {
    return new Streams.Stream() {
      @Override
      public String kind() {
        return "text";
      }

      @Override
      public void writeTo(OutputStream out) {}

      @Override
      public void stop() {}

      @Override
      public void close() {}
    };
  }

  private String ask(String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer bytes = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8));
      assertEquals(bytes.limit(), channel.write(bytes));
      BufferedReader in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
      return String.valueOf(in.readLine());
    }
  }

  /** What differs from one run to the next. */
  private static String alike(String reply) {
    return reply
        .replaceFirst("\"pid\":[0-9]+", "\"pid\":4711")
        .replaceFirst("\"uptime_s\":[0-9]+", "\"uptime_s\":0")
        .replaceAll("_s\":[0-9]", "_s\":0");
  }

  @Test
  void eachReplyIsTheDaemonsOwn() throws IOException {
    int checked = 0;
    String request = "";
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("> ")) {
        request = line.substring(2);
      } else if (line.startsWith("< ")) {
        assertEquals(line.substring(2), alike(ask(request)), request);
        checked++;
      }
    }
    assertEquals(15, checked);
    assertEquals(0, faults.count());
  }

  @Test
  void everyCommandHasItsPlace() throws IOException {
    String page = Files.readString(PAGE);
    List<String> without = new ArrayList<>(Command.WORDS);
    without.removeIf(
        word -> page.contains("\n### " + word + "\n") || page.contains("\n| `" + word + "` |"));
    assertTrue(without.isEmpty(), "not in " + PAGE + ": " + without);
  }

  /** The limits are those of the code. */
  @Test
  void theLimitsAreTheRealOnes() throws IOException {
    String page = Files.readString(PAGE).replace(",", "");
    assertTrue(page.contains("| a request | " + ControlServer.MAX_LINE + " bytes |"));
    assertTrue(page.contains("| clients that ask | " + ControlServer.MAX_CLIENTS + " |"));
    assertTrue(page.contains("| clients that read streams | " + ControlServer.MAX_STREAMS + " |"));
    assertTrue(page.contains("at most " + ControlServer.MAX_PATH + " bytes"));
  }

  /** The client in Python is run as it stands there, with another path. */
  @Test
  void theClientInPythonWorks() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no /usr/bin/python3");
    String page = Files.readString(PAGE);
    String script = page.substring(page.indexOf("```python\n") + 10);
    script = script.substring(0, script.indexOf("```"));
    Process process =
        new ProcessBuilder(
                "/usr/bin/python3",
                "-c",
                script.replace("/run/skiff/skiff0.sock", socket.toString()))
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    assertTrue(out.startsWith("{'InMsgs': 0, "), out);
  }
}
