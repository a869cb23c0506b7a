package dev.skiff.wire;

import dev.skiff.skb.SkBuff;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The frames that a wire has taken and not sent yet: a ring, in order. Thread: the loop thread. */
final class Burst {
  /** How many frames a wire takes before it must be flushed; a power of two. */
  static final int CAPACITY = 64;

  private final @Nullable SkBuff[] frames = new @Nullable SkBuff[CAPACITY];
  private int first;
  private int size;

  boolean isFull() {
    return size == CAPACITY;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(SkBuff skb) {
    frames[(first + size++) & (CAPACITY - 1)] = skb;
  }

  int size() {
    return size;
  }

  /** The frame that so many are in front of. */
  SkBuff get(int i) {
    return Objects.requireNonNull(frames[(first + i) & (CAPACITY - 1)]);
  }

  SkBuff first() {
    return Objects.requireNonNull(frames[first]);
  }

  void removeFirst() {
    frames[first] = null;
    first = (first + 1) & (CAPACITY - 1);
    size--;
  }
}
