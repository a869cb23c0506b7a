package dev.skiff.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

class LogRingTest {
  private static final long SOON_NS = 1_000_000L;

  private final LogRing ring = new LogRing();

  private void add(int from, int to) {
    for (int i = from; i < to; i++) {
      ring.add(LogTextTest.entry(Level.INFO, "skiff", "" + i));
    }
  }

  private static List<String> messages(List<Entry> entries) {
    return entries.stream().map(Entry::message).toList();
  }

  @Test
  void theLastThousandAreKept() {
    add(0, 2500);
    List<String> kept = messages(ring.fromFirst().look(Integer.MAX_VALUE));
    assertEquals(LogRing.MAX_ENTRIES, kept.size());
    assertEquals("1500", kept.getFirst());
    assertEquals("2499", kept.getLast());
  }

  @Test
  void largeRecordsTakeNoMoreThanTheirShareOfTheHeap() {
    String[] trace = new String[LogText.MAX_TRACE];
    java.util.Arrays.fill(trace, "x".repeat(3000));
    for (int i = 0; i < 100; i++) {
      ring.add(LogTextTest.entry(Level.SEVERE, "skiff", "bug " + i, trace));
      assertTrue(ring.bytes() <= LogRing.MAX_BYTES, "" + ring.bytes());
    }
    assertEquals("bug 99", ring.fromFirst().look(9).getLast().message());
    add(0, LogRing.MAX_ENTRIES);
    assertEquals(LogRing.MAX_ENTRIES, ring.fromFirst().look(Integer.MAX_VALUE).size());
    assertTrue(ring.bytes() < 200_000, "" + ring.bytes());
  }

  @Test
  void aReaderThatIsTooSlowLosesTheOldestAndIsToldHowMany() {
    LogRing.Reader slow = ring.fromFirst();
    LogRing.Reader quick = ring.fromFirst();
    add(0, 3);
    assertEquals(List.of("0", "1"), messages(slow.look(2)));
    slow.skip(2);
    quick.skip(3);
    add(3, 1010);
    assertEquals(8, slow.takeLost(), "2 to 9");
    assertEquals(0, slow.takeLost());
    assertEquals(List.of("10"), messages(slow.look(1)));
    assertEquals(7, quick.takeLost(), "3 to 9");
  }

  @Test
  void whatWasLookedAtAndThenPushedOutIsNotLost() {
    LogRing.Reader reader = ring.fromFirst();
    add(0, 10);
    assertEquals(10, reader.look(10).size());
    add(10, 1005);
    reader.skip(10);
    assertEquals(0, reader.takeLost());
    assertEquals("10", reader.look(1).getFirst().message());
  }

  @Test
  void awaitEndsByARecordByTimeByStopAndByTheEnd() throws InterruptedException {
    LogRing.Reader reader = ring.fromFirst();
    assertFalse(reader.await(SOON_NS));
    add(0, 1);
    assertTrue(reader.await(Long.MAX_VALUE));
    reader.skip(1);
    reader.stop();
    assertFalse(reader.await(Long.MAX_VALUE));
    assertTrue(reader.isEnding());
    LogRing.Reader other = ring.fromFirst();
    other.skip(1);
    assertFalse(other.isEnding());
    ring.end();
    assertFalse(other.await(Long.MAX_VALUE));
    assertTrue(other.isEnding());
  }
}
