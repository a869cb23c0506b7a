package dev.skiff.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import dev.skiff.Alone;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How large the image is, and how soon after {@code docker run} Skiff is there. */
@Tag("container")
@Timeout(120)
class ContainerStartIT {
  private static final long MOST_BYTES = 100_000_000;
  private static final int TIMES = 3;
  private static final Duration FIRST_PING_AT_MOST = Duration.ofMillis(1500);

  /**
   * Where an empty container takes so long that the machine has other things to do, that is the
   * measure: on a quiet one the first ping took 2.3 times as long.
   */
  private static final int TIMES_AN_EMPTY_ONE = 4;

  private static final int PATIENCE_SECONDS = 30;
  private static final String ADDRESS = SkiffInContainer.ADDRESS;
  private static final String HOST = SkiffInContainer.HOST_ADDRESS + "/24";

  private static final String PING_UNTIL_ANSWERED =
      "until /bin/ping -c 1 -W 0.1 " + ADDRESS + " >/dev/null 2>&1; do usleep 20000; done";

  @BeforeAll
  static void engineAndImageAreThere() {
    Engine.mustHaveTheImage();
  }

  @Test
  void ourLayersAreNoMoreThan100Megabytes() {
    long image = size(SkiffInContainer.IMAGE);
    long base = size(KernelInContainer.IMAGE);
    assertTrue(base > 0 && base < image, base + " of " + image);
    assertTrue(image - base <= MOST_BYTES, () -> (image - base) + " bytes");
  }

  private static long size(String image) {
    return Objects.requireNonNull(Engine.client().inspectImageCmd(image).exec().getSize());
  }

  /**
   * From before the container is made, to when a {@code ping} in it is answered. What pings is
   * started in the container as soon as that runs, before there is a Skiff, and tries every 20 ms;
   * that it must be started there, and its end be heard of, counts as if it were Skiff's.
   */
  @Test
  @Alone
  void firstPingIsAnsweredSoonAfterDockerRun() throws Exception {
    long[] answered = new long[TIMES];
    long[] nothing = new long[TIMES];
    // A network that leads nowhere: what is sent before the TAP is there must not get out.
    try (Wire wire = Wire.create()) {
      HostConfig config =
          SkiffInContainer.LEAST_RIGHTS.apply(
              HostConfig.newHostConfig().withNetworkMode(wire.id()));
      for (int i = 0; i < TIMES; i++) {
        nothing[i] = msOfNothing(config);
        answered[i] = msToFirstPing(config);
      }
    }
    String measured =
        "first ping answered after "
            + Arrays.toString(answered)
            + " ms; a container that ends at once was made, run and heard of in "
            + Arrays.toString(nothing)
            + " ms";
    System.out.println(measured);
    Arrays.sort(answered);
    Arrays.sort(nothing);
    long most = Math.max(FIRST_PING_AT_MOST.toMillis(), TIMES_AN_EMPTY_ONE * nothing[TIMES / 2]);
    assertTrue(answered[TIMES / 2] <= most, measured);
  }

  private static long msToFirstPing(HostConfig config) throws InterruptedException {
    DockerClient client = Engine.client();
    final long start = System.nanoTime();
    String id =
        made(
            client
                .createContainerCmd(SkiffInContainer.IMAGE)
                .withHostConfig(config)
                .withCmd("run", "--tap", "skiff0", "--ip", ADDRESS + "/24", "--host-ip", HOST));
    try {
      client.startContainerCmd(id).exec();
      String exec =
          client
              .execCreateCmd(id)
              .withCmd("/bin/sh", "-c", PING_UNTIL_ANSWERED)
              .withAttachStdout(true)
              .exec()
              .getId();
      boolean ended =
          client
              .execStartCmd(exec)
              .exec(new ResultCallback.Adapter<Frame>())
              .awaitCompletion(PATIENCE_SECONDS, TimeUnit.SECONDS);
      final long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertTrue(ended, "no ping was answered");
      assertEquals(0L, client.inspectExecCmd(exec).exec().getExitCodeLong());
      return ms;
    } finally {
      client.removeContainerCmd(id).withForce(true).exec();
    }
  }

  private static long msOfNothing(HostConfig config) {
    DockerClient client = Engine.client();
    final long start = System.nanoTime();
    String id =
        made(
            client
                .createContainerCmd(SkiffInContainer.IMAGE)
                .withHostConfig(config)
                .withEntrypoint("/bin/true"));
    try {
      client.startContainerCmd(id).exec();
      int code =
          client
              .waitContainerCmd(id)
              .exec(new WaitContainerResultCallback())
              .awaitStatusCode(PATIENCE_SECONDS, TimeUnit.SECONDS);
      final long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertEquals(0, code);
      return ms;
    } finally {
      client.removeContainerCmd(id).withForce(true).exec();
    }
  }

  private static String made(CreateContainerCmd command) {
    return command.withLabels(Map.of("dev.skiff.test", "container")).exec().getId();
  }
}
