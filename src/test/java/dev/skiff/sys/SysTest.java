package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Platform.CPU;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SysTest {
  private static final long MS = 1_000_000L;

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
    EventFd event = new EventFd();
    int fd = event.fd();
    event.close();
    event.close();
    try (EventFd next = new EventFd();
        PollSet set = new PollSet(1)) {
      assertEquals(fd, next.fd(), "the number is used again");
      event.signal();
      set.add(next.fd(), false);
      assertEquals(0, set.await(0));
    }
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
    int readWrite = 3;
    int privateAnonymous = 0x22;
    SixArguments libc = LibraryLoader.create(SixArguments.class).load("c");
    long mapped = libc.mmap(0, 4096, readWrite, privateAnonymous, -1, 0);
    assertEquals(-1, mapped, "jnr-ffi passes six integer arguments rightly now");
    assertNotEquals(0, mapped);
  }
}
