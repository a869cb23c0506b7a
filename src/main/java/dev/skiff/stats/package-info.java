/**
 * Counters that one thread writes and any thread reads, and snapshots of them.
 *
 * <p>Names are those of {@code /proc/net/snmp} and {@code ip -s link} where such a name exists.
 * Imports nothing of Skiff; every package may call it. Thread: the loop thread writes.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.stats;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
