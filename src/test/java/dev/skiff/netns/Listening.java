package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code skiff capture} or {@code skiff trace} that has begun; killed when closed. */
final class Listening implements AutoCloseable {
  private final Process process;
  private final Path output;
  private final Path errors;

  private Listening(Process process, Path output, Path errors) {
    this.process = process;
    this.output = output;
    this.errors = errors;
  }

  /** Starts it and waits until it says that it has begun. */
  static Listening start(Netns netns, SkiffProcess skiff, Path directory, String... args)
      throws IOException {
    Path output = Files.createTempFile(directory, "out", "");
    return start(
        netns, skiff, directory, ProcessBuilder.Redirect.to(output.toFile()), output, args);
  }

  /** The same with another standard output. */
  static Listening start(
      Netns netns,
      SkiffProcess skiff,
      Path directory,
      ProcessBuilder.Redirect redirect,
      Path output,
      String... args)
      throws IOException {
    return start(netns.inside(), skiff, directory, redirect, output, args);
  }

  /** The same, begun in another way. */
  static Listening start(
      List<String> launcher,
      SkiffProcess skiff,
      Path directory,
      ProcessBuilder.Redirect redirect,
      Path output,
      String... args)
      throws IOException {
    Path errors = Files.createTempFile(directory, "err", "");
    List<String> command = new ArrayList<>(launcher);
    command.add(SkiffProcess.SKIFF);
    command.addAll(List.of(args));
    command.addAll(List.of("--socket", skiff.socket().toString()));
    Process process =
        new ProcessBuilder(command).redirectOutput(redirect).redirectError(errors.toFile()).start();
    Listening listening = new Listening(process, output, errors);
    for (int i = 0; !listening.stderr().contains("Ctrl-C ends it"); i++) {
      if (!process.isAlive() || i == 200) {
        try (listening) {
          throw new AssertionError("it did not begin: " + listening.stderr());
        }
      }
      Netns.Result.of(List.of("sleep", "0.05"));
    }
    return listening;
  }

  String stderr() throws IOException {
    return Files.readString(errors);
  }

  List<String> lines() throws IOException {
    return Files.readAllLines(output);
  }

  Path output() {
    return output;
  }

  void signal(String signal) {
    Netns.Result.of(List.of("kill", "-" + signal, Long.toString(process.pid())));
  }

  /** Waits for the end: the exit code. */
  int exitCode() throws InterruptedException {
    assertTrue(process.waitFor(10, TimeUnit.SECONDS), "it has not ended in 10 s");
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
