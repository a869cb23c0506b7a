package dev.skiff.cli;

import dev.skiff.control.Command;
import java.io.PrintStream;
import java.util.Map;

/** {@code skiff reload}: has a daemon read its configuration again, as SIGHUP does. */
@picocli.CommandLine.Command(
    name = "reload",
    mixinStandardHelpOptions = true,
    description =
        "Has a running daemon read its configuration file again, as SIGHUP does, and says what that"
            + " has changed, and what needs a restart.")
final class ReloadCommand extends AskCommand {
  @Override
  Command command() {
    return new Command.Own("reload", Map.of());
  }

  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    for (Object line : list(reply.get("reload"))) {
      out.println(line);
    }
  }
}
