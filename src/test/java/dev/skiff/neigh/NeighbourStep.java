package dev.skiff.neigh;

import dev.skiff.header.MacAddr;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One step of a random sequence: 64 random bits, and what they stand for. That depends on nothing
 * but the model, so that any steps may be left out of a sequence.
 */
final class NeighbourStep {
  /** What is done. */
  enum Op {
    SEND,
    SEND_LONG,
    HEAR,
    HINT,
    PASS,
    SET,
    DELETE,
    FLUSH
  }

  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;

  private static final Op[] BUSY =
      table(12, Op.SEND, 4, Op.SEND_LONG, 28, Op.HEAR, 3, Op.HINT, 12, Op.PASS, 3, Op.SET);

  /** Little is heard: timers run out. */
  private static final Op[] QUIET =
      table(14, Op.SEND, 4, Op.SEND_LONG, 8, Op.HEAR, 2, Op.HINT, 33, Op.PASS, 1, Op.SET);

  private static final Heard[] HEARD = {
    Heard.REPLY,
    Heard.REPLY,
    Heard.REPLY,
    Heard.REPLY,
    Heard.REPLY,
    Heard.REQUEST,
    Heard.REQUEST,
    Heard.REQUEST_TO_US,
    Heard.ANNOUNCEMENT,
    Heard.ANNOUNCEMENT,
    Heard.REQUEST_FOR_ANOTHER,
    Heard.REQUEST_FOR_ANOTHER,
    Heard.REPLY_TO_ALL,
    Heard.GRATUITOUS_REPLY,
    Heard.REPLY_FOR_ANOTHER,
    Heard.PROBE
  };

  private static final long[] MACS = {
    0x0200_5E10_0A01L, 0x0200_5E10_0A01L, 0x0200_5E10_0A02L, 0x0200_5E10_0A03L
  };

  private static final NeighbourState[] BY_HAND = {
    NeighbourState.PERMANENT, NeighbourState.NOARP, NeighbourState.REACHABLE, NeighbourState.STALE
  };

  private static final List<Set<NeighbourState>> FLUSHED =
      List.of(
          EnumSet.of(NeighbourState.FAILED, NeighbourState.STALE),
          EnumSet.of(NeighbourState.INCOMPLETE),
          EnumSet.of(NeighbourState.PERMANENT, NeighbourState.NOARP),
          EnumSet.allOf(NeighbourState.class));

  private NeighbourStep() {}

  /** One in 64 each is left for DELETE and FLUSH. */
  private static Op[] table(Object... countsAndOps) {
    Op[] ops = new Op[64];
    int n = 0;
    for (int i = 0; i < countsAndOps.length; i += 2) {
      for (int left = (Integer) countsAndOps[i]; left > 0; left--) {
        ops[n++] = (Op) countsAndOps[i + 1];
      }
    }
    ops[n++] = Op.DELETE;
    ops[n++] = Op.FLUSH;
    if (n != ops.length) {
      throw new IllegalStateException(n + " places of 64");
    }
    return ops;
  }

  private static int bits(long step, int from, int n) {
    return (int) (step >>> from) & ((1 << n) - 1);
  }

  static Op op(long step, boolean quiet) {
    return (quiet ? QUIET : BUSY)[bits(step, 0, 6)];
  }

  /** Half of the steps are about the first neighbour, so that something comes of them. */
  static int who(long step) {
    return bits(step, 6, 1) == 0 ? 0 : bits(step, 7, 2);
  }

  static long mac(long step) {
    return MACS[bits(step, 9, 2)];
  }

  static Heard heard(long step) {
    return HEARD[bits(step, 11, 4)];
  }

  static NeighbourState byHand(long step) {
    return BY_HAND[bits(step, 15, 2)];
  }

  static Set<NeighbourState> flushed(long step) {
    return FLUSHED.get(bits(step, 15, 2));
  }

  /** Whether a packet may take a finished header. */
  static boolean fast(long step) {
    return bits(step, 17, 1) == 1;
  }

  /**
   * Until when time passes: a little, a lot, or to where a rule draws its line, a nanosecond less
   * or more.
   */
  static long until(long step, NeighbourModel model) {
    NeighbourModel.Host host = model.hosts[who(step)];
    long line =
        switch (bits(step, 18, 4)) {
          case 0 -> model.now;
          case 1, 2 -> model.now + (1 + bits(step, 22, 3)) * MS;
          case 3 -> model.now + (1 + bits(step, 22, 6)) * SECOND;
          case 4 -> bits(step, 22, 3) == 0 ? model.drawn + NeighbourModel.DRAWN_EVERY : model.now;
          case 5, 6 -> host.updated + model.parms.locktimeNs();
          // Used so long before its confirmation lapses, and again when it does.
          case 7, 8 -> host.timer - model.parms.delayNs();
          case 9 -> host.used + model.parms.delayNs();
          case 10, 11 -> host.timer;
          default -> nextTimer(model);
        };
    long at = line == NeighbourModel.NO_TIMER ? model.now : line + bits(step, 28, 2) % 3 - 1;
    boolean ahead = at >= model.now && at - model.now <= 2 * NeighbourModel.DRAWN_EVERY;
    return ahead ? at : model.now + bits(step, 22, 3);
  }

  private static long nextTimer(NeighbourModel model) {
    long next = NeighbourModel.NO_TIMER;
    for (NeighbourModel.Host host : model.hosts) {
      next = Math.min(next, host.timer);
    }
    return next;
  }

  /** What it is in words, before it is done. */
  static String describe(long step, boolean quiet, NeighbourModel model) {
    int who = who(step);
    return switch (op(step, quiet)) {
      case SEND -> "send(" + who + (fast(step) ? ", by header cache)" : ")");
      case SEND_LONG -> "sendLong(" + who + (fast(step) ? ", by header cache)" : ")");
      case HEAR -> "hear(" + heard(step) + ", " + who + ", " + MacAddr.format(mac(step)) + ")";
      case HINT -> "hint(" + who + ")";
      case PASS -> "pass(" + (until(step, model) - model.now) + " ns)";
      case SET -> "set(" + who + ", " + MacAddr.format(mac(step)) + ", " + byHand(step) + ")";
      case DELETE -> "delete(" + who + ")";
      case FLUSH -> "flush(" + flushed(step) + ")";
    };
  }
}
