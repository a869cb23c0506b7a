package dev.skiff.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.skiff.ip.FragMap.Fit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What of a datagram has come, against a list of it: X74, X75. */
class FragMapTest {
  private static final long SEED = Long.getLong("skiff.seed", 815);
  private static final int BLOCKS = 8192;

  private record Range(int from, int to) {}

  private static Fit fit(List<Range> come, Range range) {
    if (come.contains(range)) {
      return Fit.DUPLICATE;
    }
    boolean overlaps = come.stream().anyMatch(r -> r.from < range.to && range.from < r.to);
    return overlaps ? Fit.OVERLAP : Fit.NEW;
  }

  /** Around the edges of words, and at both ends. */
  @Test
  void behavesLikeAList() {
    Random random = new Random(SEED);
    int[] edges = {0, 64, 128, 192, BLOCKS - 64, BLOCKS};
    FragMap map = new FragMap();
    int[] seen = new int[Fit.values().length];
    for (int round = 0; round < 2000; round++) {
      List<Range> come = new ArrayList<>();
      map.clear();
      for (int step = 0; step < 30; step++) {
        int edge = edges[random.nextInt(edges.length)];
        int from = Math.clamp(edge + random.nextInt(20) - 10L, 0, BLOCKS - 1);
        int len = random.nextInt(10) == 0 ? 1 + random.nextInt(200) : 1 + random.nextInt(6);
        Range range = new Range(from, Math.min(from + len, BLOCKS));
        Fit wanted = fit(come, range);
        assertEquals(
            wanted, map.fit(range.from, range.to), "seed " + SEED + " " + come + " " + range);
        seen[wanted.ordinal()]++;
        if (wanted == Fit.NEW) {
          map.add(range.from, range.to);
          come.add(range);
        }
      }
    }
    for (Fit fit : Fit.values()) {
      assertEquals(true, seen[fit.ordinal()] > 1000, fit + " came too seldom");
    }
  }

  @Test
  void allOfItAtOnceIsOneRange() {
    FragMap map = new FragMap();
    map.add(0, BLOCKS);
    assertEquals(Fit.DUPLICATE, map.fit(0, BLOCKS));
    assertEquals(Fit.OVERLAP, map.fit(0, BLOCKS - 1));
    assertEquals(Fit.OVERLAP, map.fit(BLOCKS - 1, BLOCKS));
    map.clear();
    assertEquals(Fit.NEW, map.fit(0, BLOCKS));
  }
}
