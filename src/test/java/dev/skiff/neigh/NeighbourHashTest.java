package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.skiff.Rig;
import dev.skiff.stats.Counters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NeighbourHashTest {
  private static final long SEED = Long.getLong("skiff.seed", 4861);
  private static final int CAPACITY = 64;
  private static final int STEPS = 50_000;

  /** Few addresses for many steps, so that chains form and holes are torn into them. */
  @Test
  void behavesLikeAMap() {
    Rig rig = new Rig();
    Random random = new Random(SEED);
    Counters stats = new Counters(NeighbourStat.values().length);
    NeighbourHash hash = new NeighbourHash(CAPACITY, random.nextInt());
    Map<Integer, Neighbour> model = new HashMap<>();
    for (int step = 0; step < STEPS; step++) {
      int ip = random.nextInt(4 * CAPACITY);
      Neighbour known = model.get(ip);
      assertSame(known, hash.lookup(rig.device(), ip), "seed " + SEED + " step " + step);
      if (known != null) {
        hash.remove(known);
        model.remove(ip);
      } else if (model.size() < CAPACITY) {
        Neighbour n = new Neighbour(rig.stack().neighbours().nud(), rig.device(), ip, stats);
        hash.insert(n);
        model.put(ip, n);
      }
    }
    List<Integer> missing = new ArrayList<>();
    model.forEach(
        (ip, n) -> {
          if (hash.lookup(rig.device(), ip) != n) {
            missing.add(ip);
          }
        });
    assertEquals(List.of(), missing);
  }

  /** Half full, with a few buckets: most chains go round the end, and most holes are within one. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9})
  void behavesLikeAMapWhereChainsGoRoundTheEnd(int capacity) {
    Rig rig = new Rig();
    Random random = new Random(SEED + capacity);
    Counters stats = new Counters(NeighbourStat.values().length);
    for (int key = 0; key < 50; key++) {
      NeighbourHash hash = new NeighbourHash(capacity, random.nextInt());
      Map<Integer, Neighbour> model = new HashMap<>();
      for (int step = 0; step < 1000; step++) {
        int ip = random.nextInt(3 * capacity);
        Neighbour known = model.remove(ip);
        if (known != null) {
          hash.remove(known);
        } else if (model.size() < capacity) {
          Neighbour n = new Neighbour(rig.stack().neighbours().nud(), rig.device(), ip, stats);
          hash.insert(n);
          model.put(ip, n);
        }
        for (int any = 0; any < 3 * capacity; any++) {
          assertSame(
              model.get(any), hash.lookup(rig.device(), any), "key " + key + " step " + step);
        }
      }
    }
  }
}
