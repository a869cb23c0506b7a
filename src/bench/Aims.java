import java.util.List;
import java.util.function.Function;

/**
 * What Skiff is to reach, row by row: the one place with its figures. All ratios are Skiff's figure
 * divided by the peer's of the same round; of the last rows the figure of a Skiff that is watched.
 */
final class Aims {
  /** Set after measuring: what the checks cost in processor time beside a loop that has none. */
  private static final double CPU = 1.2;

  /** Set after measuring: large frames, beside a loop that sums and copies nothing. */
  private static final double LARGE = 0.95;

  private static final double NONE = Double.NaN;

  private static final String BLOCKING = "C blocking loop";
  private static final String DRAIN = "C poll + drain loop";
  private static final String URING = "C io_uring burst loop";
  private static final String UNWATCHED = "Skiff, not watched";
  private static final String WATCHED = "watched: replies/s, window ";
  private static final String WATCHED_TAIL = "watched: RTT p99.9, window ";
  private static final String BARE = "bare Java with JNR-FFI, same flags";

  /** The figure, whom it is held against, what is required, the target, where it is from. */
  static final List<Aim> ALL =
      List.of(
          more("replies/s, window 1", DRAIN, 0.95, 1.0, against(1, Peers.C_DRAIN))
              .withTarget(" of the " + BLOCKING, against(1, Peers.C_BLOCKING)),
          more("replies/s, window 64", BLOCKING, 1.05, 1.15, against(64, Peers.C_BLOCKING)),
          more("replies/s, window 256", BLOCKING, 1.15, 1.25, against(256, Peers.C_BLOCKING)),
          more("replies/s, window 256", URING, 0.9, 1.0, against(256, Peers.C_URING)),
          less("CPU per packet, window 64", BLOCKING, CPU, 1.0, Measures.cpu(64, Peers.C_BLOCKING)),
          less("RTT median, window 1", DRAIN, 1.1, 1.0, Measures.medianRtt(Peers.C_DRAIN)),
          less("RTT p99.9, window 1, paired 60 s rounds", DRAIN, 1.5, 1.1, Measures::tailRtt),
          more("replies/s, window 64", "lwIP without threads", 1.0, 1.15, against(64, Peers.LWIP)),
          more("replies/s, window 64", "kernel over veth", 1.5, 2.0, against(64, Peers.KERNEL)),
          more("replies/s, window 64, 1,472 bytes", BLOCKING, LARGE, NONE, Measures::large),
          own("pauses of GC or safepoints over 5 ms in 10 minutes", "", 0, NONE, Measures::pauses),
          bytes("bytes allocated per packet", 0, Measures::allocated),
          memory("RSS after 10 million echoes, MB more", BARE, 40, 25, Measures::memory),
          own("first 1,000 pings over 2 ms, more", DRAIN, 5, NONE, Measures::firstPings),
          more(WATCHED + "1", UNWATCHED, 0.98, NONE, Measures.watchedReplies(1)),
          more(WATCHED + "64", UNWATCHED, 0.98, NONE, Measures.watchedReplies(64)),
          less(WATCHED_TAIL + "1", UNWATCHED, 1.1, NONE, Measures.watchedTail(1)),
          less(WATCHED_TAIL + "64", UNWATCHED, 1.1, NONE, Measures.watchedTail(64)));

  private Aims() {}

  /** Those that ask what it costs to be watched. */
  static boolean isWatched(Aim aim) {
    return aim.against().equals(UNWATCHED);
  }

  private static Function<Results, Measured> against(int window, String peer) {
    return Measures.replies(Measures.SMALL, window, peer);
  }

  private static Aim more(
      String figure,
      String against,
      double required,
      double target,
      Function<Results, Measured> from) {
    return new Aim(figure, against, Aim.Better.MORE, required, target, "%.2f", from, null, "");
  }

  private static Aim less(
      String figure,
      String against,
      double required,
      double target,
      Function<Results, Measured> from) {
    return new Aim(figure, against, Aim.Better.LESS, required, target, "%.2f", from, null, "");
  }

  private static Aim own(
      String figure,
      String against,
      double required,
      double target,
      Function<Results, Measured> from) {
    return new Aim(figure, against, Aim.Better.LESS, required, target, "%.0f", from, null, "");
  }

  private static Aim bytes(String figure, double required, Function<Results, Measured> from) {
    return new Aim(figure, "", Aim.Better.LESS, required, NONE, "%.3f", from, null, "");
  }

  private static Aim memory(
      String figure,
      String against,
      double required,
      double target,
      Function<Results, Measured> from) {
    return new Aim(figure, against, Aim.Better.LESS, required, target, "%.1f", from, null, "");
  }
}
