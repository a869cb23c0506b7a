package dev.skiff.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** {@code skiff}: the program. */
@Command(
    name = "skiff",
    description = "A userspace Ethernet driver and network stack on a TAP device.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      RunCommand.class,
      StatusCommand.class,
      StatCommand.class,
      DropsCommand.class,
      NeighCommand.class,
      RouteCommand.class,
      AddrCommand.class,
      LinkCommand.class,
      MaddrCommand.class,
      FaultCommand.class,
      CaptureCommand.class,
      TraceCommand.class,
      PingCommand.class,
      TapCommand.class,
      ConfigCommand.class
    })
public final class Main implements Runnable {
  private static final int USAGE = 2;
  private static final int FAILURE = 1;

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  private Main() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs a command; the result is its exit code. */
  static int execute(String... args) {
    return new CommandLine(new Main())
        .setParameterExceptionHandler(Main::usage)
        .setExecutionExceptionHandler(Main::failure)
        .execute(args);
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "say what to do: run, status, stat, drops, neigh, route, addr, link, maddr, fault, capture,"
              + " trace, ping, tap or config");
    }
  }

  private static int usage(ParameterException e, String[] args) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    complain(e.getCommandLine(), name + ": " + oneLine(e) + " (see " + name + " --help)");
    return USAGE;
  }

  private static int failure(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed) {
    if (e instanceof IllegalArgumentException) {
      String name = commandLine.getCommandSpec().qualifiedName();
      complain(commandLine, name + ": " + oneLine(e));
      return USAGE;
    }
    complain(commandLine, "skiff: " + oneLine(e));
    return FAILURE;
  }

  private static void complain(CommandLine commandLine, String line) {
    commandLine.getErr().println(line);
    commandLine.getErr().flush();
  }

  private static String oneLine(Exception e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"skiff " + version()};
    }

    static String version() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "(built without a version)" : version;
    }
  }
}
