package dev.skiff.neigh;

import dev.skiff.dev.NetDevice;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct neigh_hash_table}: neighbours by device and address. Open addressing with linear
 * probing, at most half full, so that a look-up allocates nothing and ends soon. Thread: the loop
 * thread.
 */
final class NeighbourHash {
  private static final int DEVICES_APART = 0x9E37_79B1;

  private final @Nullable Neighbour[] buckets;
  private final int mask;
  private final int key;
  private int size;

  /**
   * An empty one.
   *
   * @param capacity the most neighbours
   * @param key a random number
   */
  NeighbourHash(int capacity, int key) {
    this.key = key;
    buckets = new @Nullable Neighbour[2 * Integer.highestOneBit(2 * capacity - 1)];
    mask = buckets.length - 1;
  }

  /** {@code arp_hashfn}: keyed, so that nobody can choose addresses that share a bucket. */
  private int bucketOf(NetDevice dev, int ip) {
    int h = (ip ^ key) + dev.index() * DEVICES_APART;
    h = (h ^ h >>> 16) * 0x85EB_CA6B;
    h = (h ^ h >>> 13) * 0xC2B2_AE35;
    return (h ^ h >>> 16) & mask;
  }

  @Nullable Neighbour lookup(NetDevice dev, int ip) {
    for (int i = bucketOf(dev, ip); ; i = (i + 1) & mask) {
      Neighbour n = buckets[i];
      if (n == null || (n.ip == ip && n.dev == dev)) {
        return n;
      }
    }
  }

  /**
   * Adds a neighbour that is not in here.
   *
   * @throws IllegalStateException if it is half full
   */
  void insert(Neighbour n) {
    if (++size > buckets.length / 2) {
      throw new IllegalStateException("more neighbours than there is room for: " + --size);
    }
    int i = bucketOf(n.dev, n.ip);
    while (buckets[i] != null) {
      i = (i + 1) & mask;
    }
    buckets[i] = n;
  }

  /** Takes out a neighbour that is in here: those that its place kept from theirs move up. */
  void remove(Neighbour n) {
    int hole = bucketOf(n.dev, n.ip);
    while (buckets[hole] != n) {
      hole = (hole + 1) & mask;
    }
    size--;
    buckets[hole] = null;
    int i = (hole + 1) & mask;
    for (Neighbour next = buckets[i]; next != null; next = buckets[i]) {
      int away = (i - bucketOf(next.dev, next.ip)) & mask;
      if (away >= ((i - hole) & mask)) {
        buckets[hole] = next;
        buckets[i] = null;
        hole = i;
      }
      i = (i + 1) & mask;
    }
  }
}
