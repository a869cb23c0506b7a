package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All that is {@link Answered} once more, with small frames copied and summed as they come. */
@Tag("netns")
class PingCopybreakIT extends Answered {
  @Override
  List<String> options() {
    return List.of("--rx-copybreak", "256");
  }

  @Test
  void aBrokenFrameIsRefusedAllTheSame() throws IOException {
    try (SkiffProcess skiff =
        SkiffProcess.start(
            netns,
            directory,
            "--tap",
            "skiff0",
            "--ip",
            SkiffProcess.IP + "/24",
            "--host-ip",
            SkiffProcess.HOST_IP + "/24",
            "--rx-copybreak",
            "256",
            "--fault",
            "corrupt=100%,dir=in,seed=5")) {
      netns.run("ping", "-q", "-c", "50", "-i", "0.002", "-W", "1", "-s", "200", SkiffProcess.IP);
      // Most of a frame is under ICMP's checksum; where the bit is in the source MAC nobody can
      // tell.
      assertTrue(skiff.counter("Icmp", "InCsumErrors") > 25, () -> skiff.ask("drops"));
      assertTrue(skiff.counter("Icmp", "OutEchoReps") < 10, () -> skiff.ask("drops"));
    }
  }
}
