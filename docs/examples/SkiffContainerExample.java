// Skiff as the other host of a test, in a container; what this needs: docs/testcontainers.md

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.testcontainers.SkiffContainer;
import org.junit.jupiter.api.Test;

class SkiffContainerExample {
  static final String IMAGE = System.getProperty("skiff.image", "skiff");

  @Test
  void pingsTheKernelOnTheOtherSideOfItsTap() {
    try (SkiffContainer skiff =
        new SkiffContainer(IMAGE).withIp("203.0.113.2/24").withHostIp("203.0.113.1/24")) {
      skiff.start();
      String ping = skiff.skiff("ping", "-c", "3", "-w", "10", "203.0.113.1");
      assertTrue(ping.contains(" 3 received"), ping);
      assertTrue(skiff.json("neigh").contains("203.0.113.1"), "ARP has found the kernel");
    }
  }

  @Test
  void losesWhatItIsToldToLose() {
    try (SkiffContainer skiff =
        new SkiffContainer(IMAGE).withArguments("--fault", "loss=100%,dir=in")) {
      skiff.start();
      assertTrue(skiff.skiff("fault").contains("loss=100%"));
      skiff.skiff("fault", "off");
      skiff.skiff("ping", "-c", "1", "198.51.100.1"); // would throw if nobody answered
    }
  }
}
