/**
 * The poll loop: clock, commands, timers, the agent's work, and the wait when there is none.
 *
 * <p>Knows nothing of packets. Thread: the loop thread, except {@link
 * dev.skiff.loop.PollLoop#call}, {@link dev.skiff.loop.PollLoop#execute} and {@link
 * dev.skiff.loop.PollLoop#stop}. {@link dev.skiff.loop.IdleStrategy} is for programs too.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.loop;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
