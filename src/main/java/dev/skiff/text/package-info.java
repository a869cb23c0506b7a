/**
 * Words for people: what several packages need to write a good message.
 *
 * <p>Imports nothing of Skiff; every package may call it. Thread: any.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.text;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
