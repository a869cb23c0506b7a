package dev.skiff.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockFileTest {
  private static final int ROUNDS = 300;

  @TempDir Path directory;
  private Path path = Path.of("");

  @BeforeEach
  void name() {
    path = directory.resolve("skiff0.sock.lock");
  }

  private static LockFile take(Path path) throws IOException {
    return Objects.requireNonNull(LockFile.tryTake(path));
  }

  @Test
  void oneAtATimeHasIt() throws IOException {
    LockFile first = take(path);
    assertNull(LockFile.tryTake(path));
    assertEquals("process " + ProcessHandle.current().pid(), LockFile.holder(path));
    assertNull(LockFile.tryTake(path), "that others have looked has not ended it");
    first.close();
    take(path).close();
  }

  @Test
  void itIsGoneOnceItIsClosedAndASecondCloseTakesNothingFromTheNextOwner() throws IOException {
    LockFile first = take(path);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    first.close();
    assertFalse(Files.exists(path));
    try (LockFile second = take(path)) {
      first.close();
      assertTrue(Files.exists(second.path()));
      assertNull(LockFile.tryTake(path));
    }
  }

  @Test
  void oneThatWasLeftBehindIsTakenOver() throws IOException {
    var _ = Files.writeString(path, "4711, and more that a longer number would leave\n");
    try (LockFile lock = take(path)) {
      assertNotNull(lock);
      assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(path));
    }
  }

  @Test
  void aProcessThatIsKilledGivesItUp() throws Exception {
    var _ = Files.writeString(path, "1\n");
    Process holder =
        new ProcessBuilder("flock", "-n", path.toString(), "sh", "-c", "echo locked; exec cat")
            .start();
    try {
      assertEquals('l', holder.getInputStream().read());
      assertNull(LockFile.tryTake(path), "flock(1) speaks of the same lock");
      assertEquals("process 1", LockFile.holder(path));
    } finally {
      List<ProcessHandle> all =
          Stream.concat(holder.descendants(), Stream.of(holder.toHandle())).toList();
      all.forEach(ProcessHandle::destroyForcibly);
      // Each of them has the descriptor, and with it the lock.
      all.forEach(process -> process.onExit().join());
    }
    take(path).close();
  }

  /** Each open, lock and unlink may fall between any two of another's. */
  @Test
  void neverHaveTwoOfManyItWhoTakeAndRemoveItAtOnce() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(1);
    Callable<Integer> taker =
        () -> {
          start.await();
          int most = 0;
          while (taken.get() < ROUNDS) {
            LockFile lock = LockFile.tryTake(path);
            if (lock != null) {
              taken.incrementAndGet();
              most = Math.max(most, holders.incrementAndGet());
              Thread.yield();
              holders.decrementAndGet();
              lock.close();
            }
          }
          return most;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Future<Integer> one = threads.submit(taker);
      Future<Integer> two = threads.submit(taker);
      Future<Integer> three = threads.submit(taker);
      start.countDown();
      for (Future<Integer> each : java.util.List.of(one, two, three)) {
        assertTrue(most(each) <= 1, "two had it at once");
      }
    }
    assertFalse(Files.exists(path));
  }

  private static int most(Future<Integer> taker) throws Exception {
    try {
      return taker.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  @Test
  void whatCannotBeLockedIsSaidInOneLine() throws IOException {
    assertThrows(
        NoSuchFileException.class, () -> LockFile.tryTake(directory.resolve("no/such.lock")));
    IOException e = assertThrows(IOException.class, () -> LockFile.tryTake(directory));
    assertEquals("lock file " + directory + ": Is a directory", e.getMessage());
    Path precious = Files.writeString(directory.resolve("precious"), "data");
    Path link = Files.createSymbolicLink(directory.resolve("link"), precious);
    assertThrows(IOException.class, () -> LockFile.tryTake(link));
    assertEquals("data", Files.readString(precious));
  }

  @Test
  void whatIsNoFileOfItsOwnIsLeftAloneAndSaid() throws Exception {
    Path precious = Files.writeString(directory.resolve("precious"), "data");
    var _ = Files.createLink(path, precious);
    IOException e = assertThrows(IOException.class, () -> LockFile.tryTake(path));
    assertEquals("lock file " + path + ": it has a second name", e.getMessage());
    assertEquals("data", Files.readString(precious));
    Path fifo = directory.resolve("fifo");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    e = assertThrows(IOException.class, () -> LockFile.tryTake(fifo));
    assertEquals("lock file " + fifo + ": it is no file", e.getMessage());
    assertEquals("another process", LockFile.holder(fifo), "and nobody waits for its writer");
  }

  /** /run/skiff belongs to the user that the daemon became, and the next start in it is root's. */
  @Test
  void whoeverOwnsTheDirectoryCannotHaveUsWriteElsewhere() throws IOException {
    Path precious = Files.writeString(directory.resolve("precious"), "data");
    try (LockFile lock = take(path)) {
      Files.delete(path);
      var _ = Files.createSymbolicLink(path, precious);
      lock.writeNumber();
    }
    assertEquals("data", Files.readString(precious));
  }

  @Test
  void whatCannotBeRemovedIsNoFailure() throws IOException {
    Path full = Files.createDirectory(directory.resolve("full"));
    var _ = Files.writeString(full.resolve("file"), "");
    HeldEntry.of(full).remove();
    assertTrue(Files.exists(full));
    HeldEntry.of(directory.resolve("none")).remove();
  }
}
