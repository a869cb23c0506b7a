package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.control.Command;
import dev.skiff.control.NeighRequest;
import dev.skiff.control.NeighRequest.Action;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.neigh.NeighbourState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words of {@code skiff neigh}. */
class NeighWordsTest {
  private static final int IP = Ip4Addr.parse("198.51.100.1");
  private static final long MAC = MacAddr.parse("02:00:5e:10:00:02");

  private static NeighRequest read(String words) {
    List<String> list = words.isEmpty() ? List.of() : List.of(words.split(" ", -1));
    Command.Neigh command = new NeighWords(list).read();
    return command.request();
  }

  @Test
  void withoutWordsAllEntriesAreShown() {
    assertEquals(NeighRequest.SHOW, read(""));
    assertEquals(NeighRequest.SHOW, read("show"));
    assertEquals(NeighRequest.SHOW, read("list"));
    assertEquals(NeighRequest.SHOW, read("ls"));
    assertEquals(NeighRequest.SHOW, read("show nud all"));
    assertEquals(
        new NeighRequest(Action.SHOW, "skiff0", IP, null, NeighbourState.STALE),
        read("show to 198.51.100.1 nud stale dev skiff0"));
  }

  @ParameterizedTest
  @CsvSource({"add,ADD", "replace,REPLACE", "change,CHANGE"})
  void anEntryIsSet(String word, Action action) {
    assertEquals(
        new NeighRequest(action, "skiff0", IP, MAC, NeighbourState.NOARP),
        read(word + " 198.51.100.1 lladdr 02:00:5E:10:00:02 dev skiff0 nud noarp"));
    assertEquals(
        new NeighRequest(action, null, IP, MAC, null),
        read(word + " lladdr 02:00:5e:10:00:02 198.51.100.1"));
  }

  @Test
  void entriesAreForgotten() {
    assertEquals(
        new NeighRequest(Action.DEL, "skiff0", IP, null, null),
        read("del 198.51.100.1 dev skiff0"));
    assertEquals(
        new NeighRequest(Action.DEL, null, IP, MAC, null),
        read("delete 198.51.100.1 lladdr 02:00:5e:10:00:02"),
        "ip neigh takes the whole line that it showed");
    assertEquals(new NeighRequest(Action.FLUSH, null, null, null, null), read("flush"));
    assertEquals(
        new NeighRequest(Action.FLUSH, "skiff0", null, null, NeighbourState.PERMANENT),
        read("flush dev skiff0 nud permanent"));
    assertEquals(new NeighRequest(Action.GET, null, IP, null, null), read("get 198.51.100.1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "shwo | 'shwo' is nothing that neigh does: did you mean 'show'?",
        "add | whose entry is missing: say neigh add 198.51.100.1 ...",
        "del | whose entry is missing: say neigh del 198.51.100.1 ...",
        "get dev a | whose entry is missing",
        "add 198.51.100.1 | its MAC address is missing: say lladdr 02:00:5e:10:00:02",
        "add 198.51.100.1 lladdr | a MAC address behind lladdr is missing",
        "add 198.51.100.1 lladdr 02:00 | is not a MAC address",
        "add 198.51.100.1 198.51.100.2 | 'an address' is said twice",
        "add 198.51.100.1 ladr 02:00:5e:10:00:02 | 'ladr' is no word of neigh: did you mean",
        "add 198.51.100.1 lladdr 02:00:5e:10:00:02 nud delay | nud delay cannot be set: say perm",
        "add 198.51.100.1 lladdr 02:00:5e:10:00:02 nud permament | did you mean 'permanent'?",
        "show lladdr 02:00:5e:10:00:02 | lladdr is of no use with show",
        "flush 198.51.100.1 | flush is for many: say neigh del for one address",
        "show dev | a device's name behind dev is missing",
        "show dev a dev b | 'dev' is said twice",
        "del 198.51.100.1 nud stale | nud is of no use with del",
        "show nud | a state behind nud is missing",
        "show 198.51.100 | '198.51.100' is not an IPv4 address",
      })
  void aMistakeIsSaidInOneLine(String words, String part) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> read(words));
    String message = String.valueOf(e.getMessage());
    assertEquals(part, message.contains(part) ? part : message);
  }
}
