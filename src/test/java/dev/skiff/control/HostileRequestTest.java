package dev.skiff.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rig;
import dev.skiff.Rounds;
import dev.skiff.stack.NetStack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever a client writes: one clear line, or it is done; nothing else is ever thrown. */
class HostileRequestTest {
  private static final int ROUNDS = Rounds.of(200_000);
  private static final String[] WORDS = {
    "",
    " ",
    "198.51.100.1",
    "198.51.100.2",
    "198.51.100.0/24",
    "0.0.0.0",
    "0.0.0.0/0",
    "default",
    "255.255.255.255",
    "255.255.255.255/32",
    "224.0.0.1",
    "224.0.0.0/4",
    "239.1.2.3",
    "127.0.0.1",
    "240.0.0.0/4",
    "203.0.113.0/33",
    "203.0.113.9/-1",
    "203.0.113.9/24",
    "203.0.113.0/24",
    "1.2.3.4.5",
    "skiff0",
    "skiff1",
    "all",
    "add",
    "del",
    "show",
    "get",
    "flush",
    "append",
    "replace",
    "change",
    "unicast",
    "blackhole",
    "unreachable",
    "prohibit",
    "kernel",
    "boot",
    "static",
    "link",
    "global",
    "do",
    "want",
    "dont",
    "a55a",
    "f",
    "zz",
    "\u0000",
    "\uD83D\uDE00",
    "\uD800",
    "x".repeat(500),
    "169.254.1.1",
    "169.254.0.1/16",
    "198.51.100.255",
  };
  private static final Object[] OTHERS = {
    0,
    1,
    -1,
    24,
    32,
    33,
    255,
    256,
    4096,
    65_507,
    65_508,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    1.5,
    Double.NaN,
    true,
    false,
    List.of(),
    List.of(1),
    Map.of(),
    Map.of("a", 1),
  };
  private static final Map<String, List<String>> MEMBERS =
      Map.of(
          "ping",
          List.of(
              "dst",
              "count",
              "interval_ms",
              "preload",
              "flood",
              "size",
              "ttl",
              "tos",
              "df",
              "pattern",
              "from",
              "wait_ms",
              "deadline_s",
              "quiet",
              "other"),
          "route",
          List.of(
              "action", "type", "dst", "gateway", "dev", "protocol", "scope", "prefsrc", "metric"),
          "addr",
          List.of("action", "dev", "local", "prefixlen"),
          "maddr",
          List.of("dev", "add", "del"),
          "log",
          List.of("count", "follow", "level"),
          "log_level",
          List.of("level", "logger"));

  /** Found by ControlFuzzTest. */
  @Test
  void aLineEndInARequestDoesNotGetIntoTheReply() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Command.of(Json.parse("{\"v\":1,\"cmd\":\"\\neigh\"}")));
    Reply.Failure reply = new Reply.Failure(String.valueOf(refused.getMessage()));
    assertEquals(1, reply.error().lines().count(), reply.error());
    assertTrue(reply.error().startsWith("unknown \"cmd\" '"), reply.error());
  }

  @Test
  void whateverIsAskedIsAnsweredOrRefusedInOneLine() throws Exception {
    Rig rig = new Rig();
    NetStack stack = rig.stack();
    SplittableRandom random = new SplittableRandom(7);
    List<String> cmds = new ArrayList<>(MEMBERS.keySet());
    int done = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String cmd = cmds.get(random.nextInt(cmds.size()));
      Map<String, Object> request = new LinkedHashMap<>();
      request.put("v", 1);
      request.put("cmd", cmd);
      for (String member : MEMBERS.getOrDefault(cmd, List.of())) {
        int draw = random.nextInt(10);
        if (draw < 4) {
          request.put(member, WORDS[random.nextInt(WORDS.length)]);
        } else if (draw == 4) {
          request.put(member, OTHERS[random.nextInt(OTHERS.length)]);
        } else if (draw == 5) {
          request.put(member, null);
        }
      }
      String text = Json.line(request);
      try {
        switch (Command.of(Json.parse(text))) {
          case Command.Route r -> {
            var _ =
                Json.line(new RouteAnswers(stack.routes(), stack.devices()).carryOut(r.request()));
          }
          case Command.Addr a -> {
            var _ = Json.line(Addresses.carryOut(a.request(), List.of(rig.device())));
          }
          case Command.Maddr m -> Groups.set(stack.igmp(), rig.device(), m);
          default -> {}
        }
        done++;
      } catch (IllegalArgumentException | IllegalStateException e) {
        String said = String.valueOf(e.getMessage());
        assertFalse(said.contains("\n") || e.getMessage() == null, said + " to " + text);
      } catch (RuntimeException e) {
        throw new AssertionError(text, e);
      }
      if (i % 1000 == 0) {
        rig.turn();
      }
    }
    assertTrue(done > ROUNDS / 20, "done: " + done);
    assertEquals(0, rig.stack().faults().count());
  }
}
