package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.log.Entry;
import dev.skiff.log.Log;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ErrorLinesTest {
  private final String name = "skiff.ErrorLinesTest" + System.identityHashCode(this);
  private final Logger jul = Logger.getLogger(name);
  private final Log log = new Log();
  private final PrintStream err =
      new PrintStream(new ErrorLines(LoggerFactory.getLogger(name)), true, StandardCharsets.UTF_8);

  ErrorLinesTest() {
    jul.setUseParentHandlers(false);
    jul.addHandler(log.handler());
    log.start();
  }

  @AfterEach
  void end() {
    jul.removeHandler(log.handler());
    log.close();
  }

  private List<String> messages() {
    log.settle(Duration.ofSeconds(10));
    return log.ring().fromFirst().look(100).stream().map(Entry::message).toList();
  }

  @Test
  void eachLineIsARecordWithoutThePrefixOfOurOwn() {
    err.println("skiff: --pcap f: full");
    err.print("a library's word, ");
    err.printf("in two parts%n%n");
    assertEquals(List.of("--pcap f: full", "a library's word, in two parts"), messages());
  }

  @Test
  void aLineWithoutAnEndTakesNoMoreThanSoMuchMemory() {
    err.print("x".repeat(4500));
    assertEquals(List.of("x".repeat(2000), "x".repeat(2000)), messages());
    err.println();
    assertEquals("x".repeat(500), messages().getLast());
  }

  @Test
  void bracesInALineAreNoPlaceholders() {
    err.println("{} and {}");
    assertEquals(List.of("{} and {}"), messages());
  }
}
