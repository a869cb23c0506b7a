package dev.skiff.eth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.Frames;
import dev.skiff.Rig;
import dev.skiff.dev.Resolve;
import dev.skiff.skb.DropReason;
import dev.skiff.skb.IpSummed;
import dev.skiff.skb.SkBuff;
import dev.skiff.skb.SkBuffPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code eth_copy_and_sum}: contract E04. */
class EthCopyAndSumTest {
  private static final int MOST = 1600;
  private static final int UNTOUCHED = 0xA5;
  private static final int SOURCE_AT = 3;

  private final SkBuffPool pool = new SkBuffPool(1, SkBuffPool.slotSizeFor(MOST + 8), 1);
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment foreign = arena.allocate(MOST + 16);
  private final Eth eth = new Eth((skb, dev, haddr, paddr, nowNs) -> Resolve.REFUSED);

  @AfterEach
  void close() {
    pool.close();
    arena.close();
  }

  /** Copies a frame; checks that the bytes are the same and no other was written. */
  private SkBuff copied(byte[] frame, int base) {
    MemorySegment.copy(frame, 0, foreign, ValueLayout.JAVA_BYTE, SOURCE_AT, frame.length);
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(MOST + 8, "test"));
    byte[] dirt = new byte[skb.tailroom()];
    Arrays.fill(dirt, (byte) UNTOUCHED);
    skb.copyFrom(dirt, skb.data(), dirt.length);
    var _ = skb.put(frame.length);
    skb.setCsum(1, IpSummed.UNNECESSARY); // whatever stood there
    eth.copyAndSum(skb, foreign, SOURCE_AT, frame.length, base);
    byte[] copy = new byte[frame.length];
    skb.copyTo(skb.data(), copy, copy.length);
    assertArrayEquals(frame, copy);
    for (int i = skb.tail(); i < skb.end(); i++) {
      assertEquals(UNTOUCHED, skb.u8(i), "a byte behind the frame");
    }
    return skb;
  }

  private static byte[] ip(int ihl, int totLen, int frameLen) {
    byte[] frame = new byte[frameLen];
    byte[] noise = Frames.data(frameLen);
    System.arraycopy(noise, 0, frame, 0, frameLen);
    if (frameLen >= 34) {
      byte[] header = Frames.ethernet(Rig.OUR_MAC, Rig.PEER_MAC, 0x0800, new byte[0]);
      System.arraycopy(header, 0, frame, 0, 14);
      frame[14] = (byte) (0x40 | ihl);
      frame[16] = (byte) (totLen >> 8);
      frame[17] = (byte) totLen;
    }
    return frame;
  }

  private static int sum(byte[] frame, int from, int to) {
    return ~Frames.checksum(frame, from, to - from) & 0xFFFF;
  }

  private void assertSummed(byte[] frame, int from, int to) {
    SkBuff skb = copied(frame, 0);
    assertEquals(IpSummed.COMPLETE, skb.ipSummed());
    assertEquals(sum(frame, from, to), skb.csum());
    skb.free(DropReason.CONSUMED);
  }

  private void assertNotSummed(byte[] frame) {
    SkBuff skb = copied(frame, 0);
    assertEquals(IpSummed.NONE, skb.ipSummed());
    assertEquals(0, skb.csum());
    skb.free(DropReason.CONSUMED);
  }

  /** E04. */
  @Test
  void everyLengthOfAnIpFrameIsCopiedAndItsPayloadSummed() {
    for (int n = 0; n <= MOST; n++) {
      byte[] frame = ip(5, n - 14, n);
      if (n > 34) {
        assertSummed(frame, 34, n);
      } else {
        assertNotSummed(frame);
      }
    }
  }

  @Test
  void everyLengthOfAnotherFrameIsCopiedAndNotSummed() {
    for (int n = 0; n <= MOST; n++) {
      byte[] frame = ip(5, n - 14, n);
      if (n > 13) {
        frame[13] = 6; // ARP
      }
      assertNotSummed(frame);
    }
  }

  @Test
  void paddingIsNeverSummed() {
    for (int totLen = 21; totLen <= 46; totLen++) {
      byte[] frame = ip(5, totLen, 60);
      Arrays.fill(frame, 14 + totLen, 60, (byte) 0xFF);
      assertSummed(frame, 34, 14 + totLen);
    }
  }

  @Test
  void optionsAreOfTheHeaderAndNotOfThePayload() {
    for (int ihl = 6; ihl <= 15; ihl++) {
      assertSummed(ip(ihl, 80, 14 + 80), 14 + 4 * ihl, 94);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "5, 20, no payload",
    "5, 19, shorter than its header",
    "4, 60, a header that cannot be",
    "0, 60, no header at all",
    "5, 87, longer than the frame",
    "5, 65535, much longer",
    "15, 59, shorter than its options",
    "15, 60, nothing behind its options",
  })
  void lengthsThatContradictEachOtherAreCopiedAndNotSummed(int ihl, int totLen, String what) {
    byte[] frame = ip(ihl, totLen, 100);
    assertNotSummed(frame);
  }

  @Test
  void theBaseIsAdded() {
    byte[] frame = ip(5, 86, 100);
    SkBuff skb = copied(frame, 0x1234);
    int plain = sum(frame, 34, 100) + 0x1234;
    assertEquals((plain & 0xFFFF) + (plain >>> 16), skb.csum());
    skb.free(DropReason.CONSUMED);
  }
}
