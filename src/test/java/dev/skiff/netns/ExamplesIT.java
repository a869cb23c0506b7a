package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skiff.header.MacAddr;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs in docs/examples, begun with the commands that docs/functions.md shows. */
@Tag("netns")
class ExamplesIT {
  private static final Path HOME = SkiffProcess.HOME;
  private static final String INDENT = "    ";
  private static final int TRIES = 600;

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

  private static String page() throws IOException {
    return Files.readString(HOME.resolve("docs/functions.md"));
  }

  /** The command that the page shows for a program, with or without a TAP's name behind it. */
  private static String shown(String program) throws IOException {
    return page()
        .lines()
        .filter(line -> line.startsWith(INDENT) && line.endsWith(program))
        .findFirst()
        .map(String::strip)
        .orElseThrow(() -> new AssertionError("the page has no command for " + program));
  }

  /** Begins a command in the namespace, with the Java that runs this test first on its path. */
  private Process begin(String command, Path out, Path err) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(netns.inside("sh", "-c", "exec " + command));
    builder.directory(HOME.toFile());
    String path = Path.of(System.getProperty("java.home"), "bin").toString();
    builder.environment().merge("PATH", path, (old, java) -> java + File.pathSeparator + old);
    return builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
  }

  private static void await(String what, BooleanSupplier condition) {
    for (int i = 0; !condition.getAsBoolean(); i++) {
      assertTrue(i < TRIES, "not in 30 s: " + what);
      Netns.Result.of(List.of("sleep", "0.05"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RawFrames", "LoopbackDriver", "HelloProtocol"})
  void theCommandPrintsWhatThePageShows(String name) throws Exception {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process = begin(shown(name + ".java"), out, err);
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), name + " has not ended in 60 s");
    } finally {
      end(process);
    }
    assertEquals("", Files.readString(err));
    assertEquals(0, process.exitValue());
    String block = "<!-- " + name + " -->\n```text\n" + Files.readString(out) + "```\n";
    assertTrue(page().contains(block), () -> "the page does not show this:\n" + block);
  }

  private static void end(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  /** A program on a TAP of its own, in the namespace; ended when closed. */
  private final class Station implements AutoCloseable {
    private final String tap;
    private final Path out;
    private final Path err;
    private final Process process;

    Station(String tap) throws IOException {
      this.tap = tap;
      out = directory.resolve(tap + ".out");
      err = directory.resolve(tap + ".err");
      process = begin(shown("RawFrames.java skiff0").replace("skiff0", tap), out, err);
    }

    void awaitTap() {
      await(
          "there is a TAP " + tap,
          () -> {
            assertTrue(process.isAlive(), () -> "it ended: " + read(err));
            return netns.has(tap);
          });
    }

    /** The address that a device has which is told none. */
    private String mac() {
      return MacAddr.format(MacAddr.locallyAdministered(tap.hashCode() & 0xFFFF_FFFFL));
    }

    boolean hears(Station other) {
      return read(out).contains(tap + " hears " + other.mac() + ": hello, all\n");
    }

    /** Frames that the kernel says it received from the program. */
    long received() {
      return Long.parseLong(
          netns.exec("cat", "/sys/class/net/" + tap + "/statistics/rx_packets").strip());
    }

    @Override
    public void close() throws InterruptedException {
      end(process);
      assertEquals("", read(err));
      // The kernel takes down an io_uring that nobody has closed, and its TAP, a moment later: ADR
      // 13.
      await(tap + " is gone", () -> !netns.has(tap));
    }
  }

  @Test
  void linuxReceivesWhatIsSentOnATap() throws Exception {
    try (Station station = new Station("skiff0")) {
      station.awaitTap();
      netns.exec("ip", "link", "set", "skiff0", "up");
      await("Linux has received 3 frames", () -> station.received() >= 3);
    }
  }

  @Test
  void twoHearEachOtherAcrossABridgeOfLinuxs() throws Exception {
    assumeTrue(
        netns.run("ip", "link", "add", "br0", "type", "bridge").exitCode() == 0,
        "this kernel has no bridge");
    netns.exec("ip", "link", "set", "br0", "up");
    try (Station one = new Station("skiff0");
        Station two = new Station("skiff1")) {
      for (Station station : List.of(one, two)) {
        station.awaitTap();
        netns.exec("ip", "link", "set", station.tap, "master", "br0", "up");
      }
      await("skiff0 hears skiff1", () -> one.hears(two));
      await("skiff1 hears skiff0", () -> two.hears(one));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
