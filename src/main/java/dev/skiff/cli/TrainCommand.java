package dev.skiff.cli;

import dev.skiff.daemon.Training;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

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

  private static final String[] RUN = {
    "run", "--tap", "skiff0", "--ip", "198.51.100.2/24", "--host-ip", "198.51.100.1/24"
  };

  @Override
  public Integer call() throws Exception {
    PrintStream out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try {
      var _ = Main.commandLine().parseArgs(RUN);
      must("run", "--help");
      must("--version");
      Training.run(Main.Version.version(), TrainCommand::ask);
    } finally {
      System.setOut(out);
    }
    return 0;
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
