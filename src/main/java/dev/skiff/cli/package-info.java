/**
 * The command line: {@code skiff run} and the commands that ask a running daemon.
 *
 * <p>Exit codes: 0 for success, 1 for failure, 2 for a mistake of usage; a mistake gets one line
 * that says what to do. Thread: the main thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.cli;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
