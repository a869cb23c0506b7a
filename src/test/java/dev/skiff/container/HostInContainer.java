package dev.skiff.container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** A container that is a host of a test: never pulled, labelled, and with what is done to it. */
abstract class HostInContainer<T extends HostInContainer<T>> extends GenericContainer<T> {
  /** As long as {@code docker stop} waits by itself before it kills. */
  private static final int STOP_SECONDS = 10;

  /** How a container ended that was told to, and how long that took by our clock. */
  record Stopped(long exitCode, Duration took) {}

  HostInContainer(String image) {
    super(DockerImageName.parse(image));
    withImagePullPolicy(name -> false);
    // scripts/ensure-docker sweeps by this label what a killed test run leaves.
    withLabel("dev.skiff.test", "container");
  }

  /** Asks the engine for something that Testcontainers has no word for. */
  final T with(UnaryOperator<HostConfig> change) {
    return withCreateContainerCmdModifier(
        cmd -> {
          HostConfig config = cmd.getHostConfig();
          if (config == null) {
            throw new AssertionError("Testcontainers made a request without a host config");
          }
          cmd.withHostConfig(change.apply(config));
        });
  }

  /** Runs a program in the container; returns its standard output once it has ended well. */
  final String output(String... command) throws IOException, InterruptedException {
    ExecResult result = execInContainer(command);
    assertEquals(
        0,
        result.getExitCode(),
        () -> String.join(" ", command) + ": " + result.getStdout() + result.getStderr());
    return result.getStdout();
  }

  /** The real {@code ping}'s output, whatever came of it. */
  final String ping(String address, String... options) throws IOException, InterruptedException {
    String[] command = new String[options.length + 2];
    command[0] = "/bin/ping";
    System.arraycopy(options, 0, command, 1, options.length);
    command[command.length - 1] = address;
    ExecResult result = execInContainer(command);
    return result.getStdout() + result.getStderr();
  }

  /** As {@code docker start} does. */
  final void startAgain() {
    getDockerClient().startContainerCmd(getContainerId()).exec();
  }

  /** As {@code docker kill -s} does. */
  final void signal(String name) {
    getDockerClient().killContainerCmd(getContainerId()).withSignal(name).exec();
  }

  /** As {@code docker stop} does; the container stays. */
  final Stopped stopAsDockerDoes() {
    long start = System.nanoTime();
    getDockerClient().stopContainerCmd(getContainerId()).withTimeout(STOP_SECONDS).exec();
    return new Stopped(exitCode(), Duration.ofNanos(System.nanoTime() - start));
  }

  final ContainerState state() {
    return getCurrentContainerInfo().getState();
  }

  /** Of a container that has ended. */
  final long exitCode() {
    ContainerState state = state();
    assertEquals(false, state.getRunning(), "runs on");
    return Objects.requireNonNull(state.getExitCodeLong(), "a stopped container has an exit code");
  }
}
