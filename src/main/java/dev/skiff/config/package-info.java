/**
 * What {@code skiff run} can be told, by flags and by a file: {@link Keys} is the one list of it,
 * from which options, file, {@code skiff config} and docs/config.md are made.
 *
 * <p>A file is TOML 1.0. Called by {@code cli}. Thread: any; nothing here changes once it is made.
 */
@NullMarked
@CheckReturnValue
package dev.skiff.config;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
