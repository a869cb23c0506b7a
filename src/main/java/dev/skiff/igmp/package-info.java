/**
 * The Internet Group Management Protocol, version 2, as a host that is no router: it tells the
 * routers of a link which groups have members here.
 *
 * <p>Read first: RFC 2236, RFC 1112 7; net/ipv4/igmp.c of Linux. Programs join with {@code
 * Skiff.joinGroup}. Thread: the loop thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.igmp;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
