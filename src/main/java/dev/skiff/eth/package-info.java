/**
 * The Ethernet support routines: net/ethernet/eth.c, one method for each routine.
 *
 * <p>Read first: RFC 894, IEEE Std 802.3 3.2 (type or length). Thread: the loop thread.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.eth;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
