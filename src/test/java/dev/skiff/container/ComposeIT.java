package dev.skiff.container;

import static dev.skiff.container.DockerClient.docker;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker/compose.yaml}, brought up, looked at, and taken down. */
@Tag("container")
@Tag("compose")
@Timeout(120)
class ComposeIT {
  private static final String PROJECT = "skiff-compose-it";

  @TempDir Path directory;
  private List<String> compose = List.of();

  @BeforeEach
  void findCompose() throws IOException, InterruptedException {
    compose = DockerClient.compose();
    // By these labels scripts/ensure-docker sweeps what a killed test leaves. What is said of a
    // network here is said
    // instead of what the file says.
    String file = Files.readString(DockerClient.HOME.resolve("docker/compose.yaml"));
    String networks = file.substring(file.indexOf("\nnetworks:\n"));
    Files.writeString(
        directory.resolve("labels.yaml"),
        """
        services:
          skiff: {labels: {dev.skiff.test: container}}
          client: {labels: {dev.skiff.test: container}}
        """
            + networks.replace("  wire:\n", "  wire:\n    labels: {dev.skiff.test: container}\n"));
  }

  @AfterEach
  void takeDown() throws IOException, InterruptedException {
    compose("down", "-v", "-t", "2");
  }

  private String compose(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(compose);
    command.addAll(
        List.of(
            "-p",
            PROJECT,
            "-f",
            "docker/compose.yaml",
            "-f",
            directory.resolve("labels.yaml").toString()));
    command.addAll(Arrays.asList(words));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(DockerClient.HOME.toFile()).redirectErrorStream(true);
    builder.environment().put("SKIFF_IMAGE", SkiffInContainer.IMAGE);
    builder.environment().put("SKIFF_CLIENT_IMAGE", "skiff-local/base");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + output);
    return output;
  }

  @Test
  void theClientIsAnsweredOnceSkiffIsHealthy() throws IOException, InterruptedException {
    compose("up", "-d");

    String skiff = compose("ps", "-q", "skiff").lines().toList().getLast().strip();
    assertEquals("healthy", docker("inspect", "-f", "{{.State.Health.Status}}", skiff).strip());
    awaitAnswers(3);
    String client = compose("exec", "-T", "client", "/bin/ip", "neigh", "show");
    String link = compose("exec", "-T", "skiff", "skiff", "link");
    String mac = client.replaceAll("(?s).*198\\.18\\.210\\.2 dev \\S+ lladdr (\\S+).*", "$1");
    assertAll(
        () -> assertTrue(link.contains(mac), () -> client + link),
        () ->
            assertTrue(
                compose("exec", "-T", "skiff", "skiff", "neigh").contains("198.18.210.1"), link));
    compose("stop", "-t", "5", "skiff");
    assertEquals("0", docker("inspect", "-f", "{{.State.ExitCode}}", skiff).strip());
  }

  private void awaitAnswers(int count) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    String log;
    do {
      log = compose("logs", "client");
      if (log.lines().filter(line -> line.contains("64 bytes from 198.18.210.2")).count()
          >= count) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    } while (System.nanoTime() < end);
    fail(log);
  }
}
