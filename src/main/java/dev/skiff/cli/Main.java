package dev.skiff.cli;

import dev.skiff.daemon.Signals;
import dev.skiff.log.Journal;
import dev.skiff.text.OneLine;
import dev.skiff.text.Suggest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
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
      LogCommand.class,
      TapCommand.class,
      ConfigCommand.class,
      ReloadCommand.class,
      DoctorCommand.class,
      VersionCommand.class,
      CompletionCommand.class,
      TrainCommand.class
    })
public final class Main implements Runnable {
  private static final int USAGE = 2;
  private static final int FAILURE = 1;

  /** What journald takes as the priority of a line, sd-daemon(3). */
  private static final String ERR_PRIORITY = "<3>";

  /** How long standard error may take to take a complaint. */
  private static final Duration COMPLAINT_TIMEOUT = Duration.ofSeconds(1);

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  private Main() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    // Instead of a logging.properties somewhere, and of what the JDK does without one.
    System.setProperty("java.util.logging.config.class", "dev.skiff.cli.PlainLog");
    StandardOutput output = StandardOutput.install();
    // A daemon has done its work, whether somebody has read its start line or not.
    boolean daemon = args.length > 0 && args[0].equals("run");
    if (daemon) {
      // Until it listens itself, it has opened nothing.
      Signals.onSignal("TERM", () -> Runtime.getRuntime().halt(0));
      Signals.onSignal("INT", () -> Runtime.getRuntime().halt(0));
    }
    CommandLine commandLine = commandLine();
    int code = commandLine.execute(args);
    try {
      output.check();
    } catch (Sink.ReaderGone e) {
      // As tcpdump into head: not a failure.
    } catch (IOException e) {
      if (code == 0 && !daemon) {
        complain(commandLine, "skiff: " + oneLine(e));
        code = FAILURE;
      }
    }
    System.exit(code);
  }

  /** Runs a command; the result is its exit code. */
  static int execute(String... args) {
    return commandLine().execute(args);
  }

  /** The program and all its commands. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExpandAtFiles(false) // A name that begins with @ is no file that we were told to read.
        .setParameterExceptionHandler(Main::usage)
        .setExecutionExceptionHandler(Main::failure);
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "say what to do: " + String.join(", ", shown(spec)));
    }
  }

  /** The commands that are for people. */
  private static List<String> shown(CommandSpec spec) {
    return spec.subcommands().entrySet().stream()
        .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static int usage(ParameterException e, String[] args) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    String line = name + ": " + oneLine(e) + meant(e) + " (see " + name + " --help)";
    complain(e.getCommandLine(), line);
    return USAGE;
  }

  /** What may have been meant by a word that is none of ours. */
  private static String meant(ParameterException e) {
    if (!(e instanceof CommandLine.UnmatchedArgumentException unmatched)) {
      return "";
    }
    CommandSpec asked = e.getCommandLine().getCommandSpec();
    String word = unmatched.getUnmatched().getFirst();
    List<String> words =
        word.startsWith("-") ? List.copyOf(asked.optionsMap().keySet()) : shown(asked);
    String near = words.isEmpty() ? "" : Suggest.among(word, words);
    return near.startsWith(": did") ? near : "";
  }

  private static int failure(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed) {
    if (e instanceof Sink.ReaderGone) {
      return 0; // As tcpdump into head: not a failure.
    }
    if (e instanceof IllegalArgumentException) {
      String name = commandLine.getCommandSpec().qualifiedName();
      complain(commandLine, name + ": " + oneLine(e));
      return USAGE;
    }
    complain(commandLine, "skiff: " + oneLine(e));
    return FAILURE;
  }

  /** By a thread of its own: a pipe that nobody reads must not keep the program from its end. */
  private static void complain(CommandLine commandLine, String line) {
    String all = (Journal.hasStandardError() ? ERR_PRIORITY : "") + line;
    Thread writer =
        Thread.ofPlatform()
            .daemon()
            .name("skiff-complaint")
            .start(
                () -> {
                  commandLine.getErr().println(all);
                  commandLine.getErr().flush();
                });
    try {
      var _ = writer.join(COMPLAINT_TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String oneLine(Exception e) {
    return OneLine.of(e.getMessage() == null ? e.toString() : e.getMessage());
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
