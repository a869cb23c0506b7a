package dev.skiff.skb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.skiff.Rounds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random calls on a few buffers of one pool against a model made of plain arrays; a list of calls
 * that fails is shrunk to the few that matter. Replay with -Dskiff.seed=N.
 */
class SkBuffModelTest {
  private static final long SEED = Long.getLong("skiff.seed", 1996);
  private static final int SEQUENCES = Rounds.of(10_000);
  private static final int STEPS = 200;
  private static final int MANY_STEPS = Rounds.of(1_000_000);
  private static final int PLACES = 5;
  private static final int SIZE = 48;

  /** What can be done to the buffer in a place. */
  private enum Op {
    ALLOC,
    RESERVE,
    PUT,
    PUSH,
    PULL,
    TRIM,
    WRITE,
    PAD_TO,
    CLONE,
    COPY,
    COPY_EXPAND,
    UNSHARE,
    FREE
  }

  private static final Op[] OPS = Op.values();

  /** One call, with two arguments that mean what the call makes of them. */
  private record Step(Op op, int place, int n, int other) {
    static Step random(Random random) {
      return new Step(
          OPS[random.nextInt(OPS.length)],
          random.nextInt(PLACES),
          random.nextInt(SIZE / 2 + 1),
          random.nextInt(PLACES));
    }

    @Override
    public String toString() {
      return op + "(" + place + ", " + n + ", " + other + ")";
    }
  }

  /** The bytes that a buffer and its clones have in common. */
  private static final class Block {
    final byte[] bytes;
    int users = 1;

    Block(int n) {
      bytes = new byte[n];
    }
  }

  /** What a buffer should be. */
  private static final class Model {
    Block block;
    int data;
    int tail;

    /** Set when it was shared once and has not been unshared since. */
    boolean locked;

    Model(int size) {
      block = new Block(size);
    }

    int end() {
      return block.bytes.length;
    }
  }

  /** The calls as the class under test has them; a test plants a bug by overriding one. */
  private static class Subject {
    void trim(SkBuff skb, int n) {
      skb.trim(n);
    }

    boolean unshare(SkBuff skb) {
      return skb.unshare();
    }

    int push(SkBuff skb, int n) {
      return skb.push(n);
    }

    void free(SkBuff skb) {
      skb.free(DropReason.CONSUMED);
    }
  }

  /** A pool, its buffers and what they should be. */
  private static final class World implements AutoCloseable {
    final SkBuffPool pool;
    final Subject subject;
    final @Nullable SkBuff[] buffers = new @Nullable SkBuff[PLACES];
    final @Nullable Model[] models = new @Nullable Model[PLACES];
    int written;

    World(Subject subject, boolean paranoid) {
      pool = SkBuffPool.ofOneSize(PLACES + 1, SIZE, 1, paranoid);
      this.subject = subject;
    }

    /** Does a step; says what is wrong after it, or null. */
    @Nullable String apply(Step step) {
      SkBuff skb = buffers[step.place];
      Model model = models[step.place];
      if (step.op == Op.ALLOC) {
        return skb != null
            ? null
            : place(step.place, pool.alloc(2 * step.n, "test"), new Model(2 * step.n));
      }
      if (skb == null || model == null) {
        return null;
      }
      String wrong = change(step, skb, model);
      return wrong == null ? differs(step.place) : wrong;
    }

    private @Nullable String change(Step step, SkBuff skb, Model model) {
      int n = step.n;
      return switch (step.op) {
        case ALLOC -> null;
        case RESERVE -> {
          boolean may = model.data == model.tail && n <= model.end() - model.tail;
          String wrong = agrees(may, () -> skb.reserve(n));
          if (may) {
            model.data += n;
            model.tail += n;
          }
          yield wrong;
        }
        case PUT -> {
          boolean may = n <= model.end() - model.tail;
          String wrong = agrees(may, () -> assertEquals(model.tail, skb.put(n)));
          if (may && wrong == null) {
            // What put exposes is whatever stood there: the model takes it over.
            for (int i = model.tail; i < model.tail + n; i++) {
              model.block.bytes[i] = (byte) skb.u8(i);
            }
            model.tail += n;
          }
          yield wrong;
        }
        case PUSH -> {
          boolean may = n <= model.data;
          String wrong = agrees(may, () -> assertEquals(model.data - n, subject.push(skb, n)));
          if (may && wrong == null) {
            model.data -= n;
            for (int i = model.data; i < model.data + n; i++) {
              model.block.bytes[i] = (byte) skb.u8(i);
            }
          }
          yield wrong;
        }
        case PULL -> {
          boolean may = n <= model.tail - model.data;
          int result = skb.pull(n);
          if (may) {
            model.data += n;
          }
          yield result == (may ? model.data : -1) ? null : "pull gave " + result;
        }
        case TRIM -> {
          subject.trim(skb, n);
          model.tail = Math.min(model.tail, model.data + n);
          yield null;
        }
        case WRITE -> {
          if (model.data == model.tail) {
            yield null;
          }
          int at = model.data + n % (model.tail - model.data);
          int value = ++written & 0xFF;
          String wrong = agrees(!model.locked, () -> skb.set8(at, value));
          if (!model.locked) {
            model.block.bytes[at] = (byte) value;
          }
          yield wrong;
        }
        case PAD_TO -> padTo(n, skb, model);
        case CLONE -> cloned(step, skb, model);
        case COPY -> {
          Model copy = copyOf(model);
          yield buffers[step.other] != null ? null : place(step.other, skb.copy(), copy);
        }
        case COPY_EXPAND -> {
          int tailroom = SIZE / 4;
          Model copy = new Model(n + model.tail - model.data + tailroom);
          copy.data = n;
          copy.tail = n + model.tail - model.data;
          System.arraycopy(model.block.bytes, model.data, copy.block.bytes, n, copy.tail - n);
          yield buffers[step.other] != null || copy.end() > SIZE
              ? null
              : place(step.other, skb.copyExpand(n, tailroom), copy);
        }
        case UNSHARE -> {
          boolean shared = model.locked && model.block.users > 1;
          if (shared) {
            model.block.users--;
            Block own = new Block(model.end());
            System.arraycopy(model.block.bytes, 0, own.bytes, 0, own.bytes.length);
            model.block = own;
          }
          model.locked = false;
          yield subject.unshare(skb) ? null : "unshare found no memory";
        }
        case FREE -> {
          model.block.users--;
          subject.free(skb);
          buffers[step.place] = null;
          models[step.place] = null;
          yield null;
        }
      };
    }

    private @Nullable String padTo(int n, SkBuff skb, Model model) {
      int missing = n - (model.tail - model.data);
      boolean may = missing <= 0 || (missing <= model.end() - model.tail && !model.locked);
      String wrong = agrees(may, () -> skb.padTo(n));
      if (may && missing > 0) {
        Arrays.fill(model.block.bytes, model.tail, model.tail + missing, (byte) 0);
        model.tail += missing;
      }
      return wrong;
    }

    private @Nullable String cloned(Step step, SkBuff skb, Model model) {
      if (buffers[step.other] != null) {
        return null;
      }
      Model clone = new Model(0);
      clone.block = model.block;
      clone.data = model.data;
      clone.tail = model.tail;
      clone.locked = true;
      model.locked = true;
      model.block.users++;
      return place(step.other, skb.skbClone(), clone);
    }

    private static Model copyOf(Model model) {
      Model copy = new Model(model.end());
      System.arraycopy(model.block.bytes, 0, copy.block.bytes, 0, model.end());
      copy.data = model.data;
      copy.tail = model.tail;
      return copy;
    }

    private @Nullable String place(int place, @Nullable SkBuff skb, Model model) {
      if (skb == null) {
        return "there was no buffer";
      }
      buffers[place] = skb;
      models[place] = model;
      return differs(place);
    }

    /** Whether a call throws exactly when it should. */
    private static @Nullable String agrees(boolean may, Runnable call) {
      try {
        call.run();
        return may ? null : "it should have thrown";
      } catch (IllegalStateException e) {
        return may ? "it threw " + e : null;
      } catch (AssertionError e) {
        return String.valueOf(e.getMessage());
      }
    }

    /** How a buffer differs from what it should be, or null. */
    @Nullable String differs(int place) {
      SkBuff skb = buffers[place];
      Model model = models[place];
      if (skb == null || model == null) {
        return null;
      }
      if (skb.data() != model.data
          || skb.tail() != model.tail
          || skb.end() != model.end()
          || skb.headroom() != model.data
          || skb.tailroom() != model.end() - model.tail
          || skb.isShared() != model.block.users > 1) {
        return skb
            + " should have data "
            + model.data
            + ", tail "
            + model.tail
            + ", users "
            + model.block.users;
      }
      for (int i = model.data; i < model.tail; i++) {
        if (skb.u8(i) != (model.block.bytes[i] & 0xFF)) {
          return skb + ": byte " + i + " is " + skb.u8(i) + ", not " + model.block.bytes[i];
        }
      }
      return null;
    }

    /** What is wrong anywhere, the pool's books included. */
    @Nullable String differs() {
      int live = 0;
      for (int i = 0; i < PLACES; i++) {
        String wrong = differs(i);
        if (wrong != null) {
          return wrong;
        }
        live += buffers[i] == null ? 0 : 1;
      }
      return pool.held() == live ? null : "the pool says " + pool.held() + " are out, not " + live;
    }

    @Override
    public void close() {
      pool.close();
    }
  }

  /** Runs steps; says what went wrong, or null. */
  private static @Nullable String run(List<Step> steps, Subject subject, boolean paranoid) {
    try (World world = new World(subject, paranoid)) {
      for (int i = 0; i < steps.size(); i++) {
        String wrong = world.apply(steps.get(i));
        if (wrong == null && i % 16 == 15) {
          wrong = world.differs();
        }
        if (wrong != null) {
          return "step " + i + ", " + steps.get(i) + ": " + wrong;
        }
      }
      return world.differs();
    } catch (RuntimeException e) {
      return "it threw " + e;
    }
  }

  /** Leaves out what is not needed for the failure: halves, quarters, and at last single steps. */
  private static List<Step> shrink(List<Step> steps, Function<List<Step>, @Nullable String> run) {
    List<Step> least = steps;
    for (int n = Math.max(1, steps.size() / 2); ; n = Math.max(1, n / 2)) {
      boolean shorter = false;
      for (int at = 0; at + n <= least.size(); ) {
        List<Step> tried = new ArrayList<>(least.subList(0, at));
        tried.addAll(least.subList(at + n, least.size()));
        if (run.apply(tried) != null) {
          least = tried;
          shorter = true;
        } else {
          at += n;
        }
      }
      if (n == 1 && !shorter) {
        return least;
      }
    }
  }

  /** The first failure in so many sequences, shrunk; null if there is none. */
  private static @Nullable String search(
      int sequences, int length, Subject subject, boolean paranoid) {
    for (int s = 0; s < sequences; s++) {
      Random random = new Random(SEED + s);
      List<Step> steps = new ArrayList<>(length);
      for (int i = 0; i < length; i++) {
        steps.add(Step.random(random));
      }
      if (run(steps, subject, paranoid) != null) {
        List<Step> least = shrink(steps, list -> run(list, subject, paranoid));
        return "seed " + (SEED + s) + ": " + run(least, subject, paranoid) + "\n  " + least;
      }
    }
    return null;
  }

  /** B09. */
  @Test
  void randomCallsDoWhatTheModelSays() {
    assertNull(search(SEQUENCES, STEPS, new Subject(), false));
  }

  @Test
  void soDoAMillionInARow() {
    assertNull(search(1, MANY_STEPS, new Subject(), false));
  }

  @Test
  void soDoThoseOfAParanoidPool() {
    assertNull(search(SEQUENCES / 100, STEPS, new Subject(), true));
  }

  @Test
  void aPlantedBugIsFoundAndShrunkToAFewCalls() {
    Subject trimsOneTooFew =
        new Subject() {
          @Override
          void trim(SkBuff skb, int n) {
            skb.trim(n == 7 ? 8 : n);
          }
        };
    String found = search(SEQUENCES, STEPS, trimsOneTooFew, false);
    assertNotNull(found);
    String steps = found.substring(found.indexOf('['));
    assertEquals(3, steps.chars().filter(c -> c == '(').count(), found); // alloc, put, trim
  }

  @Test
  void aCloneThatIsDisturbedIsFound() {
    Subject unsharesWithoutACopy =
        new Subject() {
          @Override
          boolean unshare(SkBuff skb) {
            return true;
          }
        };
    assertNotNull(search(SEQUENCES, STEPS, unsharesWithoutACopy, false));
  }

  @Test
  void aLeakIsFound() {
    Subject leaks =
        new Subject() {
          @Override
          void free(SkBuff skb) {
            if (skb.len() != 3) {
              super.free(skb);
            }
          }
        };
    assertNotNull(search(SEQUENCES, STEPS, leaks, false));
  }
}
