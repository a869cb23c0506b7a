package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The states of RFC 4861 7.3.2 for ARP, and the packets that wait, on a clock that the test moves.
 */
class NeighbourTableTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;
  private static final long OTHER_MAC = 0x0200_5E10_0077L;

  private static final long SEED = Long.getLong("skiff.seed", 826);

  private final Rig rig = new Rig(128);

  private NeighbourTable table() {
    return rig.stack().neighbours();
  }

  private NeighbourTable.Entry entry(int ip) {
    return table().entries(rig.clock.nowNs()).stream()
        .filter(entry -> entry.ip() == ip)
        .findFirst()
        .orElseThrow();
  }

  private NeighbourState state() {
    return entry(Rig.PEER_IP).state();
  }

  private static byte[] echoFrom(int ip, int sequence) {
    byte[] icmp = Frames.icmp(8, 0, 1, sequence, Frames.data(56));
    return Frames.ethernet(
        Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(ip, Rig.OUR_IP, 1, 64, icmp));
  }

  private static byte[] echo(int sequence) {
    return echoFrom(Rig.PEER_IP, sequence);
  }

  private static byte[] request(int tpa) {
    return Frames.padded(
        Frames.ethernet(
            Frames.BROADCAST, Rig.OUR_MAC, 0x0806, Frames.arp(1, Rig.OUR_MAC, Rig.OUR_IP, 0, tpa)));
  }

  private static byte[] peersReply() {
    return Frames.arpReply(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP);
  }

  private static int sequenceOf(byte[] frame) {
    return Frames.u16(frame, 40);
  }

  /** X05, X08. */
  @Test
  void thePacketThatNeedsAnUnknownMacWaitsAndIsSentInOrder() {
    List<byte[]> out = rig.exchange(echo(1));
    assertEquals(1, out.size());
    assertArrayEquals(request(Rig.PEER_IP), out.getFirst());
    assertEquals(0, rig.exchange(echo(2)).size(), "one request is enough");
    assertEquals(0, rig.exchange(echo(3)).size());
    assertEquals(NeighbourState.INCOMPLETE, state());
    assertEquals(3, entry(Rig.PEER_IP).queued());
    out = rig.exchange(peersReply());
    assertEquals(List.of(1, 2, 3), out.stream().map(NeighbourTableTest::sequenceOf).toList());
    assertEquals(Rig.PEER_MAC, Frames.u48(out.getFirst(), 0));
    assertEquals(NeighbourState.REACHABLE, state());
    assertEquals(0, table().queued());
  }

  /** X39c. */
  @Test
  void nothingIsLearntFromIpDatagrams() {
    rig.exchange(echo(1));
    assertEquals(NeighbourState.INCOMPLETE, state());
    assertEquals(0, entry(Rig.PEER_IP).mac());
  }

  @Test
  void requestsAreASecondApartAndThreeWithoutAnswerAreEnough() {
    // RFC 1122 2.3.2.1: at most one request a second for each destination.
    assertEquals(1, rig.exchange(echo(1)).size());
    assertEquals(0, rig.after(SECOND - 1).size());
    assertEquals(1, rig.after(1).size());
    assertEquals(0, rig.after(SECOND - 1).size());
    assertEquals(1, rig.after(1).size());
    assertEquals(0, rig.after(SECOND - 1).size());
    assertEquals(NeighbourState.INCOMPLETE, state());
    assertEquals(0, rig.after(1).size(), "no fourth");
    assertEquals(NeighbourState.FAILED, state());
    assertEquals(1, rig.verdicts(DropReason.NEIGH_FAILED));
    assertEquals(1, table().stat(NeighbourStat.RES_FAILED));
    assertEquals(0, rig.after(60 * SECOND).size());
  }

  @Test
  void aFailedNeighbourIsAskedAnewForANewPacket() {
    rig.exchange(echo(1));
    for (int i = 0; i < 3; i++) {
      rig.after(SECOND);
    }
    assertEquals(NeighbourState.FAILED, state());
    List<byte[]> out = rig.exchange(echo(2));
    assertArrayEquals(request(Rig.PEER_IP), out.getFirst());
    assertEquals(2, sequenceOf(rig.exchange(peersReply()).getFirst()));
  }

  @Test
  void aThousandPacketsInTenSecondsCostFewRequests() {
    int requests = 0;
    for (int i = 0; i < 1000; i++) {
      requests += rig.exchange(echo(i)).size();
      requests += rig.after(10 * MS).size();
    }
    assertTrue(requests <= 11, requests + " requests in 10 s");
  }

  @Test
  void aDeadHostDoesNotDelayAnother() {
    rig.exchange(echoFrom(Ip4Addr.parse("198.51.100.99"), 1));
    List<byte[]> out = rig.exchange(echo(1));
    assertArrayEquals(request(Rig.PEER_IP), out.getFirst());
    assertEquals(1, rig.exchange(peersReply()).size());
  }

  @Test
  void aFullQueueDropsItsOldest() {
    for (int i = 0; i <= NeighbourParms.USUAL.queuePackets(); i++) {
      rig.exchange(echo(i));
    }
    assertEquals(1, rig.verdicts(DropReason.NEIGH_QUEUEFULL));
    assertEquals(1, table().stat(NeighbourStat.UNRES_DISCARDS));
    List<byte[]> out = rig.exchange(peersReply());
    assertEquals(NeighbourParms.USUAL.queuePackets(), out.size());
    assertEquals(1, sequenceOf(out.getFirst()), "the oldest, number 0, went");
  }

  @Test
  void allQueuesTogetherAreBounded() {
    int perHost = 100;
    for (int host = 10; host < 18; host++) {
      for (int i = 0; i < perHost; i++) {
        rig.exchange(echoFrom(Ip4Addr.parse("198.51.100." + host), i));
      }
    }
    assertEquals(NeighbourParms.USUAL.totalPackets(), table().queued());
    assertEquals(
        8 * perHost - NeighbourParms.USUAL.totalPackets(),
        rig.verdicts(DropReason.NEIGH_QUEUEFULL));
  }

  @Test
  void aStaleEntryIsUsedAtOnceAndCheckedAfterFiveSeconds() {
    rig.introducePeer();
    assertEquals(NeighbourState.STALE, state());
    assertEquals(1, rig.exchange(echo(1)).size(), "used as it is");
    assertEquals(NeighbourState.DELAY, state());
    assertEquals(0, rig.after(5 * SECOND - 1).size());
    List<byte[]> out = rig.after(1);
    assertEquals(NeighbourState.PROBE, state());
    assertEquals(1, out.size());
    assertEquals(Rig.PEER_MAC, Frames.u48(out.getFirst(), 0), "a probe is unicast");
    assertEquals(1, Frames.u16(out.getFirst(), 20), "a request");
    assertEquals(1, rig.exchange(echo(2)).size(), "traffic goes on meanwhile");
    rig.exchange(peersReply());
    assertEquals(NeighbourState.REACHABLE, state());
    assertEquals(0, rig.after(20 * SECOND).size());
  }

  @Test
  void aProbedNeighbourThatIsSilentFails() {
    rig.introducePeer();
    rig.exchange(echo(1));
    int probes = rig.after(5 * SECOND).size();
    for (int i = 0; i < 5; i++) {
      probes += rig.after(SECOND).size();
    }
    assertEquals(NeighbourParms.USUAL.ucastSolicit(), probes);
    assertEquals(NeighbourState.FAILED, state());
    assertEquals(0, entry(Rig.PEER_IP).mac());
  }

  @Test
  void aConfirmationHoldsForTheReachableTime() {
    rig.exchange(echo(1));
    rig.exchange(peersReply());
    rig.after(table().reachableNs() - 1);
    assertEquals(NeighbourState.REACHABLE, state());
    assertEquals(0, rig.after(1).size());
    assertEquals(NeighbourState.STALE, state());
    rig.exchange(echo(3));
    assertEquals(NeighbourState.DELAY, state());
  }

  /** X35. */
  @Test
  void onlyAReplyToUsConfirms() {
    rig.exchange(echo(1));
    byte[] broadcastReply =
        Frames.padded(
            Frames.ethernet(
                Frames.BROADCAST,
                Rig.PEER_MAC,
                0x0806,
                Frames.arp(2, Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP)));
    assertEquals(1, rig.exchange(broadcastReply).size(), "it resolves");
    // Sending what waited has used the stale entry.
    assertEquals(NeighbourState.DELAY, state());
  }

  @Test
  void aNewMacIsUsedForTheNextPacket() {
    rig.introducePeer();
    assertEquals(Rig.PEER_MAC, Frames.u48(rig.exchange(echo(1)).getFirst(), 0));
    rig.exchange(Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, Rig.PEER_IP));
    assertEquals(OTHER_MAC, Frames.u48(rig.exchange(echo(2)).getFirst(), 0));
  }

  @Test
  void aFullTableGivesUpTheOldestThatIsNotInUse() {
    Rig big = new Rig(builder -> builder.ip("198.18.0.2/15"));
    int own = Ip4Addr.parse("198.18.0.2");
    int first = Ip4Addr.parse("198.18.1.0");
    // One that is confirmed, then as many others as make the table full and one more.
    int friend = Ip4Addr.parse("198.18.0.1");
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
    big.exchange(
        Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(friend, own, 1, 64, icmp)));
    big.exchange(Frames.arpReply(Rig.PEER_MAC, friend, Rig.OUR_MAC, own));
    for (int i = 0; i < 3 * NeighbourParms.USUAL.gcThresh3(); i++) {
      big.clock.advance(1000);
      big.exchange(Frames.arpRequest(OTHER_MAC, first + i, own));
    }
    NeighbourTable table = big.stack().neighbours();
    List<NeighbourTable.Entry> entries = table.entries(big.clock.nowNs());
    assertEquals(NeighbourParms.USUAL.gcThresh3(), entries.size());
    assertTrue(
        entries.stream().anyMatch(e -> e.ip() == friend && e.state() == NeighbourState.REACHABLE),
        "the one in use stays");
    int last = first + 3 * NeighbourParms.USUAL.gcThresh3() - 1;
    assertTrue(entries.stream().anyMatch(e -> e.ip() == last), "the newest is there");
    assertTrue(entries.stream().noneMatch(e -> e.ip() == first), "the oldest went");
    assertEquals(entries.size(), entries.stream().map(NeighbourTable.Entry::ip).distinct().count());
    assertEquals(
        1,
        big.exchange(
                Frames.ethernet(
                    Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(friend, own, 1, 64, icmp)))
            .size(),
        "and is found");
  }

  @Test
  void aTableFullOfThoseBeingAskedRefusesAnother() {
    Rig big = new Rig(builder -> builder.ip("198.18.0.2/15"));
    int own = Ip4Addr.parse("198.18.0.2");
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
    for (int i = 0; i <= NeighbourParms.USUAL.gcThresh2(); i++) {
      int asker = Ip4Addr.parse("198.18.1.0") + i;
      big.exchange(
          Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(asker, own, 1, 64, icmp)));
    }
    assertEquals(1, big.verdicts(DropReason.NEIGH_CREATEFAIL));
  }

  private static boolean isRequest(byte[] frame) {
    return Frames.u16(frame, 12) == 0x0806 && Frames.u16(frame, 20) == 1;
  }

  /** X29. */
  @Test
  void twoRequestsToOneHostAreNeverLessThanASecondApart() {
    // RFC 1122 2.3.2.1: at most one a second for each destination, in whatever state it is.
    Random random = new Random(SEED);
    long last = -SECOND;
    int requests = 0;
    for (int i = 0; i < 20_000; i++) {
      if (random.nextInt(3) == 0) {
        rig.inject(echo(i));
      }
      if (random.nextInt(500) == 0) {
        rig.inject(peersReply());
      }
      if (random.nextInt(400) == 0) {
        rig.inject(Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, Rig.OUR_IP));
      }
      for (byte[] frame : rig.after(random.nextInt(100) * MS)) {
        if (isRequest(frame)) {
          long now = rig.clock.nowNs();
          assertTrue(now - last >= SECOND, (now - last) + " ns apart, seed " + SEED);
          last = now;
          requests++;
        }
      }
    }
    assertTrue(requests > 50, "only " + requests);
  }

  @Test
  void theLongestQueuePaysForTheBoundOfAll() {
    for (int host = 10; host < 15; host++) {
      for (int i = 0; i < NeighbourParms.USUAL.queuePackets(); i++) {
        rig.exchange(echoFrom(Ip4Addr.parse("198.51.100." + host), i));
      }
    }
    for (int i = 0; i < 20; i++) {
      rig.exchange(echo(i));
    }
    assertEquals(NeighbourParms.USUAL.totalPackets(), table().queued());
    assertEquals(20, entry(Rig.PEER_IP).queued(), "the newcomer loses nothing");
    List<byte[]> out = rig.exchange(peersReply());
    assertEquals(20, out.size());
    assertEquals(0, sequenceOf(out.getFirst()));
    assertEquals(NeighbourParms.USUAL.totalPackets() - 20, table().queued());
  }

  @Test
  void thoseThatWaitedForADeadHostMakeRoomAgain() {
    for (int i = 0; i < 50; i++) {
      rig.exchange(echo(i));
    }
    for (int i = 0; i < 3; i++) {
      rig.after(SECOND);
    }
    assertEquals(0, table().queued());
    assertEquals(50, rig.verdicts(DropReason.NEIGH_FAILED));
  }

  @Test
  void whatTellsNothingNewChangesNothing() {
    rig.exchange(echo(1));
    rig.exchange(peersReply());
    assertEquals(NeighbourState.REACHABLE, state());
    rig.introducePeer();
    assertEquals(NeighbourState.REACHABLE, state(), "the same MAC address again");
    rig.exchange(Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    assertEquals(NeighbourState.STALE, state(), "another one is not confirmed");
  }

  @Test
  void theSameMacDoesNotPutOffAProbe() {
    rig.introducePeer();
    rig.exchange(echo(1));
    rig.after(4 * SECOND);
    rig.introducePeer();
    assertEquals(NeighbourState.DELAY, state());
    assertEquals(1, rig.after(SECOND).size(), "the five seconds went on");
    rig.introducePeer();
    assertEquals(NeighbourState.PROBE, state(), "only a reply ends it");
  }

  @Test
  void aConfirmedNeighbourIsNotAskedAnyMore() {
    rig.exchange(echo(1));
    rig.exchange(peersReply());
    for (int i = 0; i < 30; i++) {
      assertEquals(0, rig.after(SECOND).size());
    }
  }

  @Test
  void aFailedNeighbourThatShowsUpIsUsedAtOnce() {
    rig.introducePeer();
    rig.exchange(echo(1));
    for (int i = 0; i < 10; i++) {
      rig.after(SECOND);
    }
    assertEquals(NeighbourState.FAILED, state());
    // The MAC address that failed, said anew.
    rig.introducePeer();
    assertEquals(NeighbourState.STALE, state());
    assertEquals(2, sequenceOf(rig.exchange(echo(2)).getFirst()));
  }

  @Test
  void aRequestOfThePeersResolvesWhatWaitsForIt() {
    rig.exchange(echo(1));
    List<byte[]> out = rig.exchange(Frames.arpRequest(Rig.PEER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    assertEquals(2, out.size());
    assertEquals(0x0806, Frames.u16(out.getFirst(), 12), "the answer to it goes first");
    assertEquals(1, sequenceOf(out.getLast()));
  }

  @Test
  void allThreeProbesAreUnicastAndExact() {
    rig.introducePeer();
    rig.exchange(echo(1));
    byte[] probe =
        Frames.padded(
            Frames.ethernet(
                Rig.PEER_MAC,
                Rig.OUR_MAC,
                0x0806,
                Frames.arp(1, Rig.OUR_MAC, Rig.OUR_IP, 0, Rig.PEER_IP)));
    List<byte[]> probes = new ArrayList<>(rig.after(5 * SECOND));
    probes.addAll(rig.after(SECOND));
    probes.addAll(rig.after(SECOND));
    assertEquals(3, probes.size());
    for (byte[] each : probes) {
      assertArrayEquals(probe, each);
    }
    assertEquals(NeighbourState.PROBE, state());
    assertEquals(3, table().stat(NeighbourStat.SND_REQUESTS));
  }

  @Test
  void withoutABufferForItsRequestItIsAskedASecondLater() {
    Rig small = new Rig(builder -> builder.buffers(3));
    // One is posted, one waits; the third is the test's.
    SkBuff taken = Objects.requireNonNull(small.stack().pool().devAlloc(60, "test"));
    small.inject(echo(1));
    assertEquals(0, small.turn().size());
    assertEquals(1, small.stack().neighbours().queued());
    assertEquals(0, small.stack().neighbours().stat(NeighbourStat.SND_REQUESTS));
    taken.free(DropReason.CONSUMED);
    assertArrayEquals(request(Rig.PEER_IP), small.after(SECOND).getFirst());
    assertEquals(1, small.exchange(peersReply()).size());
  }

  @Test
  void whatWaitsAtTheEndIsGivenUpByName() {
    rig.exchange(echo(1));
    rig.exchange(echo(2));
    rig.stack().onClose();
    assertEquals(2, rig.verdicts(DropReason.QUEUE_PURGE));
    assertEquals(0, table().queued());
    assertEquals(0, rig.after(10 * SECOND).size());
  }

  @Test
  void lookUpsAreCounted() {
    rig.exchange(echo(1));
    assertEquals(1, table().stat(NeighbourStat.LOOKUPS));
    assertEquals(0, table().stat(NeighbourStat.HITS));
    rig.exchange(echo(2));
    assertEquals(2, table().stat(NeighbourStat.LOOKUPS));
    assertEquals(1, table().stat(NeighbourStat.HITS));
    assertEquals(0, table().stat(NeighbourStat.FORCED_GC_RUNS));
  }

  @Test
  void theOneNotUsedForLongestGoesAndNotTheOneMadeFirst() {
    Rig big = new Rig(builder -> builder.ip("198.18.0.2/15"));
    int own = Ip4Addr.parse("198.18.0.2");
    int first = Ip4Addr.parse("198.18.1.0");
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
    for (int i = 0; i < NeighbourParms.USUAL.gcThresh3(); i++) {
      big.clock.advance(1000);
      big.exchange(Frames.arpRequest(Rig.PEER_MAC, first + i, own));
    }
    // The first is used, and said anew by another MAC address so that it is stale again.
    big.exchange(
        Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(first, own, 1, 64, icmp)));
    big.exchange(Frames.arpRequest(OTHER_MAC, first, own));
    big.clock.advance(1000);
    big.exchange(Frames.arpRequest(Rig.PEER_MAC, first + NeighbourParms.USUAL.gcThresh3(), own));
    List<Integer> there =
        big.stack().neighbours().entries(big.clock.nowNs()).stream()
            .map(NeighbourTable.Entry::ip)
            .toList();
    assertEquals(NeighbourParms.USUAL.gcThresh3(), there.size());
    assertTrue(there.contains(first));
    assertFalse(there.contains(first + 1));
    assertEquals(1, big.stack().neighbours().stat(NeighbourStat.FORCED_GC_RUNS));
  }

  @Test
  void failedNeighboursMakeRoom() {
    Rig big = new Rig(512, builder -> builder.ip("198.18.0.2/15"));
    int own = Ip4Addr.parse("198.18.0.2");
    int first = Ip4Addr.parse("198.18.1.0");
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
    for (int i = 0; i < NeighbourParms.USUAL.gcThresh3(); i++) {
      big.exchange(
          Frames.ethernet(
              Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(first + i, own, 1, 64, icmp)));
    }
    for (int i = 0; i < 3; i++) {
      big.after(SECOND);
    }
    assertEquals(1, big.exchange(Frames.arpRequest(Rig.PEER_MAC, first - 1, own)).size());
    assertEquals(
        1,
        big.stack().neighbours().entries(big.clock.nowNs()).stream()
            .filter(entry -> entry.state() == NeighbourState.STALE)
            .count());
  }

  @Test
  void thoseConfirmedLongAgoMakeRoom() {
    Rig big = new Rig(builder -> builder.ip("198.18.0.2/15"));
    int own = Ip4Addr.parse("198.18.0.2");
    int first = Ip4Addr.parse("198.18.1.0");
    byte[] icmp = Frames.icmp(8, 0, 1, 1, Frames.data(56));
    for (int i = 0; i < NeighbourParms.USUAL.gcThresh3(); i++) {
      big.exchange(
          Frames.ethernet(
              Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(first + i, own, 1, 64, icmp)));
      big.exchange(Frames.arpReply(Rig.PEER_MAC, first + i, Rig.OUR_MAC, own));
    }
    int next = first + NeighbourParms.USUAL.gcThresh3();
    big.exchange(Frames.arpRequest(Rig.PEER_MAC, next, own));
    assertTrue(
        big.stack().neighbours().entries(big.clock.nowNs()).stream().noneMatch(e -> e.ip() == next),
        "all are in use");
    big.after(60 * SECOND);
    big.exchange(Frames.arpRequest(Rig.PEER_MAC, next, own));
    assertEquals(
        1,
        big.exchange(
                Frames.ethernet(
                    Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, Frames.ipv4(next, own, 1, 64, icmp)))
            .size(),
        "none is in use any more");
  }
}
