package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.loop.Agent;
import dev.skiff.loop.PollLoop;
import dev.skiff.stats.Faults;
import dev.skiff.sys.NotifySocket;
import dev.skiff.sys.PollSet;
import dev.skiff.sys.ThreadMemory;
import dev.skiff.time.Clock;
import dev.skiff.time.ManualClock;
import dev.skiff.time.TimerQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the service manager hears, and when it hears nothing. */
class SdNotifyTest {
  private static final long PID = 4711;
  private static final long S = 1_000_000_000L;
  private static final long SOON_MS = 10_000;
  private static final String ALIVE = "WATCHDOG=1";

  @TempDir Path directory;

  private final TimerQueue timers = new TimerQueue();
  private final ManualClock clock = new ManualClock(0);
  private final PollLoop loop = new PollLoop(clock, timers, new Nothing(), new Faults());

  /** An agent without a wire. */
  private static final class Nothing implements Agent {
    @Override
    public int doWork(long nowNs) {
      return 0;
    }

    @Override
    public long nextDeadlineNs() {
      return Long.MAX_VALUE;
    }

    @Override
    public void pollFds(PollSet set) {}

    @Override
    public boolean isDone() {
      return false;
    }

    @Override
    public void onClose() {}
  }

  private void turn() {
    assertTrue(loop.turn(), "nothing is left to do");
  }

  private String path() {
    return directory.resolve("notify").toString();
  }

  private static SdNotify open(
      @Nullable String socket, @Nullable String usec, @Nullable String pid) {
    Map<String, @Nullable String> environment = new HashMap<>();
    environment.put("NOTIFY_SOCKET", socket);
    environment.put("WATCHDOG_USEC", usec);
    environment.put("WATCHDOG_PID", pid);
    return SdNotify.open(environment::get, PID);
  }

  @Test
  void eachStepOfItsLifeIsSaid() {
    try (NotifySocket manager = new NotifySocket(path());
        SdNotify notify = open(path(), null, null)) {
      notify.ready("skiff0 answers\nas ever", loop, timers);
      assertEquals("READY=1\nSTATUS=skiff0 answers as ever\nMAINPID=4711", manager.next(0));
      notify.status("skiff0 is down");
      assertEquals("STATUS=skiff0 is down", manager.next(0));
      long before = System.nanoTime() / 1000;
      notify.reloading();
      String reloading = manager.next(0);
      assertNotNull(reloading);
      assertTrue(reloading.startsWith("RELOADING=1\nMONOTONIC_USEC="), reloading);
      long said = Long.parseLong(reloading.substring(reloading.lastIndexOf('=') + 1));
      assertTrue(said >= before && said <= System.nanoTime() / 1000, reloading);
      notify.reloaded("2 routes are new");
      assertEquals("READY=1\nSTATUS=2 routes are new", manager.next(0));
      notify.stopping();
      assertEquals("STOPPING=1", manager.next(0));
      assertNull(manager.next(0));
    }
  }

  @Test
  void anAbstractNameIsOneToo() {
    String name = "@skiff-test-" + UUID.randomUUID();
    try (NotifySocket manager = new NotifySocket(name);
        SdNotify notify = open(name, null, null)) {
      notify.stopping();
      assertEquals("STOPPING=1", manager.next(0));
      assertFalse(Files.exists(Path.of(name)), "it is in no file system");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "relative", "vsock:2:1234", "/no/such/socket", "@"})
  void whatIsNoSocketIsLeft(String address) {
    try (SdNotify notify = open(address, "1000", null)) {
      notify.ready("s", loop, timers);
      notify.stopping();
      assertTrue(loop.turn());
      assertEquals(TimerQueue.NONE, timers.nextDeadlineNs());
    }
  }

  @Test
  void signsOfLifeComeAtHalfTheTime() {
    try (NotifySocket manager = new NotifySocket(path());
        SdNotify notify = open(path(), "20000000", Long.toString(PID))) {
      notify.ready("s", loop, timers);
      assertNotNull(manager.next(0));
      turn(); // The command.
      turn();
      assertEquals(ALIVE, manager.next(0));
      for (int i = 0; i < 5; i++) {
        clock.advance(10 * S - 1);
        turn();
        assertNull(manager.next(0), "too early");
        clock.advance(1);
        turn();
        assertEquals(ALIVE, manager.next(0));
        assertNull(manager.next(0));
      }
    }
  }

  @Test
  void afterAStandstillOneIsSentAndNotAStorm() {
    try (NotifySocket manager = new NotifySocket(path());
        SdNotify notify = open(path(), "2000000", null)) {
      notify.ready("s", loop, timers);
      turn();
      turn();
      var _ = manager.drain();
      clock.advance(3 * 24 * 3600 * S); // As after a suspend, on a clock that counts it.
      for (int i = 0; i < 100; i++) {
        turn();
      }
      assertEquals(1, manager.drain());
      assertEquals(clock.nowNs() + S, timers.nextDeadlineNs());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "", "9223372036854775807"})
  void whatIsNoTimeIsNoWatchdog(String usec) {
    try (NotifySocket manager = new NotifySocket(path());
        SdNotify notify = open(path(), usec, null)) {
      notify.ready("s", loop, timers);
      turn();
      turn();
      assertEquals(1, manager.drain(), "READY alone");
    }
  }

  @Test
  void aWatchdogForAnotherProcessIsNotOurs() {
    try (NotifySocket manager = new NotifySocket(path());
        SdNotify notify = open(path(), "1000000", "4712")) {
      notify.ready("s", loop, timers);
      turn();
      turn();
      assertEquals(1, manager.drain(), "READY alone");
    }
  }

  @Test
  void aManagerThatReadsALittleLaterHearsAllTheSameThatItIsReady() throws Exception {
    try (NotifySocket manager = new NotifySocket(path());
        SdNotify notify = open(path(), "2000000", null)) {
      notify.ready("s", loop, timers);
      for (int i = 0; i < 2000; i++) { // Until there is no room.
        turn();
        clock.advance(S);
      }
      Thread late = Thread.ofPlatform().start(() -> notify.reloaded("again"));
      while (late.getState() != Thread.State.TERMINATED && !isInAwait(late)) {
        Thread.onSpinWait();
      }
      String last = null;
      for (String next = manager.next(SOON_MS); next != null; next = manager.next(1_000)) {
        last = next;
      }
      late.join();
      assertEquals("READY=1\nSTATUS=again", last);
    }
  }

  private static boolean isInAwait(Thread thread) {
    return Stream.of(thread.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("awaitRoom"));
  }

  @Test
  void aManagerThatDoesNotReadKeepsNobody() {
    try (NotifySocket manager = new NotifySocket(path());
        SdNotify notify = open(path(), "2000000", null)) {
      notify.ready("s", loop, timers);
      turn();
      for (int i = 0; i < 2000; i++) {
        clock.advance(S);
        turn();
      }
      assertEquals(0, loop.stat(dev.skiff.loop.LoopStat.FAULTS));
      int kept = manager.drain();
      assertTrue(kept > 1 && kept < 2000, "the socket's queue: " + kept);
      clock.advance(S);
      turn();
      assertEquals(ALIVE, manager.next(0), "it goes on once there is room");
    }
  }

  @Test
  void aLoopThatIsStuckSendsNoSignOfLife() throws Exception {
    TimerQueue own = new TimerQueue();
    PollLoop running = new PollLoop(Clock.system(), own, new Nothing(), new Faults());
    try (NotifySocket manager = new NotifySocket(path());
        SdNotify notify = open(path(), "20000", null)) {
      running.start("stuck", () -> {});
      notify.ready("s", running, own);
      for (int i = 0; i < 5; i++) {
        assertNotNull(manager.next(SOON_MS));
      }
      CountDownLatch stuck = new CountDownLatch(1);
      CountDownLatch free = new CountDownLatch(1);
      running.execute(
          () -> {
            stuck.countDown();
            try {
              free.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      stuck.await();
      var _ = manager.drain();
      assertNull(manager.next(200), "ten times the time of one");
      free.countDown();
      assertEquals(ALIVE, manager.next(SOON_MS));
    } finally {
      running.stop();
      assertTrue(running.join(Duration.ofSeconds(10)));
    }
  }

  @Test
  void aSignOfLifeAllocatesNothing() {
    try (NotifySocket manager = new NotifySocket(path());
        SdNotify notify = open(path(), "2000000", null)) {
      notify.ready("s", loop, timers);
      for (int i = 0; i < 20_000; i++) {
        clock.advance(S);
        turn();
      }
      Thread self = Thread.currentThread();
      var _ = ThreadMemory.allocatedBytes(self);
      long before = ThreadMemory.allocatedBytes(self);
      long asked = ThreadMemory.allocatedBytes(self) - before;
      before = ThreadMemory.allocatedBytes(self);
      for (int i = 0; i < 1000; i++) {
        clock.advance(S);
        turn();
      }
      assertEquals(asked, ThreadMemory.allocatedBytes(self) - before);
    }
  }
}
