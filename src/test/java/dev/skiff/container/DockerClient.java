package dev.skiff.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The command {@code docker} as a user types it, on the engine of {@code scripts/ensure-docker}.
 */
final class DockerClient {
  /** The client that works with that engine. */
  static final String DOCKER = Objects.requireNonNullElse(System.getenv("SKIFF_DOCKER"), "docker");

  /** Where the pages are. */
  static final Path HOME = Path.of(System.getProperty("skiff.home", "."));

  private DockerClient() {}

  /**
   * A command that has ended.
   *
   * @param output what it wrote, both ways
   */
  record Ended(int code, String output) {}

  /** Runs one, whatever comes of it. */
  static Ended attempt(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(HOME.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  /** Runs one that must end well; returns what it wrote. */
  static String run(List<String> command) throws IOException, InterruptedException {
    Ended ended = attempt(command);
    assertEquals(0, ended.code(), () -> String.join(" ", command) + ": " + ended.output());
    return ended.output();
  }

  /** Runs {@code docker} with these words, which must end well. */
  static String docker(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(DOCKER));
    command.addAll(Arrays.asList(words));
    return run(command);
  }

  /** What brings a compose file up: {@code docker compose}, or else the older program. */
  static List<String> compose() throws IOException, InterruptedException {
    if (attempt(List.of(DOCKER, "compose", "version")).code() == 0) {
      return List.of(DOCKER, "compose");
    }
    try {
      run(List.of("docker-compose", "version"));
    } catch (IOException e) {
      fail("neither docker compose nor docker-compose is there (Debian: docker-compose)", e);
    }
    return List.of("docker-compose");
  }
}
