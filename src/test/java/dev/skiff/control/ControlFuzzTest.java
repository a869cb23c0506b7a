package dev.skiff.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Mutator;
import dev.skiff.Rig;
import dev.skiff.Skiff;
import dev.skiff.ip.IcmpError;
import dev.skiff.ip.PingListener;
import dev.skiff.ip.PingReply;
import dev.skiff.ip.PingSocket;
import dev.skiff.loop.PollLoop;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Valid requests with some mistakes in them, over a real socket to a real stack: each line has a
 * reply of one line, and the stack goes on. Replay with -Dskiff.seed=N; scripts/test sends many
 * more (skiff.fuzz.inputs).
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ControlFuzzTest {
  private static final int INPUTS = Integer.getInteger("skiff.fuzz.inputs", 400);
  private static final long SEED = Long.getLong("skiff.seed", 20_261_127L);

  /** Lines that are on their way at once. */
  private static final int BATCH = 50;

  private static final List<String> VALID =
      List.of(
          "{\"v\":1,\"cmd\":\"status\"}",
          "{\"v\":1,\"cmd\":\"stat\"}",
          "{\"v\":1,\"cmd\":\"drops\"}",
          "{\"v\":1,\"cmd\":\"own\",\"text\":\"a\",\"number\":1}",
          "{\"v\":1,\"cmd\":\"neigh\",\"dev\":\"skiff0\",\"nud\":\"stale\"}",
          "{\"v\":1,\"cmd\":\"neigh\",\"action\":\"replace\",\"dst\":\"198.51.100.7\","
              + "\"lladdr\":\"02:00:5e:10:00:07\"}",
          "{\"v\":1,\"cmd\":\"neigh\",\"action\":\"del\",\"dst\":\"198.51.100.7\"}",
          "{\"v\":1,\"cmd\":\"neigh\",\"action\":\"flush\"}",
          "{\"v\":1,\"cmd\":\"route\",\"type\":\"unicast\",\"protocol\":\"boot\"}",
          "{\"v\":1,\"cmd\":\"route\",\"action\":\"append\",\"dst\":\"203.0.113.0/24\","
              + "\"gateway\":\"198.51.100.1\",\"metric\":10}",
          "{\"v\":1,\"cmd\":\"route\",\"action\":\"replace\",\"type\":\"blackhole\","
              + "\"dst\":\"198.18.0.0/15\"}",
          "{\"v\":1,\"cmd\":\"route\",\"action\":\"get\",\"dst\":\"203.0.113.9\"}",
          "{\"v\":1,\"cmd\":\"route\",\"action\":\"flush\",\"dev\":\"skiff0\"}",
          "{\"v\":1,\"cmd\":\"addr\",\"dev\":\"skiff0\"}",
          "{\"v\":1,\"cmd\":\"addr\",\"action\":\"add\",\"local\":\"198.51.100.3\","
              + "\"prefixlen\":24}",
          "{\"v\":1,\"cmd\":\"addr\",\"action\":\"del\",\"local\":\"198.51.100.3\"}",
          "{\"v\":1,\"cmd\":\"link\",\"dev\":\"skiff0\"}",
          "{\"v\":1,\"cmd\":\"link\",\"dev\":\"skiff0\",\"set\":{\"mtu\":1400,\"promisc\":true,"
              + "\"arp\":false,\"txqueuelen\":7}}",
          "{\"v\":1,\"cmd\":\"link\",\"set\":{\"up\":false,\"address\":\"02:00:5e:10:00:77\"}}",
          "{\"v\":1,\"cmd\":\"link\",\"set\":{\"up\":true}}",
          "{\"v\":1,\"cmd\":\"fault\",\"dev\":\"skiff0\",\"spec\":\"loss=3%,delay=20ms,seed=7\"}",
          "{\"v\":1,\"cmd\":\"fault\",\"spec\":\"off\"}",
          "{\"v\":1,\"cmd\":\"maddr\",\"add\":\"239.1.2.3\"}",
          "{\"v\":1,\"cmd\":\"maddr\",\"del\":\"239.1.2.3\"}",
          "{\"v\":1,\"cmd\":\"capture\",\"filter\":\"icmp and net 198.51.100.0/24\"}",
          "{\"v\":1,\"cmd\":\"trace\",\"filter\":\"arp\",\"count\":3,\"json\":true}",
          "{\"v\":1,\"cmd\":\"ping\",\"dst\":\"198.51.100.1\",\"count\":1,\"interval_ms\":20,"
              + "\"size\":56,\"df\":\"want\",\"pattern\":\"a55a\",\"from\":\"skiff0\"}");

  private static final PingListener NOBODY =
      new PingListener() {
        @Override
        public void reply(PingReply reply, long nowNs) {}

        @Override
        public void error(int sequence, int from, IcmpError why, long nowNs) {}
      };

  @TempDir Path directory;
  private final PipeWire pipe = new PipeWire(2048, 64);
  private final TimerQueue timers = new TimerQueue();
  private final Faults faults = new Faults();
  private final NetStack stack =
      Rig.stackOn(pipe.a(), PoolConfig.usual().withBuffers(64), timers, faults);
  private final PollLoop loop = new PollLoop(Clock.system(), timers, stack, faults);

  /** A stream that says one line; what the request is worth is known when it begins. */
  private static Streams.Stream oneLine(Command.Streamed command) throws Streams.Refused {
    if (command instanceof Command.Ping) {
      throw new Streams.Refused("nobody is pinged here");
    }
    return new Streams.Stream() {
      @Override
      public String kind() {
        return "json";
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        out.write("{\"streamed\":true}\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
      }

      @Override
      public void stop() {}

      @Override
      public void close() {}
    };
  }

  private static Reply own(Map<String, Object> request) {
    Members.check(request, List.of("text", "number"));
    return new Reply.Own(
        "own", String.valueOf(Members.text(request, "text")) + Members.number(request, "number"));
  }

  @Test
  void eachLineHasAReplyOfOneLineAndTheStackGoesOn() throws Exception {
    stack.setWaker(loop::wakeUp);
    stack.open();
    loop.start("test-loop", () -> {});
    Answers answers = new Answers(stack, loop, "test");
    var _ = answers.with("own", ControlFuzzTest::own);
    Requests requests = new Requests(answers, ControlFuzzTest::oneLine);
    long ns = TimeUnit.MINUTES.toNanos(1);
    Limits limits = new Limits(4, 4, ns, ns, ns, ns, 1_000_000);
    Path socket = directory.resolve("skiff0.sock");
    Mutator mutator = new Mutator(SEED);
    int good = 0;
    try (Skiff peer =
            Skiff.builder().wire("peer", pipe.b()).ip("198.51.100.1/24").acd("off").build();
        ControlServer server = ControlServer.open(socket, requests, Access.ofStarter(), limits)) {
      peer.start();
      for (int sent = 0; sent < INPUTS; sent += BATCH) {
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < BATCH; i++) {
          // A line end makes two lines of it: that is another test's.
          batch.append(mutator.mutate(mutator.any(VALID)).replace('\n', ' ')).append('\n');
        }
        good += exchange(server.path(), batch.toString());
      }
      assertTheStackGoesOn(socket, peer);
    } finally {
      loop.stop();
      assertTrue(loop.join(Duration.ofSeconds(10)));
      stack.close();
    }
    assertEquals(0, faults.count(), "seed " + SEED);
    assertTrue(good > INPUTS / 20, good + " of " + INPUTS + " were carried out");
  }

  /** Sends lines, on a connection more after each stream, which takes one: how many were done. */
  private int exchange(Path socket, String batch) throws IOException {
    List<String> lines = List.of(batch.split("\n", -1));
    int good = 0;
    int done = 0;
    while (done < BATCH) {
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        String rest = String.join("\n", lines.subList(done, BATCH)) + "\n";
        Thread writer = new Thread(() -> send(channel, rest), "fuzz-writer");
        writer.start();
        BufferedReader in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        for (String reply = readLine(in); reply != null; reply = readLine(in)) {
          String request = lines.get(done++);
          boolean ok = check(reply, request);
          good += ok ? 1 : 0;
          // A stream is the last on its connection, and so is one that was refused.
          if (done == BATCH || reply.contains("\"stream\":")) {
            break;
          }
        }
        channel.close();
        writer.join(TimeUnit.SECONDS.toMillis(10));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return good;
  }

  private static @Nullable String readLine(BufferedReader in) {
    try {
      return in.readLine();
    } catch (IOException e) {
      return null; // Closed, with lines of ours unread.
    }
  }

  private static void send(SocketChannel channel, String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        var _ = channel.write(bytes);
      }
    } catch (IOException e) {
      // After a stream nothing more is read.
    }
  }

  private static boolean check(String reply, String request) {
    String what = "seed " + SEED + ": " + reply + " to " + request;
    Map<String, Object> members;
    try {
      members = Json.parse(reply);
    } catch (IllegalArgumentException e) {
      throw new AssertionError(what, e);
    }
    assertEquals(Command.VERSION, members.get("v"), what);
    boolean ok = Boolean.TRUE.equals(members.get("ok"));
    if (!ok) {
      String error = String.valueOf(members.get("error"));
      assertEquals(1, error.lines().count(), what);
      assertFalse(error.equals("null") || error.contains("a bug"), what);
      assertFalse(error.contains("Exception"), what);
      assertFalse(error.contains("did not answer"), what);
    }
    return ok;
  }

  /** Whatever was set can be set back, by requests too, and then pings are answered. */
  private void assertTheStackGoesOn(Path socket, Skiff peer) throws Exception {
    for (String request :
        List.of(
            "\"fault\",\"spec\":\"off\"}",
            "\"link\",\"set\":{\"up\":false,\"address\":\"02:00:5e:10:00:01\",\"arp\":true,"
                + "\"mtu\":1500,\"txqueuelen\":500}}",
            "\"link\",\"set\":{\"up\":true}}",
            "\"addr\",\"action\":\"flush\"}",
            "\"neigh\",\"action\":\"flush\",\"nud\":\"permanent\"}",
            "\"neigh\",\"action\":\"flush\",\"nud\":\"noarp\"}",
            "\"route\",\"action\":\"flush\"}",
            "\"addr\",\"action\":\"add\",\"local\":\"198.51.100.2\",\"prefixlen\":24}")) {
      Command command = Command.of(Json.parse("{\"v\":1,\"cmd\":" + request));
      assertTrue(ControlClient.ask(socket, command).contains("\"ok\":true"), request);
    }
    long start = System.nanoTime();
    while (echoReplies(peer) == 0) {
      assertTrue(
          System.nanoTime() - start < TimeUnit.SECONDS.toNanos(20),
          () ->
              "no ping is answered, seed "
                  + SEED
                  + ": "
                  + stack.counters()
                  + ", peer "
                  + peer.counters());
      var _ =
          peer.call(
              () -> {
                try (PingSocket ping = peer.pings().open(Rig.OUR_IP, NOBODY)) {
                  return ping.send(0, peer.nowNs());
                }
              });
      Thread.sleep(20);
    }
  }

  private static long echoReplies(Skiff peer) {
    return Objects.requireNonNull(peer.counters().get("Icmp")).getOrDefault("InEchoReps", 0L);
  }
}
