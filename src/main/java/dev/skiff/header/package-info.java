/**
 * Where each field of a header stands: static methods on (packet, absolute offset), no objects.
 *
 * <p>The caller has checked the length once with {@code mayPull}; after that an accessor cannot
 * fail. Read first: RFC 894, RFC 826, RFC 791, RFC 792, RFC 1071, RFC 1624. Anybody may call it, on
 * the thread that owns the packet.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.header;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
