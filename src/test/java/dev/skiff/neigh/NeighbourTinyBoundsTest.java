package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.neigh.NeighbourTable.Entry;
import dev.skiff.neigh.NeighbourTable.IfThere;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is done, by hand or by who speaks, the bounds hold and the books are right. */
class NeighbourTinyBoundsTest {
  private static final long SEED = Long.getLong("skiff.seed", 4861);
  private static final long MS = 1_000_000L;
  private static final int STEPS = 4000;
  private static final int HOSTS = 6;
  private static final int FIRST = Rig.PEER_IP + 10;
  private static final NeighbourState[] BY_HAND = {
    NeighbourState.PERMANENT, NeighbourState.NOARP, NeighbourState.REACHABLE, NeighbourState.STALE
  };

  private final Random random = new Random(SEED);

  private <T> T any(T[] of) {
    return of[random.nextInt(of.length)];
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gc_thresh1=0,gc_thresh2=1,gc_thresh3=1,unres_qlen=1,unres_total=1 | 1 | 1 | 1",
        "gc_thresh1=0,gc_thresh2=1,gc_thresh3=2,unres_qlen=1,unres_total=1 | 1 | 2 | 1",
        "gc_thresh1=0,gc_thresh2=2,gc_thresh3=3,unres_qlen=2,unres_total=3 | 2 | 3 | 3",
        "gc_thresh1=1,gc_thresh2=3,gc_thresh3=3,unres_qlen=3,unres_total_bytes=1 | 3 | 3 | 1",
        "gc_thresh1=0,gc_thresh2=1,gc_thresh3=2,ucast_solicit=0,gc_stale_time=1s | 1 | 2 | 512",
      })
  void theBoundsHoldAndTheBooksAreRight(String settings, int asked, int entries, int waiting) {
    Rig rig = new Rig(512, b -> b.neighbours(settings));
    NeighbourTable table = rig.stack().neighbours();
    for (int step = 0; step < STEPS; step++) {
      step(rig, table);
      String at = "seed " + SEED + " step " + step;
      List<Entry> all = table.entries(rig.clock.nowNs());
      Set<Integer> ips = new HashSet<>();
      int permanent = 0;
      int incomplete = 0;
      int queued = 0;
      for (Entry entry : all) {
        assertTrue(ips.add(entry.ip()), at + ": twice");
        permanent += entry.state() == NeighbourState.PERMANENT ? 1 : 0;
        incomplete += entry.state() == NeighbourState.INCOMPLETE ? 1 : 0;
        queued += entry.queued();
        if (entry.state() != NeighbourState.INCOMPLETE) {
          assertEquals(0, entry.queued(), at + ": waits for " + entry);
        }
      }
      assertTrue(permanent <= entries, at + ": permanent " + permanent);
      assertTrue(all.size() - permanent <= entries, at + ": entries " + all);
      assertTrue(incomplete <= asked, at + ": incomplete " + incomplete);
      assertEquals(incomplete, table.nud().incomplete(), at);
      assertEquals(queued, table.queued(), at);
      assertTrue(queued <= waiting, at + ": queued " + queued);
      assertEquals(queued == 0, table.queuedBytes() == 0, at + ": bytes " + table.queuedBytes());
      long made = table.stat(NeighbourStat.ALLOCS) - table.stat(NeighbourStat.DESTROYS);
      assertEquals(all.size(), made, at);
      for (int host = 0; host < HOSTS; host++) {
        int ip = FIRST + host;
        assertEquals(ips.contains(ip), table.bindCache(rig.device(), ip) != null, at + ": found");
      }
    }
    var _ = table.flush(null, EnumSet.allOf(NeighbourState.class));
    assertEquals(0, table.queued());
    assertEquals(0, table.queuedBytes());
    assertEquals(0, table.nud().incomplete());
  }

  private void step(Rig rig, NeighbourTable table) {
    int ip = FIRST + random.nextInt(HOSTS);
    long mac = 0x0200_5E10_0070L + random.nextInt(3);
    switch (random.nextInt(9)) {
      case 0, 1 -> {
        try {
          table.add(rig.device(), ip, mac, any(BY_HAND), any(IfThere.values()), rig.clock.nowNs());
        } catch (IllegalStateException e) {
          return; // That it cannot be is an answer.
        }
      }
      case 2 -> {
        var _ = table.delete(rig.device(), ip);
      }
      case 3 -> {
        var _ = table.flush(null, EnumSet.of(any(NeighbourState.values())));
      }
      case 4 -> rig.exchange(Frames.arpRequest(mac, ip, Rig.OUR_IP));
      case 5 -> rig.exchange(Frames.arpReply(mac, ip, Rig.OUR_MAC, Rig.OUR_IP));
      case 6, 7 -> {
        byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
        byte[] ping = Frames.ipv4(ip, Rig.OUR_IP, 1, 64, icmp);
        rig.exchange(Frames.ethernet(Rig.OUR_MAC, mac, 0x0800, ping));
      }
      default -> rig.after(random.nextInt(3000) * MS);
    }
  }
}
