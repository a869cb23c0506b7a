package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Frames;
import dev.skiff.header.InetChecksum;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.SkBuff;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fragments that come twice, overlap or contradict each other: X75, X77, X78. No datagram is ever
 * put together of bytes that two fragments disagree about.
 */
class ReassemblyOverlapTest {
  private static final int PIECE = 24;
  private static final byte[] DATA = Fragment.data(3 * PIECE, 1);
  private static final byte[] FORGED = Fragment.data(4 * PIECE, 2);
  private static final int[][] ORDERS = {
    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}
  };

  private final FragRig rig = new FragRig();

  @AfterEach
  void nothingIsLeft() {
    rig.end();
  }

  private static Fragment piece(int i) {
    return Fragment.part(DATA, i * PIECE, (i + 1) * PIECE);
  }

  private static Fragment forged(int from, int to, boolean more) {
    return Fragment.of(from, more, Arrays.copyOfRange(FORGED, from, to));
  }

  // ---- Duplicates -------------------------------------------------------------------------------

  /** X75: each fragment twice, in all orders of the first and all places of the second. */
  @Test
  void anExactDuplicateIsDroppedAndChangesNothing() {
    for (int[] order : ORDERS) {
      for (int again = 0; again < 2; again++) {
        for (int place = again + 1; place < 3; place++) {
          List<Integer> sent = new ArrayList<>(Arrays.stream(order).boxed().toList());
          sent.add(place, order[again]);
          int dropped = 0;
          for (int i : sent) {
            dropped += rig.add(piece(i)) == DropReason.DUP_FRAG ? 1 : 0;
          }
          assertEquals(1, dropped, sent.toString());
          assertArrayEquals(DATA, FragRig.dataOf(rig.wholes.removeFirst()), sent.toString());
          rig.assertEmpty();
        }
      }
    }
    rig.assertStats(18, 0, 0, 0);
  }

  /** X75: the first that came stands, whatever the second holds. */
  @Test
  void aDuplicateWithOtherBytesReplacesNothing() {
    rig.held(piece(0), piece(2));
    assertEquals(DropReason.DUP_FRAG, rig.add(forged(0, PIECE, true)));
    assertEquals(DropReason.DUP_FRAG, rig.add(forged(2 * PIECE, 3 * PIECE, false)));
    assertArrayEquals(DATA, rig.completed(piece(1)));
  }

  /** What comes after the datagram was whole begins a new one. */
  @Test
  void aDuplicateOfWhatWasWholeBeginsAnew() {
    rig.held(piece(0), piece(1));
    assertArrayEquals(DATA, rig.completed(piece(2)));
    rig.held(piece(2));
    assertEquals(1, rig.reassembly.inuse());
  }

  /** X75: the same bytes cannot both be the last and not be. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theSameRangeWithAnotherMoreFlagIsNoDuplicate(boolean more) {
    rig.held(forged(2 * PIECE, 3 * PIECE, !more));
    assertEquals(DropReason.IP_FRAGMENT_OVERLAP, rig.add(forged(2 * PIECE, 3 * PIECE, more)));
    rig.assertEmpty();
  }

  // ---- Overlaps ---------------------------------------------------------------------------------

  /**
   * X75: a forged fragment of every range on the 8-byte grid, as last and not, among three in every
   * order: what comes of it is what the model says, and no whole datagram has forged bytes but
   * those of a forged fragment that came first and that a true one is the exact duplicate of.
   */
  @Test
  void everyOverlapOfThreeFragmentsSpoilsTheDatagram() {
    int wholes = 0;
    int overlaps = 0;
    for (int from = 0; from < FORGED.length; from += 8) {
      for (int to = from + 8; to <= FORGED.length; to += 8) {
        for (int[] order : ORDERS) {
          for (int place = 0; place < 8; place++) {
            boolean more = place % 2 == 0;
            if (from > 0 || more) {
              overlaps += tryOverlap(from, to, more, order, place / 2);
              wholes += rig.wholes.size();
              rig.wholes.clear();
            }
          }
        }
      }
    }
    assertTrue(wholes > 500, "whole: " + wholes);
    assertTrue(overlaps > 1000, "overlaps: " + overlaps);
    assertEquals(overlaps, rig.stat(IpStat.IP_EXT_REASM_OVERLAPS));
  }

  private int tryOverlap(int from, int to, boolean more, int[] order, int place) {
    List<Fragment> sent = new ArrayList<>();
    Arrays.stream(order).forEach(i -> sent.add(piece(i)));
    sent.add(place, forged(from, to, more));
    FragModel model = new FragModel();
    int overlaps = 0;
    for (Fragment fragment : sent) {
      DropReason reason = rig.add(fragment);
      assertEquals(model.add(fragment, 0), reason, sent + " at " + fragment);
      overlaps += reason == DropReason.IP_FRAGMENT_OVERLAP ? 1 : 0;
      if (reason == DropReason.CONSUMED) {
        byte[] whole = FragRig.dataOf(rig.wholes.getLast());
        assertArrayEquals(model.whole, whole, sent.toString());
        assertPure(whole, from, to, sent.toString());
      }
    }
    assertEquals(model.waiting(), rig.reassembly.inuse(), sent.toString());
    rig.reassembly.purge();
    return overlaps;
  }

  /** Outside of the forged range all bytes are true, and inside they are all of one kind. */
  private static void assertPure(byte[] whole, int from, int to, String what) {
    int end = Math.min(to, whole.length);
    boolean forged = from < end && whole[from] == FORGED[from] && !isTrue(whole, from, end);
    for (int i = 0; i < whole.length; i++) {
      boolean inside = i >= from && i < end;
      byte wanted = forged && inside ? FORGED[i] : i < DATA.length ? DATA[i] : FORGED[i];
      assertEquals(wanted, whole[i], what + " byte " + i);
    }
  }

  private static boolean isTrue(byte[] whole, int from, int end) {
    return end <= DATA.length && Arrays.equals(whole, from, end, DATA, from, end);
  }

  /** RFC 5722 4: and any constituent fragments, including those not yet received. */
  @Test
  void allFragmentsOfWhatOverlapsEndForIt() {
    rig.held(piece(0), piece(1));
    assertEquals(DropReason.IP_FRAGMENT_OVERLAP, rig.add(forged(8, 16, true)));
    assertEquals(3, rig.rig.verdicts(DropReason.IP_FRAGMENT_OVERLAP));
    rig.assertEmpty();
    rig.assertStats(0, 1, 0, 1);
  }

  /** Linux takes it for a duplicate; it is an overlap. */
  @Test
  void aFragmentThatCoversTwoOthersExactlyIsNoDuplicate() {
    rig.held(piece(0), piece(1));
    assertEquals(DropReason.IP_FRAGMENT_OVERLAP, rig.add(forged(0, 2 * PIECE, true)));
    rig.assertEmpty();
  }

  // ---- Ends -------------------------------------------------------------------------------------

  /** X78: by a byte, so that the same blocks are covered; by more; before and behind. */
  @ParameterizedTest
  @ValueSource(ints = {-17, -8, -1, 1, 8, 17})
  void twoEndsSpoilTheDatagram(int away) {
    rig.held(piece(0), forged(2 * PIECE, 3 * PIECE, false));
    int end = 3 * PIECE + away;
    assertEquals(DropReason.IP_FRAGMENT_END, rig.add(forged(2 * PIECE, end, false)));
    assertEquals(3, rig.rig.verdicts(DropReason.IP_FRAGMENT_END));
    rig.assertEmpty();
    rig.assertStats(0, 1, 0, 0);
  }

  /** X78. */
  @Test
  void dataBehindTheEndSpoilsTheDatagram() {
    rig.held(piece(0), piece(2));
    assertEquals(DropReason.IP_FRAGMENT_END, rig.add(forged(3 * PIECE, 4 * PIECE, true)));
    rig.assertEmpty();
  }

  /** X78. */
  @Test
  void anEndBeforeDataThatHasComeSpoilsTheDatagram() {
    rig.held(piece(0), forged(3 * PIECE, 4 * PIECE, true));
    assertEquals(DropReason.IP_FRAGMENT_END, rig.add(piece(2)));
    rig.assertEmpty();
    rig.assertStats(0, 1, 0, 0);
  }

  // ---- Lengths ----------------------------------------------------------------------------------

  /** X77: what is not the last and not a multiple of 8 is cut to one, and what was cut is gone. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 7})
  void aFragmentThatIsNotTheLastIsCutToAMultipleOfEight(int tooMuch) {
    rig.held(
        piece(0), Fragment.of(PIECE, true, Arrays.copyOfRange(DATA, PIECE, 2 * PIECE + tooMuch)));
    assertArrayEquals(DATA, rig.completed(piece(2)));
  }

  /**
   * X77: also if it is the one that makes the datagram whole; what was known of its sum is void.
   */
  @Test
  void aFragmentThatIsCutMayComeLast() {
    int[] sum = {0};
    rig.onWhole = skb -> sum[0] = skb.csum();
    rig.held(piece(0), piece(2));
    byte[] longer = Arrays.copyOfRange(DATA, PIECE, 2 * PIECE + 5);
    SkBuff skb = rig.skb(Fragment.of(PIECE, true, longer));
    int known = InetChecksum.sum(skb, skb.data() + 20, longer.length);
    skb.setCsum(known, IpSummed.COMPLETE);
    assertEquals(DropReason.CONSUMED, rig.add(skb, rig.rig.device()));
    assertArrayEquals(DATA, FragRig.dataOf(rig.wholes.getFirst()));
    assertEquals(~Frames.checksum(DATA, 0, DATA.length) & 0xFFFF, sum[0]);
  }

  /** X77: nothing is left of it; the others stay. Linux gives them up too. */
  @Test
  void aFragmentWithoutDataIsDroppedAlone() {
    rig.held(piece(0), piece(2));
    assertEquals(DropReason.IP_FRAGMENT_EMPTY, rig.add(Fragment.of(PIECE, true, new byte[7])));
    assertEquals(DropReason.IP_FRAGMENT_EMPTY, rig.add(Fragment.of(PIECE, true, new byte[0])));
    assertEquals(DropReason.IP_FRAGMENT_EMPTY, rig.add(Fragment.of(PIECE, false, new byte[0])));
    assertArrayEquals(DATA, rig.completed(piece(1)));
    rig.assertStats(1, 3, 0, 0);
  }

  /** X77: the last may have any length. */
  @Test
  void theLastFragmentMayBeOfOneByte() {
    byte[] data = Fragment.data(17, 3);
    rig.held(Fragment.part(data, 0, 8), Fragment.part(data, 16, 17));
    assertArrayEquals(data, rig.completed(Fragment.part(data, 8, 16)));
  }
}
