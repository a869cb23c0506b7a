package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.control.Json;
import dev.skiff.sys.Sys;
import dev.skiff.trace.Captured;
import dev.skiff.trace.Filter;
import dev.skiff.trace.PacketText;
import dev.skiff.trace.PcapngReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code skiff capture}: the frames of a running daemon, as they come and with their ends. */
@picocli.CommandLine.Command(
    name = "capture",
    mixinStandardHelpOptions = true,
    description =
        "Shows the frames of a running daemon, in tcpdump's manner, or writes them as pcapng,"
            + " until Ctrl-C.")
final class CaptureCommand implements Callable<Integer> {
  static final String FILTER_HELP =
      "Which, in tcpdump's words: arp, ip, icmp, host A, src net A/N, port N, ether host M, in,"
          + " out, less N, not, and, or, ( ); and drop, held, reason NAME. By default all.";

  private static final String STDOUT = "-";

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Option(
      names = "-w",
      paramLabel = "FILE",
      description = "Write pcapng to FILE, which is replaced; '-' is standard output.")
  private @Nullable String file;

  @Option(
      names = {"-c", "--count"},
      paramLabel = "N",
      description = "End after N frames.")
  private long count = Long.MAX_VALUE;

  @Option(names = "--json", description = "Print one line of JSON for each frame.")
  private boolean json;

  @Parameters(paramLabel = "FILTER", arity = "0..*", description = FILTER_HELP)
  private List<String> filter = List.of();

  private long packets;
  private long lost;
  private volatile boolean ended;

  @Override
  public Integer call() throws IOException {
    String words = String.join(" ", filter);
    var _ = Filter.parse(words); // Here too: a mistake of usage is known without a daemon.
    if (count < 1) {
      throw new IllegalArgumentException("-c " + count + ": give 1 or more");
    }
    if (json && file != null) {
      throw new IllegalArgumentException("--json and -w contradict each other: leave one out");
    }
    if (STDOUT.equals(file) && Sys.isTerminal(1)) {
      throw new IllegalArgumentException(
          "-w -: standard output is a terminal: send it to a file or to another program");
    }
    Path socket = daemon.socketPath();
    try (ControlClient.LiveStream live = ControlClient.stream(socket, new Command.Capture(words));
        Sink sink = sink()) {
      EndSignals.handle(sink, () -> end(live));
      System.err.println("skiff: capturing, Ctrl-C ends it");
      boolean whole = copyAndSum(live, sink);
      // A daemon that is slow to close takes nothing from frames that are here.
      if (!whole && packets < count) {
        throw new IOException("the daemon at " + socket + " went away");
      }
    } catch (Sink.ReaderGone e) {
      summary();
    }
    return 0;
  }

  private void end(ControlClient.LiveStream live) {
    ended = true;
    live.end();
  }

  private Sink sink() throws IOException {
    return file == null || file.equals(STDOUT) ? Sink.standardOutput() : Sink.file(Path.of(file));
  }

  private boolean copyAndSum(ControlClient.LiveStream live, Sink sink) throws IOException {
    try {
      boolean whole = copy(live, sink);
      if (whole && !ended) {
        System.err.println("skiff: the daemon has ended");
      }
      summary();
      return whole;
    } catch (Sink.ReaderGone e) {
      throw e;
    } catch (IOException e) {
      packets = sink.packets(packets);
      summary();
      throw e;
    }
  }

  /** Copies until the end; says whether the stream had one. */
  private boolean copy(ControlClient.LiveStream live, Sink sink) throws IOException {
    PcapngReader reader = new PcapngReader(live.in());
    try (PacketText text = new PacketText(ZoneId.systemDefault())) {
      PcapngReader.Block block;
      while ((block = next(reader)) != null) {
        Captured packet = block.packet();
        if (packet != null && packets == count) {
          continue; // On their way when the daemon was told to end.
        }
        lost += packet == null ? 0 : packet.lostBefore();
        print(block, text, sink);
        if (packet != null && ++packets == count) {
          sink.flush();
          end(live);
        }
        if (block.isLast()) {
          lost = block.lost();
          sink.flush();
          return true;
        }
        if (live.in().available() == 0) {
          sink.flush();
        }
      }
      sink.flush();
      return false;
    }
  }

  /** Null at the end, and where the daemon was cut off. */
  private static PcapngReader.@Nullable Block next(PcapngReader reader) throws IOException {
    try {
      return reader.next();
    } catch (java.net.SocketException | java.nio.channels.ClosedChannelException e) {
      return null;
    }
  }

  private void print(PcapngReader.Block block, PacketText text, Sink sink) throws IOException {
    Captured packet = block.packet();
    if (file != null) {
      sink.write(block.bytes(), block.bytes().length);
    } else if (packet != null) {
      sink.line(json ? Json.line(text.members(packet)) : text.line(packet));
    }
  }

  private void summary() {
    System.err.println(
        "skiff: "
            + packets
            + (packets == 1 ? " frame" : " frames")
            + " captured, "
            + lost
            + " lost by the capture");
  }
}
