/**
 * The control socket: a Unix stream socket that takes one JSON line for each request and answers
 * with one.
 *
 * <p>Its threads read counters and hand everything else to the loop as commands. Thread: its own.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.control;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
