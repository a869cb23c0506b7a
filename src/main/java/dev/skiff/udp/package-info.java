/**
 * The User Datagram Protocol, as far as a host without sockets needs it. Read first: RFC 768, RFC
 * 1122 4.1. Thread: the loop thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.udp;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
