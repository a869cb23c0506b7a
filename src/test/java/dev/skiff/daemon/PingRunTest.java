package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.control.Command;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.IpStat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a ping sends, what it tells and when it ends: as iputils' ping. X113. */
class PingRunTest {
  private static final long MS = 1_000_000;
  private static final int AT = Frames.ETH_HLEN + Frames.IP_HLEN;
  private static final String PEER = Ip4Addr.format(Rig.PEER_IP);

  private final Rig rig =
      new Rig(
          builder ->
              builder.route(
                  "blackhole 203.0.113.64/26",
                  "unreachable 203.0.113.128/26",
                  "prohibit 203.0.113.192/26"));
  private final List<Map<String, Object>> told = new ArrayList<>();

  @BeforeEach
  void introduce() {
    rig.introducePeer();
  }

  /** A ping of this host, with members of the request in pairs. */
  private PingRun run(String dst, Object... members) {
    Map<String, Object> request = new HashMap<>(Map.of("v", 1, "cmd", "ping", "dst", dst));
    for (int i = 0; i < members.length; i += 2) {
      request.put((String) members[i], members[i + 1]);
    }
    Command.Ping ping = (Command.Ping) Command.of(request);
    return new PingRun(ping.request(), rig.stack(), () -> 0, told::add);
  }

  /** Starts one: its first requests. */
  @CanIgnoreReturnValue
  private List<byte[]> start(Object... members) {
    run(PEER, members).start(rig.clock.nowNs());
    return rig.turn();
  }

  private static byte[] replyTo(byte[] request) {
    int length = Frames.u16(request, Frames.ETH_HLEN + 2) - Frames.IP_HLEN - Frames.ICMP_HLEN;
    byte[] data = Arrays.copyOfRange(request, AT + 8, AT + 8 + length);
    byte[] icmp = Frames.icmp(0, 0, Frames.u16(request, AT + 4), Frames.u16(request, AT + 6), data);
    byte[] ip = Frames.ipv4(Rig.PEER_IP, Rig.OUR_IP, 1, 64, icmp);
    return Frames.padded(Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, ip));
  }

  /** Injects a frame and turns until what it has set off is done: what comes out. */
  @CanIgnoreReturnValue
  private List<byte[]> exchange(byte[] frame) {
    List<byte[]> out = new ArrayList<>(rig.exchange(frame));
    out.addAll(rig.turn()); // A timer that was set for this instant.
    return out;
  }

  private List<Object> events() {
    return told.stream().map(event -> event.get("event")).toList();
  }

  private Object summary(String member) {
    Map<String, Object> last = told.getLast();
    assertEquals("summary", last.get("event"), told.toString());
    return Objects.requireNonNull(last.get(member));
  }

  private void assertEnded() {
    assertEquals("summary", told.getLast().get("event"), told.toString());
    assertEquals(0, rig.skiff.pings().size());
  }

  private void assertGoesOn() {
    assertFalse(events().contains("summary"), told.toString());
  }

  @Test
  void threeRequestsOneIntervalApart() {
    byte[] request = start("count", 3, "interval_ms", 200).getFirst();
    for (int i = 1; i <= 3; i++) {
      assertEquals(i, Frames.u16(request, AT + 6));
      rig.clock.advance(i * MS);
      List<byte[]> early = exchange(replyTo(request));
      assertEquals(0, early.size());
      if (i < 3) {
        assertEquals(0, rig.after((199 - i) * MS).size());
        request = rig.after(MS).getFirst();
      }
    }
    assertEnded();
    assertEquals(
        List.of("start", "sent", "reply", "sent", "reply", "sent", "reply", "summary"), events());
    assertEquals(3000L, told.get(6).get("time_us"));
    assertEquals(3L, summary("transmitted"));
    assertEquals(3L, summary("received"));
    assertEquals(400_000L, summary("time_us"));
    assertEquals(1000L, summary("rtt_min_us"));
    assertEquals(2000L, summary("rtt_avg_us"));
    assertEquals(3000L, summary("rtt_max_us"));
    assertEquals(816L, summary("rtt_mdev_us"));
  }

  @Test
  void theFirstEventSaysWhoIsPingedAndHow() {
    start("size", 100, "from", "skiff0");
    Map<String, Object> first = told.getFirst();
    assertEquals("start", first.get("event"));
    assertEquals(PEER, first.get("dst"));
    assertEquals("198.51.100.2", first.get("src"));
    assertEquals("skiff0", first.get("dev"));
    assertEquals(100, first.get("size"));
  }

  @Test
  void withoutAnyAnswerTheLastOneIsWaitedForTenSeconds() {
    start("count", 1);
    rig.after(9_999 * MS);
    assertGoesOn();
    rig.after(MS);
    assertEnded();
    assertEquals(0L, summary("received"));
  }

  @Test
  void afterOneAnswerTheOthersAreWaitedForTwoRoundTripsOrAnInterval() {
    byte[] first = start("count", 2, "interval_ms", 100).getFirst();
    rig.clock.advance(80 * MS);
    exchange(replyTo(first));
    assertEquals(1, rig.after(20 * MS).size());
    rig.after(159 * MS);
    assertGoesOn();
    rig.after(MS);
    assertEnded();
    assertEquals(1L, summary("received"));
    assertEquals(2L, summary("transmitted"));
  }

  @Test
  void withADeadlineItGoesOnUntilSoManyAreAnswered() {
    start("count", 1, "interval_ms", 100, "deadline_s", 1);
    byte[] second = rig.after(100 * MS).getFirst();
    assertGoesOn();
    exchange(replyTo(second));
    assertEnded();
    assertEquals(2L, summary("transmitted"));
  }

  @Test
  void theDeadlineEndsIt() {
    start("interval_ms", 400, "deadline_s", 1);
    assertEquals(1, rig.after(400 * MS).size());
    assertEquals(1, rig.after(400 * MS).size());
    assertEquals(0, rig.after(199 * MS).size());
    assertGoesOn();
    assertEquals(0, rig.after(MS).size());
    assertEnded();
    assertEquals(3L, summary("transmitted"));
    assertEquals(800_000L, summary("time_us"));
  }

  @Test
  void manyGoOutAtOnceInTheBeginning() {
    assertEquals(3, start("preload", 3).size());
    assertEquals(0, rig.after(999 * MS).size());
    assertEquals(1, rig.after(MS).size());
  }

  @Test
  void inAFloodARequestFollowsEachAnswerAndWithoutAnswersOneEachTenMilliseconds() {
    byte[] request = start("flood", true, "count", 4).getFirst();
    request = exchange(replyTo(request)).getFirst();
    assertEquals(2, Frames.u16(request, AT + 6));
    request = exchange(replyTo(request)).getFirst();
    assertEquals(0, rig.after(9 * MS).size());
    assertEquals(1, rig.after(MS).size());
    exchange(replyTo(request));
    assertEquals(4L, rig.stack().ipv4().stat(IpStat.ICMP_OUT_ECHOS));
  }

  @Test
  void theLastAnswerToAFloodMayTakeLongerThanThoseBefore() {
    byte[] request = start("flood", true, "count", 2).getFirst();
    request = exchange(replyTo(request)).getFirst();
    rig.after(9 * MS);
    exchange(replyTo(request));
    assertEnded();
    assertEquals(2L, summary("received"));
  }

  @Test
  void aHostThatIsNotThereIsToldOfAsAnError() {
    run("198.51.100.9", "count", 1).start(rig.clock.nowNs());
    for (int i = 0; i < 4; i++) {
      rig.after(1000 * MS);
    }
    assertEnded();
    assertEquals(List.of("start", "sent", "error", "summary"), events());
    Map<String, Object> error = told.get(2);
    assertEquals("198.51.100.2", error.get("from"));
    assertEquals(1, error.get("icmp_seq"));
    assertEquals(3, error.get("type"));
    assertEquals(1, error.get("code"));
    assertEquals(1L, summary("errors"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"skiff0", "198.51.100.2"})
  void oneThatIsTooLongIsToldOfWithTheMtu(String from) {
    run(PEER, "count", 1, "size", 1473, "df", "do", "from", from).start(rig.clock.nowNs());
    rig.turn();
    assertEnded();
    assertEquals("local", told.get(1).get("event"));
    assertEquals("PKT_TOO_BIG", told.get(1).get("reason"));
    assertEquals(1500, told.get(1).get("mtu"));
    assertEquals(1L, summary("errors"));
  }

  @Test
  void oneThatIsNotSentIsToldOfAndTheNextOneIsTried() throws Exception {
    byte[] first = start("count", 2).getFirst();
    exchange(replyTo(first));
    rig.device().stop();
    rig.after(1000 * MS);
    assertEquals("local", told.getLast().get("event"));
    assertEquals("Network is unreachable", told.getLast().get("error"));
    rig.device().open();
    rig.after(1000 * MS);
    assertEnded();
    assertEquals(2L, summary("transmitted"));
    assertEquals(1L, summary("received"));
  }

  @Test
  void duplicatesAndWrongDataAreTold() {
    byte[] request = start("count", 2, "size", 20).getFirst();
    byte[] reply = replyTo(request);
    exchange(reply);
    exchange(reply);
    assertEquals(true, told.getLast().get("dup"));
    byte[] changed = request.clone();
    changed[AT + 8 + 18] = 0x7F;
    exchange(replyTo(changed));
    Map<String, Object> wrong = told.getLast();
    assertEquals(18, wrong.get("wrong_at"));
    assertEquals(18, wrong.get("wanted"));
    assertEquals(0x7F, wrong.get("was"));
    assertTrue(String.valueOf(wrong.get("data")).endsWith("10117f13"), wrong.toString());
  }

  @Test
  void aQuietOneTellsTheBeginningAndTheEnd() {
    byte[] request = start("count", 1, "quiet", true).getFirst();
    exchange(replyTo(request));
    assertEquals(List.of("start", "summary"), events());
    assertEquals(1L, summary("received"));
  }

  @Test
  void whenItIsEndedItsTimerAndItsSocketAreGone() {
    PingRun run = run(PEER);
    run.start(rig.clock.nowNs());
    byte[] request = rig.turn().getFirst();
    int timers = rig.stack().timers().size();
    run.finish();
    run.finish();
    assertEnded();
    assertEquals(timers - 1, rig.stack().timers().size());
    exchange(replyTo(request));
    rig.after(5000 * MS);
    assertEquals(List.of("start", "sent", "summary"), events());
    assertEquals(1, rig.stack().ipv4().stat(IpStat.ICMP_OUT_ECHOS));
  }

  @ParameterizedTest
  @CsvSource({
    "198.51.100.2, , 198.51.100.2 is our own address",
    "198.51.100.255, , 198.51.100.255 is a broadcast address",
    "198.51.100.0, , 198.51.100.0 is a broadcast address",
    "203.0.113.1, , connect: Network is unreachable",
    "203.0.113.65, , connect: Invalid argument",
    "203.0.113.129, , connect: No route to host",
    "203.0.113.193, , connect: Permission denied",
    "198.51.100.1, eth7, SO_BINDTODEVICE eth7: No such device",
    "198.51.100.1, 198.51.100.3, bind: Cannot assign requested address",
  })
  void whoCannotBePingedIsRefusedAtOnce(String dst, String from, String why) {
    Object[] members = from == null ? new Object[0] : new Object[] {"from", from};
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> run(dst, members).start(rig.clock.nowNs()));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(why), refused.getMessage());
    assertEquals(List.of(), told);
    assertEquals(0, rig.skiff.pings().size());
  }
}
