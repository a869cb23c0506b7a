package dev.skiff.testcontainers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A Skiff host in a container: {@code skiff run} with a TAP of its own, ready when its start line
 * is out.
 *
 * <pre>{@code
 * try (SkiffContainer skiff = new SkiffContainer("skiff").withIp("198.51.100.2/24")) {
 *   skiff.start();
 *   skiff.skiff("ping", "-c", "3", "198.51.100.1");
 * }
 * }</pre>
 *
 * <p>By itself it is a host on its own TAP, {@code skiff0}, with the container's kernel on the
 * other side. {@link #withUplink} makes it a host on the network of the container.
 *
 * <p>The container has the least rights that do: all capabilities are dropped but {@code
 * NET_ADMIN}, {@code SETUID} and {@code SETGID}, and it is given the device {@code /dev/net/tun}.
 * With {@code withPrivilegedMode(true)} none of that is asked for.
 */
public final class SkiffContainer extends GenericContainer<SkiffContainer> {
  private static final String TUN = "/dev/net/tun";
  private static final String DEFAULT_IP = "198.51.100.2/24";
  private static final String DEFAULT_HOST_IP = "198.51.100.1/24";
  private static final Duration START = Duration.ofSeconds(30);

  /** As long as {@code docker stop} waits by itself before it kills. */
  private static final int STOP_SECONDS = 10;

  private final List<String> arguments = new ArrayList<>();
  private String tap = "skiff0";
  private List<String> ips = List.of(DEFAULT_IP);
  private @Nullable String hostIp;
  private @Nullable String mac;
  private @Nullable String gateway;
  private @Nullable String uplink;

  /** What an earlier start has set, and this one may find. */
  private String @Nullable [] startedWith;

  /**
   * Of an image by its name. There is none on a public registry yet: docs/containers.md says how it
   * is built.
   *
   * @param image the image's name, as {@code "skiff"}
   */
  public SkiffContainer(String image) {
    this(DockerImageName.parse(image));
  }

  /**
   * Of an image.
   *
   * @param image the image's name
   */
  public SkiffContainer(DockerImageName image) {
    super(image);
    waitingFor(new StartLineWait(START));
    // The first one: what a test asks for comes after it, and has the last word.
    withCreateContainerCmdModifier(this::leastRights);
  }

  /**
   * The TAP's name.
   *
   * @param name by default {@code skiff0}
   * @return this container
   */
  public SkiffContainer withTap(String name) {
    tap = Objects.requireNonNull(name);
    return this;
  }

  /**
   * The addresses that Skiff answers as.
   *
   * @param addresses each with its prefix, the primary one first; by default {@code
   *     198.51.100.2/24}
   * @return this container
   */
  public SkiffContainer withIp(String... addresses) {
    if (addresses.length == 0) {
      throw new IllegalArgumentException("withIp needs an address, as 198.51.100.2/24");
    }
    ips = List.of(addresses);
    return this;
  }

  /**
   * The address of the container's kernel on the TAP.
   *
   * @param address with its prefix; by default {@code 198.51.100.1/24}, unless there is an uplink
   * @return this container
   * @throws IllegalStateException if there is an uplink: a TAP in a bridge has no address
   */
  public SkiffContainer withHostIp(String address) {
    notBoth(uplink);
    hostIp = Objects.requireNonNull(address);
    return this;
  }

  /**
   * Skiff's MAC address.
   *
   * @param address by default one that Skiff makes, see {@link #mac()}
   * @return this container
   */
  public SkiffContainer withMac(String address) {
    mac = Objects.requireNonNull(address);
    return this;
  }

  /**
   * Skiff's default gateway.
   *
   * @param address without a prefix; by default there is none
   * @return this container
   */
  public SkiffContainer withGateway(String address) {
    gateway = Objects.requireNonNull(address);
    return this;
  }

  /**
   * Puts the TAP and an interface of the container into one bridge: Skiff is a host on the network
   * of that interface then, and other containers there reach it.
   *
   * @param interfaceName as {@code eth0}
   * @return this container
   * @throws IllegalStateException if the TAP has an address of the host's
   */
  public SkiffContainer withUplink(String interfaceName) {
    notBoth(hostIp);
    uplink = Objects.requireNonNull(interfaceName);
    return this;
  }

  private static void notBoth(@Nullable String other) {
    if (other != null) {
      throw new IllegalStateException(
          "withUplink and withHostIp exclude each other: a TAP in a bridge has no address");
    }
  }

  /**
   * Other words for {@code skiff run}, after those that the other methods stand for: each call adds
   * some.
   *
   * @param words as {@code "--fault", "loss=10%,seed=1"}
   * @return this container
   */
  public SkiffContainer withArguments(String... words) {
    arguments.addAll(List.of(words));
    return this;
  }

  /** What {@code skiff} is called with. */
  List<String> command() {
    List<String> words = new ArrayList<>(List.of("run", "--tap", tap));
    ips.forEach(ip -> words.addAll(List.of("--ip", ip)));
    if (uplink != null) {
      words.addAll(List.of("--uplink", uplink));
    } else {
      words.addAll(List.of("--host-ip", hostIp == null ? DEFAULT_HOST_IP : hostIp));
    }
    if (mac != null) {
      words.addAll(List.of("--mac", mac));
    }
    if (gateway != null) {
      words.addAll(List.of("--gateway", gateway));
    }
    words.addAll(arguments);
    return words;
  }

  @Override
  protected void configure() {
    String[] words = command().toArray(String[]::new);
    String[] given = getCommandParts();
    if (given.length > 0 && !Arrays.equals(given, startedWith)) {
      throw new IllegalStateException(
          "withCommand is of no use here: withArguments adds words to skiff run");
    }
    setCommandParts(words);
    startedWith = words;
  }

  private void leastRights(CreateContainerCmd create) {
    if (isPrivilegedMode()) {
      return;
    }
    HostConfig rights =
        Objects.requireNonNull(create.getHostConfig(), "Testcontainers makes a host config");
    create.withHostConfig(
        rights
            .withCapDrop(Capability.ALL)
            .withCapAdd(Capability.NET_ADMIN, Capability.SETUID, Capability.SETGID)
            .withDevices(Device.parse(TUN)));
  }

  @Override
  protected void doStart() {
    try {
      super.doStart();
    } catch (ContainerLaunchException e) {
      throw new NotStartedException(why(e), e);
    }
  }

  /** What Testcontainers tells at the bottom of several causes: a line that says what to do. */
  private static String why(Throwable failure) {
    Throwable last = failure;
    boolean noImage = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof NotStartedException) {
        return message;
      }
      if (message.contains(TUN)) {
        return "the container engine's machine has no "
            + TUN
            + " (modprobe tun there): "
            + oneLine(message);
      }
      noImage |= cause instanceof ContainerFetchException || message.contains("No such image");
      last = cause;
    }
    return (noImage
            ? "the engine has no such image: build it, or name one that can be pulled: "
            : "")
        + oneLine(String.valueOf(last.getMessage()));
  }

  /**
   * The primary address that Skiff answers as.
   *
   * @return without its prefix, as {@code 198.51.100.2}
   */
  public String ip() {
    return ips.getFirst().replaceFirst("/.*", "");
  }

  /**
   * The TAP's name.
   *
   * @return as {@code skiff0}
   */
  public String tap() {
    return tap;
  }

  /**
   * Skiff's MAC address, as it said when it started.
   *
   * @return as {@code 02:00:5e:10:00:01}
   * @throws IllegalStateException if it has not started
   */
  public String mac() {
    String found = null;
    if (getContainerId() != null) {
      Matcher line = StartLineWait.START_LINE.matcher(getLogs());
      while (line.find()) {
        found = tap.equals(line.group(1)) ? line.group(2) : found;
      }
    }
    if (found == null) {
      throw new IllegalStateException("skiff has not said its MAC address: it has not started");
    }
    return found;
  }

  /**
   * Runs a command of {@code skiff} in the container, which asks the daemon there. For one that may
   * fail there is {@code execInContainer("skiff", ...)}.
   *
   * @param words as {@code "ping", "-c", "3", "198.51.100.1"}
   * @return what it wrote to standard output
   * @throws IllegalStateException if it ended with an exit code other than 0; the message is one
   *     line with the command, the exit code and what it wrote to standard error
   */
  public String skiff(String... words) {
    String[] command = new String[words.length + 1];
    command[0] = "skiff";
    System.arraycopy(words, 0, command, 1, words.length);
    String said = String.join(" ", command);
    ExecResult result;
    try {
      result = execInContainer(command);
    } catch (IOException e) {
      throw new IllegalStateException(said + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(said + ": interrupted", e);
    }
    if (result.getExitCode() != 0) {
      String err = result.getStderr().isBlank() ? result.getStdout() : result.getStderr();
      throw new IllegalStateException(
          said + ": exit code " + result.getExitCode() + ": " + oneLine(err));
    }
    return result.getStdout();
  }

  /**
   * Runs a command of {@code skiff} with {@code --json}.
   *
   * @param words as {@code "neigh"}
   * @return the JSON, for a library of your choice
   * @throws IllegalStateException as {@link #skiff}
   */
  public String json(String... words) {
    String[] more = Arrays.copyOf(words, words.length + 1);
    more[words.length] = "--json";
    return skiff(more).strip();
  }

  /**
   * Ends the daemon as {@code docker stop} does, by SIGTERM. The container stays, with its logs,
   * until {@link #stop()} removes it.
   *
   * @return its exit code: 0 if it ended well, 137 if it had to be killed
   */
  public long stopGracefully() {
    getDockerClient().stopContainerCmd(getContainerId()).withTimeout(STOP_SECONDS).exec();
    return Objects.requireNonNull(
        getCurrentContainerInfo().getState().getExitCodeLong(), "what has ended has an exit code");
  }

  private static String oneLine(String text) {
    return text.lines()
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .collect(Collectors.joining("; "));
  }
}
