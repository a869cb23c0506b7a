package dev.skiff.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DueQueueTest {
  private static final int CAPACITY = 50;

  /** An entry of the plain model: a list that is searched. */
  private record Entry(int slot, long dueNs, long order, boolean heldBack) {}

  private final DueQueue queue = new DueQueue(CAPACITY);
  private final List<Entry> model = new ArrayList<>();
  private long order;

  private Entry firstOfModel() {
    return model.stream()
        .min(Comparator.comparingLong(Entry::dueNs).thenComparingLong(Entry::order))
        .orElseThrow();
  }

  private void passes(long whenNs) {
    List<Entry> waiting = model.stream().filter(Entry::heldBack).toList();
    for (Entry e : waiting.stream().sorted(Comparator.comparingLong(Entry::order)).toList()) {
      model.remove(e);
      boolean sooner = e.dueNs >= whenNs;
      model.add(new Entry(e.slot, sooner ? whenNs : e.dueNs, sooner ? order++ : e.order, false));
    }
    queue.passes(whenNs);
  }

  private void allDue(long nowNs) {
    model.replaceAll(e -> new Entry(e.slot, nowNs, e.order, false));
    queue.allDue(nowNs);
  }

  private void add(long dueNs, boolean heldBack) {
    int slot = heldBack ? queue.addHeldBack(dueNs) : queue.add(dueNs);
    assertTrue(model.stream().noneMatch(e -> e.slot == slot), "slot " + slot + " was taken");
    model.add(new Entry(slot, dueNs, order++, heldBack));
  }

  @Test
  void theOrderIsThatOfAPlainListWhateverIsDone() {
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      int what = random.nextInt(100);
      if (what < 50 && model.size() < CAPACITY) {
        add(random.nextInt(100), random.nextInt(4) == 0);
      } else if (what < 90 && !model.isEmpty()) {
        Entry first = firstOfModel();
        assertEquals(first.slot, queue.first());
        queue.removeFirst();
        model.remove(first);
      } else if (what < 99) {
        passes(random.nextInt(100));
      } else if (random.nextInt(20) == 0) {
        allDue(random.nextInt(100));
      }
      assertEquals(model.size(), queue.size());
      assertEquals(model.isEmpty(), queue.isEmpty());
      assertEquals(
          model.isEmpty() ? Long.MAX_VALUE : firstOfModel().dueNs, queue.firstDueNs(), "step " + i);
    }
  }

  @Test
  void everySlotCanBeTakenAndIsGivenBack() {
    for (int round = 0; round < 3; round++) {
      Set<Integer> slots = new HashSet<>();
      for (int i = 0; i < CAPACITY; i++) {
        assertTrue(slots.add(queue.add(CAPACITY - i)));
      }
      for (int i = 0; i < CAPACITY; i++) {
        assertEquals(i + 1, queue.firstDueNs());
        queue.removeFirst();
      }
    }
  }
}
