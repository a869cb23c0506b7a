package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The tables of what waits, against a map in the order of age: X71, X79. */
class FragQueuesTest {
  private static final long SEED = Long.getLong("skiff.seed", 815);
  private static final int STEPS = 50_000;

  private record Key(int saddr, int daddr, int idAndProtocol) {}

  private final FragParms parms = new FragParms(200 * FragQueue.BYTES, 0, FragRig.TIME_NS);
  private final FragQueues queues = new FragQueues(parms, new SplittableRandom(SEED));

  @Test
  void behaveLikeAMapThatKnowsTheAgeOfItsEntries() {
    Random random = new Random(SEED);
    Map<Key, FragQueue> model = new LinkedHashMap<>();
    for (int step = 0; step < STEPS; step++) {
      String at = "seed " + SEED + " step " + step;
      Key key = new Key(random.nextInt(20), random.nextInt(4), random.nextInt(8));
      FragQueue q = queues.find(key.saddr, key.daddr, key.idAndProtocol);
      assertSame(model.get(key), q, at);
      if (q != null) {
        queues.remove(q);
        queues.recycle(q);
        model.remove(key);
      } else {
        for (FragQueue old; (old = queues.inTheWay(key.saddr, FragQueue.BYTES)) != null; ) {
          assertSame(expected(model, key.saddr), old, at);
          model.values().remove(old);
          queues.remove(old);
          queues.recycle(old);
        }
        model.put(key, queues.create(key.saddr, key.daddr, key.idAndProtocol, step));
      }
      assertEquals(model.size(), queues.count(), at);
      assertEquals(model.size() * FragQueue.BYTES, queues.bytes(), at);
      Iterator<FragQueue> oldest = model.values().iterator();
      assertSame(oldest.hasNext() ? oldest.next() : null, queues.oldest(), at);
    }
  }

  private FragQueue expected(Map<Key, FragQueue> model, int saddr) {
    List<FragQueue> own = new ArrayList<>();
    model.forEach(
        (key, q) -> {
          if (key.saddr == saddr) {
            own.add(q);
          }
        });
    return own.size() >= 50 ? own.getFirst() : model.values().iterator().next();
  }

  /** Who knows the code and not the seed cannot choose datagrams that share a bucket. */
  @Test
  void whatSharesABucketWithOneKeyDoesNotWithAnother() {
    FragParms plenty = new FragParms(4096 * FragQueue.BYTES, 0, FragRig.TIME_NS);
    List<Key> together = new ArrayList<>();
    Map<Integer, List<Key>> byBucket = new LinkedHashMap<>();
    FragQueues one = new FragQueues(plenty, new SplittableRandom(1));
    FragQueues other = new FragQueues(plenty, new SplittableRandom(2));
    for (int i = 0; i < 100_000 && together.isEmpty(); i++) {
      Key key = new Key(0x0A00_0000 + i, 1, i * 7);
      int bucket = one.hash(key.saddr, key.daddr, key.idAndProtocol) & 0xFFF;
      List<Key> there = byBucket.computeIfAbsent(bucket, b -> new ArrayList<>());
      there.add(key);
      if (there.size() == 16) {
        together.addAll(there);
      }
    }
    long buckets =
        together.stream()
            .map(key -> other.hash(key.saddr, key.daddr, key.idAndProtocol) & 0xFFF)
            .distinct()
            .count();
    assertEquals(16, together.size());
    assertTrue(buckets > 12, "buckets: " + buckets);
    assertNull(one.oldest());
  }
}
