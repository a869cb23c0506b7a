package dev.skiff.header;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.skiff.Frames;
import dev.skiff.Rounds;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InetChecksumTest {
  private static final int LONGEST = 1600;
  private static final int[] CORNERS = {
    0x0000, 0x0001, 0x00FF, 0x0100, 0x7FFF, 0x8000, 0xFF00, 0xFFFE, 0xFFFF, 0x0800, 0x5555, 0xDD2F
  };

  private final SkBuffPool pool = new SkBuffPool(1, 2048, 1);
  private final SkBuff skb = Objects.requireNonNull(pool.alloc(2048, "test"));

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void theExampleOfRfc1071() {
    // RFC 1071 3: these eight bytes sum to ddf2.
    byte[] bytes = {
      0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7
    };
    skb.copyFrom(bytes, 0, bytes.length);
    assertEquals(0xddf2, InetChecksum.sum(skb, 0, bytes.length));
    assertEquals(0x220d, InetChecksum.of(skb, 0, bytes.length));
  }

  /** X127. */
  @Test
  void everyLengthAtOddAndEvenOffsetsAgreesWithThePlainSum() {
    byte[] bytes = new byte[LONGEST + 3];
    new Random(1071).nextBytes(bytes);
    skb.copyFrom(bytes, 0, bytes.length);
    for (int n = 0; n <= LONGEST; n++) {
      for (int offset = 0; offset < 3; offset++) {
        assertEquals(
            Frames.checksum(bytes, offset, n),
            InetChecksum.of(skb, offset, n),
            n + " bytes at " + offset);
      }
    }
  }

  @Test
  void carriesOfAllOnesAreFolded() {
    byte[] ones = new byte[LONGEST];
    java.util.Arrays.fill(ones, (byte) 0xFF);
    skb.copyFrom(ones, 0, LONGEST);
    assertEquals(0xFFFF, InetChecksum.sum(skb, 0, LONGEST));
    assertEquals(0, InetChecksum.of(skb, 0, LONGEST));
  }

  @Test
  void onlyAllZerosSumToZero() {
    skb.copyFrom(new byte[40], 0, 40);
    assertEquals(0, InetChecksum.sum(skb, 0, 40));
    assertEquals(0xFFFF, InetChecksum.of(skb, 0, 40));
  }

  @Test
  void sumsOfTwoBlocksAreJoinedAtEvenAndOddOffsets() {
    byte[] bytes = new byte[LONGEST];
    new Random(1624).nextBytes(bytes);
    skb.copyFrom(bytes, 0, LONGEST);
    int all = InetChecksum.sum(skb, 0, LONGEST);
    for (int cut = 0; cut <= LONGEST; cut++) {
      int first = InetChecksum.sum(skb, 0, cut);
      int second = InetChecksum.sum(skb, cut, LONGEST - cut);
      assertEquals(all, InetChecksum.blockAdd(first, second, cut), "cut at " + cut);
      if (cut % 2 == 0) {
        assertEquals(all, InetChecksum.add(first, second), "cut at " + cut);
        if (cut > 0 && cut < LONGEST) {
          assertEquals(second, InetChecksum.subtract(all, first), "cut at " + cut);
        }
      }
    }
  }

  @Test
  void aFoldedSumIsZeroForZeroAlone() {
    assertEquals(0, InetChecksum.fold(0));
    long[] multiplesOf65535 = {
      0xFFFF, 0x1_FFFEL, 0xFFFF_0000L, 0xFFFF_FFFFL, 1L << 48 | 0xFFFE, -1
    };
    for (long sum : multiplesOf65535) {
      assertEquals(0xFFFF, InetChecksum.fold(sum), Long.toHexString(sum));
    }
    assertEquals(1, InetChecksum.fold(1L << 48));
    assertEquals(0x1234 + 0x5678 + 0x0abc + 0x0def, InetChecksum.fold(0x1234_5678_0abc_0defL));
  }

  @Test
  void aSumPastTheEndOfTheSegmentThrowsAndNamesTheRange() {
    IndexOutOfBoundsException e =
        assertThrows(
            IndexOutOfBoundsException.class, () -> ignore(InetChecksum.sum(skb, 2000, 100)));
    String past = String.valueOf(e.getMessage());
    assertTrue(past.contains("2000") && past.contains("100") && past.contains("2048"), past);
    assertThrows(IndexOutOfBoundsException.class, () -> ignore(InetChecksum.sum(skb, -1, 8)));
    assertThrows(IndexOutOfBoundsException.class, () -> ignore(InetChecksum.sum(skb, 0, -1)));
    assertThrows(IndexOutOfBoundsException.class, () -> ignore(InetChecksum.sum(skb, 2041, 8)));
    assertEquals(0, InetChecksum.sum(skb, 2048, 0));
  }

  @Test
  void aFreedBufferIsNotSummed() {
    skb.free(DropReason.CONSUMED);
    assertThrows(IndexOutOfBoundsException.class, () -> ignore(InetChecksum.sum(skb, 0, 20)));
  }

  /**
   * RFC 1624: every value of each argument against corner and seeded values of the others. The
   * checksum before is swept over all that can be by sweeping the rest of what it covers.
   */
  @Test
  void replacingAWordAgreesWithComputingAnew() {
    int[] some = someWords();
    for (int one : some) {
      for (int other : some) {
        for (int every = 0; every <= 0xFFFF; every++) {
          holdAgainstFull(every, one, other);
          holdAgainstFull(one, every, other);
          holdAgainstFull(one, other, every);
        }
      }
    }
  }

  private static int[] someWords() {
    int[] words = java.util.Arrays.copyOf(CORNERS, Rounds.all() ? 64 : 24);
    Random random = new Random(1141);
    for (int i = CORNERS.length; i < words.length; i++) {
      words[i] = random.nextInt(0x1_0000);
    }
    return words;
  }

  private static void holdAgainstFull(int rest, int before, int after) {
    int updated = InetChecksum.replace(checksum(rest, before), before, after);
    // Where all that is summed is zero the two zeros of ones' complement part: Icmp looks out.
    int anew = rest == 0 && after == 0 ? 0 : checksum(rest, after);
    if (updated != anew) {
      fail(
          String.format(
              "rest %04x, %04x becomes %04x: %04x, anew %04x", rest, before, after, updated, anew));
    }
  }

  @Test
  void theCornerOfRfc1624() {
    // RFC 1624 4: m = 5555, m' = 3285, HC = dd2f gives 0000, where RFC 1141's way gives ffff.
    assertEquals(0x0000, InetChecksum.replace(0xdd2f, 0x5555, 0x3285));
  }

  private static void ignore(int sum) {
    fail("summed: " + sum);
  }

  private static int checksum(int a, int b) {
    int sum = a + b;
    return ~((sum & 0xFFFF) + (sum >>> 16)) & 0xFFFF;
  }
}
