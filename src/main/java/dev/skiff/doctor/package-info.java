/**
 * {@code skiff doctor}: looks at the machine, and at a daemon that runs on it, and says what stands
 * in the way and what to do about it.
 *
 * <p>It changes nothing. What it reads it reads through {@link dev.skiff.doctor.Machine}, and what
 * only a real attempt tells through {@link dev.skiff.doctor.Attempts}, so that a test shows each
 * check any machine it likes. To read first: {@link dev.skiff.doctor.Check}. Thread: the main
 * thread, or one that was moved to a network namespace.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.doctor;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
