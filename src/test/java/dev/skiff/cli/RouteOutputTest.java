package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rig;
import dev.skiff.control.Answers;
import dev.skiff.control.Command;
import dev.skiff.control.Json;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.loop.PollLoop;
import dev.skiff.skb.DropReason;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.PoolConfig;
import dev.skiff.stats.Faults;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import dev.skiff.wire.PipeWire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/**
 * X120, X123: what {@code skiff route} and {@code skiff addr} print, which is what {@code ip}
 * prints; asked and answered as over the socket.
 */
class RouteOutputTest {
  private final PipeWire pipe = new PipeWire(2048, 64);
  private final TimerQueue timers = new TimerQueue();
  private final Faults faults = new Faults();
  private final NetStack stack =
      Rig.stackOn(pipe.a(), PoolConfig.usual().withBuffers(64), timers, faults);
  private final PollLoop loop = new PollLoop(Clock.system(), timers, stack, faults);
  private final Answers answers = new Answers(stack, loop, "test");

  @BeforeEach
  void open() throws IOException {
    stack.open();
    loop.start("test-loop", () -> {});
  }

  @AfterEach
  void close() throws InterruptedException {
    loop.stop();
    assertTrue(loop.join(Duration.ofSeconds(10)));
    pipe.b().close((skb, reason) -> skb.free(DropReason.CONSUMED));
    stack.close();
  }

  private void onLoop(Callable<Boolean> what) throws Exception {
    assertTrue(loop.call(what, Duration.ofSeconds(5)));
  }

  /** What a command prints, or why it is refused. */
  private String say(String line) throws IOException {
    AskCommand command = line.startsWith("route") ? new RouteCommand() : new AddrCommand();
    String[] words = line.split(" ", -1);
    var _ =
        new CommandLine(command).parseArgs(java.util.Arrays.copyOfRange(words, 1, words.length));
    Map<String, Object> request = Json.parse(Json.line(command.command()));
    Map<String, Object> reply;
    try {
      reply = Json.parse(Json.line(answers.answer((Command.Asked) Command.of(request))));
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage()); // The server answers so, too.
    }
    if (!Boolean.TRUE.equals(reply.get("ok"))) {
      return String.valueOf(reply.get("error"));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      command.print(reply, out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private NetDevice second() throws Exception {
    onLoop(
        () -> {
          stack
              .register(
                  DeviceConfig.of("skiff1", new PipeWire(2048, 16).a())
                      .withMac(MacAddr.parse("02:00:5e:10:00:07"))
                      .withAddress(Ip4Prefix.parse("203.0.113.2/31")))
              .open();
          return true;
        });
    return stack.devices().getLast();
  }

  @Test
  void routesAreShownInTheWordsOfIpRoute() throws Exception {
    NetDevice second = second();
    assertEquals("", say("route add default via 198.51.100.1 metric 100"));
    assertEquals("", say("route append default via 203.0.113.3 metric 100 src 198.51.100.2"));
    assertEquals("", say("route add blackhole 198.18.0.0/24"));
    assertEquals("", say("route add unreachable 198.18.1.7 metric 3"));
    assertEquals("", say("route replace prohibit 198.18.2.0/24 proto static"));
    assertEquals("", say("route add 198.18.0.0/15 dev skiff1"));
    onLoop(
        () -> {
          int gateway = Ip4Addr.parse("198.51.100.1");
          stack.routes().gatewayFailed(gateway, stack.devices().getFirst(), loop.turnNs());
          second.stop();
          return true;
        });
    assertEquals(
        """
        default via 198.51.100.1 dev skiff0 metric 100 unresponsive
        default via 203.0.113.3 dev skiff1 src 198.51.100.2 metric 100 dead
        blackhole 198.18.0.0/24
        198.18.0.0/15 dev skiff1 scope link dead
        unreachable 198.18.1.7 metric 3
        prohibit 198.18.2.0/24 proto static
        198.51.100.0/24 dev skiff0 proto kernel scope link src 198.51.100.2
        203.0.113.2/31 dev skiff1 proto kernel scope link src 203.0.113.2 dead
        """,
        say("route"));
    assertEquals("blackhole 198.18.0.0/24\n", say("route show 198.18.0.0/24"));
    assertEquals(
        "198.18.0.0/15 dev skiff1 scope link dead\n",
        say("route show dev skiff1 proto boot scope link"));
    assertEquals("5 routes deleted\n", say("route flush proto boot -s"));
    assertEquals("1 routes deleted\n", say("route flush all -s"));
    assertEquals("", say("route change blackhole default").replaceFirst("there is no route.*", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "198.51.100.9 | 198.51.100.9 dev skiff0 src 198.51.100.2",
        "203.0.113.3 | 203.0.113.3 dev skiff1 src 203.0.113.2",
        "192.0.2.1 | 192.0.2.1 via 198.51.100.1 dev skiff0 src 198.51.100.2",
        "198.51.100.2 | local 198.51.100.2 dev skiff0 src 198.51.100.2",
        "203.0.113.2 | local 203.0.113.2 dev skiff1 src 203.0.113.2",
        "198.51.100.255 | broadcast 198.51.100.255 dev skiff0 src 198.51.100.2",
        "169.254.7.7 | 169.254.7.7 dev skiff0 src 198.51.100.2",
        "198.18.0.9 | what is for 198.18.0.9 goes nowhere, by the route 'blackhole 198.18.0.0/24'",
        "224.0.0.9 | multicast 224.0.0.9 dev skiff0 src 198.51.100.2",
      })
  void theRouteForAnAddressIsShownWithItsSource(String daddr, String line) throws Exception {
    var _ = second();
    assertEquals("", say("route add default via 198.51.100.1 metric 7"));
    assertEquals("", say("route add blackhole 198.18.0.0/24"));
    assertEquals(line, say("route get " + daddr).strip());
  }

  @Test
  void whatCannotBeIsRefused() throws Exception {
    assertEquals("there is no route to 192.0.2.1: say route add", say("route get 192.0.2.1"));
    assertEquals(
        "Nexthop has invalid gateway: 192.0.2.1 is not on the link of any device",
        say("route add default via 192.0.2.1"));
    assertEquals(
        "no device is called 'skiff9': there are skiff0", say("route add default dev skiff9"));
    assertEquals("no device is called 'skiff9': there are skiff0", say("route show dev skiff9"));
    assertEquals("there is no route 'default': see route show", say("route del default"));
    assertEquals("no device is called 'x': there are skiff0", say("addr show x"));
    assertEquals(
        "skiff0 does not have 198.51.100.9: it has 198.51.100.2/24", say("addr del 198.51.100.9"));
    assertEquals(
        "skiff0 does not have 198.51.100.2/25: it has 198.51.100.2/24",
        say("addr del 198.51.100.2/25"));
    assertEquals("skiff0 has 198.51.100.2 already", say("addr add 198.51.100.2/24"));
    var _ = second();
    assertEquals(
        "there are several devices, name one: skiff0, skiff1", say("addr add 198.51.100.3/24"));
  }

  @Test
  void addressesAreShownInTheWordsOfIpAddr() throws Exception {
    var _ = second();
    String first =
        """
        1: skiff0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP qlen 500
            link/ether 02:00:5e:10:00:01 brd ff:ff:ff:ff:ff:ff
            inet 198.51.100.2/24 brd 198.51.100.255 scope global skiff0
        """;
    String more =
        """
            inet 198.51.100.3/24 brd 198.51.100.255 scope global secondary skiff0
            inet 203.0.113.77/32 scope global skiff0
            inet 169.254.1.7/16 brd 169.254.255.255 scope link skiff0
        """;
    String other =
        """
        2: skiff1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP qlen 500
            link/ether 02:00:5e:10:00:07 brd ff:ff:ff:ff:ff:ff
            inet 203.0.113.2/31 scope global skiff1
        """;
    assertEquals(first + other, say("addr"));
    assertEquals("", say("addr add 198.51.100.3/24 dev skiff0"));
    assertEquals("", say("addr add 203.0.113.77 dev skiff0"));
    assertEquals("", say("addr add 169.254.1.7/16 dev skiff0"));
    assertEquals(first + more, say("addr show dev skiff0"));
    assertEquals("", say("addr del 198.51.100.2 dev skiff0"));
    assertEquals(
        "198.51.100.0/24 dev skiff0 proto kernel scope link src 198.51.100.3\n",
        say("route show dev skiff0 198.51.100.0/24"));
    assertEquals("3 addresses deleted\n", say("addr flush dev skiff0 -s"));
    assertEquals("", say("route show dev skiff0"));
    assertEquals("0 addresses deleted\n", say("addr flush dev skiff0 -s"));
  }
}
