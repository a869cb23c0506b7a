package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import dev.skiff.control.ControlPath;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that asks a running daemon and prints its answer. */
abstract class AskCommand implements Callable<Integer> {
  @Option(
      names = "--tap",
      paramLabel = "NAME",
      description = "The daemon on this TAP; by default the only one there is.")
  private @Nullable String tap;

  @Option(names = "--socket", paramLabel = "PATH", description = "The daemon's control socket.")
  private @Nullable Path socket;

  @Option(names = "--json", description = "Print the daemon's reply as it is: one line of JSON.")
  private boolean json;

  /** What it asks. */
  abstract Command command();

  /** Prints an answer for people. */
  abstract void print(Map<String, Object> reply, PrintStream out);

  @Override
  public Integer call() throws IOException {
    String line = ControlClient.ask(socketPath(), command());
    Map<String, Object> reply = ControlClient.body(line);
    if (json) {
      System.out.println(line);
    } else {
      print(reply, System.out);
    }
    return 0;
  }

  private Path socketPath() throws IOException {
    if (socket != null) {
      return socket;
    }
    Path directory = ControlPath.directory();
    if (directory == null) {
      throw new IOException("XDG_RUNTIME_DIR is not set: name the daemon with --socket PATH");
    }
    if (tap != null) {
      return directory.resolve(tap + ".sock");
    }
    List<Path> sockets = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.sock")) {
        files.forEach(sockets::add);
      }
    }
    if (sockets.isEmpty()) {
      throw new IOException(
          "no daemon in " + directory + ": start one with skiff run, or name it with --socket");
    }
    if (sockets.size() > 1) {
      throw new IOException(
          "several daemons in " + directory + ": name one with --tap (" + names(sockets) + ")");
    }
    return sockets.getFirst();
  }

  private static String names(List<Path> sockets) {
    return String.join(
        ", ",
        sockets.stream()
            .map(path -> String.valueOf(path.getFileName()).replaceFirst("\\.sock$", ""))
            .sorted()
            .toList());
  }

  /** A member of a reply that is an object; empty if it is none. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> object(@Nullable Object member) {
    return member instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  /** A member of a reply that is a list; empty if it is none. */
  static List<?> list(@Nullable Object member) {
    return member instanceof List<?> list ? list : List.of();
  }
}
