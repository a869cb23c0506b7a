package dev.skiff.cli;

import dev.skiff.control.Command;
import dev.skiff.wire.FaultSpec;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code skiff fault}: breaks the wire of a running daemon on purpose. */
@picocli.CommandLine.Command(
    name = "fault",
    mixinStandardHelpOptions = true,
    description =
        "Sets how a running daemon breaks its wire on purpose, and shows what that has done.")
final class FaultCommand extends AskCommand {
  static final String SPEC_HELP =
      "loss=P%%, burst=P%%/N, dup=P%%, reorder=P%%, corrupt=P%%, delay=TIME, jitter=TIME,"
          + " rate=RATE, dir=in|out|both, seed=N, with commas between them; or off.";

  @Option(
      names = "--dev",
      paramLabel = "NAME",
      description = "The device whose wire it is; needed only if there are several.")
  private @Nullable String dev;

  @Parameters(
      paramLabel = "SPEC",
      arity = "0..1",
      description = SPEC_HELP + " Without it nothing is changed.")
  private @Nullable String spec;

  @Override
  Command command() {
    // The seed that is chosen where none was given is the one that is sent and shown.
    return new Command.Fault(dev, spec == null ? null : FaultSpec.parse(spec).toString());
  }

  @Override
  void print(Map<String, Object> reply, PrintStream out) {
    Map<String, Object> fault = object(reply.get("fault"));
    out.printf("%s: %s%n", fault.get("dev"), fault.get("spec"));
    object(fault.get("counters"))
        .forEach(
            (name, value) -> {
              if (value instanceof Number n && n.longValue() != 0) {
                out.printf("%-16s %s%n", name, value);
              }
            });
  }
}
