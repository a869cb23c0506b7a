package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.Iff;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.MacAddr;
import dev.skiff.neigh.NeighbourTable.IfThere;
import dev.skiff.skb.DropReason;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entries that people set and take away: W11, and the states PERMANENT and NOARP. */
class NeighbourByHandTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long HAND_MAC = 0x0200_5E10_0055L;
  private static final long OTHER_MAC = 0x0200_5E10_0077L;
  private static final Set<NeighbourState> ALL = EnumSet.allOf(NeighbourState.class);

  private final Rig rig = new Rig();

  private NeighbourTable table() {
    return rig.skiff.neighbours();
  }

  private void add(int ip, long mac, NeighbourState state, IfThere ifThere) {
    table().add(rig.device(), ip, mac, state, ifThere, rig.clock.nowNs());
  }

  private void addPermanent() {
    add(Rig.PEER_IP, HAND_MAC, NeighbourState.PERMANENT, IfThere.REFUSE);
  }

  private NeighbourTable.Entry entry() {
    return table().entries(rig.clock.nowNs()).stream()
        .filter(e -> e.ip() == Rig.PEER_IP)
        .findFirst()
        .orElseThrow();
  }

  @CanIgnoreReturnValue
  private List<byte[]> ping() {
    return rig.exchange(Frames.echoRequest(1, 1, Frames.data(56)));
  }

  @Test
  void aPermanentEntryIsUsedAtOnceAndNeverAskedAbout() {
    addPermanent();
    for (int i = 0; i < 20; i++) {
      List<byte[]> out = ping();
      assertEquals(1, out.size(), "no request");
      assertEquals(HAND_MAC, Frames.u48(out.getFirst(), 0));
      assertEquals(0, rig.after(10 * SECOND).size());
    }
    assertEquals(NeighbourState.PERMANENT, entry().state());
    assertEquals(0, table().stat(NeighbourStat.SND_REQUESTS));
    assertEquals(20, table().stat(NeighbourStat.HH_HITS), "by the finished header");
  }

  @Test
  void nothingThatIsHeardChangesAPermanentEntry() {
    addPermanent();
    for (byte[] frame :
        List.of(
            Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, Rig.OUR_IP),
            Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, Rig.PEER_IP),
            Frames.arpReply(OTHER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP))) {
      rig.clock.advance(10 * SECOND);
      rig.exchange(frame);
      assertEquals(HAND_MAC, entry().mac());
      assertEquals(NeighbourState.PERMANENT, entry().state());
    }
    assertEquals(2, rig.verdicts(DropReason.ARP_PERMANENT), "the first was answered");
    rig.exchange(Frames.arpReply(HAND_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(2, rig.verdicts(DropReason.ARP_PERMANENT), "this one agrees");
    table().confirm(rig.device(), Rig.PEER_IP, rig.clock.nowNs());
    assertEquals(NeighbourState.PERMANENT, entry().state());
  }

  @Test
  void whatWaitsIsSentWhenAnEntryIsSet() {
    ping();
    ping();
    assertEquals(2, table().queued());
    add(Rig.PEER_IP, HAND_MAC, NeighbourState.PERMANENT, IfThere.REPLACE);
    List<byte[]> out = rig.turn();
    assertEquals(2, out.size());
    assertEquals(HAND_MAC, Frames.u48(out.getFirst(), 0));
    assertEquals(0, rig.after(10 * SECOND).size(), "it is not asked any more");
    assertEquals(0, table().queued());
  }

  @Test
  void addRefusesAnEntryThatIsThereAndChangeOneThatIsNot() {
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> add(Rig.PEER_IP, HAND_MAC, NeighbourState.PERMANENT, IfThere.REQUIRE));
    assertEquals(
        "198.51.100.1 dev skiff0 is not in the table: say add, or replace", e.getMessage());
    addPermanent();
    e = assertThrows(IllegalStateException.class, this::addPermanent);
    assertEquals(
        "198.51.100.1 dev skiff0 is there already: say replace, or del it first", e.getMessage());
    add(Rig.PEER_IP, OTHER_MAC, NeighbourState.PERMANENT, IfThere.REQUIRE);
    assertEquals(OTHER_MAC, Frames.u48(ping().getFirst(), 0));
    assertEquals(1, table().entries(0).size());
  }

  @Test
  void aReachableOneSetByHandGoesTheWayOfAllOthers() {
    add(Rig.PEER_IP, HAND_MAC, NeighbourState.REACHABLE, IfThere.REFUSE);
    assertEquals(0, entry().confirmedNs());
    rig.after(table().reachableNs());
    assertEquals(NeighbourState.STALE, entry().state());
    add(Rig.PEER_IP, OTHER_MAC, NeighbourState.STALE, IfThere.REPLACE);
    assertEquals(OTHER_MAC, Frames.u48(ping().getFirst(), 0));
    assertEquals(NeighbourState.DELAY, entry().state());
  }

  @Test
  void aNoarpEntryIsNotAskedAboutAndNotHeardAbout() {
    add(Rig.PEER_IP, HAND_MAC, NeighbourState.NOARP, IfThere.REFUSE);
    rig.exchange(Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, Rig.PEER_IP));
    assertEquals(1, rig.verdicts(DropReason.ARP_PERMANENT));
    assertEquals(HAND_MAC, Frames.u48(ping().getFirst(), 0));
    assertEquals(0, rig.after(600 * SECOND).size());
    assertEquals(NeighbourState.NOARP, entry().state());
  }

  @Test
  void whatIsDeletedIsForgottenAndWhatWaitedGivenUp() {
    ping();
    assertTrue(table().delete(rig.device(), Rig.PEER_IP));
    assertFalse(table().delete(rig.device(), Rig.PEER_IP));
    assertEquals(1, rig.verdicts(DropReason.QUEUE_PURGE));
    assertEquals(0, table().queued());
    assertEquals(0, rig.after(10 * SECOND).size(), "it is not asked any more");
    assertEquals(1, ping().size(), "and asked anew when it is wanted");
    assertEquals(1, table().stat(NeighbourStat.DESTROYS));
  }

  @Test
  void aFinishedHeaderDoesNotOutliveItsEntry() {
    addPermanent();
    ping();
    ping();
    assertTrue(table().delete(rig.device(), Rig.PEER_IP));
    List<byte[]> out = ping();
    assertEquals(MacAddr.BROADCAST, Frames.u48(out.getFirst(), 0), "a request, and no echo reply");
    rig.exchange(Frames.arpReply(OTHER_MAC, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP));
    assertEquals(OTHER_MAC, Frames.u48(ping().getFirst(), 0));
  }

  @Test
  void flushTakesWhatIsInTheStatesAndOnTheDevice() {
    addPermanent();
    int other = Ip4Addr.parse("198.51.100.9");
    add(other, OTHER_MAC, NeighbourState.STALE, IfThere.REFUSE);
    assertEquals(
        1, table().flush(null, EnumSet.complementOf(EnumSet.of(NeighbourState.PERMANENT))));
    assertEquals(NeighbourState.PERMANENT, entry().state());
    assertEquals(0, table().flush(rig.device(), EnumSet.of(NeighbourState.STALE)));
    assertEquals(1, table().flush(rig.device(), ALL));
    assertEquals(List.of(), table().entries(0));
  }

  @Test
  void onADeviceWithoutArpOnlyWhatIsSetByHandIsReached() throws IOException {
    rig.device().changeFlags(rig.device().getFlags() | Iff.NOARP);
    assertEquals(0, ping().size());
    assertEquals(1, rig.verdicts(DropReason.ARP_NOARP));
    addPermanent();
    assertEquals(HAND_MAC, Frames.u48(ping().getFirst(), 0));
  }

  @Test
  void permanentEntriesAreNotCountedInAndThereMayBeAsManyOfThem() {
    Rig small = new Rig(b -> b.neighbours("gc_thresh1=1,gc_thresh2=2,gc_thresh3=4"));
    NeighbourTable table = small.skiff.neighbours();
    int first = Ip4Addr.parse("198.51.100.100");
    for (int i = 0; i < 4; i++) {
      table.add(small.device(), first + i, HAND_MAC, NeighbourState.PERMANENT, IfThere.REFUSE, 0);
    }
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () ->
                table.add(
                    small.device(),
                    first + 4,
                    HAND_MAC,
                    NeighbourState.PERMANENT,
                    IfThere.REFUSE,
                    0));
    assertTrue(String.valueOf(e.getMessage()).contains("del some"), e.getMessage());
    for (int i = 0; i < 20; i++) {
      assertEquals(
          1, small.exchange(Frames.arpRequest(OTHER_MAC, first + 10 + i, Rig.OUR_IP)).size());
    }
    List<NeighbourTable.Entry> entries = table.entries(small.clock.nowNs());
    assertEquals(8, entries.size());
    assertEquals(4, entries.stream().filter(n -> n.state() == NeighbourState.PERMANENT).count());
    // One of them less, and one that is no longer permanent: there is room for two again.
    assertTrue(table.delete(small.device(), first));
    table.add(small.device(), first + 1, HAND_MAC, NeighbourState.STALE, IfThere.REPLACE, 0);
    table.add(small.device(), first + 5, HAND_MAC, NeighbourState.PERMANENT, IfThere.REFUSE, 0);
    table.add(small.device(), first + 6, HAND_MAC, NeighbourState.PERMANENT, IfThere.REFUSE, 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "224.0.0.1 | 02:00:5e:10:00:02 | PERMANENT | is no host's address",
        "198.51.100.255 | 02:00:5e:10:00:02 | PERMANENT | is no host's address",
        "0.0.0.0 | 02:00:5e:10:00:02 | PERMANENT | is no host's address",
        "198.51.100.2 | 02:00:5e:10:00:02 | PERMANENT | is our own address",
        "198.51.100.1 | 00:00:00:00:00:00 | PERMANENT | is no neighbour's MAC address",
        "198.51.100.1 | ff:ff:ff:ff:ff:ff | PERMANENT | is no neighbour's MAC address",
        "198.51.100.1 | 02:00:5e:10:00:02 | DELAY | delay cannot be set",
        "198.51.100.1 | 02:00:5e:10:00:02 | FAILED | failed cannot be set",
      })
  void whatCannotBeIsRefused(String ip, String mac, NeighbourState state, String part) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> add(Ip4Addr.parse(ip), MacAddr.parse(mac), state, IfThere.REFUSE));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    assertEquals(List.of(), table().entries(0));
  }

  @Test
  void aClustersGroupAddressMayBeSetByHand() {
    add(Rig.PEER_IP, 0x0300_5E10_0055L, NeighbourState.PERMANENT, IfThere.REFUSE);
    assertEquals(0x0300_5E10_0055L, Frames.u48(ping().getFirst(), 0));
  }

  @Test
  void aNeighbourThatBecomesOurOwnAddressOrABroadcastAddressIsForgotten() {
    int soonOurs = Ip4Addr.parse("203.0.113.9");
    int soonBroadcast = Ip4Addr.parse("203.0.113.255");
    add(soonOurs, HAND_MAC, NeighbourState.PERMANENT, IfThere.REFUSE);
    add(soonBroadcast, HAND_MAC, NeighbourState.PERMANENT, IfThere.REFUSE);
    addPermanent();
    rig.device().inDev().add(dev.skiff.header.Ip4Prefix.parse("203.0.113.9/24"));
    assertEquals(
        List.of(Rig.PEER_IP), table().entries(0).stream().map(NeighbourTable.Entry::ip).toList());
  }
}
