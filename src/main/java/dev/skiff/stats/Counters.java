package dev.skiff.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A fixed number of 64-bit counters by index.
 *
 * <p>One thread (the loop thread) writes; any thread reads, without a lock: each value read was
 * current at some moment, and two values read one after the other may be of different moments.
 */
public final class Counters {
  private static final VarHandle VALUE = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] values;

  /**
   * Makes counters, all zero.
   *
   * @param size how many, at least 1
   */
  public Counters(int size) {
    values = new long[size];
  }

  /** Adds 1. Loop thread. */
  public void increment(int index) {
    add(index, 1);
  }

  /** Adds {@code n}, which may be 0. Loop thread. */
  public void add(int index, long n) {
    VALUE.setOpaque(values, index, values[index] + n);
  }

  /** Reads one counter. Any thread. */
  public long get(int index) {
    return (long) VALUE.getOpaque(values, index);
  }

  /** How many counters there are. */
  public int size() {
    return values.length;
  }

  /** The sum of all counters. Any thread. */
  public long sum() {
    long sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += get(i);
    }
    return sum;
  }
}
