package dev.skiff.neigh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Rounds;
import dev.skiff.skb.SkBuffPool;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random events against the model of the state table; a sequence that fails is shrunk to the few
 * steps that matter. Replay with -Dskiff.seed=N -Dskiff.neigh.sequences=1; scripts/test does a
 * million.
 */
class NeighbourModelTest {
  private static final long SEED = Long.getLong("skiff.seed", 4861);
  private static final int SEQUENCES =
      Integer.getInteger("skiff.neigh.sequences", Rounds.of(10_000));
  private static final int THREADS = Integer.getInteger("skiff.neigh.threads", 1);

  /** Within so many sequences each planted bug is found. */
  private static final int FEW = 500;

  private static SkBuffPool pool() {
    return SkBuffPool.ofSizes(1 << 20, 1519, 16, 1, false);
  }

  /** The number of the first sequence that fails among every so manieth; -1 if none does. */
  private static int search(
      SkBuffPool pool, int first, int every, int sequences, NeighbourSequence.Maker maker) {
    for (int i = first; i < sequences; i += every) {
      if (sequence(pool, i, maker).fails() || pool.held() != 0) {
        return i;
      }
    }
    return -1;
  }

  private static NeighbourSequence sequence(SkBuffPool pool, int i, NeighbourSequence.Maker maker) {
    return new NeighbourSequence(pool, SEED + i, maker);
  }

  private static @Nullable String searchAsModelled(int first) {
    try (SkBuffPool pool = pool()) {
      int i = search(pool, first, THREADS, SEQUENCES, NeighbourModel::new);
      return i < 0 ? null : sequence(pool, i, NeighbourModel::new).report() + pool.report();
    }
  }

  /** X20 to X38. */
  @Test
  void randomEventsDoWhatTheModelSays() {
    List<String> wrong =
        IntStream.range(0, THREADS)
            .parallel()
            .mapToObj(NeighbourModelTest::searchAsModelled)
            .filter(Objects::nonNull)
            .toList();
    assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
  }

  @ParameterizedTest
  @EnumSource
  void aPlantedBugIsFound(PlantedBug bug) {
    try (SkBuffPool pool = pool()) {
      int found = search(pool, 0, 1, FEW, bug.maker);
      assertNotEquals(-1, found, () -> bug + " is not found in " + FEW);
      assertFalse(
          sequence(pool, found, NeighbourModel::new).fails(), "without the bug it is right");
    }
  }

  /** Found by the test above: the second attempt pushes out the packet behind the first. */
  @Test
  void whatIsTriedAgainWhileANeighbourFailsWaitsAnew() {
    try (SkBuffPool pool = pool();
        NeighbourWorld world =
            new NeighbourWorld(pool, NeighbourSequence.USUAL, false, 0, number -> number)) {
      world.send(1, false, false);
      world.send(1, false, false);
      world.send(0, false, false);
      world.send(0, true, false);
      for (int s = 1; s < 3; s++) {
        world.advance(s * 1_000_000_000L);
      }
      world.log.clear();
      world.advance(3_000_000_000L);
      String did = world.log.toString();
      assertTrue(did.contains("packet 3 ended NEIGH_FAILED"), did);
      assertTrue(did.contains("sender of packet 4 told, packet 4 ended NEIGH_FAILED"), did);
      assertFalse(did.contains("packet 5"), did);
      assertEquals(1, world.table.queued());
    }
  }

  @Test
  void whatFailsIsShrunkToTheStepsThatMatter() {
    NeighbourSequence.Maker maker = PlantedBug.A_REQUEST_CONFIRMS.maker;
    try (SkBuffPool pool = pool()) {
      int found = search(pool, 0, 1, FEW, maker);
      String report = sequence(pool, found, maker).report();
      List<String> steps = report.lines().filter(line -> line.startsWith("    ")).toList();
      assertEquals(2, steps.size(), report);
      assertTrue(steps.getFirst().contains("send("), report);
      assertTrue(steps.getLast().contains("hear(REQUEST, "), report);
    }
  }
}
