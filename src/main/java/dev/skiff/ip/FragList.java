package dev.skiff.ip;

import org.jspecify.annotations.Nullable;

/**
 * {@code struct list_head}: datagrams that wait, the oldest first. Each stands on one list for each
 * of its links. Thread: the loop thread.
 */
final class FragList {
  /** Where a datagram stands on a list. */
  static final class Link {
    private final FragQueue of;
    private @Nullable Link prev;
    private @Nullable Link next;

    Link(FragQueue of) {
      this.of = of;
    }

    /** The datagram behind this one; null if it is the youngest. */
    @Nullable FragQueue younger() {
      return next == null ? null : next.of;
    }
  }

  private @Nullable Link first;
  private @Nullable Link last;

  /** {@code list_add_tail}: adds the youngest. */
  void add(Link link) {
    Link before = last;
    link.prev = before;
    last = link;
    if (before == null) {
      first = link;
    } else {
      before.next = link;
    }
  }

  /** {@code list_del}: takes one out that is on this list. */
  void remove(Link link) {
    Link before = link.prev;
    Link after = link.next;
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
    link.prev = null;
    link.next = null;
  }

  /** The oldest; null if there is none. */
  @Nullable FragQueue oldest() {
    return first == null ? null : first.of;
  }
}
