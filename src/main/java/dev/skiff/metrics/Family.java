package dev.skiff.metrics;

import dev.skiff.stats.Histogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of one name: what they say, and where their values come from. Any thread.
 *
 * @param name as it is scraped
 * @param type as the text format has it
 * @param help a sentence
 * @param labels their labels' names
 * @param snapshot reads the values; null if there are none now
 */
record Family(String name, String type, String help, List<String> labels, Read snapshot) {
  private static final double NS_PER_S = 1e9;

  /** Reads a family's values. */
  interface Read {
    @Nullable MetricSnapshot now(Scrape scrape);
  }

  /** Reads a family's values one by one. */
  interface Source {
    void read(Scrape scrape, Values into);
  }

  /** Takes values. */
  interface Values {
    void add(Labels labels, double value);
  }

  /** A number that only grows; {@code name} is without {@code _total}. */
  static Family counter(String name, String help, List<String> labels, Source source) {
    MetricMetadata metadata = new MetricMetadata(name, help);
    return new Family(
        name + "_total",
        "counter",
        help,
        labels,
        scrape -> {
          List<CounterDataPointSnapshot> points = new ArrayList<>();
          source.read(
              scrape, (of, value) -> points.add(new CounterDataPointSnapshot(value, of, null, 0)));
          return points.isEmpty() ? null : new CounterSnapshot(metadata, points);
        });
  }

  /** The same without labels. */
  static Family counter(String name, String help, ToLongFunction<Scrape> value) {
    return counter(
        name,
        help,
        List.of(),
        (scrape, into) -> into.add(Labels.EMPTY, (double) value.applyAsLong(scrape)));
  }

  /** A number that goes up and down. */
  static Family gauge(String name, String help, List<String> labels, Source source) {
    MetricMetadata metadata = new MetricMetadata(name, help);
    return new Family(
        name,
        "gauge",
        help,
        labels,
        scrape -> {
          List<GaugeDataPointSnapshot> points = new ArrayList<>();
          source.read(
              scrape, (of, value) -> points.add(new GaugeDataPointSnapshot(value, of, null)));
          return points.isEmpty() ? null : new GaugeSnapshot(metadata, points);
        });
  }

  /** The same without labels; NaN: there is none now. */
  static Family gauge(String name, String help, ToDoubleFunction<Scrape> value) {
    return gauge(
        name,
        help,
        List.of(),
        (scrape, into) -> {
          double now = value.applyAsDouble(scrape);
          if (!Double.isNaN(now)) {
            into.add(Labels.EMPTY, now);
          }
        });
  }

  /** Times in seconds. */
  static Family histogram(String name, String help, Histogram times) {
    MetricMetadata metadata = new MetricMetadata(name, help);
    double[] bounds = new double[times.bounds() + 1];
    for (int i = 0; i < times.bounds(); i++) {
      bounds[i] = times.boundNs(i) / NS_PER_S;
    }
    bounds[times.bounds()] = Double.POSITIVE_INFINITY;
    return new Family(
        name,
        "histogram",
        help,
        List.of(),
        scrape -> {
          long[] counts = new long[bounds.length];
          for (int i = 0; i < counts.length; i++) {
            counts[i] = times.count(i);
          }
          return new HistogramSnapshot(
              metadata,
              List.of(
                  new HistogramDataPointSnapshot(
                      ClassicHistogramBuckets.of(bounds, counts),
                      times.sumNs() / NS_PER_S,
                      Labels.EMPTY,
                      Exemplars.EMPTY,
                      0)));
        });
  }

  /** Words in labels; {@code name} is without {@code _info}. */
  static Family info(String name, String help, Labels words) {
    MetricSnapshot snapshot =
        new InfoSnapshot(new MetricMetadata(name, help), List.of(new InfoDataPointSnapshot(words)));
    List<String> labels = words.stream().map(label -> label.getName()).toList();
    return new Family(name + "_info", "gauge", help, labels, scrape -> snapshot);
  }
}
