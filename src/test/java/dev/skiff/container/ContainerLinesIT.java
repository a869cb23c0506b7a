package dev.skiff.container;

import static dev.skiff.container.DockerClient.docker;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The lines of the pages that begin with {@code docker run} are run as they are written, but for
 * the image's name, a label to sweep by, and {@code -d}.
 */
@Tag("container")
@Timeout(120)
class ContainerLinesIT {
  private static final String RUN = "docker run --rm ";
  private static final String NETWORK = "docker network create ";
  private static final String LABEL = "dev.skiff.test=container";
  private static final String CLIENT = "busybox";

  @TempDir Path directory;
  private final List<String> containers = new ArrayList<>();
  private final List<String> networks = new ArrayList<>();

  @BeforeEach
  void writeConfiguration() throws IOException {
    Path etc = Files.createDirectory(directory.resolve("etc"));
    Files.writeString(
        etc.resolve("skiff.toml"),
        """
        [[device]]
        tap = "skiff0"
        ip = "198.51.100.2/24"
        host-ip = "198.51.100.1/24"
        """);
  }

  @AfterEach
  void removeAll() throws IOException, InterruptedException {
    for (String container : containers) {
      var _ = DockerClient.attempt(List.of(DockerClient.DOCKER, "rm", "-f", "-v", container));
    }
    for (String network : networks) {
      docker("network", "rm", network);
    }
  }

  /** The commands that are indented by four, as pages show what is to be typed. */
  private static List<String> lines(String page, String begin) throws IOException {
    Path file = DockerClient.HOME.resolve(page);
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith("    " + begin))
        .map(String::strip)
        .toList();
  }

  private static Stream<String> all() throws IOException {
    return Stream.concat(
            lines("README.md", RUN).stream(), lines("docs/containers.md", RUN).stream())
        .filter(line -> !line.contains(" --network "));
  }

  static Stream<String> privileged() throws IOException {
    return all().filter(line -> line.contains("--privileged"));
  }

  static Stream<String> others() throws IOException {
    return all().filter(line -> !line.contains("--privileged"));
  }

  /** Runs one in the background. */
  private String start(String line) throws IOException, InterruptedException {
    assertTrue(line.startsWith(RUN), line);
    List<String> words = new ArrayList<>(List.of(line.split(" +", -1)));
    words.set(0, DockerClient.DOCKER);
    words.addAll(2, List.of("-d", "--label", LABEL));
    words.replaceAll(word -> word.replace("\"", "").replace("$PWD", directory.toString()));
    words.replaceAll(
        word ->
            switch (word) {
              case "skiff" -> SkiffInContainer.IMAGE;
              case CLIENT -> "skiff-local/base";
              default -> word;
            });
    int name = words.indexOf("--name");
    if (name >= 0) {
      words.set(name + 1, "skiff"); // (It looks like the image's.)
    }
    String id = DockerClient.run(words).strip();
    containers.add(id);
    return id;
  }

  private static void awaitStartLine(String id) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!docker("logs", id).contains("answers as 198.51.100.2/24")) {
      if (System.nanoTime() > end) {
        fail(docker("logs", id));
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  @ParameterizedTest
  @Tag("privileged")
  @MethodSource("privileged")
  void withEveryRightItKeepsNone(String line) throws IOException, InterruptedException {
    whatIsToBeTypedWorks(line);
  }

  @ParameterizedTest
  @MethodSource("others")
  void whatIsToBeTypedWorks(String line) throws IOException, InterruptedException {
    String id = start(line);
    awaitStartLine(id);

    String ping = docker("exec", id, "/bin/ping", "-c", "3", "-i", "0.2", "198.51.100.2");
    assertTrue(ping.contains(" 3 received"), ping);
    String status = docker("exec", id, "skiff", "status");
    boolean drops = line.contains("SETUID") || line.contains("--privileged");
    assertEquals(drops, status.contains("runs as nobody (65534:65534), no capabilities"), status);
    assertEquals(
        !drops, docker("exec", id, "cat", "/proc/1/status").contains("Uid:\t0\t0"), status);
  }

  @Test
  void onANetworkItIsPingedByAnotherContainer() throws IOException, InterruptedException {
    String page = "docs/containers.md";
    String[] network = lines(page, NETWORK).getFirst().split(" +", -1);
    network[0] = DockerClient.DOCKER;
    String name = network[network.length - 1];
    List<String> create = new ArrayList<>(List.of(network));
    create.addAll(3, List.of("--label", LABEL));
    DockerClient.run(create);
    networks.add(name);
    List<String> two = lines(page, RUN).stream().filter(l -> l.contains(" --network ")).toList();
    assertEquals(2, two.size(), "a Skiff, and who pings it");

    awaitStartLine(start(two.getFirst()));
    String client = start(two.getLast().replace(RUN, RUN + "-t "));
    // It is gone as it ends: what it says is there until then.
    String said = docker("logs", "-f", client);
    assertTrue(said.contains(" 0% packet loss"), said);
    assertTrue(docker("exec", "skiff", "skiff", "neigh").contains("198.51.100.1"), "a neighbour");
  }

  @Test
  void thePagesHaveSuchLines() throws IOException {
    assertFalse(lines("README.md", RUN).isEmpty());
    assertTrue(privileged().count() >= 2);
    assertTrue(others().anyMatch(line -> line.contains("--read-only")));
    assertTrue(others().anyMatch(line -> line.contains("/etc/skiff")));
    assertTrue(others().anyMatch(line -> !line.contains("SETUID")));
  }
}
