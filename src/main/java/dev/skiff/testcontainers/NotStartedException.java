package dev.skiff.testcontainers;

import org.testcontainers.containers.ContainerLaunchException;

/** Why {@link SkiffContainer} has not started: a line that says it, then what the daemon said. */
final class NotStartedException extends ContainerLaunchException {
  private static final long serialVersionUID = 1L;

  NotStartedException(String message) {
    super(message);
  }

  NotStartedException(String message, Throwable cause) {
    super(message, cause);
  }
}
