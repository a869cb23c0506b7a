package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.control.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the daemon says, where, and who waits for it: nobody. */
@Tag("netns")
class LogIT {
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  private static final String WARNING = "skiff: the wire is broken on purpose: --fault loss=0\\.1%";
  private static final String GONE = "skiff0 is gone .*: somebody deleted it";

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

  /** A daemon that warns of its --fault, begun by a shell that runs {@code first} before. */
  private SkiffProcess start(String first) throws IOException {
    String script = first + " exec " + SkiffProcess.SKIFF + " \"$@\"";
    return SkiffProcess.start(
        netns,
        directory,
        netns.inside("sh", "-c", script, "sh"),
        "--tap",
        "skiff0",
        "--ip",
        SkiffProcess.IP + "/24",
        "--host-ip",
        SkiffProcess.HOST_IP + "/24",
        "--no-warm-up",
        "--fault",
        "loss=0.1%,seed=7,dir=in");
  }

  private void ping() {
    netns.exec("ping", "-c", "3", "-i", "0.2", "-W", "5", SkiffProcess.IP);
  }

  private static void assertMatches(String pattern, String line) {
    assertTrue(line.matches(pattern), line);
  }

  /** A command that goes on, with its output in a file. */
  private final class Following implements AutoCloseable {
    private final Path output = directory.resolve("following");
    private final Process process;

    Following(SkiffProcess skiff, String... args) throws IOException {
      List<String> command = new ArrayList<>(netns.inside(SkiffProcess.SKIFF, "log", "-f"));
      command.addAll(List.of(args));
      command.addAll(List.of("--socket", skiff.socket().toString()));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    }

    List<String> lines() throws IOException {
      return Files.readAllLines(output);
    }

    void await(String part) throws Exception {
      Await.until(part, 20, () -> Files.readString(output).contains(part));
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  @Test
  void whoFollowsSeesLinksGoDownAndAtLastThatTheTapIsGone() throws Exception {
    try (SkiffProcess skiff = start("")) {
      assertEquals("", skiff.ask("log", "level", "info"));
      try (Following following = new Following(skiff)) {
        following.await("on purpose");
        skiff.set("skiff0", Map.of("up", false));
        skiff.set("skiff0", Map.of("up", true));
        netns.exec("ip", "link", "set", "skiff0", "down");
        following.await("no carrier");
        netns.exec("ip", "link", "del", "skiff0");
        assertEquals(1, skiff.exitCode());
        assertTrue(following.process.waitFor(5, TimeUnit.SECONDS));
        assertEquals(0, following.process.exitValue());
        List<String> lines = following.lines();
        assertMatches(TIME + " WARN  " + WARNING + ".*", lines.getFirst());
        assertMatches(TIME + " INFO  link: skiff0: down", lines.get(1));
        assertMatches(TIME + " INFO  link: skiff0: up, mtu 1500, carrier", lines.get(2));
        assertMatches(
            TIME + " ERROR skiff: skiff0 is down: TAP " + GONE, lines.get(lines.size() - 2));
        assertEquals("skiff: the daemon has ended", lines.getLast());
      }
      List<String> told = skiff.stderr().lines().toList();
      assertMatches(TIME + " INFO  link: skiff0: down", told.get(1));
      assertMatches("skiff: TAP " + GONE, told.getLast());
      assertEquals(1, told.stream().filter(line -> line.contains("somebody deleted")).count());
    }
  }

  @Test
  void aStandardErrorThatIsJournaldsHasPrioritiesAndNoTime() throws Exception {
    String first = "JOURNAL_STREAM=$(stat -L -c %d:%i /dev/stderr); export JOURNAL_STREAM;";
    try (SkiffProcess skiff = start(first)) {
      assertEquals("", skiff.ask("log", "level", "info"));
      skiff.set("skiff0", Map.of("mtu", 1400));
      netns.exec("ip", "link", "del", "skiff0");
      assertEquals(1, skiff.exitCode());
      List<String> lines = skiff.stderr().lines().toList();
      assertMatches("<4>" + WARNING + ".*", lines.getFirst());
      assertEquals("<6>link: skiff0: mtu 1400", lines.get(1));
      assertMatches("<3>skiff: TAP " + GONE, lines.getLast());
      assertTrue(lines.stream().allMatch(line -> line.matches("<[346]>.*")), lines.toString());
    }
  }

  @Test
  void aStandardErrorThatIsNotJournaldsAnyMoreHasTimes() throws Exception {
    try (SkiffProcess skiff = start("JOURNAL_STREAM=8:1; export JOURNAL_STREAM;")) {
      assertMatches(TIME + " WARN  " + WARNING + ".*\n", skiff.stderr());
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void aPipeThatNobodyReadsKeepsNeitherTheLoopNorTheEnd() throws Exception {
    Path fifo = directory.resolve("fifo");
    // Open at both ends and full.
    String first =
        "mkfifo " + fifo + "; exec 2<>" + fifo + "; dd if=/dev/zero bs=65536 count=1 1>&2 2>&-;";
    try (SkiffProcess skiff = start(first)) {
      ping();
      assertMatches("(?s)" + TIME + " WARN  " + WARNING + ".*\n", skiff.ask("log"));
      ping();
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void aPipeThatNobodyReadsDoesNotKeepADaemonThatFails() throws Exception {
    Path fifo = directory.resolve("fifo");
    String first =
        "mkfifo " + fifo + "; exec 2<>" + fifo + "; dd if=/dev/zero bs=65536 count=1 1>&2 2>&-;";
    try (SkiffProcess skiff = start(first)) {
      netns.exec("ip", "link", "del", "skiff0");
      assertEquals(1, skiff.exitCode());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exec 2>/dev/full;", "exec 2>&-;"})
  void aStandardErrorThatTakesNothingIsNothingToTheDaemon(String first) throws Exception {
    try (SkiffProcess skiff = start(first)) {
      ping();
      Map<String, Object> record = Json.parse(skiff.ask("log", "-n", "1", "--json"));
      assertEquals("WARN", record.get("level"));
      assertEquals("skiff", record.get("logger"));
      assertEquals("main", record.get("thread"));
      assertEquals(1, skiff.counter("Log", "Records"));
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  /** But for java.util.logging, of which System.exit asks whether it is to tell: set up by us. */
  @Test
  void otherCommandsLoadNothingOfTheLog() throws Exception {
    Path loaded = directory.resolve("loaded");
    try (SkiffProcess skiff = start("")) {
      netns.exec(
          "env",
          "SKIFF_JVM_OPTIONS=-Xlog:class+load:file=" + loaded,
          SkiffProcess.SKIFF,
          "status",
          "--socket",
          skiff.socket().toString());
    }
    List<String> classes =
        Files.readAllLines(loaded).stream().map(line -> line.replaceFirst("^.*\\] ", "")).toList();
    for (String name : List.of("dev.skiff.cli.StatusCommand ", "dev.skiff.cli.PlainLog ")) {
      assertTrue(classes.stream().anyMatch(line -> line.startsWith(name)), name);
    }
    for (String name : List.of("dev.skiff.log.", "org.slf4j.")) {
      assertFalse(
          classes.stream().anyMatch(line -> line.startsWith(name)),
          () -> classes.stream().filter(line -> line.startsWith(name)).toList().toString());
    }
  }

  // ---- docs/logging.md --------------------------------------------------------------------------

  @Test
  void theDocsShowWhatIsPrinted() throws Exception {
    String docs = Files.readString(SkiffProcess.HOME.resolve("docs/logging.md"));
    String shown = docs.replaceFirst("(?s).*?```console\n(.*?)```.*", "$1");
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      StringBuilder printed = new StringBuilder();
      for (String command : shown.lines().filter(line -> line.startsWith("$ ")).toList()) {
        String[] words = command.replaceFirst("^\\$ scripts/skiff ", "").split(" ", -1);
        printed.append(command).append('\n').append(skiff.run(words).output());
      }
      assertEquals(shown.replaceAll(TIME, "TIME"), printed.toString().replaceAll(TIME, "TIME"));
    }
  }
}
