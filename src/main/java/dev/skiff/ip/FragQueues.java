package dev.skiff.ip;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@code struct fqdir}: the datagrams that are being reassembled, by key, by age and by source, and
 * the memory that they take. All of it is bounded by that memory, what is found is found in a step
 * or two, and what is taken out is used again. Thread: the loop thread.
 */
final class FragQueues {
  private int mostBytes;
  private int mostOfOne;
  private final long key;
  private final long key2;
  private final FragTable<FragQueue> table;
  private final FragTable<FragSource> sources;
  private final FragList byAge = new FragList();
  private @Nullable FragQueue spareQueues;
  private @Nullable FragSource spareSources;
  private int bytes;
  private int count;

  /**
   * None.
   *
   * @param random draws the key of the hashes
   */
  FragQueues(FragParms parms, RandomGenerator random) {
    mostBytes = parms.highThresh();
    mostOfOne = parms.sourceLimit();
    key = random.nextLong();
    key2 = random.nextLong();
    int buckets = FragTable.bucketsFor(mostBytes / FragQueue.BYTES);
    table = new FragTable<>(new @Nullable FragQueue[buckets]);
    sources = new FragTable<>(new @Nullable FragSource[buckets]);
  }

  /** From here on there may be so much; what is too much goes when more comes. */
  void setParms(FragParms parms) {
    mostBytes = parms.highThresh();
    mostOfOne = parms.sourceLimit();
  }

  // ---- By key -----------------------------------------------------------------------------------

  /** Keyed twice, and a bijection in between: who does not know the keys finds no collisions. */
  int hash(int saddr, int daddr, int idAndProtocol) {
    long h = mix(((long) saddr << 32 | (daddr & 0xFFFF_FFFFL)) ^ key);
    return (int) mix((h + idAndProtocol) ^ key2);
  }

  /** The finalizer of MurmurHash3. */
  private static long mix(long word) {
    long h = (word ^ word >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
    h = (h ^ h >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
    return h ^ h >>> 33;
  }

  /** {@code inet_frag_find}: the datagram with this key; null if there is none. */
  @Nullable FragQueue find(int saddr, int daddr, int idAndProtocol) {
    FragQueue q = table.first(hash(saddr, daddr, idAndProtocol));
    while (q != null && !q.is(saddr, daddr, idAndProtocol)) {
      q = table.next(q);
    }
    return q;
  }

  private @Nullable FragSource findSource(int saddr) {
    FragSource s = sources.first(hash(saddr, 0, 0));
    while (s != null && s.saddr != saddr) {
      s = sources.next(s);
    }
    return s;
  }

  // ---- Making and taking out --------------------------------------------------------------------

  /** {@code inet_frag_create}: a datagram with this key, of which there is none. */
  FragQueue create(int saddr, int daddr, int idAndProtocol, long deadlineNs) {
    FragQueue q = spareQueues;
    if (q == null) {
      q = new FragQueue();
    } else {
      spareQueues = q.spare;
      q.spare = null;
    }
    q.begin(saddr, daddr, idAndProtocol, deadlineNs);
    FragSource s = source(saddr);
    q.source = s;
    s.queues.add(q.bySource);
    s.bytes += q.bytes;
    bytes += q.bytes;
    count++;
    byAge.add(q.byAge);
    table.insert(q, hash(saddr, daddr, idAndProtocol));
    return q;
  }

  private FragSource source(int saddr) {
    FragSource s = findSource(saddr);
    if (s != null) {
      return s;
    }
    s = spareSources;
    if (s == null) {
      s = new FragSource();
    } else {
      spareSources = s.spare;
      s.spare = null;
    }
    s.saddr = saddr;
    sources.insert(s, hash(saddr, 0, 0));
    return s;
  }

  /** Counts in what a datagram takes more. */
  void charge(FragQueue q, int more) {
    q.bytes += more;
    bytes += more;
    if (q.source != null) {
      q.source.bytes += more;
    }
  }

  /**
   * {@code inet_frag_kill}: nobody finds it any more, and its memory is not counted. What it holds
   * it holds still.
   */
  void remove(FragQueue q) {
    table.remove(q);
    byAge.remove(q.byAge);
    bytes -= q.bytes;
    count--;
    FragSource s = q.source;
    if (s == null) {
      return;
    }
    q.source = null;
    s.queues.remove(q.bySource);
    s.bytes -= q.bytes;
    if (s.queues.oldest() == null) {
      sources.remove(s);
      s.spare = spareSources;
      spareSources = s;
    }
  }

  /** {@code inet_frag_destroy}: one that was taken out, and holds nothing, may be used again. */
  void recycle(FragQueue q) {
    q.spare = spareQueues;
    spareQueues = q;
  }

  // ---- Memory -----------------------------------------------------------------------------------

  /** Whether a source may take so much at all. */
  boolean mayTake(int more) {
    return more <= mostOfOne;
  }

  /**
   * The datagram that goes first if a source is to take so much more: its own oldest if it has more
   * than its share then, else the oldest of all; null if there is room.
   */
  @Nullable FragQueue inTheWay(int saddr, int more) {
    FragSource s = findSource(saddr);
    if (s != null && s.bytes + more > mostOfOne) {
      return s.queues.oldest();
    }
    return bytes + more > mostBytes ? byAge.oldest() : null;
  }

  /** The oldest of all; null if there is none. */
  @Nullable FragQueue oldest() {
    return byAge.oldest();
  }

  /** Memory that all take, in bytes: {@code FRAG: memory} of /proc/net/sockstat. */
  int bytes() {
    return bytes;
  }

  /** How many there are: {@code FRAG: inuse} of /proc/net/sockstat. */
  int count() {
    return count;
  }
}
