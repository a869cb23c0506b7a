/**
 * The face of Skiff for programs: {@link dev.skiff.Skiff} builds a stack and runs it, on a thread
 * of its own or on the caller's.
 *
 * <p>Public to programs: this package, {@code skb}, {@code header}, {@code wire} and {@code dev}.
 * Of {@code loop}, {@link dev.skiff.loop.IdleStrategy} is too. The rest is internal.
 */
@NullMarked
@CheckReturnValue
package dev.skiff;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
