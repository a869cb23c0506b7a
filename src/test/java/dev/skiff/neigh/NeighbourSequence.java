package dev.skiff.neigh;

import dev.skiff.skb.SkBuffPool;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A random sequence of {@link NeighbourStep}s, done to a real table and to the model, which are
 * compared after each.
 */
final class NeighbourSequence {
  static final int STEPS = 200;

  private static final long SECOND = 1_000_000_000L;
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  /** A long packet and two short ones fill a queue, or three short ones. */
  private static final int QUEUE_BYTES = NeighbourModel.LONG + 2 * NeighbourModel.SHORT;

  private static final int TOTAL_BYTES = 2 * (NeighbourModel.LONG + NeighbourModel.SHORT);
  static final NeighbourParms USUAL =
      NeighbourParms.USUAL.with(
          "unres_qlen=3,unres_total=8,gc_thresh1=16,gc_thresh2=16,gc_thresh3=16,unres_qlen_bytes="
              + QUEUE_BYTES
              + ",unres_total_bytes="
              + TOTAL_BYTES);

  /** What is heard stands longer than requests are apart; all are asked at the end. */
  private static final NeighbourParms ODD =
      USUAL.with(
          "base_reachable_time=20s,delay_first_probe_time=2s,retrans_time=1500ms,locktime=3s,"
              + "mcast_solicit=2,ucast_solicit=1,mcast_resolicit=2,unres_qlen=2,unres_total=5");

  /** No delay, no locktime, and none is asked whose MAC address is known. */
  private static final NeighbourParms BARE =
      USUAL.with(
          "base_reachable_time=10s,delay_first_probe_time=0s,locktime=0s,mcast_solicit=1,"
              + "ucast_solicit=0,unres_qlen=1,unres_total=3");

  private static final NeighbourParms[] PARMS = {
    USUAL, USUAL, USUAL, USUAL, USUAL, USUAL, ODD, BARE
  };

  /** Clocks begin anywhere, and go round. */
  private static final long[] ORIGINS = {
    SECOND, 0, Long.MAX_VALUE - 100 * SECOND, -50 * SECOND, Long.MIN_VALUE + 1
  };

  /** Makes the model, or one with a bug. */
  @FunctionalInterface
  interface Maker {
    NeighbourModel make(
        NeighbourParms parms, boolean accept, LongUnaryOperator draw, NeighbourLog seen);
  }

  private final SkBuffPool pool;
  private final long seed;
  private final Maker maker;
  private final NeighbourParms parms;
  private final boolean accept;
  private final boolean quiet;
  private final long origin;

  NeighbourSequence(SkBuffPool pool, long seed, Maker maker) {
    this.pool = pool;
    this.seed = seed;
    this.maker = maker;
    long bits = mix(seed * GOLDEN);
    parms = PARMS[(int) bits & 7];
    accept = (bits >>> 3 & 7) == 0;
    quiet = (bits >>> 6 & 1) == 0;
    origin = ORIGINS[(int) (bits >>> 8 & 0xFF) % ORIGINS.length];
  }

  /** As SplittableRandom, so that each step has bits of its own. */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
    return z ^ z >>> 31;
  }

  private long draw(long number) {
    return Math.floorMod(mix(seed + ~number * GOLDEN), parms.baseReachableNs());
  }

  private long[] steps() {
    long[] steps = new long[STEPS];
    long at = mix(seed);
    for (int i = 0; i < STEPS; i++) {
      at += GOLDEN;
      steps[i] = mix(at);
    }
    return steps;
  }

  /** Does the steps, as far as they are right. */
  boolean fails() {
    return run(steps(), null) != null;
  }

  /** What goes wrong, and the few steps that matter to it. */
  String report() {
    StringBuilder told = new StringBuilder();
    String wrong = run(shrunk(steps()), told);
    return "seed " + seed + ", " + parms + ", accept=" + accept + ":" + told + "\n  " + wrong;
  }

  /** Leaves out what is not needed for the failure: halves, quarters, and at last single steps. */
  private long[] shrunk(long[] steps) {
    long[] least = steps;
    int n = steps.length / 2;
    while (n > 0) {
      int before = least.length;
      for (int at = 0; at + n <= least.length; ) {
        long[] tried = Arrays.copyOf(least, least.length - n);
        System.arraycopy(least, at + n, tried, at, tried.length - at);
        if (run(tried, null) == null) {
          at += n;
        } else {
          least = tried;
        }
      }
      n = n == 1 && least.length < before ? 1 : n / 2;
    }
    return least;
  }

  private @Nullable String run(long[] steps, @Nullable StringBuilder told) {
    try (NeighbourWorld world = new NeighbourWorld(pool, parms, accept, origin, this::draw)) {
      NeighbourModel model = maker.make(parms, accept, this::draw, world.log);
      String wrong = null;
      for (int i = 0; i < steps.length && wrong == null; i++) {
        if (told != null) {
          told.append("\n    ").append(NeighbourStep.describe(steps[i], quiet, model));
        }
        wrong = step(steps[i], world, model);
      }
      return wrong == null ? world.miscounts(model) : wrong;
    }
  }

  private @Nullable String step(long step, NeighbourWorld world, NeighbourModel model) {
    world.log.clear();
    model.log.clear();
    try {
      apply(step, world, model);
    } catch (RuntimeException | AssertionError e) {
      return "it threw " + e;
    }
    return world.differs(model);
  }

  private void apply(long step, NeighbourWorld world, NeighbourModel model) {
    int who = NeighbourStep.who(step);
    long mac = NeighbourStep.mac(step);
    NeighbourStep.Op op = NeighbourStep.op(step, quiet);
    switch (op) {
      case SEND, SEND_LONG -> {
        boolean longer = op == NeighbourStep.Op.SEND_LONG;
        boolean fast = NeighbourStep.fast(step);
        world.send(who, longer, fast);
        model.send(who, longer ? NeighbourModel.LONG : NeighbourModel.SHORT, fast);
      }
      case HEAR -> {
        Heard heard = NeighbourStep.heard(step);
        world.hear(heard, who, mac);
        model.heard(heard, who, mac);
      }
      case HINT -> {
        world.hint(who);
        model.hint(who);
      }
      case PASS -> {
        long until = NeighbourStep.until(step, model);
        world.advance(until);
        model.advance(until);
      }
      case SET -> {
        NeighbourState state = NeighbourStep.byHand(step);
        world.set(who, mac, state);
        model.set(who, mac, state);
      }
      case DELETE -> {
        world.delete(who);
        model.delete(who);
      }
      case FLUSH -> {
        world.flush(NeighbourStep.flushed(step));
        model.flush(NeighbourStep.flushed(step));
      }
    }
  }
}
