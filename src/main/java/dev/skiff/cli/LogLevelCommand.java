package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.daemon.LogLevel;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** {@code skiff log level}: how much a running daemon logs. */
@picocli.CommandLine.Command(
    name = "level",
    mixinStandardHelpOptions = true,
    description =
        "Shows how much a running daemon logs, or sets it: for all, or for one logger, such as"
            + " neigh, and what is below it.")
final class LogLevelCommand extends AskCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace.")
  private @Nullable String level;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "LOGGER",
      description = "Whose, as skiff log shows it; by default all, none of which is an exception.")
  private @Nullable String logger;

  @Override
  Command command() {
    return new Command.LogLevel(level == null ? null : LogLevel.parse(level).word(), logger);
  }

  /** Prints the level and the exceptions from it; after a change nothing. */
  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    if (level != null) {
      return;
    }
    Map<String, Object> levels = object(reply.get("log_level"));
    out.println(levels.get("level"));
    object(levels.get("loggers")).forEach((name, own) -> out.println(name + " " + own));
  }
}
