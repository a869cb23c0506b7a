package dev.skiff.container;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;

/**
 * The daemon in a container of its own, pinged there by the system's real {@code ping}: once with
 * every right, once with the fewest that do.
 *
 * <p>Nothing is skipped and nothing is pulled: without an engine, or without the image, these tests
 * fail and say what to do. Whether they are run at all is the business of {@code scripts/test}.
 */
@Tag("container")
@Timeout(120)
class ContainerIT {
  /** {@code 1 << CAP_NET_ADMIN}, as /proc/PID/status prints a set of capabilities. */
  private static final String NET_ADMIN_ALONE = "CapBnd:\t0000000000001000";

  @BeforeAll
  static void engineAndImageAreThere() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      fail("no container engine answers: eval \"$(scripts/ensure-docker start)\" first");
    }
    try {
      DockerClientFactory.instance().client().inspectImageCmd(SkiffInContainer.IMAGE).exec();
    } catch (NotFoundException e) {
      fail(
          "the engine has no image "
              + SkiffInContainer.IMAGE
              + ": docker/local-base && docker/build-image --local --tag "
              + SkiffInContainer.IMAGE,
          e);
    }
  }

  @Test
  @Tag("privileged")
  void answersPingInPrivilegedContainer() throws IOException, InterruptedException {
    try (SkiffInContainer skiff = new SkiffInContainer()) {
      skiff.withPrivilegedMode(true);
      skiff.start();

      assertEquals(true, skiff.getContainerInfo().getHostConfig().getPrivileged(), "privileged");
      answersAndEndsWell(skiff);
    }
  }

  /**
   * NET_ADMIN makes the TAP and gives the host's side its address; the device is the TAP's door.
   * NET_RAW is not among them: Skiff opens no raw socket, and {@code ping} takes an ICMP socket,
   * which {@code net.ipv4.ping_group_range}, as Docker sets it in each container, gives to
   * everybody.
   */
  @Test
  @Tag("least-rights")
  void answersPingWithNetAdminAndTunDeviceAlone() throws IOException, InterruptedException {
    try (SkiffInContainer skiff = new SkiffInContainer()) {
      skiff.withCreateContainerCmdModifier(
          cmd -> {
            HostConfig rights = cmd.getHostConfig();
            if (rights == null) {
              throw new AssertionError("Testcontainers made a request without a host config");
            }
            cmd.withHostConfig(
                rights
                    .withCapDrop(Capability.ALL)
                    .withCapAdd(Capability.NET_ADMIN)
                    .withDevices(Device.parse("/dev/net/tun")));
          });
      skiff.start();

      assertTrue(
          skiff.output("/bin/cat", "/proc/self/status").lines().anyMatch(NET_ADMIN_ALONE::equals),
          "a program in the container could have no more than NET_ADMIN");
      answersAndEndsWell(skiff);
    }
  }

  private static void answersAndEndsWell(SkiffInContainer skiff)
      throws IOException, InterruptedException {
    String ping = skiff.output("/bin/ping", "-c", "5", "-i", "0.2", SkiffInContainer.ADDRESS);
    assertAll(
        () -> assertTrue(ping.contains(", 5 received,"), ping),
        () -> assertTrue(ping.contains(" 0% packet loss"), ping));

    Object status = skiff.answer("status");
    assertAll(
        status.toString(),
        () -> assertEquals(SkiffInContainer.TAP, at(status, "status", "devices", 0, "name")),
        () -> assertEquals(true, at(status, "status", "devices", 0, "up")),
        () ->
            assertEquals(
                SkiffInContainer.ADDRESS + "/24", at(status, "status", "devices", 0, "address")),
        () -> assertEquals(0, at(status, "status", "faults")));

    Object stat = skiff.answer("stat");
    assertEquals(5, at(stat, "stat", "Icmp", "OutEchoReps"), stat::toString);

    String hostMac =
        skiff.output("/bin/cat", "/sys/class/net/" + SkiffInContainer.TAP + "/address").strip();
    Object neigh = skiff.answer("neigh");
    assertAll(
        neigh.toString(),
        () -> assertEquals(SkiffInContainer.HOST_ADDRESS, at(neigh, "neigh", 0, "dst")),
        () -> assertEquals(SkiffInContainer.TAP, at(neigh, "neigh", 0, "dev")),
        () -> assertEquals(hostMac, at(neigh, "neigh", 0, "lladdr")));

    followsTheHostsSide(skiff);
    assertEquals(0, skiff.exitCodeAfterStop(), skiff::getLogs);
  }

  /** rtnetlink, the carrier and persistent TAPs, with the rights that the container has. */
  private static void followsTheHostsSide(SkiffInContainer skiff)
      throws IOException, InterruptedException {
    assertEquals("UP", at(skiff.answer("link"), "link", 0, "operstate"));
    skiff.output("/bin/ip", "link", "set", SkiffInContainer.TAP, "down", "mtu", "1400");
    Object cut = skiff.answer("link");
    assertAll(
        cut.toString(),
        () -> assertEquals("DOWN", at(cut, "link", 0, "operstate")),
        () -> assertEquals(1400, at(cut, "link", 0, "mtu")),
        () -> assertEquals(0, at(cut, "link", 0, "host", "rx_errors")));
    skiff.output("/bin/ip", "link", "set", SkiffInContainer.TAP, "up");
    assertEquals("UP", at(skiff.answer("link"), "link", 0, "operstate"));
    skiff.output("skiff", "tap", "create", "more0");
    assertTrue(skiff.output("/bin/ip", "link", "show", "more0").contains("more0"));
    skiff.output("skiff", "tap", "delete", "more0");
  }

  /** The value in JSON at the end of a path of member names and list positions. */
  private static Object at(Object json, Object... path) {
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
