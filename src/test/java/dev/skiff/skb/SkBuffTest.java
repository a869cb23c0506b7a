package dev.skiff.skb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SkBuffTest {
  private static final int SLOT = 256;
  private static final int SLOTS = 4;

  private final SkBuffPool pool = new SkBuffPool(SLOTS, SLOT, 2);

  @AfterEach
  void close() {
    pool.close();
  }

  private SkBuff alloc(int size) {
    return Objects.requireNonNull(pool.alloc(size, "test"));
  }

  private static void assertOffsets(int data, int tail, int end, SkBuff skb) {
    assertEquals(data, skb.data(), "data");
    assertEquals(tail, skb.tail(), "tail");
    assertEquals(end, skb.end(), "end");
    assertEquals(tail - data, skb.len(), "len");
    assertEquals(data, skb.headroom(), "headroom");
    assertEquals(end - tail, skb.tailroom(), "tailroom");
  }

  /** B01, B02. */
  @Test
  void aFreshBufferIsAllTailroomAndEndsWhereAsked() {
    assertOffsets(0, 0, 100, alloc(100));
  }

  /** B03, N14. */
  @Test
  void aDriversBufferHasHeadroomAndAnAlignedIpHeader() {
    SkBuff skb = Objects.requireNonNull(pool.devAlloc(100, "test"));
    assertOffsets(66, 66, 166, skb);
    assertEquals(0, (skb.address(skb.data()) + 14) % 16, "the IP header behind 14 bytes");
  }

  /** B04. */
  @Test
  void putGivesTheOldTailAndPushTheNewData() {
    SkBuff skb = alloc(100);
    skb.reserve(20);
    assertEquals(20, skb.put(30));
    assertOffsets(20, 50, 100, skb);
    assertEquals(6, skb.push(14));
    assertOffsets(6, 50, 100, skb);
    assertEquals(20, skb.pull(14));
    assertOffsets(20, 50, 100, skb);
  }

  @Test
  void aPutThatDoesNotFitPanicsWithTheOffsetsAndChangesNothing() {
    SkBuff skb = alloc(100);
    var _ = skb.put(60);
    IllegalStateException panic = assertThrows(IllegalStateException.class, () -> skb.put(41));
    assertTrue(
        panic.toString().contains("skb_put of 41 bytes")
            && panic.toString().contains("data 0, tail 60, end 100, len 60"),
        panic.toString());
    assertThrows(IllegalStateException.class, () -> skb.put(-1));
    assertThrows(IllegalStateException.class, () -> skb.put(Integer.MAX_VALUE));
    assertOffsets(0, 60, 100, skb);
  }

  /** B05. */
  @Test
  void aPushPastTheHeadPanicsAndChangesNothing() {
    SkBuff skb = alloc(100);
    skb.reserve(13);
    IllegalStateException panic = assertThrows(IllegalStateException.class, () -> skb.push(14));
    assertTrue(panic.toString().contains("skb_push of 14 bytes"), panic.toString());
    assertOffsets(13, 13, 100, skb);
  }

  /** B06. */
  @Test
  void pullingMoreThanThereIsChangesNothing() {
    SkBuff skb = alloc(100);
    var _ = skb.put(10);
    assertEquals(-1, skb.pull(11));
    assertEquals(-1, skb.pull(-1));
    assertOffsets(0, 10, 100, skb);
    assertTrue(skb.mayPull(10));
    assertFalse(skb.mayPull(11));
  }

  /** B07. */
  @Test
  void trimOnlyShortens() {
    SkBuff skb = alloc(100);
    var _ = skb.put(10);
    skb.trim(20);
    assertOffsets(0, 10, 100, skb);
    skb.trim(4);
    assertOffsets(0, 4, 100, skb);
  }

  /** B08. */
  @Test
  void reserveIsForEmptyBuffersThatHaveTheRoom() {
    SkBuff skb = alloc(100);
    assertThrows(IllegalStateException.class, () -> skb.reserve(101));
    skb.reserve(10);
    assertThrows(IllegalStateException.class, () -> skb.reserve(Integer.MAX_VALUE));
    var _ = skb.put(1);
    assertThrows(IllegalStateException.class, () -> skb.reserve(1));
  }

  /** B12. */
  @Test
  void paddingIsZeroWhateverStoodThere() {
    SkBuff dirty = alloc(100);
    var _ = dirty.put(100);
    for (int i = 0; i < 100; i++) {
      dirty.set8(i, 0xA5);
    }
    dirty.free(DropReason.CONSUMED);
    SkBuff skb = alloc(100);
    var _ = skb.put(42);
    assertEquals(0xA5, skb.u8(41), "the same slot, not cleared");
    skb.padTo(60);
    assertEquals(60, skb.len());
    for (int i = 42; i < 60; i++) {
      assertEquals(0, skb.u8(i), "byte " + i);
    }
    assertEquals(0xA5, skb.u8(60), "and no further");
    skb.padTo(50);
    assertEquals(60, skb.len(), "padding never shortens");
  }

  /** B13, B15. */
  @Test
  void aBufferIsFreedOnce() {
    SkBuff skb = alloc(100);
    skb.free(DropReason.CONSUMED);
    IllegalStateException twice =
        assertThrows(IllegalStateException.class, () -> skb.free(DropReason.NOMEM));
    assertTrue(twice.toString().contains("freed twice"), twice.toString());
    assertEquals(0, pool.held());
  }

  /** B18. */
  @Test
  void aFreeBufferCannotBeUsed() {
    SkBuff skb = alloc(100);
    skb.free(DropReason.CONSUMED);
    assertThrows(IndexOutOfBoundsException.class, () -> skb.u8(0));
    assertThrows(IndexOutOfBoundsException.class, () -> skb.set32(0, 1));
    assertThrows(IllegalStateException.class, () -> skb.put(1));
    assertThrows(IllegalStateException.class, () -> skb.push(0));
    assertThrows(IllegalStateException.class, () -> new SkBuffQueue("q").queueTail(skb));
  }

  @Test
  void notDroppedIsNoReasonToFree() {
    SkBuff skb = alloc(100);
    assertThrows(IllegalStateException.class, () -> skb.free(DropReason.NOT_DROPPED));
    assertTrue(skb.isLive());
  }

  /** A02. */
  @Test
  void noByteBehindTheSlotCanBeReached() {
    SkBuff skb = alloc(SLOT);
    assertThrows(IndexOutOfBoundsException.class, () -> skb.u8(SLOT));
    assertThrows(IndexOutOfBoundsException.class, () -> skb.u16(SLOT - 1));
    assertThrows(IndexOutOfBoundsException.class, () -> skb.u32(-1));
  }

  @Test
  void multiByteFieldsAreInNetworkOrder() {
    SkBuff skb = alloc(100);
    skb.set48(3, 0x0102_0304_0506L);
    for (int i = 0; i < 6; i++) {
      assertEquals(i + 1, skb.u8(3 + i));
    }
    assertEquals(0x0102, skb.u16(3));
    assertEquals(0x0304_0506, skb.u32(5));
    assertEquals(0x0102_0304_0506L, skb.u48(3));
    skb.set48(3, -1L);
    assertEquals(0xFFFF_FFFF_FFFFL, skb.u48(3));
  }

  /** B11, L09. */
  @Test
  void aCopyHasTheSameBytesAndNotesAndItsOwnMemory() {
    SkBuff skb = alloc(100);
    skb.reserve(10);
    skb.resetMacHeader();
    int at = skb.put(20);
    skb.set32(at, 0x1234_5678);
    skb.set8(5, 0x77);
    var _ = skb.pull(4);
    skb.resetNetworkHeader();
    skb.setProtocol(0x0800);
    skb.setPktType(PacketType.BROADCAST);
    skb.setStampNs(99);
    skb.enterReceived(1);
    SkBuff copy = Objects.requireNonNull(skb.copy());
    assertOffsets(14, 30, 100, copy);
    assertEquals(0x1234_5678, copy.u32(10));
    assertEquals(0x77, copy.u8(5), "headroom too");
    assertEquals(10, copy.macHeader());
    assertEquals(14, copy.networkHeader());
    assertEquals(0x0800, copy.protocol());
    assertEquals(PacketType.BROADCAST, copy.pktType());
    assertEquals(99, copy.stampNs());
    assertEquals(SkBuff.NO_DEVICE, copy.receivedOn(), "in no device's books");
    copy.set32(10, 0);
    assertEquals(0x1234_5678, skb.u32(10));
  }

  /** B17. */
  @Test
  void anEmptyPoolSaysNullAndCountsIt() {
    for (int i = 0; i < SLOTS; i++) {
      assertNotNull(pool.alloc(1, "test"));
    }
    assertNull(pool.alloc(1, "test"));
    assertEquals(1, pool.failed());
    assertEquals(SLOTS, pool.held());
    assertEquals(SLOTS, pool.report().size());
  }

  @Test
  void whatDoesNotFitASlotIsRefusedAndCounted() {
    assertNull(pool.alloc(SLOT + 1, "test"));
    assertNull(pool.devAlloc(SLOT, "test"));
    assertNull(pool.alloc(-1, "test"));
    assertEquals(3, pool.failed());
    assertEquals(0, pool.held());
  }

  @Test
  void theLedgerNamesHolderAndLastHop() {
    SkBuff skb = alloc(100);
    skb.setHolder("neighbour queue");
    skb.hop("arp_find");
    String line = pool.report().getFirst();
    assertTrue(line.contains("held by neighbour queue, last seen at arp_find"), line);
  }

  @Test
  void theBooksOfADeviceBalance() {
    SkBuff dropped = alloc(10);
    dropped.enterReceived(0);
    SkBuff held = alloc(10);
    held.enterReceived(0);
    alloc(10).free(DropReason.NEIGH_FAILED);
    dropped.free(DropReason.IP_CSUM);
    Verdicts verdicts = pool.verdicts();
    assertEquals(2, verdicts.receivedBy(0));
    assertEquals(1, verdicts.ended(0));
    assertEquals(1, pool.heldOf(0));
    assertEquals(1, verdicts.of(0, DropReason.IP_CSUM));
    assertEquals(0, verdicts.of(1, DropReason.IP_CSUM));
    assertEquals(1, verdicts.of(SkBuff.NO_DEVICE, DropReason.NEIGH_FAILED));
    assertEquals(1, verdicts.of(DropReason.NEIGH_FAILED));
    assertThrows(IllegalStateException.class, () -> held.enterReceived(1));
  }

  @Test
  void theFateListenerHearsOfEachIdOnce() {
    StringBuilder heard = new StringBuilder();
    pool.setFateListener((id, reason) -> heard.append(id).append(reason).append(' '));
    SkBuff skb = alloc(10);
    skb.setRxTapId(3);
    skb.setTxTapId(4);
    skb.free(DropReason.CONSUMED);
    alloc(10).free(DropReason.NOMEM);
    assertEquals("3CONSUMED 4CONSUMED ", heard.toString());
  }

  @Test
  void everyReasonHasWordsAndKernelNamesAreTheKernels() {
    for (DropReason reason : DropReason.values()) {
      assertFalse(reason.text().isBlank(), reason.name());
      String kernel = reason.kernelName();
      assertTrue(
          kernel == null
              || kernel.endsWith("_" + reason.name())
              || reason == DropReason.NOT_DROPPED,
          reason.name() + " " + kernel);
    }
    assertFalse(DropReason.CONSUMED.isDrop());
    assertFalse(DropReason.NOT_DROPPED.isDrop());
    assertTrue(DropReason.NOMEM.isDrop());
  }
}
