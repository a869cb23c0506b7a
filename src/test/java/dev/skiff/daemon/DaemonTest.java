package dev.skiff.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** What the main thread does while packets flow without it. */
class DaemonTest {
  @Test
  void aBugInTheMainThreadsWorkDoesNotEndTheDaemon() {
    assertDoesNotThrow(
        () ->
            Daemon.carryOut(
                () -> {
                  throw new IllegalStateException("a bug, on purpose");
                }));
    assertThrows(
        OutOfMemoryError.class,
        () ->
            Daemon.carryOut(
                () -> {
                  throw new OutOfMemoryError("on purpose");
                }));
  }
}
