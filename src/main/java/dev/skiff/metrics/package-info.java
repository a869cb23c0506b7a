/**
 * Metrics for Prometheus: the counters that there are, read when somebody asks, over HTTP. Nothing
 * here is called for a packet but the two histograms of times, and these only while metrics are
 * served.
 *
 * <p>Read first: Prometheus's text format (exposition formats, version 0.0.4), and how its client
 * library models it. The daemon alone calls it. Thread: as each class says; of the loop's nothing
 * is touched but counters.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.metrics;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
