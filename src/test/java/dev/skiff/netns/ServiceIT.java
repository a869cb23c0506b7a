package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.sys.NotifySocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon under a service manager, which is the test itself, and with a file of its number. */
@Tag("netns")
class ServiceIT {
  private static final long SOON_MS = 20_000;
  private static final String ALIVE = "WATCHDOG=1";

  @TempDir Path directory;
  private Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private static String spec(int n) {
    return "tap=skiff"
        + n
        + ",ip=198.51."
        + (100 + n)
        + ".2/24,host-ip=198.51."
        + (100 + n)
        + ".1/24";
  }

  /** The next message that is no sign of life. */
  private static @Nullable String next(NotifySocket manager) {
    String message = manager.next(SOON_MS);
    while (ALIVE.equals(message)) {
      message = manager.next(SOON_MS);
    }
    return message;
  }

  @Test
  void itsManagerHearsOfItsWholeLife() throws Exception {
    String socket = directory.resolve("notify").toString();
    List<String> launcher =
        netns.inside("env", "NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=100000", SkiffProcess.SKIFF);
    try (NotifySocket manager = new NotifySocket(socket);
        SkiffProcess skiff =
            SkiffProcess.start(netns, directory, launcher, "--dev", spec(0), "--dev", spec(1))) {
      assertEquals(
          "READY=1\nSTATUS=skiff0 answers as 198.51.100.2/24; skiff1 answers as 198.51.101.2/24\n"
              + "MAINPID="
              + skiff.pid(),
          manager.next(SOON_MS));
      netns.exec("ping", "-c", "1", "-W", "2", SkiffProcess.IP);
      for (int i = 0; i < 5; i++) {
        assertEquals(ALIVE, manager.next(SOON_MS));
      }
      netns.exec("ip", "link", "del", "skiff1");
      String failed = next(manager);
      assertNotNull(failed);
      assertTrue(
          failed.startsWith("STATUS=skiff0 answers as 198.51.100.2/24; skiff1 is down: TAP skiff1"),
          failed);
      assertFalse(failed.contains("\n"), failed);
      kill("STOP", skiff);
      Await.until("it stands still", () -> isStopped(skiff));
      var _ = manager.drain();
      assertNull(manager.next(500), "who stands still is not alive");
      kill("CONT", skiff);
      assertEquals(ALIVE, manager.next(SOON_MS));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("STOPPING=1", next(manager));
      String last = manager.next(0);
      while (ALIVE.equals(last)) { // The loop ends after that.
        last = manager.next(0);
      }
      assertNull(last);
    }
  }

  private static void kill(String signal, SkiffProcess skiff) {
    Netns.Result.of(List.of("kill", "-" + signal, Long.toString(skiff.pid())));
  }

  /** Whether every thread is. */
  private static boolean isStopped(SkiffProcess skiff) throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + skiff.pid() + "/task"))) {
      for (Path task : tasks.toList()) {
        String stat = Files.readString(task.resolve("stat"));
        if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
      return true;
    }
  }

  private SkiffProcess start(Path pidFile) throws IOException {
    return SkiffProcess.start(netns, directory, "--dev", spec(0), "--pid-file", pidFile.toString());
  }

  @Test
  void aKilledDaemonLeavesNothingThatKeepsTheNextFromStarting() throws Exception {
    Path pidFile = directory.resolve("skiff.pid");
    try (SkiffProcess skiff = start(pidFile)) {
      assertEquals(skiff.pid() + "\n", Files.readString(pidFile));
      skiff.stop("KILL");
      assertTrue(Files.exists(pidFile) && Files.exists(skiff.socket()));
    }
    Await.until("the TAP is gone", () -> !netns.has("skiff0"));
    try (SkiffProcess skiff = start(pidFile)) {
      assertEquals(skiff.pid() + "\n", Files.readString(pidFile));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
    try (Stream<Path> left = Files.list(directory)) {
      List<String> names =
          left.map(file -> file.getFileName().toString())
              .filter(name -> !name.startsWith("stderr"))
              .toList();
      assertEquals(List.of(), names);
    }
  }

  @Test
  void aSecondDaemonOnOnePidFileIsRefusedByTheFirstOnesNumber() throws Exception {
    Path pidFile = directory.resolve("skiff.pid");
    try (SkiffProcess skiff = start(pidFile)) {
      assertRefused(
          "skiff: --pid-file "
              + pidFile
              + ": process "
              + skiff.pid()
              + " has it and runs: stop it, or name another file\n",
          pidFile);
      assertEquals(skiff.pid() + "\n", Files.readString(pidFile));
    }
  }

  private void assertRefused(String line, Path pidFile) {
    Netns.Result result =
        netns.run(
            SkiffProcess.SKIFF,
            "run",
            "--tap",
            "skiff9",
            "--ip",
            "203.0.113.2/24",
            "--no-warm-up",
            "--socket",
            directory.resolve("other.sock").toString(),
            "--pid-file",
            pidFile.toString());
    assertEquals(1, result.exitCode(), result.output());
    assertEquals(line, result.output());
    assertFalse(netns.has("skiff9"), "the TAP");
  }

  @Test
  void aFullDiskIsSaidInOneLine() throws Exception {
    Path full = Files.createDirectory(directory.resolve("full"));
    Netns.Result mounted =
        Netns.Result.of(List.of("mount", "-t", "tmpfs", "-o", "size=4k", "full", full.toString()));
    assertEquals(0, mounted.exitCode(), mounted.output());
    try {
      var _ = Files.write(full.resolve("filler"), new byte[4096]);
      Path pidFile = full.resolve("skiff.pid");
      assertRefused(
          "skiff: --pid-file " + pidFile + ": No space left on device: name another file\n",
          pidFile);
    } finally {
      Netns.Result.of(List.of("umount", full.toString()));
    }
  }

  /** As under a reader that has gone: {@code skiff run | true}. */
  @Test
  void nobodyNeedsToReadItsStartLine() throws Exception {
    Path socket = directory.resolve("skiff.sock");
    String script =
        SkiffProcess.SKIFF
            + " run --tap skiff0 --ip 198.51.100.2/24 --host-ip 198.51.100.1/24 --user root"
            + " --socket "
            + socket
            + " | true";
    Process shell = new ProcessBuilder(netns.inside("sh", "-c", script)).start();
    try {
      Await.until("it answers", 20, () -> Files.exists(socket));
      netns.exec("ping", "-c", "3", "-W", "2", SkiffProcess.IP);
      String pid =
          netns
              .exec(SkiffProcess.SKIFF, "status", "--socket", socket.toString())
              .replaceFirst("(?s).*, pid ([0-9]+),.*", "$1");
      Netns.Result.of(List.of("kill", pid));
      Await.until("it has ended", 20, () -> !Files.exists(socket));
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
      shell.waitFor();
    }
  }
}
