/**
 * IPv4 and ICMP: what a host does with a datagram.
 *
 * <p>Read first: RFC 791, RFC 792, RFC 1122 3, RFC 6864. Thread: the loop thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.ip;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
