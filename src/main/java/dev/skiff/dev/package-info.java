/**
 * The network device: {@code struct device}, its queues, and who gets a received frame.
 *
 * <p>Top half: {@link dev.skiff.dev.NetDevice#poll} fills buffers and puts them on the backlog.
 * Bottom half: {@link dev.skiff.dev.NetDevice#netBh} classifies each, shows it to the taps and
 * delivers it; from there to the verdict is one call chain. Contract: net/core/dev.c and
 * drivers/net/net_init.c of Linux 2.0. Thread: the loop thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.dev;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
