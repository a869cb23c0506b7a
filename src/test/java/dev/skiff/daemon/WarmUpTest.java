package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.stack.NetStack;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code skiff run} does before its start line, so that the first packets are quick. */
class WarmUpTest {
  private static final int FEW = 400;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(50);

  /** What is to be seen of the throw-away stack once its loop has ended. */
  private record Books(Map<String, Map<String, Long>> counters, List<String> leaks, long faults) {
    static Books of(NetStack stack) {
      return new Books(stack.counters(), stack.pool().report(), stack.faults().count());
    }

    long count(String group, String name) {
      return counters.getOrDefault(group, Map.of()).getOrDefault(name, -1L);
    }

    void assertSome(String group, String name, int least) {
      assertTrue(count(group, name) >= least, () -> group + "." + name + counters);
    }
  }

  private static Books exercised(WarmUpWire wire, Duration most) throws Exception {
    AtomicReference<Books> books = new AtomicReference<>();
    WarmUp warmUp = WarmUp.start(wire, most, stack -> books.set(Books.of(stack)));
    warmUp.await();
    assertEquals("", warmUp.failure());
    return books.get();
  }

  private static Books exercised() throws Exception {
    return exercised(new WarmUpWire(FEW), LONG);
  }

  @Test
  void answersPingsArpAndADatagramForNobody() throws Exception {
    Books books = exercised();

    books.assertSome("Icmp", "OutEchoReps", FEW * 9 / 10);
    books.assertSome("Icmp", "OutDestUnreachs", 1);
    books.assertSome("arp_cache", "snd_replies", 1);
  }

  /** Nobody knows the MAC address of the first one that pings. */
  @Test
  void asksForItsPeersMacAddressAndSendsTheReplyThatWaited() throws Exception {
    Books books = exercised();

    books.assertSome("arp_cache", "snd_requests", 1);
    books.assertSome("arp_cache", "unres_queued", 1);
    assertEquals(0, books.count("arp_cache", "unres_discards"));
  }

  @Test
  void leavesNoBufferOutAndNothingThrows() throws Exception {
    Books books = exercised();

    assertEquals(List.of(), books.leaks);
    assertEquals(books.count("sk_buff", "taken"), books.count("sk_buff", "freed"));
    assertEquals(0, books.faults);
  }

  @Test
  void leavesNoThreadAndNoOpenWire() throws Exception {
    WarmUpWire wire = new WarmUpWire(FEW);
    var _ = exercised(wire, LONG);

    assertTrue(wire.isClosed());
    assertEquals(
        List.of(),
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter(name -> name.startsWith("skiff-warm-up"))
            .toList());
  }

  @Test
  void endsWhenItsTimeIsOver() throws Exception {
    Books books = exercised(new WarmUpWire(Integer.MAX_VALUE), SHORT);

    assertEquals(List.of(), books.leaks);
  }

  @Test
  @Timeout(20)
  void endsWhenItIsGivenUp() throws Exception {
    WarmUpWire wire = new WarmUpWire(Integer.MAX_VALUE);
    WarmUp warmUp = WarmUp.start(wire, LONG, stack -> {});
    warmUp.giveUp();
    warmUp.await();

    assertEquals("", warmUp.failure());
    assertTrue(wire.isClosed());
  }

  /** A wire that cannot be initialised. */
  @Test
  void failsWithoutAWordToWhoWaits() throws Exception {
    WarmUpWire wire =
        new WarmUpWire(FEW) {
          @Override
          public void init() throws IOException {
            throw new IOException("no wire today");
          }
        };
    WarmUp warmUp = WarmUp.start(wire, LONG, stack -> {});
    warmUp.await();

    assertEquals("java.io.IOException: no wire today", warmUp.failure());
    assertTrue(wire.isClosed());
  }

  @Test
  void failsWithoutAWordToWhoWaitsWhenSomethingThrows() throws Exception {
    WarmUp warmUp =
        WarmUp.start(
            new WarmUpWire(FEW),
            LONG,
            stack -> {
              throw new NoClassDefFoundError("dev/skiff/Missing");
            });
    warmUp.await();

    assertEquals("java.lang.NoClassDefFoundError: dev/skiff/Missing", warmUp.failure());
  }
}
