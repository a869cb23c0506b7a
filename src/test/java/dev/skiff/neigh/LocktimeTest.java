package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.skb.DropReason;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * X36: of several different answers that come one upon another, the first stands for a second, as
 * in arp_process of net/ipv4/arp.c.
 */
class LocktimeTest {
  private static final long SECOND = NeighRig.SECOND;
  private static final long OTHER_MAC = NeighRig.OTHER_MAC;

  private final NeighRig net = new NeighRig("");
  private final Rig rig = net.rig;

  private void assertLocked(byte[] frame) {
    long before = net.verdicts(DropReason.ARP_LOCKTIME);
    assertEquals(0, rig.exchange(frame).size());
    assertEquals(before + 1, net.verdicts(DropReason.ARP_LOCKTIME));
    assertEquals(Rig.PEER_MAC, net.mac());
  }

  @Test
  void aSecondAnswerWithAnotherMacWithinASecondIsIgnored() {
    net.into(NeighbourState.REACHABLE);
    assertLocked(NeighRig.replyToUs(OTHER_MAC));
    rig.clock.advance(SECOND);
    assertLocked(NeighRig.replyToUs(OTHER_MAC));
    assertEquals(NeighbourState.REACHABLE, net.state());
    rig.clock.advance(1);
    rig.exchange(NeighRig.replyToUs(OTHER_MAC));
    assertEquals(OTHER_MAC, net.mac());
    assertEquals(NeighbourState.REACHABLE, net.state());
  }

  @Test
  void soAreRepliesToAllAndWhatOthersAskEachOther() {
    net.into(NeighbourState.STALE);
    assertLocked(NeighRig.replyToAll(OTHER_MAC));
    assertLocked(NeighRig.requestForAnother(OTHER_MAC));
    rig.clock.advance(SECOND + 1);
    rig.exchange(NeighRig.requestForAnother(OTHER_MAC));
    assertEquals(OTHER_MAC, net.mac());
  }

  @Test
  void whatWasIgnoredDoesNotProlongTheSecond() {
    net.into(NeighbourState.REACHABLE);
    rig.clock.advance(SECOND - 1);
    assertLocked(NeighRig.replyToUs(OTHER_MAC));
    rig.clock.advance(2);
    rig.exchange(NeighRig.replyToUs(OTHER_MAC));
    assertEquals(OTHER_MAC, net.mac());
  }

  @Test
  void whoAsksUsIsAnsweredWhereHeIsNow() {
    net.into(NeighbourState.REACHABLE);
    byte[] answer = rig.exchange(NeighRig.requestForUs(OTHER_MAC)).getFirst();
    assertEquals(OTHER_MAC, Frames.u48(answer, 0));
    assertEquals(OTHER_MAC, net.mac());
    assertEquals(0, net.verdicts(DropReason.ARP_LOCKTIME));
  }

  @Test
  void gratuitousArpIsTakenAtOnce() {
    net.into(NeighbourState.REACHABLE);
    rig.exchange(NeighRig.gratuitous(OTHER_MAC));
    assertEquals(OTHER_MAC, net.mac());
    assertEquals(NeighbourState.STALE, net.state());
  }

  @Test
  void theSameMacAgainConfirmsAtOnce() {
    net.into(NeighbourState.STALE);
    rig.exchange(NeighRig.replyToUs(Rig.PEER_MAC));
    assertEquals(NeighbourState.REACHABLE, net.state());
  }

  @Test
  void whoHasNoMacAddressIsNotLocked() {
    net.into(NeighbourState.INCOMPLETE);
    rig.exchange(NeighRig.replyToUs(OTHER_MAC));
    assertEquals(OTHER_MAC, net.mac());
  }

  @Test
  void itsLengthIsASetting() {
    NeighRig longer = new NeighRig("locktime=3s");
    longer.into(NeighbourState.REACHABLE);
    longer.rig.clock.advance(3 * SECOND);
    longer.rig.exchange(NeighRig.replyToUs(OTHER_MAC));
    assertEquals(Rig.PEER_MAC, longer.mac());
    longer.rig.clock.advance(1);
    longer.rig.exchange(NeighRig.replyToUs(OTHER_MAC));
    assertEquals(OTHER_MAC, longer.mac());
  }

  /** What waits goes to the first who answers, all of it. */
  @Test
  void twoAnswersInOneTurnLeaveTheFirst() {
    net.into(NeighbourState.INCOMPLETE);
    net.sendTo(Rig.PEER_IP);
    rig.inject(NeighRig.replyToUs(Rig.PEER_MAC));
    rig.inject(NeighRig.replyToUs(OTHER_MAC));
    for (byte[] frame : rig.turn()) {
      assertEquals(Rig.PEER_MAC, Frames.u48(frame, 0), Arrays.toString(frame));
    }
    assertEquals(Rig.PEER_MAC, net.mac());
  }
}
