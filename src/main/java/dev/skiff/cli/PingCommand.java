package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.control.Json;
import dev.skiff.control.PingRequest;
import dev.skiff.header.Ip4Addr;
import dev.skiff.ip.PingSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code skiff ping}: pings from a running daemon's stack, as {@code ping} does from the host's.
 */
@picocli.CommandLine.Command(
    name = "ping",
    mixinStandardHelpOptions = true,
    description =
        "Pings a host from the stack of a running daemon, with the options and the output of ping"
            + " from iputils. Exit code 0 if an answer came, 1 if none, 2 if it could not be tried.")
final class PingCommand implements Callable<Integer> {
  private static final int UNANSWERED = 1;
  private static final int FAILURE = 2;
  private static final int MS_PER_S = 1000;

  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Option(names = "-c", paramLabel = "COUNT", description = "End after COUNT answers.")
  private @Nullable Integer count;

  @Option(
      names = "-i",
      paramLabel = "SECONDS",
      description = "Seconds between two requests, 0.002 to 3600; by default 1.")
  private double interval = PingRequest.USUAL_INTERVAL_MS / (double) MS_PER_S;

  @Option(
      names = "-s",
      paramLabel = "SIZE",
      description = "Bytes of data, 0 to 65507; by default 56.")
  private int size = PingSocket.USUAL_SIZE;

  @Option(names = "-t", paramLabel = "TTL", description = "Time to live, 1 to 255.")
  private @Nullable Integer ttl;

  @Option(
      names = "-W",
      paramLabel = "SECONDS",
      description = "How long an answer is waited for if none came at all; by default 10.")
  private double wait = PingRequest.USUAL_WAIT_MS / (double) MS_PER_S;

  @Option(
      names = "-w",
      paramLabel = "SECONDS",
      description = "End after so many seconds; until then, or COUNT answers, it goes on.")
  private int deadline;

  @Option(names = "-q", description = "Print the first line and the last ones only.")
  private boolean quiet;

  @Option(names = "-n", description = "Addresses only: they are never looked up anyhow.")
  @SuppressWarnings("UnusedVariable") // Taken, as people are used to it, and nothing to be done.
  private boolean numeric;

  @Option(
      names = "-p",
      paramLabel = "PATTERN",
      description = "The data: up to 16 bytes in hexadecimal, repeated.")
  private String pattern = "";

  @Option(
      names = "-M",
      paramLabel = "do|want|dont",
      description = "do: never fragment; want: only here; dont: anybody may. By default want.")
  private String df = "want";

  @Option(names = "-Q", paramLabel = "TOS", description = "Type of service, 0 to 255 or 0xff.")
  private String tos = "0";

  @Option(
      names = "-I",
      paramLabel = "ADDR|NAME",
      description = "From this address of ours, or by this device.")
  private @Nullable String from;

  @Option(
      names = "-l",
      paramLabel = "N",
      description = "Send the first N, 1 to 64, without waiting.")
  private int preload = 1;

  @Option(
      names = "-f",
      description =
          "Flood: a request follows each answer, and without answers 100 a second. Needs -c or -w.")
  private boolean flood;

  @Option(names = "-D", description = "Print the time in front of each line.")
  private boolean stamped;

  @Option(names = "--json", description = "Print one line of JSON for each event.")
  private boolean json;

  @Parameters(paramLabel = "HOST", description = "An IPv4 address: names are not resolved.")
  private String host = "";

  @Override
  public Integer call() {
    PingRequest request = request(); // A mistake of usage is known without a daemon.
    try {
      return ping(request, daemon.socketPath());
    } catch (Sink.ReaderGone e) {
      return 0; // As ping into head: not a failure.
    } catch (ControlClient.Refused e) {
      System.err.println("ping: " + e.why());
    } catch (java.net.SocketException | java.nio.channels.ClosedChannelException e) {
      System.err.println("ping: the daemon went away");
    } catch (IOException e) {
      System.err.println("ping: " + e.getMessage());
    }
    return FAILURE;
  }

  // ---- What is asked ----------------------------------------------------------------------------

  /** What is asked; a mistake of usage is known without a daemon. */
  PingRequest request() {
    if (count != null && count < 1) {
      throw new IllegalArgumentException("-c " + count + ": give 1 or more");
    }
    if (ttl != null && ttl < 1) {
      throw new IllegalArgumentException("-t " + ttl + ": give 1 to 255");
    }
    return new PingRequest(
        destination(),
        count == null ? 0 : count,
        (int) Math.round(interval * MS_PER_S),
        preload,
        flood,
        size,
        ttl == null ? 0 : ttl,
        typeOfService(),
        PingRequest.df(df),
        pattern,
        from,
        (int) Math.round(wait * MS_PER_S),
        deadline,
        quiet);
  }

  private int destination() {
    if (host.chars().allMatch(c -> c == '.' || Character.isDigit(c))) {
      return Ip4Addr.parse(host);
    }
    throw new IllegalArgumentException(host + ": names are not resolved: give an IPv4 address");
  }

  private int typeOfService() {
    try {
      return Integer.decode(tos);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("-Q " + tos + ": give 0 to 255, or 0x00 to 0xff", e);
    }
  }

  // ---- What is answered -------------------------------------------------------------------------

  private int ping(PingRequest request, Path socket) throws IOException {
    try (ControlClient.LiveStream live = ControlClient.stream(socket, new Command.Ping(request));
        Sink sink = Sink.standardOutput()) {
      EndSignals.handle(sink, live::end);
      if (!quiet && !json && !pattern.isEmpty()) {
        sink.line(PingText.pattern(request.patternBytes()));
      }
      for (String line = readLine(live.in()); line != null; line = readLine(live.in())) {
        Map<String, Object> event = Json.parse(line);
        if (json) {
          sink.line(line);
        } else {
          print(event, sink);
        }
        if (live.in().available() == 0) {
          sink.flush();
        }
        if ("summary".equals(event.get("event"))) {
          sink.flush();
          return exitCode(event);
        }
      }
      sink.flush();
      throw new IOException("the daemon went away");
    }
  }

  /** A line without its end; null where there is no whole one any more. */
  private static @Nullable String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private int exitCode(Map<String, Object> summary) {
    long received = PingText.number(summary, "received");
    boolean tooFew = deadline > 0 && count != null && received < count;
    return received == 0 || tooFew ? UNANSWERED : 0;
  }

  private void print(Map<String, Object> event, Sink sink) throws IOException {
    switch (String.valueOf(event.get("event"))) {
      case "start" -> sink.line(PingText.header(host, event));
      case "sent" -> dot(".", sink);
      case "reply" -> {
        dot("\b \b", sink);
        line(PingText.reply(event), sink);
      }
      case "error" -> {
        dot("\bE", sink);
        line(PingText.error(event), sink);
      }
      case "local" -> {
        dot("E", sink);
        sink.flush();
        if (!flood) {
          System.err.println(PingText.local(event));
        }
      }
      case "summary" -> sink.line(PingText.summary(host, event, flood));
      default -> {} // A later daemon may have more to tell.
    }
  }

  /** What a flood shows of an event. */
  private void dot(String text, Sink sink) throws IOException {
    if (flood) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      sink.write(bytes, bytes.length);
    }
  }

  private void line(String text, Sink sink) throws IOException {
    if (!flood) {
      sink.line(stamped ? stamp(Instant.now()) + text : text);
    }
  }

  private static String stamp(Instant now) {
    return "[%d.%06d] ".formatted(now.getEpochSecond(), now.getNano() / 1000);
  }
}
