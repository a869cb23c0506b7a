package dev.skiff.container;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.command.HealthState;
import com.github.dockerjava.api.command.HealthStateLog;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How little memory will do, for the daemon and its healthcheck together, while it is flooded. */
@Tag("container")
@Timeout(120)
class ContainerMemoryIT {
  private static final long LIMIT = 192L << 20;
  private static final int IN_A_ROUND = 20_000;
  private static final int CHECKS = 8;
  private static final Duration AT_LEAST = Duration.ofSeconds(8);

  @BeforeAll
  static void engineAndImageAreThere() {
    Engine.mustHaveTheImage();
  }

  @Test
  void holdsUnderFloodWithHealthEverySecond() throws Exception {
    try (SkiffInContainer skiff = new SkiffInContainer()) {
      skiff
          .withLeastRights()
          .withHealthEvery(Duration.ofSeconds(1), Duration.ofSeconds(10), 1)
          .with(config -> config.withMemory(LIMIT).withMemorySwap(LIMIT));
      skiff.start();
      assertEquals(LIMIT, limitInside(skiff), "the engine limits memory");

      long start = System.nanoTime();
      Set<String> checks = new HashSet<>();
      while (System.nanoTime() - start < AT_LEAST.toNanos() || checks.size() < CHECKS) {
        String flood =
            skiff.ping(SkiffInContainer.ADDRESS, "-f", "-q", "-c", "" + IN_A_ROUND, "-s", "1400");
        assertTrue(flood.contains(" " + IN_A_ROUND + " received, 0% packet loss"), flood);
        HealthState health = skiff.state().getHealth();
        for (HealthStateLog check : health.getLog()) {
          assertEquals(0L, check.getExitCodeLong(), check::getOutput);
          checks.add(check.getStart());
        }
        assertEquals(0, health.getFailingStreak());
      }

      assertAll(
          () -> assertEquals("healthy", skiff.health()),
          () -> assertEquals(false, skiff.state().getOOMKilled()),
          () -> assertEquals(0, skiff.getCurrentContainerInfo().getRestartCount()),
          () -> assertEquals(0, killsInside(skiff)),
          () -> assertEquals(1, skiff.startLines().size(), skiff::getLogs));
    }
  }

  /** By the kernel's word, in either version of control groups. */
  private static long limitInside(SkiffInContainer skiff) throws IOException, InterruptedException {
    return Long.parseLong(
        skiff
            .output(
                "/bin/sh",
                "-c",
                "cd /sys/fs/cgroup && cat memory.max 2>/dev/null || cat"
                    + " memory/memory.limit_in_bytes")
            .strip());
  }

  /** How many processes of the container the kernel has killed for their memory. */
  private static long killsInside(SkiffInContainer skiff) throws IOException, InterruptedException {
    return Long.parseLong(
        skiff
            .output(
                "/bin/sh",
                "-c",
                "cd /sys/fs/cgroup && cat memory.events memory/memory.oom_control 2>/dev/null |"
                    + " sed -n 's/^oom_kill //p'")
            .strip());
  }
}
