package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Platform.CPU;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SysTest {
  private static final long MS = 1_000_000L;

  // Of mmap(2). A file's offset is a multiple of the largest page that Linux has on these machines.
  private static final int PAGE = 65_536;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE = 0x2;
  private static final int PRIVATE_ANONYMOUS = 0x22;

  @Test
  void errorsComeBackAsNegativeNumbers() {
    assertEquals(-Errno.ENOENT, Sys.openReadWrite("/dev/no-such-device"));
    assertEquals("No such file or directory", Errno.text(Errno.ENOENT));
    int fd = Sys.openReadWrite("/dev/null");
    assertTrue(fd >= 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(8);
      assertEquals(8, Sys.write(fd, bytes.address(), 8));
      assertEquals(0, Sys.read(fd, bytes.address(), 8));
    }
    assertEquals(0, Sys.close(fd));
    assertTrue(Sys.close(fd) < 0, "closed already");
  }

  @Test
  void aSignalWakesAPollUntilItIsDrained() throws SysException {
    try (EventFd event = new EventFd();
        PollSet set = new PollSet(2)) {
      set.add(event.fd(), false);
      assertEquals(0, set.await(0));
      assertFalse(set.isReady(0));
      event.signal();
      event.signal();
      assertEquals(1, set.await(-1));
      assertTrue(set.isReady(0));
      event.drain();
      set.clear();
      set.add(event.fd(), false);
      assertEquals(0, set.await(MS));
    }
  }

  @Test
  void aSignalAfterTheEndReachesNobody() throws Exception {
    boolean usedAgain = false;
    // Tests that run meanwhile may take the number first.
    for (int i = 0; i < 1000 && !usedAgain; i++) {
      EventFd event = new EventFd();
      int fd = event.fd();
      event.close();
      event.close();
      try (EventFd next = new EventFd();
          PollSet set = new PollSet(1)) {
        usedAgain = fd == next.fd();
        event.signal();
        set.add(next.fd(), false);
        assertEquals(0, set.await(0));
      }
    }
    assertTrue(usedAgain, "the number is used again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"skiff0", "a", "fifteen-bytes-x", "tap.1"})
  void namesThatTheKernelTakes(String name) {
    assertTrue(TunTap.isValidName(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sixteen-bytes-xy",
        "a/b",
        "a b",
        "a:1",
        ".",
        "..",
        "tap%d",
        "a\tb",
        "ééééééééé"
      })
  void namesThatTheKernelRefuses(String name) {
    assertFalse(TunTap.isValidName(name));
  }

  @Test
  void anInterfaceThatIsNotThereIsToldApart() throws IOException {
    try (NetIf none = NetIf.open("no-such-device");
        NetIf lo = NetIf.open("lo")) {
      assertFalse(none.exists());
      assertTrue(lo.exists());
    }
  }

  @Test
  void involuntarySwitchesAreTheThreadsOwn() throws IOException {
    try (ThreadUsage usage = new ThreadUsage()) {
      long least = nonvoluntarySwitches();
      long told = usage.involuntarySwitches();
      long most = nonvoluntarySwitches();
      assertTrue(least <= told && told <= most, least + " <= " + told + " <= " + most);
      long spunNs = System.nanoTime();
      while (usage.involuntarySwitches() == told && System.nanoTime() - spunNs < 2_000 * MS) {
        Thread.onSpinWait();
      }
      // On a quiet machine there may be none in all the time.
      assertTrue(usage.involuntarySwitches() <= nonvoluntarySwitches());
    }
  }

  private static long nonvoluntarySwitches() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
      if (line.startsWith("nonvoluntary_ctxt_switches:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new AssertionError("the kernel does not tell");
  }

  @Test
  void askingForThemAllocatesNothing() {
    try (ThreadUsage usage = new ThreadUsage()) {
      long last = -1;
      for (int i = 0; i < 50 && last != 0; i++) {
        long before = ThreadMemory.allocatedBytes(Thread.currentThread());
        for (int n = 0; n < 10_000; n++) {
          var _ = usage.involuntarySwitches();
        }
        last = ThreadMemory.allocatedBytes(Thread.currentThread()) - before;
      }
      // What asking for the bytes themselves allocates, on the thread that asks.
      assertTrue(last < 10_000, last + " bytes for 10,000 calls");
    }
  }

  @Test
  void whatAThreadAllocatedIsKnownToOthers() throws InterruptedException {
    long[] bytes = new long[2];
    CountDownLatch allocated = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    byte[][] kept = new byte[1][];
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  kept[0] = new byte[3_000_000];
                  allocated.countDown();
                  try {
                    asked.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    allocated.await();
    bytes[0] = ThreadMemory.allocatedBytes(other);
    bytes[1] = ThreadMemory.allocatedBytes(other);
    asked.countDown();
    other.join();
    assertTrue(bytes[0] >= 3_000_000, bytes[0] + " bytes");
    assertEquals(bytes[0], bytes[1], "asking makes it allocate");
    assertEquals(-1, ThreadMemory.allocatedBytes(other), "it has ended");
  }

  /** Six integer arguments. */
  public interface SixArguments {
    /** {@code mmap(2)}. */
    long mmap(long address, long length, int protection, int flags, int fd, long offset);
  }

  /**
   * jnr-ffi 2.3.4 passes garbage as the sixth integer argument on x86-64. LibC binds no function
   * that has six. When this test fails after an upgrade, the bug is gone: say so in LibC and in ADR
   * 1.
   */
  @Test
  void theSixthIntegerArgumentIsStillGarbled() {
    assumeTrue(
        jnr.ffi.Platform.getNativePlatform().getCPU() == CPU.X86_64,
        "the bug is known on x86-64 alone");
    SixArguments libc = LibraryLoader.create(SixArguments.class).load("c");
    long mapped = libc.mmap(0, PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    assertEquals(-1, mapped, "jnr-ffi passes six integer arguments rightly now");
  }

  /** The way round it: the same call, of which the sixth is the seventh. */
  @Test
  @SuppressWarnings("restricted")
  void sixArgumentsOfASystemCallArriveBySyscall() throws Exception {
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    int mmap = arm ? 222 : 9;
    long anonymous = Sys.syscall(mmap, 0, PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    assertTrue(anonymous > 0, "mmap: " + anonymous);
    assertEquals(0, Sys.munmap(anonymous, PAGE));

    // The sixth is the offset into a file: that of the second page.
    Path file = Files.createTempFile("skiff", ".pages");
    try {
      byte[] bytes = new byte[2 * PAGE];
      bytes[PAGE] = 42;
      Files.write(file, bytes);
      int fd = Sys.openReadWrite(file.toString());
      long second = Sys.syscall(mmap, 0, PAGE, READ_WRITE, PRIVATE, fd, PAGE);
      assertEquals(0, Sys.close(fd));
      assertTrue(second > 0, "mmap: " + second);
      MemorySegment page = MemorySegment.ofAddress(second).reinterpret(PAGE);
      assertEquals(42, page.get(ValueLayout.JAVA_BYTE, 0));
      assertEquals(0, Sys.munmap(second, PAGE));
      assertEquals(-Errno.EINVAL, Sys.munmap(second + 1, PAGE));
    } finally {
      Files.delete(file);
    }
    assertEquals(-Errno.ENOSYS, Sys.syscall(-2, 0, 0, 0, 0, 0, 0), "no such call");
  }
}
