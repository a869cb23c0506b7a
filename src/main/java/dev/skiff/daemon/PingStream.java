package dev.skiff.daemon;

import dev.skiff.control.Json;
import dev.skiff.control.PingRequest;
import dev.skiff.control.Streams;
import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PingRun} whose events a client reads, a line of JSON each. The loop never waits for the
 * client: what he is too slow for is counted and lost, but for the summary. Thread: the client's.
 */
final class PingStream implements Streams.Stream {
  /** The most events that wait for the client. */
  private static final int MAX_WAITING = 1024;

  /** How long the loop may take to end a ping that was told to. */
  private static final long STOP_NS = 2_000_000_000L;

  private static final long LOOK_NS = 100_000_000L;

  private final PollLoop loop;
  private final Queue<Map<String, Object>> events = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong lost = new AtomicLong();
  private volatile @Nullable Map<String, Object> summary;
  private volatile @Nullable Thread writer;
  private volatile boolean stopped;
  private @Nullable PingRun run; // Loop thread.
  private boolean cancelled; // Loop thread.

  private PingStream(PollLoop loop) {
    this.loop = loop;
  }

  /**
   * Begins to ping.
   *
   * @throws Refused if nobody can be pinged so: one line in iputils' words
   * @throws TimeoutException if the loop did not answer in time; nobody is pinged then
   */
  static PingStream start(PingRequest request, NetStack stack, PollLoop loop)
      throws Streams.Refused, ExecutionException, TimeoutException, InterruptedException {
    PingStream stream = new PingStream(loop);
    try {
      var _ =
          loop.call(
              () -> {
                stream.begin(request, stack, loop.turnNs());
                return true;
              },
              RunningCapture.LOOP_TIMEOUT);
      return stream;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IllegalArgumentException || cause instanceof IllegalStateException) {
        throw new Streams.Refused(String.valueOf(cause.getMessage()));
      }
      throw e;
    } catch (TimeoutException | InterruptedException e) {
      stream.close();
      throw e;
    }
  }

  private void begin(PingRequest request, NetStack stack, long nowNs) {
    if (cancelled) {
      return;
    }
    PingRun begun = new PingRun(request, stack, PingStream::epochUs, this::tell);
    begun.start(nowNs);
    run = begun;
  }

  private static long epochUs() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /** Loop thread. */
  private void tell(Map<String, Object> event) {
    if (PingEvents.isSummary(event)) {
      summary = event;
    } else if (waiting.get() < MAX_WAITING) {
      waiting.incrementAndGet();
      events.add(event);
    } else {
      lost.incrementAndGet();
    }
    LockSupport.unpark(writer);
  }

  @Override
  public String kind() {
    return "json";
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    writer = Thread.currentThread();
    long stoppedNs = 0;
    while (true) {
      // Looked at before the events: those that are there then come before it.
      Map<String, Object> last = summary;
      writeEvents(out);
      if (last != null) {
        last.put("lost_events", lost.get());
        write(last, out);
        out.flush();
        return;
      }
      out.flush();
      if (stopped) {
        stoppedNs = stoppedNs == 0 ? System.nanoTime() : stoppedNs;
        if (System.nanoTime() - stoppedNs > STOP_NS) {
          return; // The loop has ended, or is stuck.
        }
      }
      if (events.isEmpty() && summary == null) {
        LockSupport.parkNanos(LOOK_NS);
      }
    }
  }

  private void writeEvents(OutputStream out) throws IOException {
    for (Map<String, Object> event = events.poll(); event != null; event = events.poll()) {
      waiting.decrementAndGet();
      write(event, out);
    }
  }

  private static void write(Map<String, Object> event, OutputStream out) throws IOException {
    out.write((Json.line(event) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void stop() {
    stopped = true;
    loop.execute(this::end);
    LockSupport.unpark(writer);
  }

  /** Loop thread. */
  private void end() {
    cancelled = true;
    if (run != null) {
      run.finish();
    }
  }

  @Override
  public void close() {
    loop.execute(this::end);
  }
}
