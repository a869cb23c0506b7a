package dev.skiff.eth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.LinkOps;
import dev.skiff.dev.Resolve;
import dev.skiff.header.EthHdr;
import dev.skiff.header.EtherType;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code eth_header}, {@code eth_rebuild_header}, {@code eth_type_trans}. */
class EthTest {
  private static final long DADDR = 0x0200_5E10_0042L;
  private static final long SADDR = 0x0200_5E10_0043L;

  private final Rig rig = new Rig();
  private final Eth eth =
      new Eth(
          (skb, dev, haddr, paddr, nowNs) -> {
            if (paddr == Rig.PEER_IP) {
              EthHdr.dest(skb, haddr, Rig.PEER_MAC);
              return Resolve.RESOLVED;
            }
            skb.setVerdict(DropReason.NEIGH_CREATEFAIL);
            return Resolve.REFUSED;
          });
  private final SkBuff skb = Objects.requireNonNull(rig.stack().pool().devAlloc(1514, "test"));

  @AfterEach
  void free() {
    skb.free(DropReason.CONSUMED);
  }

  private void fill(byte[] frame) {
    skb.copyFrom(frame, skb.put(frame.length), frame.length);
  }

  /** E01. */
  @Test
  void aHeaderWithADestinationIsComplete() {
    var _ = skb.put(46);
    assertEquals(14, eth.header(skb, rig.device(), EtherType.IP, DADDR, SADDR, 46));
    assertEquals(60, skb.len());
    assertEquals(DADDR, EthHdr.dest(skb, skb.data()));
    assertEquals(SADDR, EthHdr.source(skb, skb.data()));
    assertEquals(EtherType.IP, EthHdr.proto(skb, skb.data()));
    assertEquals(true, skb.arp());
  }

  @Test
  void aHeaderWithoutADestinationSaysMinusFourteen() {
    assertEquals(
        -14, eth.header(skb, rig.device(), EtherType.IP, LinkOps.UNKNOWN, LinkOps.UNKNOWN, 0));
    assertEquals(14, skb.len());
    assertEquals(Rig.OUR_MAC, EthHdr.source(skb, skb.data()), "the device's own address");
    assertEquals(false, skb.arp());
  }

  @ParameterizedTest
  @CsvSource({"1, 100", "4, 1500"})
  void an8023HeaderCarriesTheLengthItIsGiven(int type, int len) {
    assertEquals(14, eth.header(skb, rig.device(), type, DADDR, SADDR, len));
    assertEquals(len, EthHdr.proto(skb, skb.data()), "not skb.len()");
  }

  /** E02. */
  @Test
  void rebuildingCompletesTheHeader() {
    assertEquals(
        -14, eth.header(skb, rig.device(), EtherType.IP, LinkOps.UNKNOWN, LinkOps.UNKNOWN, 0));
    skb.setHeaderIncomplete(Rig.PEER_IP);
    assertEquals(Resolve.RESOLVED, eth.rebuildHeader(skb, rig.device(), 0));
    assertEquals(Rig.PEER_MAC, EthHdr.dest(skb, skb.data()));
    assertEquals(true, skb.arp());
  }

  @Test
  void whatTheResolverRefusesIsTheCallersStill() {
    assertEquals(
        -14, eth.header(skb, rig.device(), EtherType.IP, LinkOps.UNKNOWN, LinkOps.UNKNOWN, 0));
    skb.setHeaderIncomplete(Rig.OUR_IP);
    assertEquals(Resolve.REFUSED, eth.rebuildHeader(skb, rig.device(), 0));
    assertEquals(DropReason.NEIGH_CREATEFAIL, skb.verdict());
    assertEquals(false, skb.arp());
  }

  @Test
  void anotherTypeThanIpCannotBeRebuilt() {
    assertEquals(-14, eth.header(skb, rig.device(), 0x88B5, LinkOps.UNKNOWN, LinkOps.UNKNOWN, 0));
    assertEquals(Resolve.REFUSED, eth.rebuildHeader(skb, rig.device(), 0));
    assertEquals(DropReason.UNHANDLED_PROTO, skb.verdict());
  }

  /** E03, X16. */
  @ParameterizedTest
  @CsvSource({
    "0x0800, 0, 0x0800",
    "0x0806, 0xFFFF, 0x0806",
    "0xFFFF, 0, 0xFFFF",
    "1536, 0xFFFF, 1536",
    "1535, 0, 4",
    "1535, 0xFFFF, 1",
    "1501, 0, 4",
    "1500, 0, 4",
    "1500, 0xFFFF, 1",
    "0, 0, 4",
  })
  void theTypeFieldIsATypeFrom1536OnAndALengthBelow(String field, String payload, String result) {
    byte[] frame = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, Integer.decode(field), new byte[46]);
    frame[14] = (byte) (Integer.decode(payload) >> 8);
    frame[15] = (byte) (int) Integer.decode(payload);
    fill(frame);
    assertEquals(Integer.decode(result), eth.typeTrans(skb, rig.device()));
    assertEquals(46, skb.len(), "the link header is pulled");
    assertEquals(skb.data() - 14, skb.macHeader());
  }

  /** X06, X14. */
  @ParameterizedTest
  @CsvSource({
    "02:00:5e:10:00:01, HOST",
    "02:00:5e:10:00:02, OTHERHOST",
    "ff:ff:ff:ff:ff:ff, BROADCAST",
    "01:00:5e:00:00:01, MULTICAST",
    "33:33:00:00:00:01, MULTICAST",
    "03:00:5e:10:00:01, MULTICAST",
  })
  void theDestinationSaysForWhomItIs(String dest, PacketType expected) {
    fill(Frames.ethernet(dev.skiff.header.MacAddr.parse(dest), Rig.PEER_MAC, 0x0800, new byte[46]));
    assertEquals(0x0800, eth.typeTrans(skb, rig.device()));
    assertEquals(expected, skb.pktType());
  }

  /** X15. */
  @Test
  void framesShorterThanAHeaderAreRunts() {
    for (int n = 0; n < 14; n++) {
      assertEquals(n, skb.len());
      assertEquals(LinkOps.RUNT, eth.typeTrans(skb, rig.device()));
      assertEquals(n, skb.len(), "unchanged");
      var _ = skb.put(1);
    }
    skb.set16(skb.data() + 12, 100);
    assertEquals(
        EtherType.P_802_2, eth.typeTrans(skb, rig.device()), "no payload to look at is no error");
  }

  /** Q02. */
  @Test
  void whatTheResolverKeepsIsNotCompleteYet() {
    Eth waiting = new Eth((buffer, dev, haddr, paddr, nowNs) -> Resolve.QUEUED);
    assertEquals(
        -14, waiting.header(skb, rig.device(), EtherType.IP, LinkOps.UNKNOWN, LinkOps.UNKNOWN, 0));
    skb.setHeaderIncomplete(Rig.PEER_IP);
    assertEquals(Resolve.QUEUED, waiting.rebuildHeader(skb, rig.device(), 0));
    assertEquals(false, skb.arp());
    assertEquals(Rig.PEER_IP, skb.raddr());
  }

  @Test
  void aHeaderWithoutHeadroomIsItsCallersMistake() {
    SkBuff tight = Objects.requireNonNull(rig.stack().pool().alloc(60, "test"));
    tight.reserve(13);
    assertThrows(
        IllegalStateException.class,
        () -> eth.header(tight, rig.device(), EtherType.IP, DADDR, SADDR, 0));
    assertEquals(13, tight.data(), "unchanged");
    tight.free(DropReason.CONSUMED);
  }

  /** E06. */
  @Test
  void anEthernetFrameHas14BytesOfHeaderAndAtLeast60() {
    // IEEE Std 802.3 3.2.8: 64 bytes, of which 4 are the check sequence.
    assertEquals(14, eth.headerLen());
    assertEquals(60, eth.minFrameLen());
  }
}
