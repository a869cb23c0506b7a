package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.control.AddrRequest;
import dev.skiff.control.RouteRequest;
import dev.skiff.control.RouteRequest.Action;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.RouteSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words of {@code skiff route} and {@code skiff addr}. */
class RouteWordsTest {
  private static final int IP = Ip4Addr.parse("198.51.100.3");

  private static List<String> list(String words) {
    return words.isEmpty() ? List.of() : List.of(words.split(" ", -1));
  }

  private static RouteRequest route(String words) {
    return RouteWords.read(list(words)).request();
  }

  private static AddrRequest addr(String words) {
    return new AddrWords(list(words)).read().request();
  }

  @Test
  void withoutWordsAllIsShown() {
    for (String words : new String[] {"", "show", "list", "ls", "lst"}) {
      assertEquals(RouteRequest.SHOW, route(words));
      assertEquals(AddrRequest.SHOW, addr(words));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "show dev skiff0 via 198.51.100.1, SHOW, dev skiff0 via 198.51.100.1",
    "show blackhole, SHOW, blackhole",
    "get 203.0.113.9, GET, 203.0.113.9",
    "add default via 198.51.100.1 metric 5, ADD, default via 198.51.100.1 metric 5",
    "append default via 198.51.100.1, APPEND, default via 198.51.100.1",
    "replace prohibit default, REPLACE, prohibit default",
    "change default dev a, CHANGE, default dev a",
    "del default, DEL, default",
    "delete 203.0.113.0/24 via 198.51.100.1 metric 4, DEL, "
        + "203.0.113.0/24 via 198.51.100.1 metric 4",
    "flush proto static, FLUSH, proto static",
  })
  void whatIsAskedOfRoutesIsRead(String words, Action action, String spec) {
    assertEquals(new RouteRequest(action, RouteSpec.of(list(spec))), route(words));
  }

  @Test
  void allRoutesAreTakenAwayOnlyIfThatIsSaid() {
    assertEquals(new RouteRequest(Action.FLUSH, RouteSpec.ANY), route("flush all"));
  }

  @Test
  void whatIsAskedOfAddressesIsRead() {
    assertEquals(new AddrRequest(AddrRequest.Action.SHOW, "a", null, null), addr("show dev a"));
    assertEquals(new AddrRequest(AddrRequest.Action.SHOW, "a", null, null), addr("show a"));
    assertEquals(
        new AddrRequest(AddrRequest.Action.ADD, "a", IP, 24), addr("add 198.51.100.3/24 dev a"));
    assertEquals(
        new AddrRequest(AddrRequest.Action.ADD, null, IP, null), addr("add local 198.51.100.3"));
    assertEquals(new AddrRequest(AddrRequest.Action.DEL, null, IP, null), addr("del 198.51.100.3"));
    assertEquals(
        new AddrRequest(AddrRequest.Action.DEL, null, IP, 24), addr("delete 198.51.100.3/24"));
    assertEquals(new AddrRequest(AddrRequest.Action.FLUSH, "a", null, null), addr("flush dev a"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "shwo | 'shwo' is nothing that route does: did you mean 'show'?",
        "add | the destination is missing",
        "add 203.0.113.1/24 dev a | has host bits set: say 203.0.113.0/24",
        "add default vai 198.51.100.1 | 'vai' is no word of route: did you mean 'via'?",
        "replace blackhole default dev a | blackhole goes nowhere",
        "del | which route is missing: say route del default",
        "del via 198.51.100.1 | which route is missing",
        "get | say one address: route get 203.0.113.9",
        "get 203.0.113.0/24 | say one address",
        "get 203.0.113.9 dev a | say one address",
        "flush | say which: flush dev NAME, flush 203.0.113.0/24, flush blackhole, or flush all",
        "flush all dev a | 'all' is no word of route",
        "show metric x | metric 'x' is not a number",
      })
  void aMistakeAboutRoutesIsSaidInOneLine(String words, String part) {
    assertSaid(part, assertThrows(IllegalArgumentException.class, () -> route(words)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ad 198.51.100.3 | 'ad' is nothing that addr does: did you mean 'add'?",
        "add | the address is missing: say addr add 198.51.100.3/24",
        "del dev a | the address is missing: say addr del 198.51.100.3/24",
        "add 198.51.100.3/33 | prefix /33 is out of range: use /1 to /32",
        "add 198.51.100.0/24 | 198.51.100.0/24 is the number of its own network",
        "add 169.254.0.7/16 | 169.254.0.7 is reserved (RFC 3927)",
        "add 224.0.0.1 | 224.0.0.1 is no host's address",
        "add 198.51.100.3/24 dve a | 'dve' is no word of addr: did you mean 'dev'?",
        "add 198.51.100.3/24 198.51.100.4/24 | 'an address' is said twice: say it once",
        "show dev a b | 'dev' is said twice: say it once",
        "show dev | a device's name behind dev is missing",
        "show 198.51.100.3 | show is for all addresses of a device: leave the address out",
        "flush 198.51.100.3 | flush is for all addresses of a device",
      })
  void aMistakeAboutAddressesIsSaidInOneLine(String words, String part) {
    assertSaid(part, assertThrows(IllegalArgumentException.class, () -> addr(words)));
  }

  private static void assertSaid(String part, IllegalArgumentException e) {
    String message = String.valueOf(e.getMessage());
    assertEquals(part, message.contains(part) ? part : message);
    assertEquals(1, message.lines().count());
  }
}
