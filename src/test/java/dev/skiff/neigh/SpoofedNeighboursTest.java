package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.Resolve;
import dev.skiff.header.Ip4Addr;
import dev.skiff.neigh.NeighbourTable.IfThere;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Thousands of neighbours that are none: W04, X39e, and what they may cost. */
class SpoofedNeighboursTest {
  private static final long MS = 1_000_000L;
  private static final int SPOOFED = 5000;
  private static final int OWN = Ip4Addr.parse("198.18.0.2");
  private static final int FRIEND = Ip4Addr.parse("198.18.0.1");
  private static final int FIRST = Ip4Addr.parse("198.18.1.0");
  private static final long SPOOFED_MAC = 0x0200_5E66_0000L;
  private static final int MOST = NeighbourParms.USUAL.gcThresh3();

  private final Rig rig = new Rig(b -> b.ip("198.18.0.2/15").paranoid(false));
  private final NeighbourTable table = rig.stack().neighbours();

  private static byte[] echo(int from, long mac) {
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
    return Frames.ethernet(Rig.OUR_MAC, mac, 0x0800, Frames.ipv4(from, OWN, 1, 64, icmp));
  }

  private boolean friendIsAnswered() {
    List<byte[]> out = rig.exchange(echo(FRIEND, Rig.PEER_MAC));
    return out.stream()
        .anyMatch(f -> Frames.u48(f, 0) == Rig.PEER_MAC && Frames.u16(f, 12) == 0x0800);
  }

  private void meetFriend() {
    rig.exchange(echo(FRIEND, Rig.PEER_MAC));
    rig.exchange(Frames.arpReply(Rig.PEER_MAC, FRIEND, Rig.OUR_MAC, OWN));
    assertTrue(friendIsAnswered());
  }

  private int entries() {
    return table.entries(rig.clock.nowNs()).size();
  }

  @Test
  void thousandsThatAskForUsChangeNeitherTheBoundNorTheAnswersToTheRealOne() {
    meetFriend();
    long memory = rig.stack().pool().bytes();
    for (int i = 0; i < SPOOFED; i++) {
      assertEquals(1, rig.exchange(Frames.arpRequest(SPOOFED_MAC + i, FIRST + i, OWN)).size());
      rig.after(MS);
      if (i % 100 == 0) {
        assertTrue(friendIsAnswered(), "after " + i);
        assertTrue(entries() <= MOST);
      }
    }
    assertEquals(memory, rig.stack().pool().bytes());
    assertEquals(0, table.stat(NeighbourStat.TABLE_FULLS));
    assertTrue(table.stat(NeighbourStat.FORCED_GC_RUNS) > 0);
  }

  @Test
  void thousandsThatPingUsAndDoNotAnswerLeaveRoomForWhoIntroducesHimself() {
    meetFriend();
    int newcomer = Ip4Addr.parse("198.19.0.1");
    for (int i = 0; i < SPOOFED; i++) {
      rig.exchange(echo(FIRST + i, SPOOFED_MAC));
      rig.clock.advance(MS / 10);
      if (i % 500 == 0) {
        assertTrue(friendIsAnswered(), "after " + i);
      }
    }
    assertTrue(table.stat(NeighbourStat.TABLE_FULLS) > 0, "no more may be asked for");
    assertTrue(rig.verdicts(DropReason.NEIGH_CREATEFAIL) > 0);
    assertTrue(entries() <= MOST);
    assertTrue(table.queued() <= NeighbourParms.USUAL.totalPackets());
    // A host asks for our MAC address before it sends: that makes an entry without our asking.
    rig.exchange(Frames.arpRequest(Rig.PEER_MAC, newcomer, OWN));
    List<byte[]> out = rig.exchange(echo(newcomer, Rig.PEER_MAC));
    assertEquals(Rig.PEER_MAC, Frames.u48(out.getLast(), 0));
    for (int i = 0; i < 4; i++) {
      rig.after(1000 * MS);
    }
    assertEquals(0, table.queued(), "all the others have failed");
  }

  @Test
  void requestsForOthersCostNoEntry() {
    for (int i = 0; i < 1 << 16; i++) {
      rig.inject(Frames.arpRequest(SPOOFED_MAC + i, FIRST + (i & 0xFFF), FIRST + (i >>> 4)));
      if (i % 32 == 0) {
        rig.turn();
      }
    }
    rig.turn();
    assertEquals(0, entries());
    assertEquals(0, table.stat(NeighbourStat.ALLOCS));
    assertEquals(1 << 16, rig.verdicts(DropReason.ARP_NOT_FOR_US));
  }

  /** Calls it again and again until a round allocates nothing, as one does once it is warm. */
  private static void allocatesNothing(Runnable round) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int i = 0; i < 20 && allocated > 0; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      round.run();
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertEquals(0, allocated, "bytes in the last round");
  }

  private int spoofed;

  @Test
  void onceTheTableHasBeenFullNewNeighboursAllocateNothing() {
    allocatesNothing(
        () -> {
          for (int i = 0; i < 3 * MOST; i++) {
            rig.clock.advance(MS);
            var _ =
                table.update(
                    rig.device(),
                    FIRST + (spoofed++ & 0xFFFF),
                    SPOOFED_MAC,
                    NeighbourState.STALE,
                    true,
                    true,
                    rig.clock.nowNs());
          }
        });
    assertTrue(table.stat(NeighbourStat.FORCED_GC_RUNS) > MOST);
  }

  @Test
  void aLookUpAmongAThousandAllocatesNothingAndFindsTheRightOne() {
    for (int i = 0; i < 1000; i++) {
      table.add(
          rig.device(),
          FIRST + i,
          SPOOFED_MAC + i,
          i % 2 == 0 ? NeighbourState.REACHABLE : NeighbourState.STALE,
          IfThere.REFUSE,
          rig.clock.nowNs());
    }
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(60, "test"));
    int haddr = skb.put(60);
    allocatesNothing(
        () -> {
          for (int i = 0; i < 1000; i++) {
            Resolve resolve = table.arpFind(skb, rig.device(), haddr, FIRST + i, rig.clock.nowNs());
            if (resolve != Resolve.RESOLVED || skb.u48(haddr) != SPOOFED_MAC + i) {
              throw new AssertionError("neighbour " + i + ": " + resolve);
            }
          }
        });
    skb.free(DropReason.CONSUMED);
    assertEquals(0, table.stat(NeighbourStat.SND_REQUESTS));
  }
}
