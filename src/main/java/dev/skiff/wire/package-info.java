/**
 * What frames travel over: a TAP device, or two ends in memory.
 *
 * <p>A {@link dev.skiff.wire.FaultyWire} breaks another wire on purpose. A new wire is a class that
 * implements {@link dev.skiff.wire.Wire}. The loop waits; wires do not. Read first: Linux
 * Documentation/networking/tuntap.rst. Thread: the loop thread of the stack that the wire is
 * plugged into.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.wire;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
