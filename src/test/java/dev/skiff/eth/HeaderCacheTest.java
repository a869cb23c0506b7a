package dev.skiff.eth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.HhCache;
import dev.skiff.header.EtherType;
import dev.skiff.header.Ip4Addr;
import dev.skiff.neigh.NeighbourStat;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The header cache: contract E05, conformance X37, wish W08. */
class HeaderCacheTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long OTHER_MAC = 0x0200_5E10_0099L;

  private final Rig rig = new Rig();
  private int sequence;

  private static byte[] reply(long mac) {
    return Frames.arpReply(mac, Rig.PEER_IP, Rig.OUR_MAC, Rig.OUR_IP);
  }

  private long hits() {
    return rig.stack().neighbours().stat(NeighbourStat.HH_HITS);
  }

  private long lookups() {
    return rig.stack().neighbours().stat(NeighbourStat.LOOKUPS);
  }

  /** Pings; gives the frame that came out. */
  @CanIgnoreReturnValue
  private byte[] ping() {
    List<byte[]> out = rig.exchange(Frames.echoRequest(1, ++sequence, Frames.data(56)));
    return out.stream().filter(f -> f.length > 60).findFirst().orElse(new byte[0]);
  }

  /** A neighbour that has confirmed its address, as Skiff asked for it. */
  private void confirm() {
    ping();
    rig.exchange(reply(Rig.PEER_MAC));
  }

  /** E05. */
  @Test
  void aConfirmedNeighbourNeedsNoLookUpAndTheHeaderIsTheSame() {
    confirm();
    long before = lookups();
    byte[] first = ping();
    assertEquals(1, hits());
    byte[] second = ping();
    assertEquals(2, hits());
    assertEquals(before, lookups());
    byte[] header = Frames.ethernet(Rig.PEER_MAC, Rig.OUR_MAC, EtherType.IP, new byte[0]);
    assertEquals(0, Arrays.compare(header, Arrays.copyOf(first, 14)));
    assertEquals(0, Arrays.compare(header, Arrays.copyOf(second, 14)));
  }

  @Test
  void anAddressThatNobodyConfirmedHasNoFinishedHeader() {
    rig.introducePeer(); // by a request: stale
    assertTrue(ping().length > 0);
    assertTrue(ping().length > 0);
    assertEquals(0, hits());
  }

  @Test
  void anotherMacInAGratuitousRequestIsUsedAtOnce() {
    confirm();
    ping();
    assertEquals(1, hits());
    rig.exchange(Frames.arpRequest(OTHER_MAC, Rig.PEER_IP, Rig.PEER_IP));
    byte[] out = ping();
    assertEquals(OTHER_MAC, Frames.u48(out, 0));
    assertEquals(1, hits(), "not confirmed: by a look-up");
  }

  @Test
  void anotherMacInAReplyIsUsedAtOnce() {
    confirm();
    ping();
    rig.clock.advance(SECOND + 1); // locktime
    rig.exchange(reply(OTHER_MAC));
    assertEquals(OTHER_MAC, Frames.u48(ping(), 0));
    assertEquals(2, hits());
  }

  @Test
  void aConfirmationThatHasLapsedMakesTheHeaderUnusable() {
    confirm();
    ping();
    long before = lookups();
    rig.clock.advance(rig.stack().neighbours().reachableNs());
    ping();
    assertEquals(1, hits());
    assertEquals(before + 1, lookups());
  }

  @Test
  void aNeighbourThatIsUsedOnlyByItsHeaderCountsAsUsed() {
    confirm();
    rig.clock.advance(10 * SECOND);
    ping();
    assertEquals(1, hits());
    rig.clock.advance(SECOND);
    assertEquals(SECOND, rig.stack().neighbours().entries(rig.clock.nowNs()).getFirst().usedNs());
  }

  @Test
  void aHeaderThatLostItsSourceIsBoundAgain() {
    confirm();
    ping();
    Eth eth = new Eth(rig.stack().neighbours());
    HhCache hh =
        Objects.requireNonNull(eth.headerCacheBind(rig.device(), EtherType.IP, Rig.PEER_IP));
    hh.bind(OTHER_MAC, EtherType.IP); // as after a change of our own address
    ping();
    ping();
    assertEquals(3, hits());
  }

  @Test
  void bindFillsInSourceAndTypeAndOnlyIpHasACache() {
    confirm();
    Eth eth = new Eth(rig.stack().neighbours());
    assertNull(eth.headerCacheBind(rig.device(), EtherType.ARP, Rig.PEER_IP));
    assertNull(
        eth.headerCacheBind(rig.device(), EtherType.IP, Ip4Addr.parse("198.51.100.77")),
        "a stranger");
    HhCache hh =
        Objects.requireNonNull(eth.headerCacheBind(rig.device(), EtherType.IP, Rig.PEER_IP));
    assertTrue(hh.isUpToDate(rig.device(), Rig.PEER_IP));
    assertFalse(hh.isUpToDate(rig.device(), Rig.OUR_IP), "another's");
    hh.invalidate();
    assertFalse(hh.isUpToDate(rig.device(), Rig.PEER_IP));
    eth.headerCacheUpdate(hh, rig.device(), OTHER_MAC);
    assertTrue(hh.isUpToDate(rig.device(), Rig.PEER_IP));
    hh.bind(OTHER_MAC, EtherType.IP);
    assertFalse(hh.isUpToDate(rig.device(), Rig.PEER_IP), "from another address than ours");
    assertNotNull(hh);
  }

  /** The entry that a new neighbour took over must not answer for the old one. */
  @Test
  void anEntryThatIsAnothersNowIsNotUsed() {
    HhCache hh = new HhCache(rig.device(), Rig.PEER_IP, new dev.skiff.stats.Counters(1), 0);
    hh.bind(Rig.OUR_MAC, EtherType.IP);
    hh.update(Rig.PEER_MAC);
    assertTrue(hh.isUpToDate(rig.device(), Rig.PEER_IP));
    hh.begin(rig.device(), Rig.OUR_IP, 0);
    assertFalse(hh.isUpToDate(rig.device(), Rig.PEER_IP));
    assertFalse(hh.isUpToDate(rig.device(), Rig.OUR_IP));
  }
}
