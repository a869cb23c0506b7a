/**
 * Skiff in real containers: the image of {@code docker/Dockerfile} on the engine of {@code
 * scripts/ensure-docker}. {@code scripts/test} builds the one and starts the other, then has
 * failsafe run the classes named {@code *IT}.
 */
@NullMarked
package dev.skiff.container;

import org.jspecify.annotations.NullMarked;
