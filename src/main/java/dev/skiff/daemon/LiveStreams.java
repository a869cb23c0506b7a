package dev.skiff.daemon;

import dev.skiff.control.Command;
import dev.skiff.control.Json;
import dev.skiff.control.Streams;
import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.time.Clock;
import dev.skiff.trace.Filter;
import dev.skiff.trace.Trace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The captures, traces and pings that clients of the control socket ask for. Thread: the client's.
 */
final class LiveStreams implements Streams {
  private static final long LOOK_NS = 10_000_000L;

  private final NetStack stack;
  private final PollLoop loop;
  private final Clock clock;
  private final String application;
  private final Map<String, Opener> openers = new LinkedHashMap<>();
  private @Nullable DaemonLog log;

  LiveStreams(NetStack stack, PollLoop loop, Clock clock, String application) {
    this.stack = stack;
    this.loop = loop;
    this.clock = clock;
    this.application = application;
  }

  @Override
  public Stream open(Command.Streamed command) throws Refused {
    try {
      return switch (command) {
        case Command.Capture c ->
            new CaptureStream(
                RunningCapture.start(Filter.parse(c.filter()), stack, loop, clock, application));
        case Command.Trace t -> trace(t);
        case Command.Log l -> log(l);
        case Command.Ping p -> PingStream.start(p.request(), stack, loop);
        case Command.OwnStream o -> own(o);
      };
    } catch (TimeoutException | ExecutionException e) {
      throw new Refused("the loop did not answer in time: it is busy or ending");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused("the daemon is ending");
    }
  }

  // ---- Those that were added --------------------------------------------------------------------

  /** Opens a stream that a client asks for. Any thread but the loop's. */
  interface Opener {
    /**
     * Begins it.
     *
     * @param request its members, "v" and "cmd" among them
     * @throws IllegalArgumentException with one line that says what is wrong with the request
     * @throws Refused with one line that says why it cannot be had now
     */
    Stream open(Map<String, Object> request) throws Refused;
  }

  /** Has one more command answered by a stream. To be called before anybody can ask. */
  void add(String word, Opener opener) {
    openers.put(word, opener);
  }

  @Override
  public Set<String> words() {
    return openers.keySet();
  }

  private Stream own(Command.OwnStream command) throws Refused {
    Opener opener = openers.get(command.word());
    if (opener == null) {
      throw new Refused("there is no stream '" + command.word() + "'");
    }
    return opener.open(command.arguments());
  }

  // ---- Capture ----------------------------------------------------------------------------------

  /** Has it show a log, too. Before it is asked anything. */
  LiveStreams withLog(DaemonLog shown) {
    log = shown;
    return this;
  }

  private Stream log(Command.Log command) throws Refused {
    DaemonLog shown = log;
    if (shown == null) {
      throw new Refused("this one has no log of its own");
    }
    return shown.open(command);
  }

  private record CaptureStream(RunningCapture capture) implements Stream {
    @Override
    public String kind() {
      return "pcapng";
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      capture.writeTo(out);
    }

    @Override
    public void stop() {
      capture.stop();
    }

    @Override
    public void close() {
      capture.close();
    }
  }

  // ---- Trace ------------------------------------------------------------------------------------

  private Stream trace(Command.Trace command)
      throws Refused, ExecutionException, TimeoutException, InterruptedException {
    Trace trace =
        new Trace(
            Filter.parse(command.filter()),
            command.count(),
            stack.devices().stream().map(dev -> dev.name()).toList(),
            loop::turnNs);
    boolean installed;
    try {
      installed =
          loop.call(
              () -> {
                boolean free = stack.pool().tracer() == null;
                if (free) {
                  stack.pool().setTracer(trace);
                }
                return free;
              },
              RunningCapture.LOOP_TIMEOUT);
    } catch (TimeoutException | InterruptedException e) {
      loop.execute(() -> remove(trace));
      throw e;
    }
    if (!installed) {
      throw new Refused("somebody else traces already: one at a time");
    }
    return new TraceStream(trace, command.count(), command.json());
  }

  private void remove(Trace trace) {
    if (stack.pool().tracer() == trace) {
      stack.pool().setTracer(null);
    }
  }

  private final class TraceStream implements Stream {
    private final Trace trace;
    private final int count;
    private final boolean json;
    private volatile boolean stopped;

    TraceStream(Trace trace, int count, boolean json) {
      this.trace = trace;
      this.count = count;
      this.json = json;
    }

    @Override
    public String kind() {
      return json ? "json" : "text";
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      for (int told = 0; told < count && !stopped; ) {
        String story = trace.poll();
        if (story == null) {
          out.flush();
          LockSupport.parkNanos(LOOK_NS);
        } else {
          told++;
          write(json ? line(Map.of("packet", told, "trace", story.lines().toList())) : story, out);
        }
      }
      if (trace.lost() > 0) {
        write(
            json
                ? line(Map.of("lost", trace.lost()))
                : "(" + trace.lost() + " more were lost: the reader was too slow)\n",
            out);
      }
      out.flush();
    }

    private static String line(Map<String, Object> members) throws IOException {
      return Json.line(members) + "\n";
    }

    private static void write(String text, OutputStream out) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void stop() {
      stopped = true;
    }

    @Override
    public void close() {
      loop.execute(() -> remove(trace));
    }
  }
}
