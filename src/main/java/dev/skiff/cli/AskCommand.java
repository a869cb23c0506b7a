package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that asks a running daemon and prints its answer. */
abstract class AskCommand implements Callable<Integer> {
  @Mixin private DaemonOptions daemon = new DaemonOptions();

  @Option(names = "--json", description = "Print the daemon's reply as it is: one line of JSON.")
  private boolean json;

  private Paint paint = Paint.NONE;

  /** What it asks. */
  abstract Command command();

  /** Prints an answer for people. */
  abstract void print(Map<String, Object> reply, PrintStream out) throws IOException;

  /** An answer in JSON, one line. */
  String json(String line) throws IOException {
    return line;
  }

  /** Whether JSON is wanted. */
  final boolean isJson() {
    return json;
  }

  /** The colours that standard output can show. */
  final Paint paint() {
    return paint;
  }

  @Override
  public Integer call() throws IOException {
    Command command = command(); // First: a mistake of usage is known without a daemon.
    paint = Paint.of(StandardOutput.isTerminal(), System.getenv());
    try (Sink sink = Sink.standardOutput()) {
      show(command, sink);
    }
    return 0;
  }

  /** Asks and prints. */
  void show(Command command, Sink sink) throws IOException {
    sink.text(printed(ask(command)));
    sink.flush();
  }

  /** The daemon's reply, a line. */
  final String ask(Command command) throws IOException {
    String line = ControlClient.ask(daemon.socketPath(), command);
    var _ = ControlClient.body(line);
    return line;
  }

  /** What is printed of a reply. */
  final String printed(String line) throws IOException {
    if (json) {
      return json(line) + "\n";
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      print(ControlClient.body(line), out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
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
