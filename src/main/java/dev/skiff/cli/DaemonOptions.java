package dev.skiff.cli;

import dev.skiff.control.ControlPath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which daemon a command asks. */
final class DaemonOptions {
  @Option(
      names = "--tap",
      paramLabel = "NAME",
      description = "The daemon on this TAP; by default the only one there is.")
  private @Nullable String tap;

  @Option(names = "--socket", paramLabel = "PATH", description = "The daemon's control socket.")
  private @Nullable Path socket;

  /**
   * Where the daemon listens.
   *
   * @throws IOException with one line that says what to do, if none or several come into question
   */
  Path socketPath() throws IOException {
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
}
