package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.control.Command;
import dev.skiff.control.LinkSettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words of {@code skiff link}. */
class LinkWordsTest {
  private static Command.Link read(String words) {
    return new LinkWords(words.isEmpty() ? List.of() : List.of(words.split(" ", -1))).read();
  }

  @Test
  void withoutWordsAllDevicesAreShown() {
    Command.Link all = new Command.Link(null, null);
    assertEquals(all, read(""));
    assertEquals(all, read("show"));
    assertEquals(all, read("ls"));
    assertEquals(new Command.Link("skiff0", null), read("show skiff0"));
    assertEquals(new Command.Link("skiff0", null), read("show dev skiff0"));
  }

  @Test
  void eachSettingIsRead() {
    assertEquals(
        new Command.Link(
            "skiff0",
            new LinkSettings(true, 1400, "02:00:5e:10:00:01", true, true, false, false, 9)),
        read(
            "set dev skiff0 address 02:00:5E:10:00:01 live mtu 1400 promisc on allmulticast off"
                + " arp off txqueuelen 9 up"));
    assertEquals(
        new Command.Link("up", new LinkSettings(false, null, null, null, null, null, null, null)),
        read("set up down"),
        "a device may be called like a setting");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "shwo | 'shwo' is nothing that link does: did you mean 'show'?",
        "show a b | 'b' is too much: say link show [dev] NAME",
        "set | a device's name is missing",
        "set a | say what of a is to be set: up, down, mtu,",
        "set a prmisc on | 'prmisc' cannot be set: did you mean 'promisc'?",
        "set a mtu | a number behind mtu is missing",
        "set a mtu big | mtu: 'big' is not a number",
        "set a promisc yes | promisc: say on or off, not 'yes'",
        "set a up down | 'up' is set twice: say it once",
        "set a mtu 67 | MTU 67 is out of range: use 68 to 65521",
        "set a mtu 100 mtu 200 | 'mtu' is set twice: say it once",
        "set a address 02:00 | is not a MAC address",
      })
  void aMistakeIsSaidInOneLine(String words, String part) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> read(words));
    String message = String.valueOf(e.getMessage());
    assertEquals(part, message.contains(part) ? part : message);
  }
}
