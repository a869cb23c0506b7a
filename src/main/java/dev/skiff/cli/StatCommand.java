package dev.skiff.cli;

import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code skiff stat}: counters, as {@code nstat} prints them. */
@picocli.CommandLine.Command(
    name = "stat",
    mixinStandardHelpOptions = true,
    description = "Shows the counters of a running daemon that are not zero.")
final class StatCommand extends AskCommand {
  @Option(
      names = {"-z", "--zeros"},
      description = "Show zeros too.")
  private boolean zeros;

  @Override
  Command command() {
    return new Command.Stat();
  }

  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    object(reply.get("stat"))
        .forEach(
            (group, counters) ->
                object(counters)
                    .forEach(
                        (name, value) -> {
                          if (zeros || !(value instanceof Number n) || n.longValue() != 0) {
                            out.printf("%-32s %s%n", group + "." + name, value);
                          }
                        }));
  }
}
