package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RatesTest {
  private static final long S = 1_000_000_000L;

  private final Rates rates = new Rates();

  private Rates.Rate look(String name, long nowNs, Map<String, Long> totals) {
    return Objects.requireNonNull(rates.look(totals, nowNs).get(name));
  }

  @Test
  void aRateIsWhatWasCountedSinceTheLastLookByTheTimeThatWent() {
    assertNull(look("a", 5 * S, Map.of("a", 1000L)).perS(), "nothing is known at first");
    assertEquals(new Rates.Rate(1010, 20.0), look("a", 5 * S + S / 2, Map.of("a", 1010L)));
    assertEquals(new Rates.Rate(1010, 0.0), look("a", 6 * S, Map.of("a", 1010L)));
    assertEquals(new Rates.Rate(1040, 10.0), look("a", 9 * S, Map.of("a", 1040L)));
  }

  @Test
  void aCounterThatComesGoesOrStartsAgainHasNoRateUntilTheNextLook() {
    var _ = rates.look(Map.of("a", 5L), S);
    assertNull(look("b", 2 * S, Map.of("a", 6L, "b", 7L)).perS(), "new: its 7 are not of 1 s");
    assertEquals(1.0, look("b", 3 * S, Map.of("b", 8L)).perS());
    assertNull(look("a", 4 * S, Map.of("a", 9L, "b", 9L)).perS(), "it was away");
    assertNull(look("b", 5 * S, Map.of("a", 9L, "b", 2L)).perS(), "another daemon's");
    assertEquals(3.0, look("b", 6 * S, Map.of("b", 5L)).perS());
  }

  private static Map<String, Long> all() {
    Map<String, Long> all = new LinkedHashMap<>();
    for (String name :
        List.of("skiff0.rx_packets", "Ip.InReceives", "Icmp.InEchos", "Icmp.OutMsgs", "eth.1.x")) {
      all.put(name, 1L);
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'skiff0.rx_packets,Ip.InReceives,Icmp.InEchos,Icmp.OutMsgs,eth.1.x'",
    "Icmp, 'Icmp.InEchos,Icmp.OutMsgs'",
    "Icmp.*, 'Icmp.InEchos,Icmp.OutMsgs'",
    "Icmp.InEchos, Icmp.InEchos",
    "*.In*, 'Ip.InReceives,Icmp.InEchos'",
    "I?, Ip.InReceives",
    "eth.1, eth.1.x",
    "Icmp.Out* skiff0, 'skiff0.rx_packets,Icmp.OutMsgs'",
  })
  void countersAreChosenByNameGroupAndPattern(String patterns, String chosen) throws IOException {
    List<String> words = patterns.isEmpty() ? List.of() : List.of(patterns.split(" ", -1));
    assertEquals(chosen, String.join(",", new Chosen(words).of(all()).keySet()));
  }

  @Test
  void aPatternThatStandsForNothingIsAMistake() {
    IOException e =
        assertThrows(IOException.class, () -> new Chosen(List.of("Icmp.InEcho")).of(all()));
    assertEquals("there is no counter 'Icmp.InEcho': did you mean 'Icmp.InEchos'?", e.getMessage());
    e = assertThrows(IOException.class, () -> new Chosen(List.of("I.*")).of(all()));
    assertEquals("there is no counter 'I.*': see skiff stat -z", e.getMessage());
  }

  private static WatchOptions options(String... args) {
    Holder holder = new Holder();
    var _ = new CommandLine(holder).parseArgs(args);
    return holder.watch;
  }

  private static final class Holder implements Runnable {
    @CommandLine.Mixin private WatchOptions watch = new WatchOptions();
    @CommandLine.Parameters private List<String> rest = List.of();

    @Override
    public void run() {
      throw new IllegalStateException(rest.toString());
    }
  }

  @Test
  void secondsMayBeLeftOutAndWhatFollowsIsAPatternThen() {
    assertEquals(1, options("-w").seconds());
    assertEquals(2.5, options("-w", "2.5").seconds());
    assertEquals(0.5, options("-w0.5").seconds());
    assertEquals(1, options("-w", "Icmp").seconds());
    assertEquals(List.of("Icmp", "Ip"), options("-w", "Icmp").withStray(List.of("Ip")));
    assertEquals(List.of("Ip"), options("-w", "3").withStray(List.of("Ip")));
    assertEquals(Long.MAX_VALUE, options("-w").count());
    assertEquals(3, options("-w", "-n", "3").count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0.09", "86401", "-1", "1s", "1e9", "."})
  void secondsOutOfRangeAreAMistakeOfUsage(String text) {
    assertThrows(IllegalArgumentException.class, () -> options("--watch=" + text).seconds());
  }
}
