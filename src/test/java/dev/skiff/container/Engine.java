package dev.skiff.container;

import static org.junit.jupiter.api.Assertions.fail;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.concurrent.Callable;
import org.testcontainers.DockerClientFactory;

/** The engine that the containers run on, and waiting for what happens there. */
final class Engine {
  private static final int POLL_MS = 20;
  private static final long NS_PER_S = 1_000_000_000L;

  private Engine() {}

  /** Nothing is skipped and nothing is pulled: what lacks is a failure that says what to do. */
  static void mustHaveTheImage() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      fail("no container engine answers: eval \"$(scripts/ensure-docker start)\" first");
    }
    mustHave(KernelInContainer.IMAGE);
    mustHave(SkiffInContainer.IMAGE);
  }

  private static void mustHave(String image) {
    try {
      client().inspectImageCmd(image).exec();
    } catch (NotFoundException e) {
      fail(
          "the engine has no image "
              + image
              + ": docker/local-base && docker/build-image --local --tag "
              + SkiffInContainer.IMAGE,
          e);
    }
  }

  static DockerClient client() {
    return DockerClientFactory.instance().client();
  }

  /** Waits until it is so, and no longer; fails if it is not in that time. */
  static void await(String what, int seconds, Callable<Boolean> condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > seconds * NS_PER_S) {
        fail("not in " + seconds + " s: " + what);
      }
      Thread.sleep(POLL_MS);
    }
  }
}
