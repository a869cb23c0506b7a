/**
 * The daemon's log: a handler of java.util.logging, behind SLF4J, whose caller never waits; the
 * limit on what is said again and again; the last records, for whoever reads them; and the form of
 * a line, for people and for journald.
 *
 * <p>Threads: any for what is logged; one that takes it, and one for each reader.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.log;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
