/**
 * Packet memory: {@code struct sk_buff} off the heap, its pool and queues, and why a packet ended.
 *
 * <p>Ownership in one rule: a method that takes an {@link dev.skiff.skb.SkBuff} and returns a
 * {@link dev.skiff.skb.DropReason} was lent the buffer. {@code NOT_DROPPED} means that it keeps it;
 * anything else means that the buffer is still the caller's, to be freed for that reason. Thread:
 * the loop thread, except where a method says otherwise.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.skb;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
