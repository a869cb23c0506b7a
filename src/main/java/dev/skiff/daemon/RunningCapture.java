package dev.skiff.daemon;

import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.time.Clock;
import dev.skiff.trace.Capture;
import dev.skiff.trace.Filter;
import dev.skiff.trace.PcapngWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A capture that is a tap of a stack, and what to take it away again. Any thread but the loop's.
 */
final class RunningCapture implements AutoCloseable {
  static final Duration LOOP_TIMEOUT = Duration.ofSeconds(2);

  private final Capture capture;
  private final NetStack stack;
  private final PollLoop loop;
  private final Clock clock;
  private final String application;
  private boolean tapped = true;
  private boolean loopIsDone = true;
  private boolean closing;

  private RunningCapture(
      Capture capture, NetStack stack, PollLoop loop, Clock clock, String application) {
    this.capture = capture;
    this.stack = stack;
    this.loop = loop;
    this.clock = clock;
    this.application = application;
  }

  /**
   * Begins to capture.
   *
   * @throws TimeoutException if the loop does not come to it
   */
  static RunningCapture start(
      Filter filter, NetStack stack, PollLoop loop, Clock clock, String application)
      throws ExecutionException, TimeoutException, InterruptedException {
    Capture capture = new Capture(filter, clock);
    try {
      var _ =
          loop.call(
              () -> {
                stack.addTap(capture);
                return true;
              },
              LOOP_TIMEOUT);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      if (loop.isRunning()) {
        // Behind whatever the loop is at: a tap that nobody reads must not stay.
        loop.execute(
            () -> {
              stack.removeTap(capture);
              capture.close();
            });
      } else {
        capture.close();
      }
      throw e;
    }
    return new RunningCapture(capture, stack, loop, clock, application);
  }

  /** Writes pcapng until {@link #stop}. */
  void writeTo(OutputStream out) throws IOException {
    List<PcapngWriter.Interface> interfaces =
        stack.devices().stream()
            .map(dev -> new PcapngWriter.Interface(dev.name(), dev.macAddress()))
            .toList();
    Instant now = Instant.now();
    long epochNs = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    capture.writeTo(new PcapngWriter(out, application, interfaces, epochNs - clock.nowNs()));
  }

  /** Takes the tap away; {@link #writeTo} then writes what is left and returns. */
  synchronized void stop() {
    if (tapped) {
      tapped = false;
      try {
        var _ =
            loop.call(
                () -> {
                  stack.removeTap(capture);
                  return true;
                },
                LOOP_TIMEOUT);
      } catch (TimeoutException | ExecutionException e) {
        removeLater();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        removeLater();
      }
    }
    capture.stop();
  }

  /** The loop is busy: it takes the tap away when it comes to it, and not never. */
  private void removeLater() {
    loopIsDone = !loop.isRunning();
    loop.execute(() -> stack.removeTap(capture));
  }

  Capture capture() {
    return capture;
  }

  /** After {@link #writeTo} has returned. */
  @Override
  public synchronized void close() {
    stop();
    if (loopIsDone) {
      capture.close();
    } else if (!closing) {
      closing = true;
      loop.execute(capture::close); // Not yet: the loop might still write into it.
    }
  }
}
