package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.header.InetChecksum;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.PacketType;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffQueue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fragments become the datagram that they were: X70, X71, X74, X80, X83. */
class ReassemblyTest {
  private static final int MOST_DATA = 65_535 - Frames.IP_HLEN;
  private static final FragParms PLENTY = new FragParms(10 << 20, 10 << 20, FragRig.TIME_NS);

  private FragRig rig = new FragRig();

  @AfterEach
  void nothingIsLeft() {
    rig.end();
  }

  private static List<List<Fragment>> permutations(List<Fragment> of) {
    if (of.isEmpty()) {
      return List.of(List.of());
    }
    List<List<Fragment>> all = new ArrayList<>();
    for (int i = 0; i < of.size(); i++) {
      List<Fragment> others = new ArrayList<>(of);
      Fragment first = others.remove(i);
      for (List<Fragment> rest : permutations(others)) {
        List<Fragment> one = new ArrayList<>(List.of(first));
        one.addAll(rest);
        all.add(one);
      }
    }
    return all;
  }

  private byte[] lastCompletes(List<Fragment> order) {
    rig.held(order.subList(0, order.size() - 1).toArray(Fragment[]::new));
    return rig.completed(order.getLast());
  }

  /** X74. */
  @Test
  void fourFragmentsMayComeInAnyOrder() {
    byte[] data = Fragment.data(4 * 64 - 3, 1);
    List<List<Fragment>> orders = permutations(Fragment.cut(data, 64));
    assertEquals(24, orders.size());
    for (List<Fragment> order : orders) {
      assertArrayEquals(data, lastCompletes(order), order.toString());
      rig.assertEmpty();
    }
    rig.assertStats(24, 0, 0, 0);
    assertEquals(4 * 24, rig.stat(IpStat.IP_REASM_REQDS));
  }

  /** X74: fragments of different lengths, one of which is 8 bytes long. */
  @Test
  void fragmentsNeedNotBeOfOneLength() {
    byte[] data = Fragment.data(1000, 2);
    List<Fragment> parts =
        List.of(
            Fragment.part(data, 0, 8),
            Fragment.part(data, 8, 520),
            Fragment.part(data, 520, 536),
            Fragment.part(data, 536, 1000));
    for (List<Fragment> order : permutations(parts)) {
      assertArrayEquals(data, lastCompletes(order), order.toString());
    }
  }

  /** X71: the key is source, destination, identification and protocol, all of them. */
  @Test
  void datagramsThatDifferInOnePartOfTheKeyAreApart() {
    byte[][] data = new byte[4][];
    List<List<Fragment>> parts = new ArrayList<>();
    for (int i = 0; i < data.length; i++) {
      data[i] = Fragment.data(24, 10 + i);
      parts.add(new ArrayList<>(Fragment.cut(data[i], 8)));
    }
    parts.get(1).replaceAll(f -> f.protocol(1));
    parts.get(2).replaceAll(f -> f.id(8));
    parts.get(3).replaceAll(f -> f.from(Rig.PEER_IP + 1));
    for (int at = 0; at < 2; at++) {
      for (List<Fragment> of : parts) {
        rig.held(of.get(at));
      }
    }
    assertEquals(4, rig.reassembly.inuse());
    for (int i = 0; i < data.length; i++) {
      assertArrayEquals(data[i], rig.completed(parts.get(i).get(2)));
    }
    rig.assertStats(4, 0, 0, 0);
  }

  /**
   * RFC 791 3.2: the header is that of fragment 0, options included, with its lengths made right.
   */
  @Test
  void theHeaderIsThatOfFragmentZeroWhateverTheOthersSay() {
    byte[] data = Fragment.data(40, 3);
    byte[] options = {1, 1, 1, 0, 7, 3, 4, 0};
    rig.held(Fragment.part(data, 16, 32).tos(0x10));
    rig.held(Fragment.part(data, 0, 16).tos(0x20).options(options));
    assertArrayEquals(data, rig.completed(Fragment.part(data, 32, 40).tos(0x30)));
    byte[] whole = rig.wholes.getFirst();
    assertEquals(0x47, Frames.u8(whole, 0));
    assertEquals(0x20, Frames.u8(whole, 1));
    assertEquals(28 + 40, Frames.u16(whole, 2));
    assertEquals(28 + 40, whole.length);
    assertEquals(7, Frames.u16(whole, 4));
    assertEquals(0, Frames.u16(whole, 6));
    assertEquals(Fragment.TTL, Frames.u8(whole, 8));
    assertEquals(17, Frames.u8(whole, 9));
    assertEquals(0, Frames.checksum(whole, 0, 28));
    assertEquals(Rig.PEER_IP, Frames.u32(whole, 12));
    assertEquals(Rig.OUR_IP, Frames.u32(whole, 16));
    for (int i = 0; i < options.length; i++) {
      assertEquals(options[i], whole[20 + i]);
    }
  }

  /** As {@code ip_frag_reasm}: {@code max_df_size == q.max_size}. */
  @ParameterizedTest
  @CsvSource({"false,false,0", "true,true,0x4000", "true,false,0x4000", "false,true,0"})
  void dontFragmentStandsIfTheLongestFragmentHadIt(boolean first, boolean second, String flags) {
    byte[] data = Fragment.data(24, 4);
    rig.held(Fragment.part(data, 16, 24).df(second));
    var _ = rig.completed(Fragment.part(data, 0, 16).df(first));
    assertEquals(Integer.decode(flags), Frames.u16(rig.wholes.getFirst(), 6));
    rig.held(Fragment.part(data, 16, 24));
    var _ = rig.completed(Fragment.part(data, 0, 16));
    assertEquals(0, Frames.u16(rig.wholes.getLast(), 6), "the next one has nothing of the last");
  }

  @Test
  void theRestIsKnownOfItAsOfAnyReceivedDatagram() {
    byte[] data = Fragment.data(24, 5);
    rig.onWhole =
        skb -> {
          assertEquals(0x0800, skb.protocol());
          assertEquals(PacketType.HOST, skb.pktType());
          assertEquals(rig.rig.device().index(), skb.deviceIndex());
          assertEquals(SkBuff.NO_DEVICE, skb.receivedOn());
          assertEquals(rig.nowNs, skb.stampNs());
          assertEquals(0, skb.data() % 16, "alignment");
        };
    rig.held(Fragment.part(data, 0, 16));
    rig.nowNs += 77;
    var _ = rig.completed(Fragment.part(data, 16, 24));
  }

  /** RFC 1122 3.2.2: no ICMP error about what came in a link-layer broadcast, in part too. */
  @Test
  void oneFragmentInALinkBroadcastMakesTheWholeOne() {
    byte[] data = Fragment.data(24, 6);
    List<PacketType> seen = new ArrayList<>();
    rig.onWhole = skb -> seen.add(skb.pktType());
    rig.held(Fragment.part(data, 0, 8), Fragment.part(data, 8, 16).by(PacketType.BROADCAST));
    var _ = rig.completed(Fragment.part(data, 16, 24));
    rig.held(Fragment.part(data, 0, 8));
    var _ = rig.completed(Fragment.part(data, 8, 24));
    assertEquals(List.of(PacketType.BROADCAST, PacketType.HOST), seen);
  }

  /**
   * Sums that are known already and sums that are not, at odd lengths, give the sum of the whole.
   */
  @Test
  void theSumOfTheWholeIsKnown() {
    byte[] data = Fragment.data(3 * 48 + 5, 7);
    List<Fragment> parts = Fragment.cut(data, 48);
    for (int known = 0; known < 1 << parts.size(); known++) {
      List<Integer> sums = new ArrayList<>();
      rig.onWhole =
          skb -> {
            assertEquals(IpSummed.COMPLETE, skb.ipSummed());
            sums.add(skb.csum());
          };
      for (int i = 0; i < parts.size(); i++) {
        SkBuff skb = rig.skb(parts.get(i));
        if ((known & 1 << i) != 0) {
          int sum = InetChecksum.sum(skb, skb.data() + 20, skb.len() - 20);
          skb.setCsum(sum, IpSummed.COMPLETE);
        }
        var _ = rig.add(skb, rig.rig.device());
      }
      assertEquals(List.of(~Frames.checksum(data, 0, data.length) & 0xFFFF), sums);
    }
  }

  /** X70: an echo reply in place to the longest datagram, and to one so short that it is padded. */
  @ParameterizedTest
  @CsvSource({"65515,1480", "16,8"})
  void thereIsRoomForAReplyInPlace(int bytes, int size) {
    rig.onWhole =
        skb -> {
          var _ = skb.pull(20);
          var _ = skb.push(60 + 14 + SkBuff.VIRTIO_NET_HDR_LEN);
          var _ = skb.pull(60 + 12 - 20);
          skb.padTo(60);
        };
    byte[] data = Fragment.data(bytes, 8);
    assertArrayEquals(data, lastCompletes(Fragment.cut(data, size)));
  }

  /** X70: 65,535 bytes, in any order. */
  @Test
  void theLongestDatagramIsPutTogether() {
    byte[] data = Fragment.data(MOST_DATA, 9);
    List<Fragment> parts = Fragment.cut(data, 1480);
    assertArrayEquals(data, lastCompletes(parts));
    assertArrayEquals(data, lastCompletes(parts.reversed()));
    Collections.shuffle(parts, new Random(9));
    assertArrayEquals(data, lastCompletes(parts));
    assertEquals(65_535, Frames.u16(rig.wholes.getLast(), 2));
  }

  /** X70, X80: 8189 fragments of 8 bytes, which the usual bounds would not hold. */
  @Test
  void theLongestDatagramIsPutTogetherOfTheShortestFragments() {
    rig = new FragRig(PLENTY);
    byte[] data = Fragment.data(MOST_DATA, 10);
    List<Fragment> parts = Fragment.cut(data, 8);
    assertArrayEquals(data, lastCompletes(parts.reversed()));
    Collections.shuffle(parts, new Random(10));
    assertArrayEquals(data, lastCompletes(parts));
  }

  /** X70: options of 40 bytes leave 65,475 for data; one more than that cannot be in a datagram. */
  @Test
  void optionsOfFragmentZeroCountInTheLengthOfTheWhole() {
    byte[] options = new byte[40];
    byte[] data = Fragment.data(65_475, 11);
    List<Fragment> parts = Fragment.cut(data, 1480);
    parts.set(0, parts.getFirst().options(options));
    assertArrayEquals(data, lastCompletes(parts));
    assertEquals(65_535, rig.wholes.getFirst().length);
    parts = Fragment.cut(Fragment.data(65_476, 12), 1480);
    parts.set(0, parts.getFirst().options(options));
    Fragment last = parts.removeLast();
    rig.held(parts.toArray(Fragment[]::new));
    assertEquals(DropReason.IP_FRAGMENT_TOO_LONG, rig.add(last));
    assertEquals(parts.size() + 1, rig.rig.verdicts(DropReason.IP_FRAGMENT_TOO_LONG));
    rig.assertStats(1, 1, 0, 0);
  }

  /** X80: what a first fragment holds of the transport header is for the transport to look at. */
  @Test
  void aFirstFragmentMayBeShorterThanTheTransportHeader() {
    byte[] data = Fragment.data(28, 13);
    assertArrayEquals(data, lastCompletes(Fragment.cut(data, 8)));
    assertArrayEquals(data, lastCompletes(Fragment.cut(data, 8).reversed()));
  }

  /** X83. */
  @Test
  void aWholeDatagramIsNoneOfItsBusiness() {
    SkBuff skb = rig.skb(Fragment.of(0, false, new byte[8]));
    assertThrows(IllegalArgumentException.class, () -> rig.add(skb, rig.rig.device()));
    rig.assertStats(0, 0, 0, 0);
  }

  /** As {@code skb_orphan} in {@code ip_defrag}. */
  @Test
  void whoOwnsAFragmentIsToldAtOnceThatItIsHeld() {
    int[] told = {0};
    SkBuff skb = rig.skb(Fragment.of(8, true, new byte[8]));
    skb.setDestructor(ended -> told[0]++);
    assertEquals(DropReason.NOT_DROPPED, rig.add(skb, rig.rig.device()));
    assertEquals(1, told[0]);
  }

  // ---- Who gets it ------------------------------------------------------------------------------

  @Test
  void aWholeThatTheSinkRefusesIsFreedForItsReason() {
    rig.verdict = DropReason.IP_NOPROTO;
    var _ = lastCompletes(Fragment.cut(Fragment.data(24, 14), 8));
    assertEquals(1, rig.rig.verdicts(DropReason.IP_NOPROTO));
    assertEquals(3, rig.rig.verdicts(DropReason.CONSUMED));
  }

  @Test
  void aWholeThatTheSinkKeepsIsTheSinks() {
    SkBuffQueue kept = new SkBuffQueue("kept");
    rig.onWhole = kept::queueTail;
    rig.verdict = DropReason.NOT_DROPPED;
    var _ = lastCompletes(Fragment.cut(Fragment.data(24, 15), 8));
    assertEquals(1, kept.purge(DropReason.CONSUMED));
  }

  @Test
  void aSinkThatThrowsCostsTheWholeAndNothingElse() {
    byte[] data = Fragment.data(24, 16);
    rig.onWhole =
        skb -> {
          throw new IllegalStateException("a bug");
        };
    List<Fragment> parts = Fragment.cut(data, 8);
    rig.held(parts.get(0), parts.get(1));
    assertThrows(IllegalStateException.class, () -> rig.add(parts.get(2)));
    assertEquals(2, rig.rig.verdicts(DropReason.HANDLER_ERROR), "the whole, and the last fragment");
    rig.assertEmpty();
    rig.onWhole = skb -> {};
    assertArrayEquals(data, lastCompletes(parts));
  }

  @Test
  void aSinkThatThrowsAfterItHasPassedTheWholeOnCostsNothing() {
    SkBuffQueue kept = new SkBuffQueue("kept");
    rig.onWhole =
        skb -> {
          kept.queueTail(skb);
          throw new UnsupportedOperationException("a bug");
        };
    List<Fragment> parts = Fragment.cut(Fragment.data(16, 17), 8);
    rig.held(parts.get(0));
    assertThrows(UnsupportedOperationException.class, () -> rig.add(parts.get(1)));
    assertEquals(1, kept.purge(DropReason.CONSUMED));
  }

  @Test
  void aSinkMayGiveEverythingUp() {
    rig.onWhole = skb -> rig.reassembly.purge();
    rig.held(Fragment.of(0, true, new byte[8]).id(99));
    var _ = lastCompletes(Fragment.cut(Fragment.data(24, 18), 8));
    rig.assertEmpty();
  }

  @Test
  void withoutMemoryForTheWholeAllIsGivenUp() {
    rig = new FragRig(FragParms.USUAL, b -> b.buffers(16)); // None holds more than one frame.
    List<Fragment> parts = Fragment.cut(Fragment.data(3000, 19), 1480);
    rig.held(parts.get(0), parts.get(1));
    assertEquals(DropReason.NOMEM, rig.add(parts.get(2)));
    assertEquals(3, rig.rig.verdicts(DropReason.NOMEM));
    assertTrue(rig.wholes.isEmpty());
    rig.assertEmpty();
    rig.assertStats(0, 1, 0, 0);
  }

  @Test
  void fragmentsThatOthersReadTooAreLeftAsTheyAre() {
    byte[] data = Fragment.data(24, 20);
    List<SkBuff> clones = new ArrayList<>();
    for (Fragment part : Fragment.cut(data, 8)) {
      SkBuff skb = rig.skb(part);
      clones.add(Objects.requireNonNull(skb.skbClone()));
      var _ = rig.add(skb, rig.rig.device());
    }
    assertArrayEquals(data, FragRig.dataOf(rig.wholes.getFirst()));
    for (SkBuff clone : clones) {
      assertEquals(28, clone.len());
      clone.free(DropReason.CONSUMED);
    }
  }
}
