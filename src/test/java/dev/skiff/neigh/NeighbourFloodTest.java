package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.neigh.NeighbourTable.IfThere;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on the neighbour table by somebody who chooses what he sends. */
class NeighbourFloodTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long SECOND = 1_000_000_000L;
  private static final long MAC = 0x0200_5E10_0077L;
  private static final int FIRST = Ip4Addr.parse("198.60.0.0");
  private static final int FRIEND = Ip4Addr.parse("198.51.100.1");

  /** An attacker's host introduces itself, and pings, once in this time. */
  private static final long EVERY_NS = SECOND / 500;

  private final Rig rig = new Rig(b -> b.ip("198.51.100.2/8").paranoid(false));

  private static byte[] echo(int from, long mac) {
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
    return Frames.ethernet(Rig.OUR_MAC, mac, 0x0800, Frames.ipv4(from, Rig.OUR_IP, 1, 64, icmp));
  }

  private void introduceAndPing(int from) {
    rig.exchange(Frames.arpRequest(MAC, from, Rig.OUR_IP));
    rig.exchange(echo(from, MAC));
  }

  private static boolean answers(List<byte[]> out) {
    return out.stream()
        .anyMatch(f -> Frames.u48(f, 0) == Rig.PEER_MAC && Frames.u16(f, 12) == 0x0800);
  }

  @Test
  void whoeverIsNewIsAnsweredWhileThousandsIntroduceThemselvesAndPing() {
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      introduceAndPing(FIRST + i);
      rig.after(EVERY_NS);
      if (i > 2000 && i % 100 == 0) {
        int newcomer = Ip4Addr.parse("198.70.0.0") + i;
        rig.exchange(Frames.arpRequest(Rig.PEER_MAC, newcomer, Rig.OUR_IP));
        refused += answers(rig.exchange(echo(newcomer, Rig.PEER_MAC))) ? 0 : 1;
      }
    }
    assertEquals(0, refused, "newcomers that got no answer");
  }

  /** All at once: 5 s later all of them are asked, and none of them may be taken out. */
  @Test
  void whoeverIsNewIsAnsweredAlsoWhileAThousandThatIntroducedThemselvesAreAsked() {
    for (int i = 0; i < 1024; i++) {
      introduceAndPing(FIRST + i);
      rig.after(SECOND / 100_000);
    }
    rig.after(5 * SECOND);
    int refused = 0;
    for (int i = 0; i < 20; i++) {
      rig.after(SECOND / 5);
      int newcomer = Ip4Addr.parse("198.70.0.0") + i;
      rig.exchange(Frames.arpRequest(Rig.PEER_MAC, newcomer, Rig.OUR_IP));
      refused += answers(rig.exchange(echo(newcomer, Rig.PEER_MAC))) ? 0 : 1;
    }
    assertEquals(0, refused, "newcomers that got no answer");
  }

  /** The friend knows us and does not ask; it answers each request for it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 6, 10})
  void aConfirmedFriendIsAnsweredWhileThousandsIntroduceThemselvesAndPing(int everyS) {
    var _ = answerForFriend(rig.exchange(echo(FRIEND, Rig.PEER_MAC)));
    int lost = 0;
    for (int i = 0; i < 15_000; i++) {
      introduceAndPing(FIRST + i);
      List<byte[]> out = new ArrayList<>(rig.after(EVERY_NS));
      boolean pings = i % (500 * everyS) == 0;
      if (pings) {
        out.addAll(rig.exchange(echo(FRIEND, Rig.PEER_MAC)));
      }
      List<byte[]> more = answerForFriend(out);
      lost += pings && !answers(out) && !answers(more) ? 1 : 0;
    }
    assertEquals(0, lost, "pings of the friend that got no answer");
  }

  private List<byte[]> answerForFriend(List<byte[]> out) {
    List<byte[]> more = new ArrayList<>();
    for (byte[] f : out) {
      if (Frames.u16(f, 12) == 0x0806 && Frames.u16(f, 20) == 1 && Frames.u32(f, 38) == FRIEND) {
        more.addAll(rig.exchange(Frames.arpReply(Rig.PEER_MAC, FRIEND, Rig.OUR_MAC, Rig.OUR_IP)));
      }
    }
    return more;
  }

  // ---- The hash
  // -----------------------------------------------------------------------------------

  /** Addresses that an unseeded hash of the address would have share one bucket of 4096. */
  private static List<Integer> colliding(int n) {
    List<Integer> ips = new ArrayList<>();
    for (int ip = Ip4Addr.parse("11.0.0.1"); ips.size() < n; ip++) {
      int h = ip * 0x9E37_79B1;
      if (((h ^ h >>> 16) & 4095) == 0) {
        ips.add(ip);
      }
    }
    return ips;
  }

  private static long nsPerRequest(Rig rig, List<Integer> ips) {
    // Of this thread alone: others run beside it.
    long begun = THREADS.getCurrentThreadCpuTime();
    for (int ip : ips) {
      rig.clock.advance(1000);
      rig.exchange(Frames.arpRequest(MAC, ip, Rig.OUR_IP));
    }
    return (THREADS.getCurrentThreadCpuTime() - begun) / ips.size();
  }

  @Test
  void addressesChosenToShareABucketCostNoMoreThanOthers() {
    List<Integer> any = new ArrayList<>();
    for (int i = 0; i < 4096; i++) {
      any.add(Ip4Addr.parse("11.0.0.0") + 7 * i);
    }
    var _ = nsPerRequest(rig, any);
    long usual = nsPerRequest(rig, any);
    Rig attacked = new Rig(b -> b.paranoid(false));
    List<Integer> chosen = colliding(3072);
    var _ = nsPerRequest(attacked, chosen.subList(0, 1024));
    long worst = nsPerRequest(attacked, chosen.subList(1024, 3072));
    assertTrue(worst < 10 * usual, "usual " + usual + " ns, chosen " + worst + " ns");
  }

  /** Each add of a permanent entry that is made stale afterwards is one more without a bound. */
  @Test
  void permanentEntriesThatAreMadeStaleStayWithinTheBounds() {
    Rig small = new Rig(b -> b.neighbours("gc_thresh1=0,gc_thresh2=1,gc_thresh3=1"));
    NeighbourTable table = small.stack().neighbours();
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          for (int i = 10; i < 20; i++) {
            int ip = Ip4Addr.parse("198.51.100." + i);
            try {
              table.add(small.device(), ip, MAC, NeighbourState.PERMANENT, IfThere.REFUSE, 0);
              table.add(small.device(), ip, MAC, NeighbourState.STALE, IfThere.REPLACE, 0);
            } catch (IllegalStateException e) {
              continue; // That it is full is an answer.
            }
          }
        });
    assertTrue(table.entries(0).size() <= 2, "gc_thresh3, and as many permanent ones");
  }
}
