package dev.skiff.metrics;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.stats.Histogram;
import dev.skiff.time.Clock;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** All metrics of a stack and its loop. Any thread but the loop's, which would allocate for it. */
public final class StackMetrics implements MultiCollector {
  private static final long LEAST_TURN_NS = 1_000;
  private static final int TURN_BOUNDS = 18;
  private static final long LEAST_PACKET_NS = 100;
  private static final int PACKET_BOUNDS = 18;

  private final NetStack stack;
  private final PollLoop loop;
  private final List<Family> families = new ArrayList<>();

  private StackMetrics(NetStack stack, PollLoop loop, String version) {
    this.stack = stack;
    this.loop = loop;
    families.add(
        Family.info("skiff", "What runs: the version of Skiff.", Labels.of("version", version)));
    families.addAll(new DeviceFamilies().all());
    families.addAll(new StackFamilies(stack, loop).all());
  }

  /**
   * Has the loop take the times of its turns and of some packets from now on. Before the loop
   * starts.
   *
   * @param clock what packets are timed with
   * @param version Skiff's own
   */
  public static StackMetrics of(NetStack stack, PollLoop loop, Clock clock, String version) {
    StackMetrics metrics = new StackMetrics(stack, loop, version);
    Histogram turns = new Histogram(LEAST_TURN_NS, TURN_BOUNDS);
    Histogram packets = new Histogram(LEAST_PACKET_NS, PACKET_BOUNDS);
    loop.recordTurns(turns);
    stack.netDevices().setPacketTimes(new TimedPackets(clock, packets));
    metrics.families.add(
        Family.histogram(
            "skiff_loop_turn_seconds", "How long turns took that found something to do.", turns));
    metrics.families.add(
        Family.histogram(
            "skiff_packet_seconds",
            "How long packets took from eth_type_trans to the verdict: one in 256 is timed.",
            packets));
    return metrics;
  }

  /**
   * Adds the counters of the log, which no stack knows of. Before anybody asks.
   *
   * @param counters all of them by name; any thread
   */
  @CanIgnoreReturnValue
  public StackMetrics withLog(Supplier<Map<String, Long>> counters) {
    log(counters, "Records", "Records that were logged.");
    log(counters, "Suppressed", "Records left out, since the same was said too often.");
    log(counters, "Dropped", "Records lost, since too many waited to be written.");
    log(counters, "StderrLost", "Records that standard error did not take.");
    return this;
  }

  private void log(Supplier<Map<String, Long>> counters, String name, String help) {
    families.add(
        Family.counter(
            "skiff_log_" + MetricName.snake(name),
            help,
            scrape -> counters.get().getOrDefault(name, 0L)));
  }

  /** What there is, in the order of the documentation. */
  List<Family> families() {
    return List.copyOf(families);
  }

  @Override
  public MetricSnapshots collect() {
    Scrape scrape = new Scrape(stack, loop);
    List<MetricSnapshot> snapshots = new ArrayList<>();
    for (Family family : families) {
      MetricSnapshot snapshot = family.snapshot().now(scrape);
      if (snapshot != null) {
        snapshots.add(snapshot);
      }
    }
    return new MetricSnapshots(snapshots);
  }
}
