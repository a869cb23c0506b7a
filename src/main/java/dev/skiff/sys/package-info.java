/**
 * System calls: the only package that imports {@code jnr.*}.
 *
 * <p>{@link dev.skiff.sys.Sys} answers a result or {@code -errno}, never throws and never logs;
 * what is built on it ({@link dev.skiff.sys.TunTap}, {@link dev.skiff.sys.NetIf}) throws {@link
 * dev.skiff.sys.SysException} with a line that says what to do. Imports nothing of Skiff. Any
 * thread, unless a class says otherwise.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.sys;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
