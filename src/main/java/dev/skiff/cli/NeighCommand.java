package dev.skiff.cli;

import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.Map;

/** {@code skiff neigh}: the neighbour table, as {@code ip neigh} prints it. */
@picocli.CommandLine.Command(
    name = "neigh",
    mixinStandardHelpOptions = true,
    description = "Shows the neighbour table of a running daemon.")
final class NeighCommand extends AskCommand {
  @Override
  Command command() {
    return new Command.Neigh();
  }

  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    for (Object item : list(reply.get("neigh"))) {
      Map<String, Object> n = object(item);
      Object lladdr = n.get("lladdr");
      out.printf(
          "%s dev %s%s %s%n",
          n.get("dst"), n.get("dev"), lladdr == null ? "" : " lladdr " + lladdr, n.get("state"));
    }
  }
}
