/**
 * Seeing what passes: the capture (a tap, a ring, a pcapng writer), the filter language, packets as
 * text, and the trace of one packet through the functions.
 *
 * <p>Read first: draft-ietf-opsawg-pcapng, and pcap-filter(7) for the words of the filter. {@link
 * dev.skiff.trace.Capture}'s and {@link dev.skiff.trace.Trace}'s first halves run on the loop
 * thread, their second halves on a thread of their caller's; between the two stands a ring without
 * locks.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.trace;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
