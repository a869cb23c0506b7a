package dev.skiff.skb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SkBuffQueueTest {
  private static final long SEED = Long.getLong("skiff.seed", 1996);
  private static final int STEPS = 200_000;
  private static final int SLOTS = 64;

  private final SkBuffPool pool = new SkBuffPool(SLOTS, 64, 1);
  private final SkBuffQueue queue = new SkBuffQueue("test queue");

  @AfterEach
  void close() {
    pool.close();
  }

  private SkBuff alloc() {
    return Objects.requireNonNull(pool.alloc(64, "test"));
  }

  /**
   * A03, L01, L02, L03, L05, L06, L08. Every operation, in random order, against
   * java.util.LinkedList.
   */
  @Test
  void behavesLikeALinkedList() {
    Random random = new Random(SEED);
    LinkedList<SkBuff> model = new LinkedList<>();
    List<SkBuff> outside = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      outside.add(alloc());
    }
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(7)) {
        case 0 -> {
          if (!outside.isEmpty()) {
            SkBuff skb = outside.removeLast();
            queue.queueTail(skb);
            model.addLast(skb);
          }
        }
        case 1 -> {
          if (!outside.isEmpty()) {
            SkBuff skb = outside.removeLast();
            queue.queueHead(skb);
            model.addFirst(skb);
          }
        }
        case 2 -> {
          if (!outside.isEmpty() && !model.isEmpty()) {
            int at = random.nextInt(model.size());
            SkBuff skb = outside.removeLast();
            queue.insert(model.get(at), skb);
            model.add(at, skb);
          }
        }
        case 3 -> {
          if (!outside.isEmpty() && !model.isEmpty()) {
            int at = random.nextInt(model.size());
            SkBuff skb = outside.removeLast();
            queue.append(model.get(at), skb);
            model.add(at + 1, skb);
          }
        }
        case 4, 5 -> {
          SkBuff skb = queue.dequeue("test");
          assertSame(model.pollFirst(), skb, "seed " + SEED + " step " + step);
          if (skb != null) {
            outside.add(skb);
          }
        }
        default -> {
          if (!model.isEmpty()) {
            SkBuff skb = model.remove(random.nextInt(model.size()));
            queue.unlink(skb);
            outside.add(skb);
          }
        }
      }
      assertEquals(model.size(), queue.len());
      assertEquals(model.isEmpty(), queue.isEmpty());
      assertSame(model.peekFirst(), queue.peek());
      assertSame(model.peekLast(), queue.peekTail());
    }
    SkBuff at = queue.peek();
    for (SkBuff expected : model) {
      assertSame(expected, at);
      at = queue.next(Objects.requireNonNull(at));
    }
    assertNull(at);
    assertEquals(model.size(), queue.purge(DropReason.QUEUE_PURGE));
    assertEquals(outside.size(), pool.held());
  }

  /** L12. */
  @Test
  void queueingTwiceIsCaught() {
    SkBuff skb = alloc();
    queue.queueTail(skb);
    SkBuffQueue other = new SkBuffQueue("other");
    IllegalStateException twice =
        assertThrows(IllegalStateException.class, () -> other.queueTail(skb));
    assertTrue(
        twice.toString().contains("queued twice: on test queue already, now on other"),
        twice.toString());
    assertEquals(0, other.len());
  }

  @Test
  void freeingWhileQueuedIsCaught() {
    SkBuff skb = alloc();
    queue.queueTail(skb);
    IllegalStateException caught =
        assertThrows(IllegalStateException.class, () -> skb.free(DropReason.CONSUMED));
    assertTrue(caught.toString().contains("freed while on queue test queue"), caught.toString());
    assertTrue(skb.isLive());
  }

  /** L07. */
  @Test
  void unlinkingFromAQueueThatDoesNotHoldItIsCaught() {
    SkBuff skb = alloc();
    assertThrows(IllegalStateException.class, () -> queue.unlink(skb));
    queue.queueTail(skb);
    assertThrows(IllegalStateException.class, () -> new SkBuffQueue("other").unlink(skb));
  }

  @Test
  void insertingBesideABufferOfAnotherQueueIsCaughtAndChangesNothing() {
    SkBuff elsewhere = alloc();
    new SkBuffQueue("other").queueTail(elsewhere);
    SkBuff fresh = alloc();
    assertThrows(IllegalStateException.class, () -> queue.insert(elsewhere, fresh));
    assertThrows(IllegalStateException.class, () -> queue.append(elsewhere, fresh));
    queue.queueTail(fresh);
    assertThrows(IllegalStateException.class, () -> queue.insert(fresh, fresh));
    assertThrows(IllegalStateException.class, () -> queue.append(fresh, fresh));
    assertEquals(1, queue.len());
    assertSame(fresh, queue.peek());
  }

  /** L04. */
  @Test
  void theQueueHoldsWhatStandsOnItAndTheTakerWhatItTook() {
    SkBuff skb = alloc();
    queue.queueTail(skb);
    assertEquals("test queue", skb.holder());
    assertSame(skb, queue.dequeue("net_bh"));
    assertEquals("net_bh", skb.holder());
    assertNull(queue.dequeue("net_bh"));
  }

  /** L10. */
  @Test
  void purgeFreesAllForTheReason() {
    for (int i = 0; i < 5; i++) {
      queue.queueTail(alloc());
    }
    assertEquals(5, queue.purge(DropReason.NEIGH_FAILED));
    assertEquals(5, pool.verdicts().of(DropReason.NEIGH_FAILED));
    assertEquals(0, pool.held());
  }
}
