package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.DeviceStat;
import dev.skiff.dev.NetDevice;
import dev.skiff.ip.IpStat;
import dev.skiff.skb.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Top half and bottom half, one after the other: docs/halves.md. */
class HalvesTest {
  private static final String PAGE = "halves.md";
  private static final int BUDGET = 1000;

  private final List<String> lines = new ArrayList<>();

  private static byte[] ping(int sequence) {
    return Frames.echoRequest(7, sequence, Frames.data(56));
  }

  private void say(Rig rig, String when) {
    lines.add(
        Svg.at(
            "%s: IP has received %d datagrams, the device has sent %d replies",
            when,
            rig.stack().ipv4().stat(IpStat.IP_IN_RECEIVES),
            rig.device().stat(DeviceStat.TX_PACKETS) - 1)); // One was the ARP reply.
    rig.stack().pool().report().forEach(line -> lines.add("  " + line));
  }

  @Test
  void theBacklogIsAllThatTheHalvesShare() {
    try (Rig rig = new Rig(builder -> builder.paranoid(false))) {
      rig.introducePeer();
      NetDevice dev = rig.device();
      long nowNs = rig.clock.nowNs();
      rig.inject(ping(1));
      rig.inject(ping(2));
      say(rig, "two pings are on the wire");
      assertTrue(dev.poll(BUDGET, nowNs));
      say(rig, "after the top half");
      assertEquals(0, rig.stack().ipv4().stat(IpStat.IP_IN_RECEIVES), "IP knows of nothing yet");
      assertTrue(dev.netBh(BUDGET, nowNs));
      say(rig, "after the bottom half");
      dev.xmit(nowNs);
      say(rig, "after transmit");
      assertEquals(2, rig.turn().size());
      Golden.shownOn(PAGE, "HalvesTest", String.join("\n", lines));
    }
  }

  @Test
  void aFullBacklogRefusesUntilItHasBeenEmptied() {
    try (Rig rig = new Rig(512)) {
      rig.introducePeer();
      NetDevice dev = rig.device();
      long nowNs = rig.clock.nowNs();
      for (int i = 0; i < 310; i++) {
        rig.inject(ping(i));
      }
      assertTrue(dev.poll(BUDGET, nowNs));
      assertEquals(9, rig.verdicts(DropReason.CPU_BACKLOG), "the 302nd is the first refused");
      assertFalse(dev.netBh(300, nowNs));
      rig.inject(ping(310));
      assertTrue(dev.poll(BUDGET, nowNs));
      assertEquals(10, rig.verdicts(DropReason.CPU_BACKLOG), "one is left, so it still refuses");
      assertTrue(dev.netBh(BUDGET, nowNs));
      rig.inject(ping(311));
      assertTrue(dev.poll(BUDGET, nowNs));
      assertEquals(10, rig.verdicts(DropReason.CPU_BACKLOG), "empty: it takes again");
      assertEquals(302, rig.turn().size());
    }
  }
}
