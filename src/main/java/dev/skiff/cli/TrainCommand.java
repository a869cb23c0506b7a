package dev.skiff.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.skiff.daemon.Signals;
import dev.skiff.daemon.Training;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code skiff train}, for {@code scripts/package} alone: uses what the daemon and its commands
 * use, so that an AOT cache can be recorded, and ends.
 */
@Command(
    name = "train",
    hidden = true,
    description = "Has an AOT cache recorded; see scripts/package.")
final class TrainCommand implements Callable<Integer> {
  /** What an operator asks; each takes --socket, and --json. */
  private static final List<String> ASKED =
      List.of("status", "stat", "drops", "neigh", "route", "addr", "link", "maddr", "fault");

  private static final Duration START = Duration.ofSeconds(60);

  @Option(
      names = "--tap",
      paramLabel = "NAME",
      description = "Run the daemon itself on this TAP too, in a network namespace without others.")
  private @Nullable String tap;

  @Override
  public Integer call() throws Exception {
    PrintStream out = System.out;
    CountDownLatch started = new CountDownLatch(1);
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
    try {
      must("run", "--help");
      must("--version");
      Training.run(Main.Version.version(), TrainCommand::ask);
      System.setOut(new PrintStream(new Told(started), true, UTF_8));
      if (tap != null) {
        runDaemon(tap, started);
      }
    } finally {
      System.setOut(out);
    }
    return 0;
  }

  /** The daemon as it is, from its start to its end by a signal. */
  private static void runDaemon(String tap, CountDownLatch started) throws Exception {
    Path directory = Files.createTempDirectory("skiff-train");
    String socket = directory.resolve("train.sock").toString();
    String[] run = {
      "run",
      "--tap",
      tap,
      "--ip",
      "198.51.100.2/24",
      "--host-ip",
      "198.51.100.1/24",
      "--socket",
      socket
    };
    FutureTask<Integer> daemon = new FutureTask<>(() -> Main.execute(run));
    Thread.ofPlatform().name("skiff-train-run").start(daemon);
    if (!started.await(START.toSeconds(), TimeUnit.SECONDS)) {
      throw new IOException("the daemon has not started within " + START.toSeconds() + " s");
    }
    ask(Path.of(socket));
    Signals.raise("TERM");
    int code = daemon.get();
    Files.delete(directory);
    if (code != 0) {
      throw new IOException("the daemon ended with " + code);
    }
  }

  /** Standard output, which the start line comes to. */
  private static final class Told extends OutputStream {
    private final CountDownLatch told;

    Told(CountDownLatch told) {
      this.told = told;
    }

    @Override
    public void write(int b) {
      told.countDown();
    }
  }

  private static void ask(Path socket) throws IOException {
    for (String command : ASKED) {
      must(command, "--socket", socket.toString());
      must(command, "--socket", socket.toString(), "--json");
    }
  }

  private static void must(String... command) throws IOException {
    int code = Main.execute(command);
    if (code != 0) {
      throw new IOException("skiff " + String.join(" ", command) + " ended with " + code);
    }
  }
}
