package dev.skiff.neigh;

import static dev.skiff.neigh.AcdRig.OTHER_MAC;
import static dev.skiff.neigh.AcdRig.OUR_SECOND_IP;
import static dev.skiff.neigh.AcdRig.SECOND;
import static dev.skiff.neigh.AcdRig.announcement;
import static dev.skiff.neigh.AcdRig.probe;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.Acd;
import dev.skiff.dev.InIfaddr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.neigh.AcdRig.Sent;
import dev.skiff.skb.DropReason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5227 2.1.1 and 2.4 (b): somebody else has, or wants, an address that was probed for. */
class AcdConflictTest {
  private final AcdRig acd = new AcdRig("probe");
  private final Rig rig = acd.rig;

  /** The ways in which another station says that an address is its own, or is about to be. */
  private enum Claims {
    REQUEST(Frames.arpRequest(OTHER_MAC, Rig.OUR_IP, Rig.PEER_IP)),
    ANNOUNCEMENT(announcement(OTHER_MAC, Rig.OUR_IP)),
    REPLY_TO_US(Frames.arpReply(OTHER_MAC, Rig.OUR_IP, Rig.OUR_MAC, 0)),
    REPLY_TO_ALL(
        Frames.padded(
            Frames.ethernet(
                Frames.BROADCAST,
                OTHER_MAC,
                0x0806,
                Frames.arp(2, OTHER_MAC, Rig.OUR_IP, OTHER_MAC, Rig.OUR_IP)))),
    PROBE(probe(OTHER_MAC, Rig.OUR_IP));

    private final byte[] frame;

    Claims(byte[] frame) {
      this.frame = frame;
    }
  }

  private void assertLost() {
    assertEquals(InIfaddr.State.DUPLICATE, acd.state(Rig.OUR_IP));
    assertEquals(1, acd.stat(AcdStat.CONFLICTS));
    assertEquals(1, acd.stat(AcdStat.GIVEN_UP));
    assertEquals(0, acd.stat(AcdStat.DEFENDED));
    assertEquals(0, acd.stat(AcdStat.ANNOUNCEMENTS));
    acd.assertNotUsed(Rig.OUR_IP);
  }

  private void conflict() {
    acd.assertDropped(DropReason.ARP_CONFLICT, announcement(OTHER_MAC, Rig.OUR_IP));
  }

  // ---- While it is probed for -------------------------------------------------------------------

  /** X39a: from the beginning, before the first probe is out. */
  @ParameterizedTest
  @EnumSource
  void aConflictBeforeTheFirstProbeCounts(Claims claim) {
    acd.assertDropped(DropReason.ARP_CONFLICT, claim.frame);
    assertLost();
  }

  /** X39a. */
  @ParameterizedTest
  @EnumSource
  void aConflictBetweenTwoProbesCounts(Claims claim) {
    acd.next();
    acd.assertDropped(DropReason.ARP_CONFLICT, claim.frame);
    assertLost();
  }

  /** X39a: "until ANNOUNCE_WAIT seconds after the last probe packet is sent". */
  @ParameterizedTest
  @EnumSource
  void aConflictAtTheLastMomentAfterTheLastProbeCounts(Claims claim) {
    for (int i = 0; i < 3; i++) {
      acd.next();
    }
    rig.after(2 * SECOND - 1);
    acd.assertDropped(DropReason.ARP_CONFLICT, claim.frame);
    assertLost();
    List<Sent> sent = acd.run(SECOND);
    assertTrue(sent.size() <= 1, "no announcement, at most the next attempt's first probe");
    assertEquals(0, acd.stat(AcdStat.ANNOUNCEMENTS));
  }

  /** X39b: a moment later the address is ours, and defended. */
  @Test
  void aConflictAtTheEndOfTheWaitIsOneInUse() {
    for (int i = 0; i < 3; i++) {
      acd.next();
    }
    rig.clock.advance(2 * SECOND);
    rig.inject(announcement(OTHER_MAC, Rig.OUR_IP));
    List<byte[]> sent = rig.turn();
    assertEquals(2, sent.size(), "announced and defended");
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
    assertEquals(1, acd.stat(AcdStat.DEFENDED));
  }

  @Test
  void whoAsksForTheCandidateIsNoConflict() {
    // RFC 5227 2.1.1: a request with another sender address only wants to talk to it.
    acd.next();
    acd.assertDropped(
        DropReason.ARP_NOT_FOR_US, Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, Rig.OUR_IP));
    assertEquals(InIfaddr.State.TENTATIVE, acd.state(Rig.OUR_IP));
    assertEquals(0, acd.stat(AcdStat.CONFLICTS));
  }

  @Test
  void aReplyFromNobodyAboutTheCandidateIsNoProbe() {
    rig.exchange(Frames.arpReply(OTHER_MAC, 0, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(InIfaddr.State.TENTATIVE, acd.state(Rig.OUR_IP));
  }

  @Test
  void anothersProbeForAnAddressInUseIsAnsweredAndNoConflict() {
    acd.acquire();
    List<byte[]> out = rig.exchange(probe(OTHER_MAC, Rig.OUR_IP));
    assertEquals(1, out.size());
    assertEquals(0, acd.stat(AcdStat.CONFLICTS));
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
  }

  // ---- And tried again --------------------------------------------------------------------------

  /** X39a: and once nobody objects any more it is ours. */
  @Test
  void afterAConflictItIsProbedForAnew() {
    acd.next();
    conflict();
    long atNs = acd.nowNs();
    List<Sent> sent = acd.run(20 * SECOND);
    assertTrue(sent.getFirst().atNs() - atNs <= SECOND);
    assertEquals(5, sent.size(), "three probes and two announcements");
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
    assertEquals(1, acd.stat(AcdStat.ACQUIRED));
    acd.assertQuiet();
  }

  /** X39a: MAX_CONFLICTS is 10, RATE_LIMIT_INTERVAL 60 s. */
  @Test
  void afterTenConflictsThereIsOneAttemptInSixtySecondsAtMost() {
    for (int i = 1; i <= 10; i++) {
      long beginNs = acd.nowNs();
      assertTrue(acd.next().atNs() - beginNs <= SECOND, "attempt " + i);
      conflict();
    }
    assertEquals(10, acd.stat(AcdStat.CONFLICTS));
    for (int i = 0; i < 3; i++) {
      long conflictNs = acd.nowNs();
      Sent probe = acd.next();
      acd.assertSent(probe(Rig.OUR_MAC, Rig.OUR_IP), probe);
      long waitedNs = probe.atNs() - conflictNs;
      assertTrue(waitedNs >= 60 * SECOND && waitedNs <= 61 * SECOND, "waited " + waitedNs);
      conflict();
    }
    assertEquals(0, acd.run(60 * SECOND - 1).size());
    assertEquals(InIfaddr.State.DUPLICATE, acd.state(Rig.OUR_IP));
    acd.run(20 * SECOND);
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP), "the other one has gone");
    acd.assertQuiet();
  }

  @Test
  void aThousandConflictsAtOnceAreOneAttemptLost() {
    for (int i = 0; i < 1000; i++) {
      rig.exchange(announcement(OTHER_MAC + i, Rig.OUR_IP));
    }
    assertEquals(0, acd.stat(AcdStat.PROBES), "none of the attempts came so far");
    assertTrue(acd.stat(AcdStat.GIVEN_UP) <= 10, "" + acd.stat(AcdStat.GIVEN_UP));
    assertTrue(acd.due() - acd.nowNs() >= 60 * SECOND, "ten are enough for the rate limit");
  }

  // ---- In use -----------------------------------------------------------------------------------

  /** X39b: RFC 5227 2.4 (b). */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 10 * SECOND - 1})
  void itIsDefendedOnceAndGivenUpAtASecondConflictWithinTenSeconds(long gapNs) {
    acd.acquire();
    List<byte[]> out = rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    assertEquals(1, out.size());
    acd.assertSent(announcement(Rig.OUR_MAC, Rig.OUR_IP), new Sent(0, out.getFirst()));
    acd.assertUsed(Rig.OUR_IP);
    assertEquals(0, rig.after(gapNs).size());
    conflict();
    assertEquals(InIfaddr.State.DUPLICATE, acd.state(Rig.OUR_IP));
    acd.assertNotUsed(Rig.OUR_IP);
    assertEquals(1, acd.stat(AcdStat.DEFENDED));
    assertEquals(1, acd.stat(AcdStat.GIVEN_UP));
    assertEquals(2, acd.stat(AcdStat.CONFLICTS));
  }

  /** X39b. */
  @Test
  void aConflictTenSecondsAfterTheLastOneIsDefendedAgain() {
    acd.acquire();
    for (int i = 0; i < 5; i++) {
      assertEquals(1, rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP)).size());
      assertEquals(0, rig.after(10 * SECOND).size());
    }
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
    assertEquals(5, acd.stat(AcdStat.DEFENDED));
    assertEquals(2 + 5, acd.stat(AcdStat.ANNOUNCEMENTS));
    acd.assertQuiet();
  }

  @Test
  void aConflictBetweenTheTwoAnnouncementsDoesNotStopTheSecond() {
    for (int i = 0; i < 4; i++) {
      acd.next();
    }
    long firstNs = acd.nowNs();
    rig.after(SECOND);
    assertEquals(1, rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP)).size());
    assertEquals(firstNs + 2 * SECOND, acd.next().atNs());
    acd.assertQuiet();
  }

  @Test
  void whatWasGivenUpBetweenTheAnnouncementsIsNotAnnouncedAgain() {
    for (int i = 0; i < 4; i++) {
      acd.next();
    }
    rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    conflict();
    assertEquals(2, acd.stat(AcdStat.ANNOUNCEMENTS));
    List<Sent> sent = acd.run(20 * SECOND);
    assertEquals(5, sent.size());
    acd.assertSent(probe(Rig.OUR_MAC, Rig.OUR_IP), sent.getFirst());
  }

  /** X39b: what was given up is another's. */
  @Test
  void whoHasAnAddressThatWasGivenUpIsANeighbourLikeAnyOther() {
    acd.in().add(new Ip4Prefix(OUR_SECOND_IP, 24));
    acd.run(20 * SECOND);
    rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    for (int i = 0; i < 10; i++) {
      conflict(); // Whenever it is tried: from the tenth on there is a minute of peace.
      acd.run(SECOND + 1);
    }
    assertEquals(InIfaddr.State.DUPLICATE, acd.state(Rig.OUR_IP));
    assertEquals(0, rig.after(SECOND).size());
    List<byte[]> out = rig.exchange(Frames.arpRequest(OTHER_MAC, Rig.OUR_IP, OUR_SECOND_IP));
    assertEquals(1, out.size(), "it is answered");
    NeighbourTable.Entry entry = rig.stack().neighbours().entries(acd.nowNs()).getFirst();
    assertEquals(Rig.OUR_IP, entry.ip());
    assertEquals(OTHER_MAC, entry.mac());
  }

  @Test
  void anAddressGivenUpIsNoSourceAndNoRouteAnyMore() {
    acd.acquire();
    rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    conflict();
    assertEquals(0, acd.in().selectAddress(Rig.PEER_IP));
    assertEquals("0.0.0.0/32", rig.device().address().toString());
  }

  /** RFC 5227 2.4: "immediately cease using this address", as the sender of requests too. */
  @Test
  void noRequestGoesOutFromAnAddressThatWasGivenUpNorFromNone() {
    acd.acquire();
    assertEquals(1, rig.exchange(AcdRig.echo(Rig.OUR_IP)).size(), "a request for the peer");
    rig.exchange(announcement(OTHER_MAC, Rig.OUR_IP));
    conflict();
    for (int i = 0; i < 5; i++) {
      for (Sent sent : acd.run(SECOND)) {
        // (A request for the peer from 0.0.0.0 would be a probe for the peer's own address.)
        assertEquals(Rig.OUR_IP, Frames.u32(sent.frame(), 38), "only probes for our own address");
      }
    }
  }

  // ---- Switched while it runs -------------------------------------------------------------------

  @Test
  void whatWasProbedForStaysUsedWhenTheModeIsAnother() {
    acd.acquire();
    for (Acd mode : List.of(Acd.DEFEND, Acd.PROBE)) {
      acd.in().setArpConf(acd.in().arpConf().withAcd(mode));
      assertEquals(0, acd.run(20 * SECOND).size(), mode.word());
      acd.assertUsed(Rig.OUR_IP);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OFF", "DEFEND"})
  void whatIsNotProbedForAnyMoreIsUsedAtOnce(Acd mode) {
    acd.next();
    conflict();
    acd.in().setArpConf(acd.in().arpConf().withAcd(mode));
    assertTrue(acd.in().has(Rig.OUR_IP));
    assertEquals(mode == Acd.OFF ? 0 : 2, acd.run(20 * SECOND).size());
    acd.assertUsed(Rig.OUR_IP);
    acd.assertQuiet();
  }

  /** SIOCSIFNETMASK: the address is the same. */
  @Test
  void anAddressInUseWithAnotherMaskStaysInUse() {
    acd.acquire();
    acd.in().set(new Ip4Prefix(Rig.OUR_IP, 25));
    acd.run(20 * SECOND);
    assertEquals(InIfaddr.State.VALID, acd.state(Rig.OUR_IP));
    acd.assertUsed(Rig.OUR_IP);
  }
}
