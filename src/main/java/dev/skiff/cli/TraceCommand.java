package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.trace.Filter;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code skiff trace}: every function that a packet passes. */
@picocli.CommandLine.Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    description =
        "Shows the way of the next packets of a running daemon: every function they pass, with"
            + " head, data, tail and end, header fields and verdict.")
final class TraceCommand implements Callable<Integer> {
  private static final int BUFFER = 1 << 13;

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Option(
      names = {"-c", "--count"},
      paramLabel = "N",
      description = "How many packets, 1 to " + Command.Trace.MAX_COUNT + "; by default 1.")
  private int count = 1;

  @Option(names = "--json", description = "Print one line of JSON for each packet.")
  private boolean json;

  @Parameters(paramLabel = "FILTER", arity = "0..*", description = CaptureCommand.FILTER_HELP)
  private List<String> filter = List.of();

  @Override
  public Integer call() throws IOException {
    String words = String.join(" ", filter);
    var _ = Filter.parse(words);
    if (count < 1 || count > Command.Trace.MAX_COUNT) {
      throw new IllegalArgumentException("-c " + count + ": give 1 to " + Command.Trace.MAX_COUNT);
    }
    try (ControlClient.LiveStream live =
            ControlClient.stream(daemon.socketPath(), new Command.Trace(words, count, json));
        Sink sink = Sink.standardOutput()) {
      EndSignals.handle(sink, live::end);
      System.err.println(
          "skiff: waiting for "
              + (count == 1 ? "a packet" : count + " packets")
              + ", Ctrl-C ends it");
      byte[] buffer = new byte[BUFFER];
      for (int n = live.in().read(buffer); n >= 0; n = live.in().read(buffer)) {
        sink.write(buffer, n);
        sink.flush();
      }
    } catch (Sink.ReaderGone e) {
      // As tcpdump into head: not a failure.
    } catch (java.net.SocketException | java.nio.channels.ClosedChannelException e) {
      throw new IOException("the daemon went away", e);
    }
    return 0;
  }
}
