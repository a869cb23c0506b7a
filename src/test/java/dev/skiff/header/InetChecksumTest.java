package dev.skiff.header;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InetChecksumTest {
  private static final int LONGEST = 1600;

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

  /** RFC 1624: for every value of the word that changes, the same as computing anew. */
  @Test
  void replacingAWordAgreesWithComputingAnew() {
    int[] corners = {0x0000, 0x0001, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x0800, 0x5555, 0xDD2F};
    for (int rest : corners) {
      for (int after : corners) {
        for (int before = 0; before <= 0xFFFF; before++) {
          int updated = InetChecksum.replace(checksum(rest, before), before, after);
          int anew = checksum(rest, after);
          // Where all that is summed is zero the two zeros of ones' complement part: Icmp looks
          // out.
          if (rest != 0 || after != 0) {
            assertEquals(anew, updated, rest + " " + before + " " + after);
          }
        }
      }
    }
  }

  @Test
  void theCornerOfRfc1624() {
    // RFC 1624 4: m = 5555, m' = 3285, HC = dd2f gives 0000, where RFC 1141's way gives ffff.
    assertEquals(0x0000, InetChecksum.replace(0xdd2f, 0x5555, 0x3285));
  }

  private static int checksum(int a, int b) {
    int sum = a + b;
    return ~((sum & 0xFFFF) + (sum >>> 16)) & 0xFFFF;
  }
}
