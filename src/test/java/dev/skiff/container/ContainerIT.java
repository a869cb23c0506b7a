package dev.skiff.container;

import static dev.skiff.container.SkiffInContainer.at;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.Container.ExecResult;

/**
 * The daemon in a container of its own, pinged there by the system's real {@code ping}: with every
 * right, with the recommended ones, with the fewest that do, and with a root that is read-only.
 *
 * <p>Nothing is skipped and nothing is pulled: without an engine, or without the image, these tests
 * fail and say what to do. Whether they are run at all is the business of {@code scripts/test}.
 */
@Tag("container")
@Timeout(120)
class ContainerIT {
  /** {@code 1 << CAP_NET_ADMIN}, as /proc/PID/status prints a set of capabilities. */
  private static final String NET_ADMIN = "0000000000001000";

  private static final String NET_ADMIN_ALONE = "CapBnd:\t" + NET_ADMIN;

  private static final String NOTHING = "0000000000000000";

  private static final Set<String> AS_NOBODY =
      Set.of("Uid:\t65534\t65534\t65534\t65534", "CapEff:\t" + NOTHING, "CapPrm:\t" + NOTHING);

  private static final Duration STOP_AT_MOST = Duration.ofSeconds(2);

  @BeforeAll
  static void engineAndImageAreThere() {
    Engine.mustHaveTheImage();
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
      skiff.withNetAdminAlone();
      skiff.start();

      assertTrue(
          skiff.output("/bin/cat", "/proc/self/status").lines().anyMatch(NET_ADMIN_ALONE::equals),
          "a program in the container could have no more than NET_ADMIN");
      assertEquals(
          Set.of("Uid:\t0\t0\t0\t0", "CapEff:\t" + NET_ADMIN, "CapPrm:\t" + NET_ADMIN),
          credentialsOfAllThreads(skiff));
      String said = "root (no CAP_SETUID)";
      assertTrue(skiff.getLogs().contains("; runs on as " + said + "; try: ping "), skiff::getLogs);
      assertEquals(
          "runs as root (0:0) as at the start: no CAP_SETUID, capabilities net_admin",
          runsAs(skiff));
      answersAndEndsWell(skiff);
    }
  }

  /**
   * The rights that the documentation recommends: it becomes nobody, in all its threads, and root
   * in the container, who could not read what is another's, still reaches it.
   */
  @Test
  @Tag("least-rights")
  void becomesNobodyWithSetuidAndSetgid() throws IOException, InterruptedException {
    try (SkiffInContainer skiff = new SkiffInContainer()) {
      skiff.withLeastRights();
      skiff.start();

      assertEquals(AS_NOBODY, credentialsOfAllThreads(skiff));
      assertEquals("runs as nobody (65534:65534), no capabilities", runsAs(skiff));
      assertFalse(skiff.getLogs().contains("runs on as"), skiff::getLogs);
      answersAndEndsWell(skiff);
    }
  }

  /** The file system of the container cannot be written to, but for /run, which is in memory. */
  @Test
  @Tag("least-rights")
  void needsNoRootThatCanBeWrittenTo() throws IOException, InterruptedException {
    try (SkiffInContainer skiff = new SkiffInContainer()) {
      skiff
          .withLeastRights()
          .with(config -> config.withReadonlyRootfs(true).withTmpFs(Map.of("/run", "")));
      skiff.start();

      for (String place : new String[] {"/tmp", "/opt/skiff", "/var/log"}) {
        ExecResult written = skiff.execInContainer("/bin/touch", place + "/file");
        assertTrue(written.getStderr().contains("Read-only file system"), written::toString);
      }
      assertEquals(AS_NOBODY, credentialsOfAllThreads(skiff));
      answersAndEndsWell(skiff);
    }
  }

  /** Without even /run it cannot be, and says so, and what to do. */
  @Test
  void saysInOneLineThatItNeedsRun() throws Exception {
    try (SkiffInContainer skiff = new SkiffInContainer()) {
      skiff.withLeastRights().with(config -> config.withReadonlyRootfs(true));
      skiff.startToFail();

      assertEquals(1, skiff.exitCode(), skiff::getLogs);
      assertEquals(
          "skiff: control socket /run/skiff/skiff0.sock: the file system is read-only: mount a tmpfs"
              + " there (in a container --tmpfs /run), or give another --socket\n",
          skiff.getLogs());
    }
  }

  /** What /proc says of the daemon's threads: a set, so that all must be the same. */
  private static Set<String> credentialsOfAllThreads(SkiffInContainer skiff)
      throws IOException, InterruptedException {
    List<String> lines =
        skiff.output("/bin/sh", "-c", "cat /proc/1/task/*/status").lines().toList();
    assertTrue(lines.stream().filter(line -> line.startsWith("Uid:")).count() > 5, "threads");
    return lines.stream()
        .filter(line -> line.matches("(Uid|CapEff|CapPrm):.*"))
        .collect(Collectors.toSet());
  }

  private static String runsAs(SkiffInContainer skiff) throws IOException, InterruptedException {
    String status = skiff.output("skiff", "status");
    return status.lines().filter(line -> line.startsWith("runs as")).findFirst().orElse(status);
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
    HostInContainer.Stopped stopped = skiff.stopAsDockerDoes();
    assertEquals(0, stopped.exitCode(), skiff::getLogs);
    assertTrue(stopped.took().compareTo(STOP_AT_MOST) < 0, stopped::toString);
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
}
