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
}
