package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace of the test's own, gone when it is closed; nothing in it reaches any other.
 */
final class Netns implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String name =
      "skiff-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
  private final Thread hook = new Thread(this::delete);

  Netns() {
    must("ip", "netns", "add", name);
    Runtime.getRuntime().addShutdownHook(hook);
    exec("ip", "link", "set", "lo", "up");
  }

  /** What it is called in {@code ip netns}. */
  String name() {
    return name;
  }

  /** The command that runs a command in here. */
  List<String> inside(String... command) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(List.of(command));
    return all;
  }

  /** Runs a command in here that must succeed: what it prints. */
  String exec(String... command) {
    return must(inside(command).toArray(String[]::new));
  }

  /** Runs a command in here, whatever its exit code. */
  Result run(String... command) {
    return Result.of(inside(command));
  }

  /** Whether there is an interface of this name in here. */
  boolean has(String device) {
    return run("ip", "link", "show", "dev", device).exitCode() == 0;
  }

  /** A counter of the kernel's own in here, such as IcmpInEchoReps. */
  long counter(String name) {
    String[] words = exec("nstat", "-asz", name).strip().split("\\s+", -1);
    return Long.parseLong(words[words.length - 2]);
  }

  private static String must(String... command) {
    Result result = Result.of(List.of(command));
    assertEquals(0, result.exitCode(), () -> String.join(" ", command) + ": " + result.output());
    return result.output();
  }

  private void delete() {
    Result.of(List.of("ip", "netns", "del", name));
  }

  @Override
  public void close() {
    delete();
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  /** How a command ended and what it printed, standard error included. */
  record Result(int exitCode, String output) {
    static Result of(List<String> command) {
      try {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }
}
