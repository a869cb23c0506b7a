/**
 * Skiff as a Linux daemon in the foreground: opens the TAP, sets the host's side, runs the loop,
 * answers the control socket, and ends cleanly on SIGTERM, SIGINT and SIGHUP.
 *
 * <p>Thread: the main thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.daemon;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
