package dev.skiff.cli;

import dev.skiff.config.Config;
import dev.skiff.config.Flags;
import dev.skiff.config.Reading;
import dev.skiff.daemon.ConfigSource;
import dev.skiff.daemon.Daemon;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code skiff run}: the daemon, in the foreground. What it can be told is in {@code config}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    modelTransformer = RunOptions.class,
    description =
        "Answers ARP and ping on a TAP device until SIGTERM or SIGINT. SIGHUP has it read its"
            + " configuration file again, or ends it too if there is none.")
final class RunCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Where all this is said in TOML; what is said here has the last word. Default, unless --tap"
              + " or --dev name a device: /etc/skiff/skiff.toml, if it is there. See skiff config.")
  private @Nullable Path config;

  @Spec private @Nullable CommandSpec spec;

  private Flags flags() {
    return RunOptions.flags(Objects.requireNonNull(spec).commandLine().getParseResult());
  }

  /**
   * What it is told, by a file and by flags.
   *
   * @param standard the file where none is named
   */
  Config config(Path standard) {
    return Config.of(Config.file(config, flags(), standard), flags());
  }

  @Override
  public Integer call() throws Exception {
    Flags flags = flags();
    Path file = Config.file(config, flags, Config.STANDARD);
    Config said = config(Config.STANDARD);
    ConfigSource source = file == null ? null : new Reading(file, flags);
    new Daemon(said.run(), Main.Version.version(), System.out, said.warmUp(), source).run();
    return 0;
  }
}
