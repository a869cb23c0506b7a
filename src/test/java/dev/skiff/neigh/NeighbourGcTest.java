package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** X39e: who goes when the table is full, and who stays. */
class NeighbourGcTest {
  private static final long MS = NeighRig.MS;
  private static final long SECOND = NeighRig.SECOND;
  private static final int FIRST = Ip4Addr.parse("198.51.100.10");

  /** So small that each bound is met by hand. */
  private final NeighRig net = new NeighRig("gc_thresh1=2,gc_thresh2=4,gc_thresh3=6");

  private final Rig rig = net.rig;

  private static void stale(NeighRig net, int ip) {
    net.rig.exchange(Frames.arpRequest(Rig.PEER_MAC, ip, Rig.OUR_IP));
  }

  private static void reachable(NeighRig net, int ip) {
    net.sendTo(ip);
    net.rig.exchange(Frames.arpReply(Rig.PEER_MAC, ip, Rig.OUR_MAC, Rig.OUR_IP));
  }

  private void staleOnes(int first, int n) {
    for (int i = 0; i < n; i++) {
      stale(net, first + i);
      rig.after(MS);
    }
  }

  /** The last bytes of the addresses that are there. */
  private static List<Integer> last(NeighRig net) {
    return net.entries().stream().map(e -> e.ip() & 0xFF).sorted().toList();
  }

  // ---- From time to time ------------------------------------------------------------------------

  @Test
  void aTableWithinItsFirstThresholdIsLeftAlone() {
    staleOnes(FIRST, 2);
    rig.after(86_400 * SECOND);
    assertEquals(List.of(10, 11), last(net));
    assertEquals(0, net.stat(NeighbourStat.PERIODIC_GC_RUNS));
  }

  @Test
  void beyondItWhatNobodyHasUsedForLongGoesUntilItIsReached() {
    staleOnes(FIRST, 4);
    for (int i = 0; i < 3; i++) {
      rig.after(15 * SECOND);
    }
    assertEquals(4, net.entries().size(), "not longer than gc_stale_time");
    rig.after(15 * SECOND);
    assertEquals(2, net.entries().size());
    assertEquals(2, net.stat(NeighbourStat.DESTROYS));
    assertTrue(net.stat(NeighbourStat.PERIODIC_GC_RUNS) >= 4);
  }

  @Test
  void whatIsUsedStays() {
    staleOnes(FIRST, 4);
    for (int i = 0; i < 100; i++) {
      net.sendTo(FIRST + 1);
      rig.after(SECOND);
      rig.exchange(Frames.arpReply(Rig.PEER_MAC, FIRST + 1, Rig.OUR_MAC, Rig.OUR_IP));
    }
    assertTrue(net.knows(FIRST + 1));
    assertEquals(2, net.entries().size());
  }

  @Test
  void whatHasFailedGoesAtTheNextRun() {
    for (int i = 0; i < 3; i++) {
      net.sendTo(FIRST + i);
    }
    for (int i = 0; i < 3; i++) {
      rig.after(SECOND);
    }
    assertEquals(3, net.entries().size());
    rig.after(15 * SECOND);
    assertEquals(2, net.entries().size());
  }

  // ---- To make room -----------------------------------------------------------------------------

  @Test
  void aboveTheSecondThresholdWhatNobodyHasUsedForFiveSecondsGoes() {
    staleOnes(FIRST, 4);
    rig.after(6 * SECOND);
    stale(net, FIRST + 4);
    assertEquals(4, net.entries().size());
    assertTrue(net.knows(FIRST + 4));
    assertEquals(1, net.stat(NeighbourStat.FORCED_GC_RUNS));
  }

  @Test
  void withinFiveSecondsTheTableGrowsToItsThirdThresholdAndNoFurther() {
    staleOnes(FIRST, 20);
    assertEquals(List.of(24, 25, 26, 27, 28, 29), last(net));
    assertEquals(14, net.stat(NeighbourStat.DESTROYS));
  }

  @Test
  void theFailedGoFirstThenTheStaleAndOfThoseTheOneNotUsedForLongest() {
    NeighRig full = new NeighRig("gc_thresh1=2,gc_thresh2=6,gc_thresh3=6");
    full.sendTo(FIRST);
    for (int i = 0; i < 3; i++) {
      full.rig.after(SECOND);
    }
    assertEquals(NeighbourState.FAILED, full.entry(FIRST).state());
    stale(full, FIRST + 1);
    full.rig.after(MS);
    stale(full, FIRST + 2);
    reachable(full, FIRST + 3);
    full.set(FIRST + 4, NeighbourState.NOARP);
    reachable(full, FIRST + 5);
    // Of the two that are stale the first is used, so that the second is the older one.
    full.rig.after(MS);
    full.sendTo(FIRST + 1);
    full.rig.exchange(Frames.arpRequest(NeighRig.OTHER_MAC, FIRST + 1, Rig.OUR_IP));
    assertEquals(NeighbourState.STALE, full.entry(FIRST + 1).state());
    assertEquals(List.of(10, 11, 12, 13, 14, 15), last(full));
    reachable(full, FIRST + 6);
    assertEquals(List.of(11, 12, 13, 14, 15, 16), last(full), "the failed one");
    reachable(full, FIRST + 7);
    assertEquals(List.of(11, 13, 14, 15, 16, 17), last(full), "the older stale one");
    reachable(full, FIRST + 8);
    assertEquals(List.of(13, 14, 15, 16, 17, 18), last(full), "the other");
    reachable(full, FIRST + 9);
    assertEquals(List.of(13, 15, 16, 17, 18, 19), last(full), "NOARP");
    full.sendTo(FIRST + 10);
    assertEquals(List.of(13, 15, 16, 17, 18, 19), last(full), "those in use stay");
    assertEquals(1, full.verdicts(DropReason.NEIGH_CREATEFAIL));
    assertEquals(1, full.stat(NeighbourStat.TABLE_FULLS));
  }

  @Test
  void theConfirmedGoWhenNobodyHasUsedThemForFiveSeconds() {
    for (int i = 0; i < 6; i++) {
      reachable(net, FIRST + i);
    }
    rig.after(4 * SECOND);
    net.sendTo(FIRST);
    rig.after(SECOND + 1);
    stale(net, FIRST + 6);
    assertTrue(net.knows(FIRST + 6));
    assertTrue(net.knows(FIRST), "it was used");
    assertEquals(6, net.entries().size());
  }

  @ParameterizedTest
  @EnumSource(names = {"INCOMPLETE", "PROBE"})
  void whoIsBeingAskedStays(NeighbourState state) {
    net.into(state);
    staleOnes(FIRST, 20);
    assertEquals(state, net.state());
    assertEquals(6, net.entries().size());
  }

  @Test
  void aTableFullOfThoseBeingProbedTakesNoOther() {
    // RFC 1122 2.3.2.1: one that was pushed out would be asked again, within a second.
    for (int i = 0; i < 6; i++) {
      net.set(FIRST + i, NeighbourState.REACHABLE); // They have answered once.
      net.set(FIRST + i, NeighbourState.STALE);
      net.sendTo(FIRST + i);
    }
    rig.after(5 * SECOND);
    rig.after(500 * MS);
    assertTrue(net.entries().stream().allMatch(e -> e.state() == NeighbourState.PROBE));
    stale(net, FIRST + 6);
    assertEquals(List.of(10, 11, 12, 13, 14, 15), last(net));
    assertEquals(1, net.stat(NeighbourStat.TABLE_FULLS));
  }

  @Test
  void thePermanentNeverGoAndAreNotCountedIn() {
    for (int i = 0; i < 6; i++) {
      net.set(FIRST + i, NeighbourState.PERMANENT);
    }
    staleOnes(FIRST + 10, 20);
    rig.after(3600 * SECOND);
    staleOnes(FIRST + 40, 6);
    for (int i = 0; i < 6; i++) {
      assertEquals(NeighbourState.PERMANENT, net.entry(FIRST + i).state());
    }
    assertEquals(12, net.entries().size());
  }

  @Test
  void noMoreThanTheSecondThresholdAreAskedAtATime() {
    for (int i = 0; i < 6; i++) {
      net.sendTo(FIRST + i);
    }
    assertEquals(List.of(10, 11, 12, 13), last(net));
    assertEquals(2, net.verdicts(DropReason.NEIGH_CREATEFAIL));
    assertEquals(2, net.stat(NeighbourStat.TABLE_FULLS));
    stale(net, FIRST + 9);
    assertTrue(net.knows(FIRST + 9), "who asks us is learnt all the same");
  }

  @Test
  void everyEntryMadeAndTakenOutIsCounted() {
    staleOnes(FIRST, 50);
    assertEquals(50, net.stat(NeighbourStat.ALLOCS));
    assertEquals(44, net.stat(NeighbourStat.DESTROYS));
    assertEquals(44, net.stat(NeighbourStat.FORCED_GC_RUNS));
  }
}
