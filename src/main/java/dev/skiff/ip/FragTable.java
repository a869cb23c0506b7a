package dev.skiff.ip;

import org.jspecify.annotations.Nullable;

/**
 * {@code struct rhashtable} of {@code struct fqdir}: what reassembly knows, by a hash. Chained
 * through the entries themselves, so that nothing is allocated. The hashes are to be keyed: nobody
 * who sends may know which of them share a chain. Thread: the loop thread.
 */
final class FragTable<N extends FragTable.Node<N>> {
  /** {@code struct rhash_head}: what can stand in a table, in one at a time. */
  abstract static class Node<N> {
    private int hash;
    private @Nullable N next;
  }

  private final @Nullable N[] buckets;

  /**
   * An empty one.
   *
   * @param buckets all null, a power of two of them, about as many as there will be entries
   */
  FragTable(@Nullable N[] buckets) {
    this.buckets = buckets;
  }

  /** How many buckets are right for so many entries at most. */
  static int bucketsFor(int entries) {
    return Integer.highestOneBit(Math.clamp(2L * entries, 16, 1 << 16));
  }

  private int bucketOf(int hash) {
    return hash & (buckets.length - 1);
  }

  /** The first of the chain in which those with this hash stand; null if it is empty. */
  @Nullable N first(int hash) {
    return buckets[bucketOf(hash)];
  }

  /** The next of the chain; null behind the last. */
  @Nullable N next(N node) {
    Node<N> at = node;
    return at.next;
  }

  /** Adds one that is in no table. */
  void insert(N node, int hash) {
    Node<N> at = node;
    at.hash = hash;
    at.next = buckets[bucketOf(hash)];
    buckets[bucketOf(hash)] = node;
  }

  /** Takes out one that is in here. */
  void remove(N node) {
    Node<N> at = node;
    int bucket = bucketOf(at.hash);
    Node<N> before = null;
    for (N n = buckets[bucket]; n != null && !n.equals(node); n = next(n)) {
      before = n;
    }
    if (before == null) {
      buckets[bucket] = at.next;
    } else {
      before.next = at.next;
    }
    at.next = null;
  }
}
