package dev.skiff.cli;

import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** {@code skiff drops}: which packets were lost, and why. */
@picocli.CommandLine.Command(
    name = "drops",
    mixinStandardHelpOptions = true,
    description = "Shows how many packets a running daemon dropped, by reason.")
final class DropsCommand extends AskCommand {
  @Override
  Command command() {
    return new Command.Drops();
  }

  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    List<?> drops = list(reply.get("drops"));
    if (drops.isEmpty()) {
      out.println("no drops");
    }
    for (Object item : drops) {
      Map<String, Object> drop = object(item);
      out.printf("%-24s %8s  %s%n", drop.get("reason"), drop.get("count"), drop.get("text"));
    }
  }
}
