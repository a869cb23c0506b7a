package dev.skiff.testcontainers;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.LogContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.output.FrameConsumerResultCallback;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/**
 * Waits for the daemon's start line, or for its end if that comes first: a daemon that cannot start
 * says why at once, and nobody waits any longer.
 */
final class StartLineWait extends AbstractWaitStrategy {
  /** Name and MAC address, of the whole line. */
  static final Pattern START_LINE =
      Pattern.compile(
          "^skiff: (\\S+) ([0-9a-f]{2}(?::[0-9a-f]{2}){5}) answers as .*\\R", Pattern.MULTILINE);

  StartLineWait(Duration timeout) {
    startupTimeout = timeout;
  }

  @Override
  protected void waitUntilReady() {
    Said said = new Said();
    try (LogContainerCmd log =
            DockerClientFactory.lazyClient().logContainerCmd(waitStrategyTarget.getContainerId());
        FrameConsumerResultCallback frames = new FrameConsumerResultCallback()) {
      frames.addConsumer(OutputFrame.OutputType.STDOUT, said::add);
      frames.addConsumer(OutputFrame.OutputType.STDERR, said::add);
      log.withFollowStream(true).withStdOut(true).withStdErr(true).exec(frames);
      if (!said.started.get(startupTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw ended(said.toString());
      }
    } catch (TimeoutException e) {
      throw new NotStartedException(
          "skiff runs, but its start line has not come in "
              + startupTimeout.toSeconds()
              + " s; it said:\n"
              + said,
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotStartedException("interrupted while skiff was starting", e);
    } catch (ExecutionException e) {
      throw new NotStartedException("the container's log cannot be read", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What can be told now, since Testcontainers removes what has not started. */
  private NotStartedException ended(String said) {
    InspectContainerResponse info = waitStrategyTarget.getCurrentContainerInfo();
    HostConfig rights = info.getHostConfig();
    Capability[] added = rights.getCapAdd();
    boolean may =
        Boolean.TRUE.equals(rights.getPrivileged())
            || (added != null && List.of(added).contains(Capability.NET_ADMIN));
    return new NotStartedException(
        "skiff ended with exit code "
            + info.getState().getExitCodeLong()
            + " before its start line; it said:\n"
            + said
            + (may ? "" : "\nthe container has no NET_ADMIN, without which there is no TAP"));
  }

  /** What comes out of the container; whoever reads the log adds, whoever waits reads. */
  private static final class Said {
    /** True with the start line, false at the end. */
    final CompletableFuture<Boolean> started = new CompletableFuture<>();

    private final StringBuilder text = new StringBuilder();

    synchronized void add(OutputFrame frame) {
      if (frame.getType() == OutputFrame.OutputType.END) {
        started.complete(false);
      } else if (!started.isDone()) {
        text.append(frame.getUtf8String());
        if (START_LINE.matcher(text).find()) {
          started.complete(true);
        }
      }
    }

    @Override
    public synchronized String toString() {
      return text.isEmpty() ? "(nothing)" : text.toString().stripTrailing();
    }
  }
}
