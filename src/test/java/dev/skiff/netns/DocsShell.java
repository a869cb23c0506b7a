package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.docs.Transcript;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A shell in a namespace, with a /run of its own, into which the commands of the documents are
 * typed one after the other. A command that goes on for as long as the daemon does, {@code skiff
 * run} and {@code scripts/run}, is what the reader has in another terminal: it is begun, and what
 * it prints is awaited as far as it is shown.
 */
final class DocsShell implements AutoCloseable {
  private static final String END = "\u0001";
  private static final int PATIENCE_S = 300;
  private static final int TRIES = 1200;
  private static final String GOES_ON = "(sudo )?(scripts/)?(skiff run|run) ?.*";

  private final Path directory;
  private final Process shell;
  private final PrintStream in;
  private final BufferedReader out;
  private int daemons;

  DocsShell(Netns netns, Path directory) throws IOException {
    this.directory = directory;
    Path bin = Files.createDirectory(directory.resolve("bin"));
    program(bin.resolve("skiff"), "exec " + SkiffProcess.SKIFF + " \"$@\"");
    program(bin.resolve("sudo"), "exec \"$@\""); // The tests are root already.
    ProcessBuilder builder =
        new ProcessBuilder(
                netns.inside(
                    "unshare",
                    "-m",
                    "sh",
                    "-c",
                    "mount -t tmpfs -o mode=755 skiff-it /run && exec bash --norc"))
            .directory(SkiffProcess.HOME.toFile())
            .redirectErrorStream(true);
    builder
        .environment()
        .merge("PATH", bin.toString(), (old, ours) -> ours + File.pathSeparator + old);
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    shell = builder.start();
    in = new PrintStream(shell.getOutputStream(), true, StandardCharsets.UTF_8);
    out = new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
    var _ =
        CompletableFuture.runAsync(
            shell::destroyForcibly,
            CompletableFuture.delayedExecutor(PATIENCE_S, TimeUnit.SECONDS));
  }

  private static void program(Path file, String line) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Types a command and awaits its end: what it printed, standard error included. */
  List<String> run(String command) throws IOException {
    in.println("{ " + command + "\n} </dev/null 2>&1; printf '\\n\\001\\n'");
    List<String> lines = new ArrayList<>();
    String line = next();
    while (line != null && !line.equals(END)) {
      lines.add(line);
      line = next();
    }
    assertNotNull(line, () -> command + " ended the shell, or was ended after a while: " + lines);
    if (lines.getLast().isEmpty()) {
      lines.removeLast(); // Ours, behind the end of the last line.
    }
    return lines;
  }

  private @Nullable String next() {
    try {
      return out.readLine();
    } catch (IOException e) {
      return null; // It was ended, since it took too long.
    }
  }

  /** Does what a page shows: what was printed. */
  List<String> perform(Transcript.Shown shown) throws Exception {
    return shown.line().matches(GOES_ON) && !shown.line().contains("--demo")
        ? begin(shown)
        : run(shown.line());
  }

  private List<String> begin(Transcript.Shown shown) throws Exception {
    Path file = directory.resolve("daemon" + ++daemons);
    assertEquals(List.of(), run(shown.line() + " >" + file + " 2>&1 &"));
    String last = shown.output().isEmpty() ? "" : Transcript.looseShape(shown.output().getLast());
    for (int i = 0; !printed(file, last); i++) {
      assertTrue(i < TRIES, () -> "not in 60 s: " + shown.output().getLast() + "\n" + text(file));
      Netns.Result.of(List.of("sleep", "0.05"));
    }
    return Files.readAllLines(file);
  }

  private static boolean printed(Path file, String line) {
    return text(file).lines().anyMatch(one -> Transcript.looseShape(one).equals(line));
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    in.println("kill $(jobs -p); wait; exit");
    if (!shell.waitFor(10, TimeUnit.SECONDS)) {
      kill(shell);
    }
  }

  private static void kill(@Nullable Process process) throws InterruptedException {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.waitFor();
    }
  }
}
