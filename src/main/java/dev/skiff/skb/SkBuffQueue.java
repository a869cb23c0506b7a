package dev.skiff.skb;

import org.jspecify.annotations.Nullable;

/**
 * {@code struct sk_buff_head}: a doubly linked list of buffers. Every operation is O(1) and
 * allocates nothing; a buffer stands on one queue at a time and knows which.
 *
 * <p>Thread: the loop thread.
 */
public final class SkBuffQueue {
  private final String name;
  private @Nullable SkBuff first;
  private @Nullable SkBuff last;
  private int qlen;

  /**
   * {@code skb_queue_head_init}.
   *
   * @param name whom the ledger names as the holder of what stands here
   */
  public SkBuffQueue(String name) {
    this.name = name;
  }

  /**
   * {@code skb_queue_tail}: appends.
   *
   * @throws IllegalStateException if the buffer stands on a queue already or is free
   */
  public void queueTail(SkBuff skb) {
    enter(skb);
    link(last, skb, null);
  }

  /**
   * {@code skb_queue_head}: puts in front.
   *
   * @throws IllegalStateException if the buffer stands on a queue already or is free
   */
  public void queueHead(SkBuff skb) {
    enter(skb);
    link(null, skb, first);
  }

  /**
   * {@code skb_insert}: puts {@code fresh} in front of {@code old}.
   *
   * @throws IllegalStateException if {@code old} does not stand on this queue, or {@code fresh}
   *     stands on one already or is free
   */
  public void insert(SkBuff old, SkBuff fresh) {
    check(old);
    enter(fresh);
    link(old.prev, fresh, old);
  }

  /**
   * {@code skb_append}: puts {@code fresh} behind {@code old}.
   *
   * @throws IllegalStateException if {@code old} does not stand on this queue, or {@code fresh}
   *     stands on one already or is free
   */
  public void append(SkBuff old, SkBuff fresh) {
    check(old);
    enter(fresh);
    link(old, fresh, old.next);
  }

  private void check(SkBuff skb) {
    if (skb.list != this) {
      throw new IllegalStateException("not on queue " + name + ": " + skb);
    }
  }

  private void link(@Nullable SkBuff before, SkBuff skb, @Nullable SkBuff after) {
    skb.prev = before;
    skb.next = after;
    if (before == null) {
      first = skb;
    } else {
      before.next = skb;
    }
    if (after == null) {
      last = skb;
    } else {
      after.prev = skb;
    }
  }

  /** {@code skb_dequeue}: takes the first off and gives it to {@code taker}; null when empty. */
  public @Nullable SkBuff dequeue(String taker) {
    SkBuff skb = first;
    if (skb != null) {
      unlink(skb);
      skb.setHolder(taker);
    }
    return skb;
  }

  /** {@code skb_peek}: the first, left where it is and still the queue's; null when empty. */
  public @Nullable SkBuff peek() {
    return first;
  }

  /** {@code skb_peek_tail}: the last, left where it is and still the queue's; null when empty. */
  public @Nullable SkBuff peekTail() {
    return last;
  }

  /** {@code skb_queue_next}: the one behind {@code skb} on this queue; null behind the last. */
  public @Nullable SkBuff next(SkBuff skb) {
    check(skb);
    return skb.next;
  }

  /**
   * {@code skb_unlink}: takes a buffer off this queue, wherever it stands; does not free it.
   *
   * @throws IllegalStateException if it does not stand on this queue
   */
  public void unlink(SkBuff skb) {
    check(skb);
    SkBuff before = skb.prev;
    SkBuff after = skb.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.prev = before;
    }
    skb.next = null;
    skb.prev = null;
    skb.list = null;
    qlen--;
  }

  /**
   * {@code skb_queue_purge}: frees all, first to last.
   *
   * @return how many there were
   */
  public int purge(DropReason reason) {
    int n = 0;
    for (SkBuff skb = first; skb != null; skb = first) {
      unlink(skb);
      skb.free(reason);
      n++;
    }
    return n;
  }

  /** {@code skb_queue_len}. */
  public int len() {
    return qlen;
  }

  /** {@code skb_queue_empty}. */
  public boolean isEmpty() {
    return qlen == 0;
  }

  @Override
  public String toString() {
    return name;
  }

  private void enter(SkBuff skb) {
    if (skb.list != null) {
      throw new IllegalStateException(
          "queued twice: on "
              + skb.list
              + " already, now on "
              + name
              + "; unlink or dequeue it first: "
              + skb);
    }
    if (!skb.isLive()) {
      throw new IllegalStateException("queued on " + name + " after it was freed: " + skb);
    }
    skb.list = this;
    skb.setHolder(name);
    qlen++;
  }
}
