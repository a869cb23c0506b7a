/**
 * Clocks and timers, given to the code from outside, so that every timer is tested without
 * sleeping.
 *
 * <p>Protocols own no clock: {@code nowNs} is read once per turn of the loop and passed down.
 * Imports nothing of Skiff. Thread: the loop thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.time;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
