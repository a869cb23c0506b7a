package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A ring whose file is one end of a pair of sockets: needs no root, but a kernel that allows it.
 */
class IoUringTest {
  private static final int ENTRIES = 8;
  private static final int CQ_ENTRIES = 2 * ENTRIES;
  private static final int LONG = Long.BYTES;
  private static final int NO_FD = 1_000_000;
  private static final int EFAULT = jnr.constants.platform.Errno.EFAULT.intValue();

  private final SocketPair pair = new SocketPair();
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, CQ_ENTRIES);
  private final MemorySegment in = arena.allocate(ValueLayout.JAVA_LONG, CQ_ENTRIES);

  @BeforeEach
  void theKernelHasIt() {
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      assertEquals(0, ring.enters());
    } catch (SysException e) {
      boolean refused =
          Stream.of(Errno.ENOSYS, Errno.EPERM, Errno.EACCES, Errno.ENOMEM, Errno.EOPNOTSUPP)
              .anyMatch(errno -> errno == e.errno());
      assumeTrue(!refused, "NO io_uring HERE, SO NOTHING OF IT IS TESTED: " + e.getMessage());
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() {
    pair.close();
    arena.close();
  }

  private static void must(boolean prepared) {
    assertTrue(prepared, "the ring is full");
  }

  private long at(MemorySegment array, int index) {
    return array.address() + (long) index * LONG;
  }

  private void write(IoUring ring, int index, long value) {
    out.setAtIndex(ValueLayout.JAVA_LONG, index, value);
    must(ring.prepWrite(at(out, index), LONG, value));
  }

  private long fromFar() {
    long got = Sys.read(pair.far(), in.address(), in.byteSize());
    return got < 0 ? got : in.getAtIndex(ValueLayout.JAVA_LONG, 0);
  }

  private void toFar(long value) {
    out.setAtIndex(ValueLayout.JAVA_LONG, 0, value);
    assertEquals(LONG, Sys.write(pair.far(), out.address(), LONG));
  }

  private static void completes(IoUring ring, long userData, int result) {
    assertTrue(ring.nextCompletion(), "completion " + userData);
    assertEquals(userData, ring.userData());
    assertEquals(result, ring.result());
  }

  @Test
  void writesAndReadsOfOneEnterAreDoneInTheirOrder() throws SysException {
    toFar(70);
    toFar(71);
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      for (int i = 0; i < 3; i++) {
        write(ring, i, 100 + i);
      }
      for (int i = 0; i < 3; i++) {
        must(ring.prepRead(at(in, i), LONG, Long.MAX_VALUE - i));
      }
      assertEquals(6, ring.prepared());
      assertEquals(0, ring.inFlight());
      assertFalse(ring.nextCompletion());
      assertEquals(0, ring.submitAndWait(6));
      assertEquals(0, ring.prepared());
      assertEquals(6, ring.inFlight());
      for (int i = 0; i < 3; i++) {
        completes(ring, 100 + i, LONG);
      }
      completes(ring, Long.MAX_VALUE, LONG);
      completes(ring, Long.MAX_VALUE - 1, LONG);
      completes(ring, Long.MAX_VALUE - 2, -Errno.EAGAIN); // There were two, and nobody waits.
      assertFalse(ring.nextCompletion());
      assertEquals(0, ring.inFlight());
      assertEquals(1, ring.enters());
      assertEquals(70, in.getAtIndex(ValueLayout.JAVA_LONG, 0));
      assertEquals(71, in.getAtIndex(ValueLayout.JAVA_LONG, 1));
      for (int i = 0; i < 3; i++) {
        assertEquals(100 + i, fromFar());
      }
      assertEquals(-Errno.EAGAIN, fromFar());
    }
  }

  @Test
  void aWriteThatThereIsNoRoomForDoesNotWait() throws SysException {
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      int sent = 0;
      do {
        write(ring, 0, sent++);
        assertEquals(0, ring.submitAndWait(1));
        assertTrue(ring.nextCompletion());
      } while (ring.result() == LONG);
      assertEquals(-Errno.EAGAIN, ring.result());
      assertEquals(sent, ring.enters());
      assertEquals(0, fromFar(), "the first");
    }
  }

  @Test
  void aFullRingRefusesUntilItIsSubmitted() throws SysException {
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < ENTRIES; i++) {
          write(ring, i, i);
        }
        assertFalse(ring.prepWrite(at(out, 0), LONG, 99));
        assertFalse(ring.prepRead(at(in, 0), LONG, 99));
        assertEquals(ENTRIES, ring.prepared());
        assertEquals(0, ring.submitAndWait(0));
      }
      // Both rounds are unseen, and that is all that the completion ring has room for.
      assertEquals(CQ_ENTRIES, ring.inFlight());
      assertFalse(ring.prepRead(at(in, 0), LONG, 99));
      completes(ring, 0, LONG);
      must(ring.prepRead(at(in, 0), LONG, 99));
      assertFalse(ring.prepRead(at(in, 0), LONG, 100));
      assertEquals(0, ring.submitAndWait(CQ_ENTRIES));
      for (int i = 1; i < CQ_ENTRIES; i++) {
        completes(ring, i % ENTRIES, LONG);
      }
      completes(ring, 99, -Errno.EAGAIN);
      assertFalse(ring.nextCompletion());
      for (int i = 0; i < CQ_ENTRIES; i++) {
        assertEquals(i % ENTRIES, fromFar());
      }
      assertEquals(-Errno.EAGAIN, fromFar(), "what was refused was not sent");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 64})
  void manyLapsOfBothRingsLoseNothing(int entries) throws SysException {
    SplittableRandom random = new SplittableRandom(entries);
    try (IoUring ring = IoUring.open(entries, pair.near())) {
      long sent = 0;
      long seen = 0;
      long received = 0;
      while (seen < 10_000) {
        int n = 1 + random.nextInt(Math.min(entries, CQ_ENTRIES));
        for (int i = 0; i < n && ring.inFlight() + ring.prepared() < 2 * entries; i++) {
          write(ring, i, sent++);
        }
        assertEquals(0, ring.submitAndWait(random.nextInt(ring.inFlight() + ring.prepared() + 1)));
        int look = random.nextInt(2 * n + 1);
        for (int i = 0; i < look && ring.nextCompletion(); i++) {
          assertEquals(seen++, ring.userData());
          assertEquals(LONG, ring.result());
        }
        while (received < sent) {
          assertEquals(received++, fromFar());
        }
      }
      assertEquals(sent - seen, ring.inFlight());
    }
  }

  /** The results in the order of userData, 0 to n - 1: completions need not be in it. */
  private static List<Integer> results(IoUring ring, int n) {
    int[] results = new int[n];
    for (int i = 0; i < n; i++) {
      assertTrue(ring.nextCompletion());
      results[(int) ring.userData()] = ring.result();
    }
    assertFalse(ring.nextCompletion());
    return Arrays.stream(results).boxed().toList();
  }

  @Test
  void aReadThatFindsNothingDoesNotHoldUpWhatFollows() throws SysException {
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      for (int round = 1; round <= 10; round++) {
        must(ring.prepRead(at(in, 0), LONG, 0));
        write(ring, 1, 1);
        must(ring.prepRead(at(in, 2), LONG, 2));
        write(ring, 3, 3);
        assertEquals(0, ring.submitAndWait(4));
        assertEquals(List.of(-Errno.EAGAIN, LONG, -Errno.EAGAIN, LONG), results(ring, 4));
        assertEquals(round, ring.enters(), "all of it in the first call");
        assertEquals(1, fromFar());
        assertEquals(3, fromFar());
      }
    }
  }

  @Test
  void aRequestThatFailsKeepsNoOtherOneBack() throws SysException {
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      write(ring, 0, 0);
      must(ring.prepWrite(8, LONG, 1)); // Page 0 is never mapped.
      must(ring.prepWrite(-8, LONG, 2)); // The kernel's: found wrong before it starts.
      write(ring, 3, 3);
      assertEquals(0, ring.submitAndWait(4));
      assertEquals(List.of(LONG, -EFAULT, -EFAULT, LONG), results(ring, 4));
      assertEquals(0, fromFar());
      assertEquals(3, fromFar());
      assertEquals(1, ring.enters());
    }
  }

  /** What io_uring_enter says when it is interrupted, short of memory, or takes a part alone. */
  private static final class Moody implements IoUring.Enter {
    private final SplittableRandom random = new SplittableRandom(1);
    private boolean moody;
    private int calls;
    private int partly;

    @Override
    public int call(int fd, int toSubmit, int minComplete) {
      calls++;
      if (!moody) {
        return IoUringSyscall.enter(fd, toSubmit, minComplete);
      }
      switch (random.nextInt(6)) {
        case 0:
          return -Errno.EINTR; // Before anything was done.
        case 1:
          return -Errno.EAGAIN;
        case 2:
          return -Errno.EBUSY;
        case 3:
          var _ = IoUringSyscall.enter(fd, toSubmit, 0);
          return -Errno.EINTR; // After all was done.
        case 4:
          partly++;
          return IoUringSyscall.enter(fd, toSubmit / 2, 0);
        default:
          return IoUringSyscall.enter(fd, toSubmit, minComplete);
      }
    }
  }

  @Test
  void whateverEnterSaysNothingIsSubmittedTwiceOrLost() throws SysException {
    Moody moody = new Moody();
    try (IoUring ring = IoUring.open(ENTRIES, pair.near(), moody)) {
      moody.moody = true;
      moody.calls = 0;
      int errors = 0;
      long sent = 0;
      long seen = 0;
      for (int round = 0; round < 1000; round++) {
        int n = ENTRIES - ring.prepared();
        for (int i = 0; i < n; i++) {
          write(ring, (int) (sent % ENTRIES), sent++);
        }
        int result;
        while ((result = ring.submitAndWait(ring.prepared() + ring.inFlight())) < 0) {
          assertTrue(result == -Errno.EAGAIN || result == -Errno.EBUSY, "" + result);
          errors++;
        }
        assertEquals(0, ring.prepared());
        while (ring.nextCompletion()) {
          assertEquals(seen++, ring.userData());
        }
        assertEquals(sent, seen, "all that was waited for");
        for (int i = n; i > 0; i--) {
          assertEquals(sent - i, fromFar());
        }
        assertEquals(-Errno.EAGAIN, fromFar());
      }
      assertTrue(errors > 100 && moody.partly > 100, errors + " errors");
      assertEquals(moody.calls, ring.enters());
    }
  }

  @Test
  void whatIsThereAlreadyTakesNoCall() throws SysException {
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      write(ring, 0, 5);
      assertEquals(0, ring.submitAndWait(0));
      assertEquals(0, ring.submitAndWait(1), "it is there");
      assertEquals(0, ring.submitAndWait(0), "nothing to do");
      assertEquals(1, ring.enters());
    }
  }

  @Test
  void aKernelThatTakesNothingIsNotAskedForEver() throws SysException {
    boolean[] deaf = new boolean[1];
    IoUring.Enter enter = (fd, n, min) -> deaf[0] ? 0 : IoUringSyscall.enter(fd, n, min);
    try (IoUring ring = IoUring.open(ENTRIES, pair.near(), enter)) {
      deaf[0] = true;
      write(ring, 0, 5);
      assertEquals(-Errno.EAGAIN, ring.submitAndWait(1));
      assertEquals(1, ring.prepared());
      deaf[0] = false;
      assertEquals(0, ring.submitAndWait(1));
      completes(ring, 5, LONG);
      assertEquals(2, ring.enters());
    }
  }

  @Test
  void badCallsAreRefusedAndChangeNothing() throws SysException {
    for (int entries : new int[] {0, -1, 3, IoUring.MAX_ENTRIES + 1, 2 * IoUring.MAX_ENTRIES}) {
      assertThrows(IllegalArgumentException.class, () -> IoUring.open(entries, pair.near()));
    }
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      assertThrows(IllegalArgumentException.class, () -> ring.prepRead(in.address(), -1, 0));
      assertThrows(IllegalArgumentException.class, () -> ring.prepWrite(in.address(), 1, -1));
      assertEquals(0, ring.prepared());
      write(ring, 0, 1);
      // It would never return.
      assertThrows(IllegalArgumentException.class, () -> ring.submitAndWait(2));
      assertThrows(IllegalArgumentException.class, () -> ring.submitAndWait(-1));
      assertEquals(1, ring.prepared());
      assertEquals(0, ring.enters());
    }
  }

  @Test
  void aRingThatIsClosedIsNotTouched() throws SysException {
    IoUring ring = IoUring.open(ENTRIES, pair.near());
    write(ring, 0, 1);
    assertEquals(0, ring.submitAndWait(1));
    write(ring, 1, 2);
    ring.close();
    ring.close();
    for (Runnable call :
        List.<Runnable>of(
            () -> must(ring.prepRead(in.address(), LONG, 1)),
            () -> must(ring.prepWrite(in.address(), LONG, 1)),
            () -> assertEquals(0, ring.submitAndWait(0)),
            () -> assertTrue(ring.nextCompletion()))) {
      assertThrows(IllegalStateException.class, call::run);
    }
    assertEquals(1, ring.enters());
    assertEquals(1, fromFar());
    assertEquals(-Errno.EAGAIN, fromFar(), "what was not submitted was not sent");
  }

  @Test
  void theLargestRingIsOneTooAndOtherThreadsMayOpenIt() throws Exception {
    IoUring[] opened = new IoUring[1];
    Thread opener =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    opened[0] = IoUring.open(IoUring.MAX_ENTRIES, pair.near());
                  } catch (SysException e) {
                    throw new AssertionError(e);
                  }
                });
    opener.join();
    try (IoUring ring = opened[0]) {
      for (int i = 0; i < IoUring.MAX_ENTRIES; i++) {
        must(ring.prepRead(in.address(), LONG, i));
      }
      assertFalse(ring.prepRead(in.address(), LONG, 0));
      assertEquals(0, ring.submitAndWait(IoUring.MAX_ENTRIES));
      for (int i = 0; i < IoUring.MAX_ENTRIES; i++) {
        completes(ring, i, -Errno.EAGAIN);
      }
      assertEquals(1, ring.enters());
    }
  }

  /** Descriptors and mappings of io_uring; those of other tests, few, come and go meanwhile. */
  private static long held() throws IOException {
    long mapped;
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      mapped = maps.filter(line -> line.contains("[io_uring]")).count();
    }
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return mapped + fds.filter(IoUringTest::isRing).count();
    }
  }

  private static boolean isRing(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString().contains("[io_uring]");
    } catch (IOException e) {
      return false; // Closed since.
    }
  }

  @Test
  void allIsGivenBackAtTheEndAndWhenItCannotBeOpened() throws IOException {
    int rounds = 200;
    long before = held();
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      assertTrue(held() >= before + 3 - rounds / 4, "that is how they are found: " + ring);
    }
    int comm = Sys.openReadWrite("/proc/self/comm");
    for (int i = 0; i < rounds; i++) {
      IoUring.open(ENTRIES, pair.near()).close();
      SysException e = assertThrows(SysException.class, () -> IoUring.open(ENTRIES, comm));
      assertEquals(Errno.EOPNOTSUPP, e.errno());
      assertTrue(e.toString().contains("this file has no RWF_NOWAIT"), e.toString());
      e = assertThrows(SysException.class, () -> IoUring.open(ENTRIES, NO_FD));
      assertEquals(Errno.EBADF, e.errno());
      assertTrue(e.toString().contains("IORING_REGISTER_FILES"), e.toString());
    }
    assertEquals(0, Sys.close(comm));
    assertTrue(held() < before + rounds / 4, before + " before, now " + held());
  }

  @Test
  void theFileIsClosedWithTheRingAtOnce() throws SysException {
    try (SocketPair other = new SocketPair()) {
      for (int i = 0; i < 50; i++) {
        SocketPair pair = new SocketPair();
        IoUring ring = IoUring.open(ENTRIES, pair.near());
        assertEquals(0, Sys.close(pair.near()));
        assertEquals(-Errno.EAGAIN, Sys.read(pair.far(), in.address(), LONG), "the ring's still");
        ring.close();
        assertEquals(0, Sys.read(pair.far(), in.address(), LONG), "the other end is closed");
        assertEquals(0, Sys.close(pair.far()));
      }
      assertTrue(other.near() >= 0);
    }
  }

  @Test
  void nothingIsAllocated() throws SysException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var _ = threads.getCurrentThreadAllocatedBytes();
    int inARow = 0;
    long allocated = -1;
    try (IoUring ring = IoUring.open(ENTRIES, pair.near())) {
      for (int window = 0; window < 20 && inARow < 3; window++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        long enters = ring.enters();
        for (int n = 0; n < 100_000; n += ENTRIES) {
          for (int i = 0; i < ENTRIES / 2; i++) {
            write(ring, i, i);
            must(ring.prepRead(at(in, i), LONG, i));
          }
          assertEquals(0, ring.submitAndWait(ENTRIES));
          for (int i = 0; i < ENTRIES; i++) {
            assertTrue(ring.nextCompletion());
          }
          for (int i = 0; i < ENTRIES / 2; i++) {
            assertEquals(i, fromFar());
          }
        }
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
        inARow = allocated == 0 ? inARow + 1 : 0;
        assertEquals(100_000 / ENTRIES, ring.enters() - enters);
      }
    }
    assertEquals(3, inARow, "bytes in the last window: " + allocated);
  }
}
