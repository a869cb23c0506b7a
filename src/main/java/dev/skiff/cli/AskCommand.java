package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.control.ControlClient;
import java.io.IOException;
import java.io.PrintStream;
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

  /** What it asks. */
  abstract Command command();

  /** Prints an answer for people. */
  abstract void print(Map<String, Object> reply, PrintStream out);

  @Override
  public Integer call() throws IOException {
    Command command = command(); // First: a mistake of usage is known without a daemon.
    String line = ControlClient.ask(daemon.socketPath(), command);
    Map<String, Object> reply = ControlClient.body(line);
    if (json) {
      System.out.println(line);
    } else {
      print(reply, System.out);
    }
    return 0;
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
