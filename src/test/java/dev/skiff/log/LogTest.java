package dev.skiff.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.stats.Faults;
import dev.skiff.time.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is logged, from the call to the ring; the log's own thread does not run unless started. */
class LogTest {
  /** Of its own, so that tests beside this one say nothing here. */
  private final String name = "dev.skiff.log.LogTest" + System.identityHashCode(this);

  private final Logger jul = Logger.getLogger(name);
  private final org.slf4j.Logger slf4j = LoggerFactory.getLogger(name);
  private final ManualClock clock = new ManualClock(0);
  private final Log log = new Log();

  LogTest() {
    jul.setUseParentHandlers(false);
    jul.setLevel(Level.ALL);
    jul.addHandler(log.handler());
  }

  @AfterEach
  void removeHandler() {
    jul.removeHandler(log.handler());
  }

  private List<Entry> kept() {
    var _ = log.turn(clock.nowNs());
    return log.ring().fromFirst().look(Integer.MAX_VALUE);
  }

  private List<String> messages() {
    return kept().stream().map(Entry::message).toList();
  }

  @Test
  void aRecordHasWhoSaidWhatInWhichThread() {
    slf4j.warn("{} has {}\nforged", "02:00:5e:10:00:01", 7, new IllegalStateException("x"));
    Entry entry = kept().getFirst();
    assertEquals("02:00:5e:10:00:01 has 7\\nforged", entry.message());
    assertEquals(Level.WARNING, entry.level());
    assertEquals(name, entry.logger());
    assertEquals(Thread.currentThread().getName(), entry.thread());
    assertEquals("java.lang.IllegalStateException: x", entry.trace().getFirst());
  }

  @Test
  void whatALibrarySaysWithParametersIsPutTogetherWhenItIsSaid() {
    StringBuilder changing = new StringBuilder("before");
    jul.log(Level.INFO, "it is {0}", changing);
    changing.setLength(0);
    assertEquals(List.of("it is before"), messages());
  }

  @Test
  void whatThrowsAsItIsShownTakesNoneOfTheOthersWithIt() {
    RuntimeException hostile =
        new RuntimeException() {
          private static final long serialVersionUID = 1;

          @Override
          public String getMessage() {
            throw new IllegalStateException("no message");
          }
        };
    slf4j.warn("one", hostile);
    slf4j.warn("two");
    assertEquals(
        List.of(
            "a record of " + name + " cannot be shown: class java.lang.IllegalStateException",
            "two"),
        messages());
  }

  private void sayFromHere(int i) {
    slf4j.warn("number {}", i);
  }

  @Test
  void onePlaceIsLimitedWhateverItSaysAndAnotherIsNot() {
    for (int i = 0; i < 22; i++) {
      sayFromHere(i);
    }
    slf4j.warn("from another place");
    assertEquals(11, messages().size());
    clock.advance(RateLimit.INTERVAL_NS);
    assertEquals("12 more of: number 21", messages().getLast());
    assertEquals(12, log.counters().get("Suppressed"));
    assertEquals(12, log.counters().get("Records"));
  }

  @Test
  void oneBugThatComesAgainDoesNotHideAnotherBug() {
    Exception one = new Exception("one");
    Exception other = new Exception("other");
    for (int i = 0; i < 20; i++) {
      slf4j.error("a bug", i < 19 ? one : other);
    }
    List<Entry> kept = kept();
    assertEquals(11, kept.size());
    assertEquals("java.lang.Exception: other", kept.getLast().trace().getFirst());
  }

  @Test
  void allTheBugsThatFaultsTellsOfAreLogged() {
    // What it logs goes to its own logger: the site alone is looked at here.
    LogRecord record = new LogRecord(Level.SEVERE, "a bug");
    for (int i = 0; i < Faults.MOST_TRACES; i++) {
      Exception bug = new Exception("bug");
      bug.setStackTrace(new StackTraceElement[] {new StackTraceElement("C", "m", "C.java", i)});
      record = new LogRecord(Level.SEVERE, "a bug");
      record.setThrown(bug);
      jul.log(record);
    }
    assertEquals(Faults.MOST_TRACES, kept().size());
  }

  @Test
  void whatComesFasterThanItIsTakenIsDroppedAndToldOf() {
    flood(5);
    assertEquals("5 records were dropped: they came too fast", messages().getLast());
    assertEquals(5, log.counters().get("Dropped"));
    slf4j.warn("there is room again");
    assertEquals("there is room again", messages().getLast());
  }

  private void flood(int tooMany) {
    for (int i = 0; i < Log.MAX_QUEUED + tooMany; i++) {
      sayFromHere(i);
    }
  }

  @Test
  void whatIsDroppedInAFloodIsToldOfOnceInAnInterval() {
    for (int i = 0; i < 100; i++) {
      flood(1);
      assertEquals(11, messages().size());
    }
    assertEquals(100, log.counters().get("Dropped"));
    clock.advance(RateLimit.INTERVAL_NS);
    assertEquals("99 records were dropped: they came too fast", messages().getLast());
  }

  @Test
  void whatIsSaidToReadersAloneIsNotPrinted() {
    log.sayToReaders(Level.SEVERE, "skiff", "the last word");
    assertFalse(kept().getFirst().printed());
  }

  @Test
  void theEndTakesWhatIsQueuedAndSumsUp() {
    log.start();
    for (int i = 0; i < 22; i++) {
      sayFromHere(i);
    }
    log.close();
    List<Entry> kept = log.ring().fromFirst().look(100);
    assertEquals(11, kept.size());
    assertTrue(kept.getLast().message().startsWith("12 more of: "), kept.getLast().message());
  }

  @Test
  void settleWaitsUntilAllThatWasSaidCanBeRead() {
    log.start();
    for (int i = 0; i < 1000; i++) {
      slf4j.warn("text");
      log.settle(Duration.ofSeconds(10));
    }
    log.settle(Duration.ofSeconds(10));
    assertEquals(10, log.ring().fromFirst().look(100).size());
    log.close();
  }
}
