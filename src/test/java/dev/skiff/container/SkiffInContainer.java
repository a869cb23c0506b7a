package dev.skiff.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A container that runs {@code skiff run} with a TAP and a host's side of its own: started when the
 * daemon's start line is out. The rights it runs with are the test's to choose.
 */
final class SkiffInContainer extends GenericContainer<SkiffInContainer> {
  /** Built by {@code scripts/test}; never pulled. */
  static final String IMAGE = System.getProperty("skiff.image", "skiff:test");

  static final String TAP = "skiff0";
  static final String ADDRESS = "198.51.100.2";
  static final String HOST_ADDRESS = "198.51.100.1";

  /** As long as {@code docker stop} waits by itself before it kills. */
  private static final int STOP_SECONDS = 10;

  SkiffInContainer() {
    super(DockerImageName.parse(IMAGE));
    withImagePullPolicy(name -> false);
    // scripts/ensure-docker sweeps by this label what a killed test run leaves.
    withLabel("dev.skiff.test", "container");
    withCommand("run", "--tap", TAP, "--ip", ADDRESS + "/24", "--host-ip", HOST_ADDRESS + "/24");
    waitingFor(
        Wait.forLogMessage(".*ping " + ADDRESS.replace(".", "\\.") + ".*\\n", 1)
            .withStartupTimeout(Duration.ofSeconds(30)));
  }

  /** Runs a program in the container; returns its standard output once it has ended well. */
  String output(String... command) throws IOException, InterruptedException {
    ExecResult result = execInContainer(command);
    assertEquals(
        0,
        result.getExitCode(),
        () -> String.join(" ", command) + ": " + result.getStdout() + result.getStderr());
    return result.getStdout();
  }

  /** What the daemon answers to a command: the JSON it prints, as maps, lists and plain values. */
  Map<String, Object> answer(String command) throws IOException, InterruptedException {
    return JSON.std.mapFrom(output("skiff", command, "--tap", TAP, "--json"));
  }

  /** Ends the daemon as {@code docker stop} does, the container stays: its exit code. */
  long exitCodeAfterStop() {
    getDockerClient().stopContainerCmd(getContainerId()).withTimeout(STOP_SECONDS).exec();
    InspectContainerResponse.ContainerState state = getCurrentContainerInfo().getState();
    return Objects.requireNonNull(state.getExitCodeLong(), "a stopped container has an exit code");
  }
}
