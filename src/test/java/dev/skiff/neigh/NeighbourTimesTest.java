package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.Iff;
import dev.skiff.dev.Resolve;
import dev.skiff.header.Ip4Addr;
import dev.skiff.neigh.NeighbourTable.IfThere;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.time.TimerQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What holds how long, what is collected when, and which bounds are met to the last unit. */
class NeighbourTimesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MAC_A = 0x0200_5E10_00AAL;
  private static final long MAC_B = 0x0200_5E10_00BBL;

  private static NeighbourTable.Entry entry(Rig rig, int ip) {
    return rig.stack().neighbours().entries(rig.clock.nowNs()).stream()
        .filter(e -> e.ip() == ip)
        .findFirst()
        .orElseThrow();
  }

  private static boolean has(Rig rig, int ip) {
    return rig.stack().neighbours().entries(0).stream().anyMatch(e -> e.ip() == ip);
  }

  private static int host(int n) {
    return Ip4Addr.parse("198.51.100.10") + n;
  }

  private static byte[] echo(int from, int bytes) {
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(bytes));
    return Frames.padded(
        Frames.ethernet(
            Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(from, Rig.OUR_IP, 1, 64, icmp)));
  }

  private static byte[] reply(long mac, int ip) {
    return Frames.arpReply(mac, ip, Rig.OUR_MAC, Rig.OUR_IP);
  }

  private static void resolve(Rig rig, int ip) {
    rig.exchange(echo(ip, 16));
    rig.exchange(reply(MAC_A, ip));
    assertEquals(NeighbourState.REACHABLE, entry(rig, ip).state());
  }

  private static void set(Rig rig, int ip, NeighbourState state) {
    long nowNs = rig.clock.nowNs();
    rig.stack().neighbours().add(rig.device(), ip, MAC_A, state, IfThere.REPLACE, nowNs);
  }

  // ---- REACHABLE
  // ----------------------------------------------------------------------------------

  /** RFC 4861 7.3.3: what is in use when its confirmation lapses is asked, 5 s later. */
  @Test
  void whatWasUsedShortlyBeforeItsConfirmationLapsesIsDelayedAndThenAsked() {
    Rig rig = new Rig();
    resolve(rig, host(0));
    long lapses = rig.clock.nowNs() + rig.stack().neighbours().reachableNs();
    rig.after(lapses - 5 * SECOND - rig.clock.nowNs());
    rig.exchange(echo(host(0), 16));
    rig.after(5 * SECOND);
    assertEquals(NeighbourState.DELAY, entry(rig, host(0)).state());
    assertEquals(1, rig.after(5 * SECOND).size(), "a request to it");
    assertEquals(NeighbourState.PROBE, entry(rig, host(0)).state());
  }

  @Test
  void whatIsConfirmedAgainHoldsFromThereOn() {
    Rig rig = new Rig();
    resolve(rig, host(0));
    long holds = rig.stack().neighbours().reachableNs();
    rig.after(holds / 2);
    rig.exchange(reply(MAC_A, host(0)));
    rig.after(holds - 1);
    assertEquals(NeighbourState.REACHABLE, entry(rig, host(0)).state());
    rig.stack().neighbours().confirm(rig.device(), host(0), rig.clock.nowNs());
    rig.after(holds - 1);
    assertEquals(NeighbourState.REACHABLE, entry(rig, host(0)).state());
    rig.after(1);
    assertEquals(NeighbourState.STALE, entry(rig, host(0)).state());
  }

  /** RFC 4861 6.3.2: between half and one and a half of the base, another one every few minutes. */
  @Test
  void howLongAConfirmationHoldsIsDrawnAnewEveryFiveMinutes() {
    Rig rig = new Rig();
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 200; i++) {
      rig.after(301 * SECOND);
      resolve(rig, host(0));
      long holds = rig.stack().neighbours().reachableNs();
      rig.after(100 * SECOND);
      rig.exchange(reply(MAC_A, host(0)));
      assertEquals(holds, rig.stack().neighbours().reachableNs(), "not before its time");
      least = Math.min(least, holds);
      most = Math.max(most, holds);
      assertTrue(rig.stack().neighbours().delete(rig.device(), host(0)));
    }
    assertTrue(least >= 15 * SECOND && least < 17 * SECOND, "least " + least);
    assertTrue(most < 45 * SECOND && most > 43 * SECOND, "most " + most);
  }

  // ---- X36: locktime
  // ------------------------------------------------------------------------------

  @Test
  void theLockIsCountedFromTheLastChangeAndHoldsForAWholeSecond() {
    Rig rig = new Rig();
    resolve(rig, host(0));
    rig.after(10 * SECOND);
    rig.exchange(reply(MAC_B, host(0)));
    assertEquals(MAC_B, entry(rig, host(0)).mac());
    rig.clock.advance(SECOND);
    rig.exchange(reply(MAC_A, host(0)));
    assertEquals(MAC_B, entry(rig, host(0)).mac(), "locked");
    assertEquals(1, rig.verdicts(DropReason.ARP_LOCKTIME));
    rig.clock.advance(1);
    rig.exchange(reply(MAC_A, host(0)));
    assertEquals(MAC_A, entry(rig, host(0)).mac());
  }

  // ---- By hand
  // ------------------------------------------------------------------------------------

  @Test
  void aPermanentEntryCanBeReplacedThoughThereIsRoomForNoOtherOne() {
    Rig rig = new Rig(b -> b.neighbours("gc_thresh1=0,gc_thresh2=1,gc_thresh3=1"));
    set(rig, host(0), NeighbourState.PERMANENT);
    set(rig, host(0), NeighbourState.PERMANENT);
    assertEquals(NeighbourState.PERMANENT, entry(rig, host(0)).state());
  }

  @Test
  void whatWasLearntIsForgottenWhereArpIsSwitchedOff() throws IOException {
    Rig rig = new Rig();
    resolve(rig, host(0));
    set(rig, host(1), NeighbourState.PERMANENT);
    rig.device().changeFlags(rig.device().getFlags() | Iff.NOARP);
    assertFalse(has(rig, host(0)));
    assertTrue(has(rig, host(1)));
  }

  @Test
  void whatWasLearntIsForgottenWhenOurOwnMacAddressBecomesAnother() {
    Rig rig = new Rig();
    resolve(rig, host(0));
    set(rig, host(1), NeighbourState.PERMANENT);
    rig.device().setLiveAddressChange(true);
    rig.device().setMacAddress(MAC_B);
    assertFalse(has(rig, host(0)));
    assertTrue(has(rig, host(1)));
  }

  @Test
  void neighboursOfTheSameAddressOnTwoDevicesAreTwo() throws IOException {
    // So small a table that the two stand in each other's way in the hash.
    Rig rig = new Rig(b -> b.neighbours("gc_thresh1=0,gc_thresh2=1,gc_thresh3=1"));
    NeighbourTable table = rig.stack().neighbours();
    try (SecondDevice second = new SecondDevice(rig.skiff, "203.0.113.2/24", "off")) {
      for (int i = 0; i < 64; i++) {
        set(rig, host(i), NeighbourState.PERMANENT);
        long nowNs = rig.clock.nowNs();
        table.add(second.dev, host(i), MAC_B, NeighbourState.STALE, IfThere.REFUSE, nowNs);
        assertEquals(2, table.entries(nowNs).size());
        assertTrue(table.delete(second.dev, host(i)));
        assertEquals(MAC_A, entry(rig, host(i)).mac());
        assertTrue(table.delete(rig.device(), host(i)));
      }
    }
  }

  // ---- What is collected
  // --------------------------------------------------------------------------

  @Test
  void aSmallTableHasNoTimer() {
    Rig rig = new Rig(b -> b.neighbours("gc_thresh1=2"));
    set(rig, host(0), NeighbourState.STALE);
    set(rig, host(1), NeighbourState.STALE);
    assertEquals(TimerQueue.NONE, rig.stack().timers().nextDeadlineNs());
    set(rig, host(2), NeighbourState.STALE);
    assertEquals(
        rig.clock.nowNs() + 15 * SECOND, rig.stack().timers().nextDeadlineNs(), "half the base");
  }

  @Test
  void whatNobodyUsedOrHeardOfForAMinuteIsTakenOutAndNoarpToo() {
    Rig rig = new Rig(b -> b.neighbours("gc_thresh1=0"));
    set(rig, host(0), NeighbourState.STALE);
    set(rig, host(1), NeighbourState.NOARP);
    set(rig, host(2), NeighbourState.PERMANENT);
    set(rig, host(3), NeighbourState.STALE);
    rig.after(60 * SECOND);
    assertTrue(has(rig, host(0)), "60 s are not more than 60 s");
    rig.exchange(Frames.arpRequest(MAC_B, host(3), Rig.OUR_IP)); // Heard of, not used.
    rig.after(15 * SECOND);
    assertFalse(has(rig, host(0)));
    assertFalse(has(rig, host(1)));
    assertTrue(has(rig, host(2)));
    assertTrue(has(rig, host(3)));
  }

  @Test
  void aboveTheSecondThresholdThoseUnusedForFiveSecondsGoAsAnotherIsMade() {
    Rig rig = new Rig(b -> b.neighbours("gc_thresh1=1,gc_thresh2=2,gc_thresh3=8"));
    for (int i = 0; i < 4; i++) {
      set(rig, host(i), NeighbourState.STALE);
    }
    rig.after(5 * SECOND + 1);
    set(rig, host(9), NeighbourState.STALE);
    assertEquals(2, rig.stack().neighbours().entries(0).size());
    assertTrue(has(rig, host(9)));
  }

  @Test
  void whoDidNotAnswerIsTakenOutAtTheNextLookHoweverLately() {
    Rig rig = new Rig(b -> b.neighbours("gc_thresh1=0"));
    rig.after(12 * SECOND);
    rig.exchange(echo(host(0), 16));
    rig.after(11 * SECOND);
    rig.exchange(echo(host(0), 16));
    for (int i = 0; i < 3; i++) {
      rig.after(SECOND);
    }
    assertEquals(NeighbourState.FAILED, entry(rig, host(0)).state());
    rig.after(SECOND);
    assertFalse(has(rig, host(0)));
  }

  @Test
  void whatWasSetByHandGoesAfterWhatIsStale() {
    Rig rig = new Rig(b -> b.neighbours("gc_thresh1=2,gc_thresh2=2,gc_thresh3=2"));
    set(rig, host(0), NeighbourState.NOARP);
    rig.clock.advance(SECOND);
    set(rig, host(1), NeighbourState.STALE);
    rig.clock.advance(SECOND);
    set(rig, host(2), NeighbourState.STALE);
    assertTrue(has(rig, host(0)));
    assertFalse(has(rig, host(1)));
  }

  /** RFC 1122 2.3.2.1: who is forgotten while it is asked would be asked again at once. */
  @Test
  void whoIsBeingProbedIsNotTakenOutThoughItWasNotUsedForLong() {
    Rig rig = new Rig(b -> b.neighbours("gc_thresh1=1,gc_thresh2=1,gc_thresh3=1"));
    rig.exchange(Frames.arpRequest(MAC_A, host(0), Rig.OUR_IP));
    rig.exchange(echo(host(0), 16));
    rig.after(5 * SECOND);
    rig.after(SECOND);
    assertEquals(NeighbourState.PROBE, entry(rig, host(0)).state());
    rig.exchange(Frames.arpRequest(MAC_A, host(1), Rig.OUR_IP));
    assertTrue(has(rig, host(0)));
    assertFalse(has(rig, host(1)));
  }

  // ---- Queues
  // -------------------------------------------------------------------------------------

  @Test
  void aQueueTakesItsBytesAndNotOneMore() {
    Rig probe = new Rig();
    probe.exchange(echo(host(0), 16));
    int one = probe.stack().neighbours().queuedBytes();
    Rig exact = new Rig(b -> b.neighbours("unres_qlen_bytes=" + 2 * one));
    Rig less = new Rig(b -> b.neighbours("unres_qlen_bytes=" + (2 * one - 1)));
    Rig total = new Rig(b -> b.neighbours("unres_total_bytes=" + (2 * one - 1)));
    for (Rig rig : List.of(exact, less, total)) {
      rig.exchange(echo(host(0), 16));
      rig.exchange(echo(host(rig.equals(total) ? 1 : 0), 16));
    }
    assertEquals(2, exact.stack().neighbours().queued());
    assertEquals(1, less.stack().neighbours().queued());
    assertEquals(1, total.stack().neighbours().queued());
    assertTrue(exact.stack().neighbours().delete(exact.device(), host(0)));
    assertEquals(0, exact.stack().neighbours().queuedBytes());
  }

  /** As in Linux: what is too long for a queue is lost only if it would never be sent. */
  @Test
  void aPacketThatIsLongerThanTheBoundWaitsAlone() {
    Rig rig = new Rig(b -> b.neighbours("unres_qlen_bytes=1,unres_total_bytes=1"));
    rig.exchange(echo(host(0), 16));
    rig.exchange(echo(host(0), 16));
    assertEquals(1, rig.stack().neighbours().queued());
    assertEquals(1, rig.exchange(reply(MAC_A, host(0))).size());
  }

  // ---- Addresses that need no entry
  // -----------------------------------------------------------------

  @Test
  void theLimitedBroadcastAddressIsNobodysNeighbour() {
    Rig rig = new Rig();
    SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(60, "test"));
    int haddr = skb.put(60);
    NeighbourTable table = rig.stack().neighbours();
    assertEquals(Resolve.RESOLVED, table.arpFind(skb, rig.device(), haddr, Ip4Addr.BROADCAST, 0));
    assertEquals(Frames.BROADCAST, skb.u48(haddr));
    assertEquals(0, table.stat(NeighbourStat.ALLOCS));
    skb.free(DropReason.CONSUMED);
  }

  // ---- ARP packets
  // --------------------------------------------------------------------------------

  @Test
  void whatIsSeenOfOthersInPromiscuousModeChangesNothing() {
    Rig rig = new Rig();
    resolve(rig, host(0));
    rig.after(10 * SECOND);
    rig.device().setPromiscuity(1);
    byte[] toAnother = Frames.arpReply(MAC_B, host(0), Rig.PEER_MAC, Rig.PEER_IP);
    rig.exchange(toAnother);
    assertEquals(MAC_A, entry(rig, host(0)).mac());
    assertEquals(1, rig.verdicts(DropReason.OTHERHOST));
  }

  @Test
  void anArpReplyGoesOutBeforeDataThatCameFirst() {
    Rig rig = new Rig();
    resolve(rig, host(0));
    rig.inject(echo(host(0), 16));
    rig.inject(Frames.arpRequest(MAC_A, host(0), Rig.OUR_IP));
    List<Integer> types = new ArrayList<>();
    rig.turn().forEach(frame -> types.add(Frames.u16(frame, 12)));
    assertEquals(List.of(0x0806, 0x0800), types);
  }
}
