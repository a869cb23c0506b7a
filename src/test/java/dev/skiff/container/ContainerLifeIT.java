package dev.skiff.container;

import static dev.skiff.container.SkiffInContainer.at;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import com.github.dockerjava.api.command.HealthStateLog;
import com.github.dockerjava.api.model.ChangeLog;
import com.github.dockerjava.api.model.ContainerConfig;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.output.OutputFrame.OutputType;

/** One container with the recommended rights and a life of its own, as its operator sees it. */
@Tag("container")
@Timeout(120)
class ContainerLifeIT {
  private static final long KILLED = 128 + 9;
  private static final int RETRIES = 2;
  private static final int HEALTH_SECONDS = 40;
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration AT_MOST = Duration.ofSeconds(6);

  private static final String SOCKET = "/run/skiff/skiff0.sock";

  private static SkiffInContainer skiff;

  @BeforeAll
  static void oneContainer() {
    Engine.mustHaveTheImage();
    skiff = new SkiffInContainer().withLeastRights().withHealthEvery(EVERY, AT_MOST, RETRIES);
    skiff.start();
  }

  @AfterAll
  static void isGone() {
    if (skiff != null) {
      skiff.close();
    }
  }

  /** It ends by itself, and is there again as the host that it was. */
  @Test
  void restartsAsTheSameHost() throws Exception {
    String mac = skiff.mac();
    int starts = skiff.startLines().size();

    Engine.client().restartContainerCmd(skiff.getContainerId()).withTimeout(10).exec();
    skiff.awaitStart(starts + 1);

    isAnsweredBy(mac);
  }

  /**
   * What a dead daemon left in the container's file system, socket and lock, is in nobody's way.
   */
  @Test
  void startsAgainAfterKill9() throws Exception {
    String mac = skiff.mac();
    int starts = skiff.startLines().size();

    skiff.signal("KILL");
    Engine.await("its end", 10, () -> Boolean.FALSE.equals(skiff.state().getRunning()));
    assertEquals(KILLED, skiff.exitCode());
    List<String> left =
        Engine.client().containerDiffCmd(skiff.getContainerId()).exec().stream()
            .map(ChangeLog::getPath)
            .toList();
    assertTrue(left.containsAll(List.of(SOCKET, SOCKET + ".lock")), left::toString);

    skiff.startAgain();
    skiff.awaitStart(starts + 1);

    isAnsweredBy(mac);
  }

  private static void isAnsweredBy(String mac) throws Exception {
    String ping = skiff.ping(SkiffInContainer.ADDRESS, "-c", "5", "-i", "0.2", "-w", "10");
    assertTrue(ping.contains(" 5 received, "), ping);
    String found = skiff.output("/bin/ip", "neigh", "show", "to", SkiffInContainer.ADDRESS);
    assertAll(
        () -> assertEquals(mac, skiff.mac()),
        () -> assertTrue(found.contains("lladdr " + mac + " "), found));
    Engine.await("health", HEALTH_SECONDS, () -> skiff.health().equals("healthy"));
  }

  /** Each start's line, and after it what is logged: whole lines, each with its time. */
  @Test
  void logsAreWholeLines() throws Exception {
    skiff.output("skiff", "log", "level", "info");
    skiff.output("/bin/ip", "link", "set", SkiffInContainer.TAP, "down");
    try {
      Engine.await("the log tells", 10, () -> logged().contains("link: skiff0: no carrier\n"));
    } finally {
      skiff.output("/bin/ip", "link", "set", SkiffInContainer.TAP, "up");
    }
    Engine.await("the log tells", 10, () -> logged().contains("link: skiff0: carrier\n"));
    skiff.output("skiff", "log", "level", "warn");

    String start =
        "skiff: skiff0 "
            + skiff.mac()
            + " answers as 198.51.100.2/24, the host is 198.51.100.1; try: ping 198.51.100.2";
    assertTrue(logged().endsWith("\n"), ContainerLifeIT::logged);
    List<String> lines = logged().lines().toList();
    assertEquals(start, lines.getFirst());
    for (String line : lines) {
      assertTrue(
          line.equals(start)
              || line.matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z (INFO|WARN) +\\S+: .+"),
          line);
    }
  }

  private static String logged() {
    return skiff.getLogs(OutputType.STDOUT, OutputType.STDERR);
  }

  /** The image's own healthcheck: what it ran, and that its answer is the daemon's. */
  @Test
  void isHealthyAndTheHealthLogSaysWhatStatusSays() throws Exception {
    ContainerConfig config = Objects.requireNonNull(skiff.getCurrentContainerInfo().getConfig());
    assertEquals(
        List.of("CMD", "/usr/local/bin/skiff", "status", "--json"),
        Objects.requireNonNull(config.getHealthcheck()).getTest());
    Engine.await("healthy", HEALTH_SECONDS, () -> skiff.health().equals("healthy"));

    HealthStateLog last = skiff.state().getHealth().getLog().getLast();
    assertEquals(0L, last.getExitCodeLong(), last::getOutput);
    Object status = JSON.std.anyFrom(Objects.requireNonNull(last.getOutput()));
    assertAll(
        () -> assertEquals("skiff0", at(status, "status", "devices", 0, "name")),
        () -> assertEquals(0, at(status, "status", "faults")));
  }

  /** A daemon that does not turn, for whatever reason, does not answer. */
  @Test
  void isUnhealthyWhileItIsStuck() throws Exception {
    Engine.await("healthy", HEALTH_SECONDS, () -> skiff.health().equals("healthy"));
    // From outside: inside its own namespace nobody can stop PID 1.
    skiff.signal("STOP");
    try {
      Engine.await("unhealthy", HEALTH_SECONDS, () -> skiff.health().equals("unhealthy"));
      String ping = skiff.ping(SkiffInContainer.ADDRESS, "-c", "1", "-W", "0.2");
      assertTrue(ping.contains(" 0 received, "), ping);
    } finally {
      skiff.signal("CONT");
    }
    Engine.await("healthy again", HEALTH_SECONDS, () -> skiff.health().equals("healthy"));
  }

  @Test
  void isUnhealthyWithoutItsSocket() throws Exception {
    int starts = skiff.startLines().size();
    skiff.output("/bin/rm", SOCKET);
    try {
      Engine.await("unhealthy", HEALTH_SECONDS, () -> skiff.health().equals("unhealthy"));
      Engine.await(
          "a check says that there is no daemon",
          HEALTH_SECONDS,
          () -> {
            HealthStateLog last = skiff.state().getHealth().getLog().getLast();
            return last.getExitCodeLong() == 1 && last.getOutput().contains("skiff");
          });
    } finally {
      Engine.client().restartContainerCmd(skiff.getContainerId()).withTimeout(10).exec();
    }
    skiff.awaitStart(starts + 1);
    Engine.await("healthy again", HEALTH_SECONDS, () -> skiff.health().equals("healthy"));
  }
}
