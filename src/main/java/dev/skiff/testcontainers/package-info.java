/**
 * Skiff in other people's tests: a container that runs the daemon, for Testcontainers.
 *
 * <p>A jar of its own ({@code skiff-testcontainers.jar}), which needs Testcontainers and nothing of
 * ours: the daemon is in the image. Nothing else of ours imports it. To read first: {@link
 * dev.skiff.testcontainers.SkiffContainer}, docs/testcontainers.md. Thread: the test's.
 */
@NullMarked
package dev.skiff.testcontainers;

import org.jspecify.annotations.NullMarked;
