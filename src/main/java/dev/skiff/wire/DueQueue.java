package dev.skiff.wire;

/**
 * Numbers of slots, in the order of the times at which they are due; ties in the order of entry.
 *
 * <p>A binary heap whose array is always a permutation of all slots: behind those that are taken
 * stand the free ones. Nothing is allocated once it is made. Thread: the loop thread.
 */
final class DueQueue {
  private final int[] heap;
  private final int[] place;
  private final long[] dueNs;
  private final long[] entry;
  private int size;
  private long entries;

  /** The slots that wait for the next frame to pass, in the order of entry. */
  private final int[] heldBack;

  private int heldBackSize;

  DueQueue(int capacity) {
    heap = new int[capacity];
    place = new int[capacity];
    dueNs = new long[capacity];
    entry = new long[capacity];
    heldBack = new int[capacity];
    for (int i = 0; i < capacity; i++) {
      heap[i] = i;
      place[i] = i;
    }
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Takes a free slot, of which there must be one. */
  int add(long due) {
    int slot = heap[size];
    dueNs[slot] = due;
    entry[slot] = entries++;
    up(size++);
    return slot;
  }

  /**
   * Takes a free slot for a frame that waits until the next one has passed.
   *
   * @param latestNs when it is due if none comes
   */
  int addHeldBack(long latestNs) {
    int slot = add(latestNs);
    heldBack[heldBackSize++] = slot;
    return slot;
  }

  /** A frame passes at {@code whenNs}: what was held back for it is due then, and behind it. */
  void passes(long whenNs) {
    for (int i = 0; i < heldBackSize; i++) {
      int slot = heldBack[i];
      if (dueNs[slot] >= whenNs) {
        dueNs[slot] = whenNs;
        entry[slot] = entries++;
        // Nearer than it was or, at the same time, behind others: it may go either way.
        up(place[slot]);
        down(place[slot]);
      }
    }
    heldBackSize = 0;
  }

  /** All are due at {@code nowNs}, in the order of entry. */
  void allDue(long nowNs) {
    heldBackSize = 0;
    for (int i = 0; i < size; i++) {
      dueNs[heap[i]] = nowNs;
    }
    for (int i = size / 2 - 1; i >= 0; i--) {
      down(i);
    }
  }

  /** The slot that is due first; there must be one. */
  int first() {
    return heap[0];
  }

  /** When the first is due; {@link Long#MAX_VALUE} if there is none. */
  long firstDueNs() {
    return size == 0 ? Long.MAX_VALUE : dueNs[heap[0]];
  }

  /** Frees the slot that is due first. */
  void removeFirst() {
    int slot = heap[0];
    forgetHeldBack(slot);
    size--;
    put(0, heap[size]);
    put(size, slot);
    down(0);
  }

  private void forgetHeldBack(int slot) {
    for (int i = 0; i < heldBackSize; i++) {
      if (heldBack[i] == slot) {
        heldBackSize--;
        System.arraycopy(heldBack, i + 1, heldBack, i, heldBackSize - i);
        return;
      }
    }
  }

  private boolean before(int a, int b) {
    return dueNs[a] != dueNs[b] ? dueNs[a] < dueNs[b] : entry[a] < entry[b];
  }

  private void put(int at, int slot) {
    heap[at] = slot;
    place[slot] = at;
  }

  private void up(int from) {
    int at = from;
    int slot = heap[at];
    while (at > 0 && before(slot, heap[(at - 1) / 2])) {
      put(at, heap[(at - 1) / 2]);
      at = (at - 1) / 2;
    }
    put(at, slot);
  }

  private void down(int from) {
    int at = from;
    int slot = heap[at];
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], slot)) {
        break;
      }
      put(at, heap[child]);
      at = child;
    }
    put(at, slot);
  }
}
