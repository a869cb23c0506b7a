package dev.skiff.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The machine that this process runs on. */
final class ThisMachine implements Machine {
  private static final int PATIENCE_S = 5;

  @Override
  public @Nullable String read(String path) {
    try {
      return new String(Files.readAllBytes(Path.of(path)), StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException | InvalidPathException e) {
      return null;
    }
  }

  @Override
  public @Nullable Stat stat(String path) {
    try {
      Map<String, Object> found = Files.readAttributes(Path.of(path), "unix:mode,rdev,uid,gid");
      long rdev = number(found.get("rdev")).longValue();
      return new Stat(
          number(found.get("mode")).intValue(),
          // gnu_dev_major and gnu_dev_minor, of numbers that fit.
          (int) ((rdev >> 8) & 0xFFF),
          (int) ((rdev & 0xFF) | ((rdev >> 12) & 0xFFF00)),
          number(found.get("uid")).intValue(),
          number(found.get("gid")).intValue());
    } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
      return null;
    }
  }

  private static Number number(@Nullable Object value) {
    return value instanceof Number n ? n : 0;
  }

  @Override
  public boolean isWritable(String path) {
    return Files.isWritable(Path.of(path));
  }

  @Override
  public List<String> list(String path) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(path))) {
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return names; // It went meanwhile, or is not ours to read.
    }
    names.sort(null);
    return names;
  }

  @Override
  public String link(String path) {
    try {
      return Files.readSymbolicLink(Path.of(path)).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  @Override
  public String property(String name) {
    return System.getProperty(name, "");
  }

  @Override
  public String environment(String name) {
    String value = System.getenv(name);
    return value == null ? "" : value;
  }

  @Override
  public boolean nativeAccess() {
    return ThisMachine.class.getModule().isNativeAccessEnabled();
  }

  @Override
  public Ran run(String... command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      // An ordinary user's path often lacks the places where these programs are.
      builder.environment().merge("PATH", "/usr/sbin:/sbin", (old, more) -> old + ":" + more);
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      process.getOutputStream().close();
      var watch =
          CompletableFuture.runAsync(
              process::destroyForcibly,
              CompletableFuture.delayedExecutor(PATIENCE_S, TimeUnit.SECONDS));
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      boolean _ = watch.cancel(false);
      return new Ran(exitCode, output.strip());
    } catch (IOException e) {
      return Ran.NO_PROGRAM;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Ran.NO_PROGRAM;
    }
  }
}
