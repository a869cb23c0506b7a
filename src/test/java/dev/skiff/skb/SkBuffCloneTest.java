package dev.skiff.skb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code skb_clone}, {@code skb_unshare}, {@code skb_copy_expand} and the owner's hook. */
class SkBuffCloneTest {
  private static final int SLOTS = 4;

  private final SkBuffPool pool = new SkBuffPool(SLOTS, 256, 2);

  @AfterEach
  void close() {
    assertEquals(0, pool.held(), pool.report().toString());
    // Whatever was shared and moved about, all slots are there again.
    List<SkBuff> all = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      all.add(Objects.requireNonNull(pool.alloc(256, "test"), "slots are missing"));
    }
    assertNull(pool.alloc(1, "test"));
    for (int i = 0; i < SLOTS; i++) {
      all.get(i).set8(0, i);
    }
    for (int i = 0; i < SLOTS; i++) {
      assertEquals(i, all.get(i).u8(0), "two buffers have one slot");
      all.get(i).free(DropReason.CONSUMED);
    }
    pool.close();
  }

  private SkBuff packet() {
    SkBuff skb = Objects.requireNonNull(pool.alloc(128, "test"));
    skb.reserve(16);
    skb.set32(skb.put(20), 0x1234_5678);
    skb.set8(4, 0x77);
    return skb;
  }

  private static SkBuff cloneOf(SkBuff skb) {
    return Objects.requireNonNull(skb.skbClone());
  }

  private static void freeAll(SkBuff... buffers) {
    for (SkBuff skb : buffers) {
      skb.free(DropReason.CONSUMED);
    }
  }

  /** B10. */
  @Test
  void aCloneSharesTheBytesAndHasOffsetsOfItsOwn() {
    SkBuff skb = packet();
    skb.setProtocol(0x0800);
    skb.setPktType(PacketType.BROADCAST);
    skb.setCsum(7, IpSummed.COMPLETE);
    skb.setCb(5, 42);
    skb.enterReceived(1);
    SkBuff clone = cloneOf(skb);
    assertEquals(skb.address(0), clone.address(0), "one block");
    assertEquals(0x1234_5678, clone.u32(16));
    assertEquals(0x77, clone.u8(4), "headroom too");
    assertEquals(16, clone.data());
    assertEquals(36, clone.tail());
    assertEquals(128, clone.end());
    assertEquals(0x0800, clone.protocol());
    assertEquals(PacketType.BROADCAST, clone.pktType());
    assertEquals(7, clone.csum());
    assertEquals(IpSummed.COMPLETE, clone.ipSummed());
    assertEquals(42, clone.cb(5));
    assertEquals(SkBuff.NO_DEVICE, clone.receivedOn(), "in no device's books");
    assertTrue(clone.isClone() && clone.isShared() && skb.isShared() && !skb.isClone());
    assertEquals(20, clone.pull(4));
    clone.trim(2);
    assertEquals(16, skb.data());
    assertEquals(20, skb.len());
    freeAll(skb, clone);
  }

  @Test
  void whileSharedNeitherMayBeWrittenAndTheErrorSaysWhatToDo() {
    SkBuff skb = packet();
    SkBuff clone = cloneOf(skb);
    for (SkBuff shared : List.of(skb, clone)) {
      for (Runnable write :
          List.<Runnable>of(
              () -> shared.set8(20, 1),
              () -> shared.set16(20, 1),
              () -> shared.set32(20, 1),
              () -> shared.set48(20, 1),
              () -> shared.set64(20, 1),
              () -> shared.copyFrom(new byte[4], 20, 4),
              () -> shared.pad(1),
              () -> shared.padTo(60))) {
        IllegalStateException e = assertThrows(IllegalStateException.class, write::run);
        assertTrue(String.valueOf(e.getMessage()).contains("call unshare() first"), e.toString());
      }
      assertThrows(RuntimeException.class, () -> shared.segment().fill((byte) 1));
      assertEquals(20, shared.len(), "and nothing has changed");
    }
    assertEquals(0x1234_5678, skb.u32(16));
    freeAll(clone, skb);
  }

  @Test
  void unsharingTheOriginalLeavesTheCloneAsItWas() {
    SkBuff skb = packet();
    skb.enterReceived(0);
    SkBuff clone = cloneOf(skb);
    assertTrue(skb.unshare());
    assertEquals(0x1234_5678, skb.u32(16));
    assertEquals(0x77, skb.u8(4), "headroom too");
    assertEquals(16, skb.data());
    assertEquals(0, skb.receivedOn(), "it stays what it is");
    skb.set32(16, 0);
    assertEquals(0x1234_5678, clone.u32(16));
    assertFalse(skb.isShared() || clone.isShared());
    assertEquals(1, pool.unshared());
    freeAll(skb, clone);
  }

  @Test
  void unsharingTheCloneLeavesTheOriginalAsItWas() {
    SkBuff skb = packet();
    SkBuff clone = cloneOf(skb);
    assertTrue(clone.unshare());
    clone.set32(16, 0);
    assertEquals(0x1234_5678, skb.u32(16));
    freeAll(skb, clone);
  }

  @Test
  void theLastUserNeedsNoCopyToWrite() {
    SkBuff skb = packet();
    SkBuff clone = cloneOf(skb);
    skb.free(DropReason.CONSUMED);
    assertTrue(clone.unshare());
    clone.set32(16, 1);
    assertEquals(1, clone.u32(16));
    assertEquals(0, pool.unshared(), "nothing was copied");
    clone.free(DropReason.CONSUMED);
    SkBuff other = packet();
    cloneOf(other).free(DropReason.CONSUMED);
    assertTrue(other.unshare());
    other.set8(20, 1);
    assertEquals(0, pool.unshared());
    other.free(DropReason.CONSUMED);
  }

  /** B14. */
  @Test
  void clonesOfClonesShareOneBlockWhichLivesUntilTheLast() {
    SkBuff skb = packet();
    SkBuff first = cloneOf(skb);
    SkBuff second = cloneOf(first);
    assertEquals(skb.address(0), second.address(0));
    freeAll(skb, first);
    for (int i = 0; i < SLOTS - 1; i++) {
      SkBuff other = packet();
      other.set32(16, -1);
      freeAll(other);
    }
    assertEquals(0x1234_5678, second.u32(16));
    second.free(DropReason.CONSUMED);
  }

  @Test
  void withoutMemoryNothingIsUnsharedAndThatIsCounted() {
    SkBuff skb = packet();
    SkBuff clone = cloneOf(skb);
    SkBuff[] rest = {packet(), packet(), packet()};
    assertFalse(skb.unshare());
    assertFalse(clone.unshare());
    assertEquals(2, pool.failed());
    assertThrows(IllegalStateException.class, () -> skb.set8(20, 1));
    freeAll(rest);
    assertTrue(skb.unshare());
    freeAll(skb, clone);
  }

  @Test
  void aCloneThatWasMovedToItsOwnBlockLivesOnWithoutTheOthers() {
    SkBuff skb = packet();
    SkBuff a = cloneOf(skb);
    SkBuff b = cloneOf(skb);
    assertTrue(a.unshare());
    assertTrue(skb.unshare());
    a.set8(16, 0xAA);
    skb.set8(16, 0xBB);
    assertEquals(0x12, b.u8(16));
    SkBuff c = cloneOf(a);
    freeAll(a, b, skb);
    assertEquals(0xAA, c.u8(16));
    freeAll(c);
  }

  @Test
  void aCloneEndsInALineOfItsOwn() {
    SkBuff skb = packet();
    skb.enterReceived(0);
    SkBuff clone = cloneOf(skb);
    clone.free(DropReason.UNHANDLED_PROTO);
    skb.free(DropReason.CONSUMED);
    Verdicts verdicts = pool.verdicts();
    assertEquals(1, verdicts.ofClones(DropReason.UNHANDLED_PROTO));
    assertEquals(0, verdicts.of(DropReason.UNHANDLED_PROTO), "its packet was not dropped");
    assertEquals(1, verdicts.ended(0));
    assertEquals(1, pool.cloned());
    assertEquals(2, pool.taken());
    assertEquals(2, pool.freed());
  }

  @Test
  void ofAFreeBufferThereIsNoClone() {
    SkBuff skb = packet();
    skb.free(DropReason.CONSUMED);
    assertThrows(IllegalStateException.class, skb::skbClone);
    assertThrows(IllegalStateException.class, skb::unshare);
    SkBuff other = packet();
    SkBuff clone = cloneOf(other);
    clone.free(DropReason.CONSUMED);
    assertThrows(IllegalStateException.class, clone::skbClone);
    assertThrows(IllegalStateException.class, clone::unshare);
    assertThrows(IllegalStateException.class, () -> clone.free(DropReason.CONSUMED));
    other.free(DropReason.CONSUMED);
  }

  @Test
  void aCopyExpandedHasTheRoomThatWasAsked() {
    SkBuff skb = packet();
    skb.resetMacHeader();
    assertEquals(20, skb.pull(4));
    skb.resetNetworkHeader();
    assertEquals(24, skb.pull(4));
    skb.resetTransportHeader();
    assertEquals(16, skb.push(8));
    SkBuff wide = Objects.requireNonNull(skb.copyExpand(40, 50));
    assertEquals(40, wide.headroom());
    assertEquals(50, wide.tailroom());
    assertEquals(20, wide.len());
    assertEquals(40, wide.macHeader());
    assertEquals(44, wide.networkHeader());
    assertEquals(48, wide.transportHeader());
    assertEquals(0x1234_5678, wide.u32(40));
    assertEquals(0x77, wide.u8(28), "what stood in the headroom moves with it");
    SkBuff narrow = Objects.requireNonNull(skb.copyExpand(0, 0));
    assertEquals(0, narrow.headroom());
    assertEquals(0, narrow.tailroom());
    assertEquals(0x1234_5678, narrow.u32(0));
    assertNull(skb.copyExpand(200, 200), "larger than any slot");
    assertNull(skb.copyExpand(Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertEquals(2, pool.failed());
    assertThrows(IllegalArgumentException.class, () -> skb.copyExpand(-1, 0));
    freeAll(skb, wide, narrow);
  }

  /** F02. B13, B16, F01: the owner hears of the end once, and can still read. */
  @Test
  void theOwnersHookIsCalledOnceAtTheEnd() {
    List<String> heard = new ArrayList<>();
    SkBuff skb = packet();
    skb.setDestructor(s -> heard.add(s.len() + " of " + s.truesize()));
    assertThrows(IllegalStateException.class, () -> skb.setDestructor(s -> {}));
    SkBuff clone = cloneOf(skb);
    clone.free(DropReason.CONSUMED);
    assertEquals(List.of(), heard, "a clone has no owner");
    skb.free(DropReason.CONSUMED);
    assertEquals(List.of("20 of " + (256 + SkBuff.HEAD_BYTES)), heard);
    SkBuff orphan = packet();
    orphan.setDestructor(s -> heard.add("orphan"));
    orphan.orphan();
    orphan.orphan();
    orphan.free(DropReason.CONSUMED);
    assertEquals(2, heard.size());
  }

  @Test
  void aHookCanReadTheBufferAndNeitherFreeNorKeepIt() {
    SkBuffQueue queue = new SkBuffQueue("test queue");
    List<String> heard = new ArrayList<>();
    SkBuff skb = packet();
    skb.setDestructor(
        s -> {
          heard.add("" + s.u32(s.data()));
          assertThrows(IllegalStateException.class, () -> s.free(DropReason.CONSUMED));
          assertThrows(IllegalStateException.class, () -> queue.queueTail(s));
          assertThrows(IllegalStateException.class, s::skbClone);
        });
    skb.free(DropReason.CONSUMED);
    assertEquals(List.of("" + 0x1234_5678), heard);
    assertEquals(0, queue.len());
    assertEquals(0, pool.held());
  }

  @Test
  void aFreedBufferTakesNoHookAndIsNotCopied() {
    SkBuff skb = packet();
    skb.free(DropReason.CONSUMED);
    assertThrows(IllegalStateException.class, () -> skb.setDestructor(s -> {}));
    assertThrows(IllegalStateException.class, skb::copy);
    assertThrows(IllegalStateException.class, () -> skb.copyExpand(1, 1));
    assertEquals(0, pool.held());
  }

  @Test
  void aHookThatThrowsDoesNotKeepTheBuffer() {
    SkBuff skb = packet();
    skb.setDestructor(
        s -> {
          throw new IllegalStateException("on purpose");
        });
    assertThrows(IllegalStateException.class, () -> skb.free(DropReason.CONSUMED));
    assertFalse(skb.isLive());
    assertEquals(0, pool.held());
  }

  /** B01: nothing of an older packet's notes is left in a fresh buffer. */
  @Test
  void aFreshBufferKnowsNothingOfTheOneBefore() {
    SkBuff skb = packet();
    skb.setCb(0, 1);
    skb.setCsum(3, IpSummed.PARTIAL);
    skb.setPriority(2);
    skb.setHeaderComplete();
    skb.setDestructor(s -> {});
    skb.free(DropReason.CONSUMED);
    SkBuff fresh = Objects.requireNonNull(pool.alloc(10, "test"));
    assertEquals(0, fresh.cb(0));
    assertEquals(0, fresh.csum());
    assertEquals(IpSummed.NONE, fresh.ipSummed());
    assertEquals(0, fresh.priority());
    assertFalse(fresh.arp());
    fresh.setDestructor(s -> {});
    assertNotNull(fresh);
    assertThrows(IndexOutOfBoundsException.class, () -> fresh.cb(6));
    assertThrows(IndexOutOfBoundsException.class, () -> fresh.setCb(-1, 0));
    fresh.free(DropReason.CONSUMED);
  }
}
