package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each transition in the table of {@link Nud}, in its order: RFC 4861 7.3.2 for ARP. Conformance
 * X27, X28, X32, X35, X38.
 */
class NudTest {
  private static final long MS = NeighRig.MS;
  private static final long SECOND = NeighRig.SECOND;
  private static final long OTHER_MAC = NeighRig.OTHER_MAC;

  private final NeighRig net = new NeighRig("");
  private final Rig rig = net.rig;

  private void assertBecomes(NeighbourState state) {
    assertEquals(state, net.state());
  }

  // ---- A packet for it --------------------------------------------------------------------------

  @Test
  void aPacketForOneThatIsNotKnownMakesItIncomplete() {
    assertEquals(1, NeighRig.requestsFor(Rig.PEER_IP, net.sendTo(Rig.PEER_IP)));
    assertBecomes(NeighbourState.INCOMPLETE);
  }

  @Test
  void aPacketForAFailedOneMakesItIncomplete() {
    net.into(NeighbourState.FAILED);
    assertEquals(1, NeighRig.requestsFor(Rig.PEER_IP, net.sendTo(Rig.PEER_IP)));
    assertBecomes(NeighbourState.INCOMPLETE);
  }

  @Test
  void aPacketForAStaleOneGoesOutAndMakesItDelay() {
    net.into(NeighbourState.STALE);
    assertEquals(1, NeighRig.datagrams(net.sendTo(Rig.PEER_IP)));
    assertBecomes(NeighbourState.DELAY);
  }

  @ParameterizedTest
  @EnumSource(names = {"REACHABLE", "DELAY", "PROBE", "PERMANENT", "NOARP"})
  void aPacketForAnyOtherThatHasAMacGoesOutAndChangesNothing(NeighbourState from) {
    net.into(from);
    List<byte[]> out = net.sendTo(Rig.PEER_IP);
    assertEquals(1, out.size());
    assertEquals(1, NeighRig.datagrams(out));
    assertBecomes(from);
  }

  // ---- A request of its, or a reply to all ------------------------------------------------------

  @Test
  void aRequestForUsOfOneThatIsNotKnownMakesItStale() {
    rig.exchange(NeighRig.requestForUs(Rig.PEER_MAC));
    assertBecomes(NeighbourState.STALE);
  }

  @Test
  void aRequestOfAFailedOneOrItsReplyToAllMakesItStale() {
    net.into(NeighbourState.FAILED);
    rig.exchange(NeighRig.requestForAnother(Rig.PEER_MAC));
    assertBecomes(NeighbourState.STALE);
    NeighRig another = new NeighRig("");
    another.into(NeighbourState.FAILED);
    another.rig.exchange(NeighRig.replyToAll(Rig.PEER_MAC));
    assertEquals(NeighbourState.STALE, another.state());
  }

  @Test
  void aRequestOfAnIncompleteOneMakesItStaleAndWhatWaitedMakesItDelay() {
    net.into(NeighbourState.INCOMPLETE);
    List<byte[]> out = rig.exchange(NeighRig.requestForUs(Rig.PEER_MAC));
    assertEquals(1, NeighRig.datagrams(out));
    assertBecomes(NeighbourState.DELAY);
  }

  @Test
  void aReplyToAllMakesAnIncompleteOneForWhichNothingWaitsStale() {
    NeighRig narrow = new NeighRig("unres_total=1");
    narrow.into(NeighbourState.INCOMPLETE);
    narrow.sendTo(NeighRig.DEAD_IP); // Its packet pushes the other one out.
    assertEquals(0, narrow.entry(Rig.PEER_IP).queued());
    narrow.rig.exchange(NeighRig.replyToAll(Rig.PEER_MAC));
    assertEquals(NeighbourState.STALE, narrow.state());
  }

  // ---- A reply to us ----------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"INCOMPLETE", "FAILED", "STALE", "DELAY", "PROBE", "REACHABLE"})
  void aReplyToUsMakesItReachable(NeighbourState from) {
    net.into(from);
    rig.clock.advance(100 * MS);
    rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertBecomes(NeighbourState.REACHABLE);
    assertEquals(0, net.entry(Rig.PEER_IP).confirmedNs());
  }

  @Test
  void aReplyToUsThatNobodyAskedForMakesAnEntryOnlyIfAccepted() {
    rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertFalse(net.knows(Rig.PEER_IP));
    NeighRig accepting = new NeighRig(builder -> builder.arp("accept=on"));
    accepting.rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertEquals(NeighbourState.STALE, accepting.state(), "nothing was asked");
  }

  // ---- No answer --------------------------------------------------------------------------------

  /** X32. */
  @Test
  void threeRequestsToAllASecondApartWithoutAnswerFailIt() {
    List<byte[]> out = new ArrayList<>(net.sendTo(Rig.PEER_IP));
    for (int i = 0; i < 2; i++) {
      out.addAll(rig.after(SECOND - 1));
      assertEquals(i + 1, out.size());
      out.addAll(rig.after(1));
      assertBecomes(NeighbourState.INCOMPLETE);
    }
    assertEquals(3, NeighRig.requestsFor(Rig.PEER_IP, out));
    assertTrue(out.stream().allMatch(frame -> Frames.u48(frame, 0) == Frames.BROADCAST));
    assertEquals(0, rig.after(SECOND).size());
    assertBecomes(NeighbourState.FAILED);
    assertEquals(1, net.verdicts(DropReason.NEIGH_FAILED));
  }

  @Test
  void threeRequestsToItASecondApartWithoutAnswerFailAProbedOne() {
    net.into(NeighbourState.DELAY);
    List<byte[]> out = new ArrayList<>(rig.after(5 * SECOND));
    for (int i = 0; i < 2; i++) {
      out.addAll(rig.after(SECOND - 1));
      assertEquals(i + 1, out.size());
      out.addAll(rig.after(1));
      assertBecomes(NeighbourState.PROBE);
    }
    assertEquals(3, NeighRig.requestsFor(Rig.PEER_IP, out));
    assertTrue(out.stream().allMatch(frame -> Frames.u48(frame, 0) == Rig.PEER_MAC));
    assertEquals(0, rig.after(SECOND).size());
    assertBecomes(NeighbourState.FAILED);
    assertEquals(0, net.mac());
  }

  // ---- Time -------------------------------------------------------------------------------------

  @Test
  void aConfirmationThatLapsesWhileItIsUsedMakesItDelay() {
    net.into(NeighbourState.REACHABLE);
    rig.after(net.table().reachableNs() - SECOND);
    net.sendTo(Rig.PEER_IP);
    rig.after(SECOND - 1);
    assertBecomes(NeighbourState.REACHABLE);
    assertEquals(0, rig.after(1).size());
    assertBecomes(NeighbourState.DELAY);
  }

  @Test
  void aConfirmationThatLapsesWhileItIsNotUsedMakesItStale() {
    net.into(NeighbourState.REACHABLE);
    rig.after(net.table().reachableNs() - 1);
    assertBecomes(NeighbourState.REACHABLE);
    assertEquals(0, rig.after(1).size());
    assertBecomes(NeighbourState.STALE);
    assertEquals(0, rig.after(3600 * SECOND).size(), "nobody is asked who is not needed");
    assertBecomes(NeighbourState.STALE);
  }

  @Test
  void aDelayOfFiveSecondsEndsInAProbe() {
    net.into(NeighbourState.DELAY);
    assertEquals(0, rig.after(5 * SECOND - 1).size());
    assertBecomes(NeighbourState.DELAY);
    assertEquals(1, NeighRig.requestsFor(Rig.PEER_IP, rig.after(1)));
    assertBecomes(NeighbourState.PROBE);
  }

  // ---- An upper layer's word --------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"STALE", "DELAY", "PROBE", "REACHABLE"})
  void anUpperLayersWordMakesItReachable(NeighbourState from) {
    net.into(from);
    rig.clock.advance(100 * MS);
    net.table().confirm(rig.device(), Rig.PEER_IP, rig.clock.nowNs());
    assertBecomes(NeighbourState.REACHABLE);
    assertEquals(0, net.entry(Rig.PEER_IP).confirmedNs());
    assertEquals(1, net.stat(NeighbourStat.HINTS));
    assertEquals(0, rig.after(5 * SECOND).size(), "no more probes");
  }

  @ParameterizedTest
  @EnumSource(names = {"INCOMPLETE", "FAILED", "PERMANENT", "NOARP"})
  void anUpperLayersWordAboutAnyOtherChangesNothing(NeighbourState from) {
    net.into(from);
    net.table().confirm(rig.device(), Rig.PEER_IP, rig.clock.nowNs());
    assertBecomes(from);
    assertEquals(0, net.stat(NeighbourStat.HINTS));
    net.table().confirm(rig.device(), NeighRig.OTHER_IP, rig.clock.nowNs());
    assertFalse(net.knows(NeighRig.OTHER_IP));
  }

  // ---- Another MAC address ----------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"REACHABLE", "DELAY", "PROBE", "STALE"})
  void anotherMacThatIsNotInAReplyToUsMakesItStale(NeighbourState from) {
    net.into(from);
    rig.exchange(NeighRig.requestForUs(OTHER_MAC));
    assertBecomes(NeighbourState.STALE);
    assertEquals(OTHER_MAC, net.mac());
    assertEquals(1, net.stat(NeighbourStat.MAC_CHANGES));
    assertEquals(0, rig.after(10 * SECOND).size(), "nor is it asked any more");
  }

  @ParameterizedTest
  @EnumSource(names = {"REACHABLE", "DELAY", "PROBE", "STALE"})
  void theSameMacThatIsNotInAReplyToUsChangesNothing(NeighbourState from) {
    net.into(from);
    rig.exchange(NeighRig.requestForUs(Rig.PEER_MAC));
    rig.exchange(NeighRig.gratuitous(Rig.PEER_MAC));
    rig.exchange(NeighRig.replyToAll(Rig.PEER_MAC));
    assertBecomes(from);
  }

  // ---- By hand ----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED"})
  void setByHandItIsFixedFromAnyStateAndNobodyIsAsked(NeighbourState from) {
    for (NeighbourState to : List.of(NeighbourState.PERMANENT, NeighbourState.NOARP)) {
      NeighRig each = new NeighRig("");
      each.into(from);
      each.set(Rig.PEER_IP, to);
      each.rig.turn();
      assertEquals(to, each.state());
      assertEquals(1, NeighRig.datagrams(each.sendTo(Rig.PEER_IP)));
      assertEquals(0, each.rig.after(60 * SECOND).size());
      assertEquals(to, each.state());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PERMANENT", "NOARP"})
  void nothingThatIsHeardChangesWhatWasSetByHand(NeighbourState fixed) {
    net.into(fixed);
    rig.clock.advance(10 * SECOND);
    rig.exchange(NeighRig.requestForUs(OTHER_MAC));
    rig.exchange(NeighRig.requestForAnother(OTHER_MAC));
    rig.exchange(NeighRig.replyToUs(OTHER_MAC));
    rig.exchange(NeighRig.gratuitous(OTHER_MAC));
    rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertBecomes(fixed);
    assertEquals(Rig.PEER_MAC, net.mac());
    assertEquals(3, net.verdicts(DropReason.ARP_PERMANENT), "the request for us is answered");
  }

  // ---- All of it, one after the other -----------------------------------------------------------

  /** RFC 1122 2.3.2.1: a timeout "even if they are in use", and a unicast poll. */
  @Test
  void anEntryInUseIsFlushedWhenItsHostIsSilentAndTrafficGoesOnUntilThen() {
    net.into(NeighbourState.REACHABLE);
    long lapses = net.table().reachableNs() / (100 * MS) + 1;
    long until = lapses + 50 + 30; // 5 s of delay, and three probes.
    long i = 0;
    for (; net.mac() != 0; i++) {
      assertTrue(i <= until, "there after " + i + " tenths of a second");
      assertEquals(1, NeighRig.datagrams(net.sendTo(Rig.PEER_IP)));
      rig.after(100 * MS);
    }
    assertTrue(i >= until - 2, "gone after " + i + " tenths of a second");
  }

  /** A used entry is asked before it expires, so that traffic never waits. */
  @Test
  void whileItsHostAnswersProbesTrafficNeverWaits() {
    net.into(NeighbourState.REACHABLE);
    int probes = 0;
    for (int i = 0; i < 6000; i++) {
      List<byte[]> out = new ArrayList<>(net.sendTo(Rig.PEER_IP));
      assertEquals(1, NeighRig.datagrams(out), "at tenth " + i);
      out.addAll(rig.after(100 * MS));
      if (NeighRig.requestsFor(Rig.PEER_IP, out) > 0) {
        assertTrue(out.stream().allMatch(frame -> Frames.u48(frame, 0) == Rig.PEER_MAC));
        rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
        probes++;
      }
    }
    assertTrue(probes >= 10, probes + " in ten minutes");
    assertEquals(1, net.stat(NeighbourStat.ALLOCS));
  }

  /** RFC 1122 2.3.2.1: the timeout SHOULD be configurable, and N typically be two. */
  @Test
  void itsTimesAndCountsAreSettings() {
    NeighRig set =
        new NeighRig("base_reachable_time=60s,delay_first_probe_time=2s,ucast_solicit=2");
    long reachable = set.table().reachableNs();
    assertTrue(reachable >= 30 * SECOND && reachable < 90 * SECOND, reachable + " ns");
    set.into(NeighbourState.DELAY);
    assertEquals(0, set.rig.after(2 * SECOND - 1).size());
    assertEquals(1, set.rig.after(1).size());
    assertEquals(1, set.rig.after(SECOND).size());
    assertEquals(0, set.rig.after(SECOND).size());
    assertEquals(NeighbourState.FAILED, set.state());
  }

  @Test
  void ifToldSoAllAreAskedAfterIt() {
    NeighRig set = new NeighRig("ucast_solicit=1,mcast_resolicit=2");
    set.into(NeighbourState.DELAY);
    List<byte[]> out = new ArrayList<>(set.rig.after(5 * SECOND));
    for (int i = 0; i < 5; i++) {
      out.addAll(set.rig.after(SECOND));
    }
    assertEquals(
        List.of(Rig.PEER_MAC, Frames.BROADCAST, Frames.BROADCAST),
        out.stream().map(frame -> Frames.u48(frame, 0)).toList());
    assertEquals(NeighbourState.FAILED, set.state());
  }

  /** RFC 4861 6.3.2: between half and one and a half of the base, drawn anew now and then. */
  @Test
  void howLongAConfirmationHoldsIsDrawnAnewAfterFiveMinutes() {
    net.into(NeighbourState.REACHABLE);
    long first = net.table().reachableNs();
    assertTrue(first >= 15 * SECOND && first < 45 * SECOND, first + " ns");
    rig.after(290 * SECOND);
    rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertEquals(first, net.table().reachableNs());
    rig.after(60 * SECOND);
    rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertTrue(net.table().reachableNs() != first);
  }
}
