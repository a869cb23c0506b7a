/**
 * Builds the stack: connects devices, Ethernet, ARP, IP and ICMP, and is the loop's agent. The only
 * place where layers are put together; a new protocol has a line in {@link
 * dev.skiff.stack.NetStack}.
 *
 * <p>Thread: built by any thread before its loop starts; then the loop thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.stack;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
