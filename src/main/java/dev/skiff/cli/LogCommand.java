package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.control.Json;
import dev.skiff.daemon.LogLevel;
import dev.skiff.sys.Sys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code skiff log}: what a running daemon has logged last, and what it logs now. */
@picocli.CommandLine.Command(
    name = "log",
    mixinStandardHelpOptions = true,
    subcommands = LogLevelCommand.class,
    description =
        "Shows the last records of a running daemon's log, and those that follow. What is logged at"
            + " all is skiff log level's.")
final class LogCommand implements Callable<Integer> {
  private static final int LAST_WHEN_FOLLOWING = 10;

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what comes, until Ctrl-C.")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      description =
          "The last N records of those that are kept, which are 1,000 at most; by default all, with"
              + " -f 10.")
  private @Nullable Integer count;

  @Option(
      names = {"-l", "--level"},
      paramLabel = "LEVEL",
      description = "What is at least this bad: error, warn, info, debug or trace.")
  private @Nullable String level;

  @Option(names = "--json", description = "Print one line of JSON for each record.")
  private boolean json;

  private volatile boolean ended;

  @Override
  public Integer call() throws IOException {
    String least = level == null ? null : LogLevel.parse(level).word();
    int most = follow ? LAST_WHEN_FOLLOWING : Command.Log.MAX_COUNT;
    if (count != null) {
      most = Math.min(count, Command.Log.MAX_COUNT);
    }
    if (most < 0) {
      throw new IllegalArgumentException("-n " + most + ": give 0 or more");
    }
    Path socket = daemon.socketPath();
    try (ControlClient.LiveStream live =
            ControlClient.stream(socket, new Command.Log(most, follow, least));
        Sink sink = Sink.standardOutput()) {
      EndSignals.handle(sink, () -> end(live));
      boolean whole = copy(live, sink);
      sink.flush();
      if (!whole && !ended) {
        throw new IOException("the daemon at " + socket + " went away");
      }
      if (follow && !ended) {
        System.err.println("skiff: the daemon has ended");
      }
    } catch (Sink.ReaderGone e) {
      // As journalctl into head: not a failure.
    }
    return 0;
  }

  private void end(ControlClient.LiveStream live) {
    ended = true;
    live.end();
  }

  /** Copies until the end; says whether the stream had one. */
  private boolean copy(ControlClient.LiveStream live, Sink sink) throws IOException {
    LogLines lines = new LogLines(Sys.isTerminal(1));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(live.in(), StandardCharsets.UTF_8));
    for (String line = next(in); line != null; line = next(in)) {
      Map<String, Object> members = Json.parse(line);
      if (members.containsKey("end")) {
        return true;
      }
      if (json) {
        sink.line(line);
      } else {
        for (String one : lines.of(members)) {
          sink.line(one);
        }
      }
      if (!in.ready()) {
        sink.flush();
      }
    }
    return false;
  }

  /** Null at the end, and where the daemon was cut off. */
  private static @Nullable String next(BufferedReader in) throws IOException {
    try {
      return in.readLine();
    } catch (java.net.SocketException | java.nio.channels.ClosedChannelException e) {
      return null;
    }
  }
}
