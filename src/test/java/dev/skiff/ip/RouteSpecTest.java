package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words of {@code ip route}. */
class RouteSpecTest {
  @ParameterizedTest
  @CsvSource({
    "default via 198.51.100.1, default via 198.51.100.1",
    "0.0.0.0/0 via inet 198.51.100.1, default via 198.51.100.1",
    "to 203.0.113.0/24 via 198.51.100.1 metric 10, 203.0.113.0/24 via 198.51.100.1 metric 10",
    "203.0.113.7 dev skiff0 scope link, 203.0.113.7 dev skiff0 scope link",
    "203.0.113.7/32 dev skiff0, 203.0.113.7 dev skiff0",
    "metric 5 blackhole 203.0.113.0/24, blackhole 203.0.113.0/24 metric 5",
    "type prohibit default, prohibit default",
    "unicast default dev a proto static src 198.51.100.2, "
        + "default dev a proto static src 198.51.100.2",
    "default via 198.51.100.1 metric 2147483647, default via 198.51.100.1 metric 2147483647",
  })
  void theWordsOfIpRouteAreRead(String words, String text) {
    RouteSpec spec = RouteSpec.parse(words);
    assertEquals(text, spec.toString());
    assertEquals(text, RouteSpec.parse(text).toString(), "what it prints it reads");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | the destination is missing: say default, or a prefix as 203.0.113.0/24",
        "via 198.51.100.1 | the destination is missing",
        "203.0.113.1/24 via 198.51.100.1 | 203.0.113.1/24 has host bits set: say 203.0.113.0/24",
        "198.51.100.1/0 via 198.51.100.1 | 198.51.100.1/0 has host bits set: say default",
        "203.0.113.0/33 dev a | prefix /33 is out of range: use /0 to /32",
        "203.0.113.0/x dev a | 'x' in '203.0.113.0/x' is not a prefix length: use /0 to /32",
        "203.0.113/24 dev a | '203.0.113' is not an IPv4 address",
        "127.0.0.0/8 dev a | 127.0.0.0/8 is loopback: it never leaves a host",
        "defualt via 198.51.100.1 | 'defualt' is no word of route: did you mean 'default'?",
        "blackhle 203.0.113.0/24 | 'blackhle' is no word of route: did you mean 'blackhole'?",
        "type blackhle default | 'blackhle' is no type of route: did you mean 'blackhole'?",
        "default vai 198.51.100.1 | 'vai' is no word of route: did you mean 'via'?",
        "default via | a gateway behind via is missing",
        "default via 224.0.0.1 | gateway 224.0.0.1 is no host",
        "default via 0.0.0.0 | gateway 0.0.0.0 is no host",
        "default via 198.51.100.1 via 198.51.100.3 | 'via' is said twice: say it once",
        "default 203.0.113.0/24 dev a | 'a prefix' is said twice",
        "default dev a metric -1 | metric '-1' is not a number from 0 to 2147483647",
        "default dev a metric 2147483648 | metric '2147483648' is not a number from 0 to",
        "default dev a metric | a number is missing",
        "blackhole default via 198.51.100.1 | blackhole goes nowhere: via, dev and src are of no",
        "unreachable default dev a | unreachable goes nowhere",
        "default dev a proto kernel | proto kernel is made with an address",
        "default dev a proto sttic | 'sttic' makes no routes: did you mean 'static'?",
        "default via 198.51.100.1 scope link | scope link has no gateway: leave it out",
        "default dev a scope globl | 'globl' is no scope: did you mean 'global'?",
      })
  void aMistakeIsSaidInOneLine(String words, String part) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> RouteSpec.parse(words));
    String message = String.valueOf(e.getMessage());
    assertEquals(part, message.contains(part) ? part : message);
    assertEquals(1, message.lines().count());
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "blackhole, true",
    "unicast, false",
    "203.0.113.0/24, true",
    "203.0.113.0/25, false",
    "metric 7, true",
    "metric 8, false",
    "dev a, false",
    "via 198.51.100.1, false",
    "proto boot, true",
    "proto static, false",
    "src 198.51.100.2, false",
  })
  void routesAreFoundByWhatIsSaid(String words, boolean found) {
    Route route = new Route(0xCB00_7100, 24, 0, null, RouteType.BLACKHOLE, 7, 0, RouteOrigin.BOOT);
    List<String> list = words.isEmpty() ? List.of() : List.of(words.split(" ", -1));
    assertEquals(found, RouteSpec.of(list).matches(route));
  }
}
