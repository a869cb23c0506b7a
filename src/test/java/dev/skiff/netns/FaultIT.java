package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Breaking the wire of a real daemon, as seen by the system's ping. */
@Tag("netns")
class FaultIT {
  @TempDir Path directory;
  private Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private String ping(int count) {
    return netns
        .run("ping", "-q", "-c", "" + count, "-i", "0.005", "-W", "1", SkiffProcess.IP)
        .output();
  }

  private static int received(String report) {
    return Integer.parseInt(report.replaceFirst("(?s).*transmitted, (\\d+) .*", "$1"));
  }

  /** The least round trip that ping saw, in milliseconds. */
  private static double least(String report) {
    return Double.parseDouble(report.replaceFirst("(?s).*mdev = ([0-9.]+)/.*", "$1"));
  }

  @Test
  void aFaultIsThereFromTheStartAndChangedLive() throws Exception {
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
            "--fault",
            "loss=30%,dir=out,seed=7")) {
      assertTrue(skiff.stderr().contains("--fault loss=30%,dir=out,seed=7"), skiff.stderr());
      int received = received(ping(100));
      assertTrue(received > 40 && received < 95, received + " of 100");
      assertTrue(skiff.ask("drops").contains("FAULT_LOSS"));
      assertTrue(skiff.ask("fault").startsWith("skiff0: loss=30%,dir=out,seed=7\nout_seen"));

      assertTrue(skiff.ask("fault", "delay=20ms,dir=out").contains("skiff0: delay=20ms,dir=out"));
      String delayed = ping(10);
      assertEquals(10, received(delayed), delayed);
      assertTrue(least(delayed) >= 20, delayed);

      assertEquals("skiff0: off", skiff.ask("fault", "off").lines().findFirst().orElse(""));
      String clean = ping(100);
      assertEquals(100, received(clean), clean);
      assertTrue(least(clean) < 20, clean);
      assertNotEquals(0, skiff.counter("fault_skiff0", "out_lost"));
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void manyFaultsAtOnceUnderAFloodHarmNothingElse() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      assertEquals(1, received(ping(1)));
      var _ =
          skiff.ask(
              "fault",
              "loss=5%,burst=1%/5,dup=5%,reorder=5%,corrupt=5%,delay=1ms,jitter=1ms,rate=50mbit");
      netns.run("timeout", "3", "ping", "-f", "-q", "-c", "5000", SkiffProcess.IP);
      assertTrue(skiff.ask("status").contains("faults 0"), "no exception in a handler");
      var _ = skiff.ask("fault", "off");
      assertEquals(20, received(ping(20)));
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void aDaemonEndsCleanlyWithFramesStillDelayed() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      assertEquals(1, received(ping(1)));
      var _ = skiff.ask("fault", "delay=10s,seed=1");
      assertEquals(0, received(ping(5)));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
  }
}
