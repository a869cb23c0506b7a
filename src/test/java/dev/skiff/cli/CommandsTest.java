package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.control.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.AutoComplete;
import picocli.CommandLine;

/** What all commands have in common, and those that need no daemon. */
class CommandsTest {
  @TempDir Path directory;

  private static void leaves(CommandLine command, List<CommandLine> to) {
    if (command.getSubcommands().isEmpty()) {
      to.add(command);
    }
    command.getSubcommands().values().forEach(each -> leaves(each, to));
  }

  /**
   * But run, which is the daemon itself: what it has to tell are its status and its log; and those
   * that are hidden from people.
   */
  @Test
  void everyCommandCanPrintJson() {
    List<CommandLine> all = new ArrayList<>();
    leaves(Main.commandLine(), all);
    TreeSet<String> without = new TreeSet<>();
    for (CommandLine command : all) {
      var options = command.getCommandSpec().optionsMap();
      if (!command.getCommandSpec().usageMessage().hidden() && !options.containsKey("--json")) {
        without.add(command.getCommandSpec().qualifiedName());
      }
    }
    without.remove("skiff run");
    assertTrue(without.isEmpty(), "without --json: " + without);
    assertTrue(all.size() > 15, "looked at " + all.size());
  }

  /** Its own JVM, since the standard streams of this one are everybody's. */
  private static Process start(ProcessBuilder.Redirect out, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("dev.skiff.cli.Main");
    command.addAll(Arrays.asList(args));
    return new ProcessBuilder(command).redirectOutput(out).start();
  }

  private static String text(java.io.InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String run(String... args) throws Exception {
    Process process = start(ProcessBuilder.Redirect.PIPE, args);
    String out = text(process.getInputStream());
    assertEquals("", text(process.getErrorStream()));
    assertEquals(0, process.waitFor());
    return out;
  }

  @Test
  void versionSaysWhatABugReportNeeds() throws Exception {
    String out = run("version");
    assertTrue(out.startsWith("skiff "), out);
    assertTrue(out.contains("\njava      " + System.getProperty("java.version") + ", "), out);
    assertTrue(out.contains("\narch      " + System.getProperty("os.arch") + "\n"), out);
    Object version = Json.parse(run("version", "--json")).get("version");
    assertTrue(
        version instanceof Map<?, ?> facts
            && facts
                .keySet()
                .equals(java.util.Set.of("skiff", "protocol", "java", "os", "arch", "io_uring")),
        String.valueOf(version));
  }

  @ParameterizedTest
  @CsvSource({
    "6.18.44-fc, 0, 'yes, unless a seccomp profile forbids it'",
    "6.4, '', 'yes, unless a seccomp profile forbids it'",
    "6.12.1, 1, 'for root, and a group: kernel.io_uring_disabled=1'",
    "7.0.0, 2, no: kernel.io_uring_disabled=2",
    "6.3.9, 0, no: it needs Linux 6.4",
    "5.10.0-8, '', no: it needs Linux 6.4",
    "unknown, '', no: it needs Linux 6.4",
  })
  void theKernelsReleaseAndSwitchSayWhetherThereIsAnIoUring(
      String release, String disabled, String what) {
    assertEquals(what, VersionCommand.ioUring(release, disabled));
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "completion", "--help", "--version"})
  void aFullStandardOutputIsAFailureOfOneLine(String command) throws Exception {
    Process process = start(ProcessBuilder.Redirect.to(new java.io.File("/dev/full")), command);
    assertEquals(
        "skiff: standard output: No space left on device\n", text(process.getErrorStream()));
    assertEquals(1, process.waitFor());
  }

  @Test
  void aReaderThatWantsNoMoreIsNoFailure() throws Exception {
    Process process = start(ProcessBuilder.Redirect.PIPE, "completion");
    process.getInputStream().close();
    assertEquals("", text(process.getErrorStream()));
    assertEquals(0, process.waitFor());
  }

  // ---- Completion -------------------------------------------------------------------------------

  /** What bash would offer at the end of a line, by the script for it. */
  private List<String> complete(String... line) throws Exception {
    Path script = directory.resolve("skiff.bash");
    String text = AutoComplete.bash("skiff", Main.commandLine());
    var _ = Files.writeString(script, text);
    String words = "(";
    for (String word : line) {
      words += " '" + word + "'";
    }
    String bash =
        "source "
            + script
            + "; COMP_WORDS="
            + words
            + "); COMP_CWORD="
            + (line.length - 1)
            + "; COMP_LINE='"
            + String.join(" ", line)
            + "'; COMP_POINT=${#COMP_LINE}; complete -p skiff >/dev/null || exit 3;"
            + " f=$(complete -p skiff | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $f skiff; printf '%s\\n'"
            + " \"${COMPREPLY[@]}\"";
    Process process =
        new ProcessBuilder("bash", "--norc", "-c", bash).redirectErrorStream(true).start();
    String out = text(process.getInputStream());
    assertEquals(0, process.waitFor(), out);
    return out.lines().filter(each -> !each.isBlank()).map(String::strip).sorted().toList();
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    assertEquals(List.of("stat", "status"), complete("skiff", "st"));
    assertEquals(List.of("version"), complete("skiff", "ver"));
    assertEquals(List.of("create"), complete("skiff", "tap", "cr"));
    List<String> options = complete("skiff", "stat", "--");
    assertTrue(options.containsAll(List.of("--json", "--tap", "--watch", "--zeros")), "" + options);
    assertFalse(options.contains("--filter"), "" + options);
    assertEquals(List.of("bash", "zsh"), complete("skiff", "completion", ""));
  }
}
