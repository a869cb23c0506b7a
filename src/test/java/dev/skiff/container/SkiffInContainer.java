package dev.skiff.container;

import com.fasterxml.jackson.jr.ob.JSON;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * A container that runs {@code skiff run}: with a host's side of its own, or as a host on a network
 * of containers. Started when the daemon's start line is out. The rights it runs with are the
 * test's to choose.
 */
final class SkiffInContainer extends HostInContainer<SkiffInContainer> {
  /** Built by {@code scripts/test}; never pulled. */
  static final String IMAGE = System.getProperty("skiff.image", "skiff:test");

  static final String TAP = "skiff0";
  static final String ADDRESS = "198.51.100.2";
  static final String HOST_ADDRESS = "198.51.100.1";

  private static final int START_SECONDS = 30;

  /** As an operator does whose container has got another interface, whatever that is called. */
  private static final String JOIN =
      "for i in /sys/class/net/eth*; do /bin/ip link set \"${i##*/}\" master br-skiff0 up || exit 1; done";

  private final String address;

  SkiffInContainer() {
    super(IMAGE);
    address = ADDRESS;
    withCommand("run", "--tap", TAP, "--ip", ADDRESS + "/24", "--host-ip", HOST_ADDRESS + "/24");
    startedWhenItSaysSo();
  }

  /**
   * On a network, by {@code --uplink}.
   *
   * @param kernel the number that the container's own stack has there
   * @param number Skiff's
   */
  SkiffInContainer(Wire wire, int kernel, int number, String... options) {
    super(IMAGE);
    address = wire.address(number);
    String[] run = {"run", "--tap", TAP, "--ip", address + "/24", "--uplink", "eth0"};
    String[] command = Arrays.copyOf(run, run.length + options.length);
    System.arraycopy(options, 0, command, run.length, options.length);
    withCommand(command);
    wire.put(this, kernel);
    startedWhenItSaysSo();
  }

  private void startedWhenItSaysSo() {
    waitingFor(
        Wait.forLogMessage(".*answers as " + address.replace(".", "\\.") + "/24.*\\n", 1)
            .withStartupTimeout(Duration.ofSeconds(START_SECONDS)));
  }

  // ---- Rights ---------------------------------------------------------------------------------

  /** What the documentation recommends. */
  SkiffInContainer withLeastRights() {
    return with(LEAST_RIGHTS);
  }

  static final UnaryOperator<HostConfig> LEAST_RIGHTS =
      config -> withAlone(config, Capability.NET_ADMIN, Capability.SETUID, Capability.SETGID);

  SkiffInContainer withNetAdminAlone() {
    return with(config -> withAlone(config, Capability.NET_ADMIN));
  }

  private static HostConfig withAlone(HostConfig config, Capability... capabilities) {
    return config
        .withCapDrop(Capability.ALL)
        .withCapAdd(capabilities)
        .withDevices(Device.parse("/dev/net/tun"));
  }

  /** The image's healthcheck, as it is, but at another pace. */
  SkiffInContainer withHealthEvery(Duration interval, Duration timeout, int retries) {
    return withCreateContainerCmdModifier(
        cmd ->
            cmd.withHealthcheck(
                new HealthCheck()
                    .withInterval(interval.toNanos())
                    .withTimeout(timeout.toNanos())
                    .withRetries(retries)));
  }

  // ---- What it is asked -----------------------------------------------------------------------

  String address() {
    return address;
  }

  /** What the daemon answers to a command: the JSON it prints, as maps, lists and plain values. */
  Map<String, Object> answer(String command) throws IOException, InterruptedException {
    return JSON.std.mapFrom(output("skiff", command, "--tap", TAP, "--json"));
  }

  /** Its MAC address, as it says itself. */
  String mac() throws IOException, InterruptedException {
    return (String) at(answer("link"), "link", 0, "address");
  }

  /** That of the interface which the engine gave to the container. */
  String macOfTheContainer() throws IOException, InterruptedException {
    return output("/bin/sh", "-c", "cat /sys/class/net/eth*/address").strip();
  }

  /** How it was started each time, by its log. */
  List<String> startLines() {
    return getLogs().lines().filter(line -> line.contains("answers as")).toList();
  }

  String health() {
    return state().getHealth().getStatus();
  }

  /** Waits until it is started that many times in all, and answers. */
  void awaitStart(int times) throws Exception {
    Engine.await(
        "start line " + times + " in:\n" + getLogs(),
        START_SECONDS,
        () -> startLines().size() >= times);
  }

  /** Starts what will not stay, and waits for its end. */
  void startToFail() throws Exception {
    waitingFor(
        Wait.forLogMessage(".*\\n", 1).withStartupTimeout(Duration.ofSeconds(START_SECONDS)));
    withStartupCheckStrategy(
        new StartupCheckStrategy() {
          @Override
          public StartupStatus checkStartupState(DockerClient client, String id) {
            return StartupStatus.SUCCESSFUL;
          }
        });
    start();
    Engine.await("its end", START_SECONDS, () -> Boolean.FALSE.equals(state().getRunning()));
  }

  /** Is on the network of the container's interface again, since that is a new one. */
  void join() throws IOException, InterruptedException {
    output("/bin/sh", "-c", JOIN);
  }

  /** The value in JSON at the end of a path of member names and list positions. */
  static Object at(Object json, Object... path) {
    Object node = json;
    for (Object step : path) {
      node = step instanceof Integer i ? ((List<?>) node).get(i) : ((Map<?, ?>) node).get(step);
      if (node == null) {
        throw new AssertionError("no " + Arrays.toString(path) + " in " + json);
      }
    }
    return node;
  }
}
