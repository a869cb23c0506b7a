package dev.skiff.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetnsTest {
  private static final String OWN = "/proc/self/ns/net";

  /** An exception that nobody expects. */
  private static final class Odd extends Exception {}

  private static SysException refused(String name) {
    Callable<Void> never =
        () -> {
          throw new AssertionError("not to be run");
        };
    return assertThrows(SysException.class, () -> Netns.call(name, never));
  }

  @Test
  void withoutANameItRunsWhereTheCallerIs() throws IOException {
    assertSame(Thread.currentThread(), Netns.call(null, Thread::currentThread));
    Odd odd = new Odd();
    assertSame(
        odd,
        assertThrows(
            Odd.class,
            () ->
                Netns.call(
                    null,
                    () -> {
                      throw odd;
                    })));
  }

  @Test
  void aNamespaceIsEnteredOnAnotherThreadOrTheLineSaysThatItNeedsRoot() throws IOException {
    Thread ran;
    try {
      ran = Netns.call(OWN, Thread::currentThread);
    } catch (SysException e) {
      assertEquals(Errno.EPERM, e.errno());
      assertTrue(e.toString().contains("run as root (it needs CAP_SYS_ADMIN)"), e.toString());
      return;
    }
    assertNotSame(Thread.currentThread(), ran);
    Odd odd = new Odd();
    assertSame(
        odd,
        assertThrows(
            Odd.class,
            () ->
                Netns.call(
                    OWN,
                    () -> {
                      throw odd;
                    })));
    AssertionError error = new AssertionError("as it is");
    assertSame(
        error,
        assertThrows(
            AssertionError.class,
            () ->
                Netns.call(
                    OWN,
                    () -> {
                      throw error;
                    })));
  }

  @Test
  void anInterruptIsKeptForTheCaller() throws IOException {
    Thread.currentThread().interrupt();
    try {
      assertEquals(1, Netns.call(OWN, () -> 1));
    } catch (SysException e) {
      assertEquals(Errno.EPERM, e.errno());
    }
    assertTrue(Thread.interrupted());
  }

  @Test
  void oneThatDoesNotExistIsNamed() {
    assertEquals(
        "network namespace no-such-one does not exist: see 'ip netns list', or make it: ip netns add"
            + " no-such-one",
        refused("no-such-one").getMessage());
    assertEquals(
        "network namespace /proc/0/ns/net: there is no such file",
        refused("/proc/0/ns/net").getMessage());
  }

  @Test
  void whatIsNoNetworkNamespaceIsRefused(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("stale"));
    for (String path : new String[] {file.toString(), directory.toString(), "/proc/self/ns/uts"}) {
      SysException e = refused(path);
      boolean unprivileged = e.errno() == Errno.EPERM; // As to namespaces of another kind.
      assertTrue(
          unprivileged || e.toString().contains("that is no network namespace"), e.toString());
    }
  }
}
