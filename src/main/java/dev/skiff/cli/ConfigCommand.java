package dev.skiff.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.skiff.config.Config;
import dev.skiff.config.ConfigException;
import dev.skiff.config.ExampleFile;
import dev.skiff.config.Flags;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code skiff config}: looks at a configuration file, and starts nothing. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Checks and shows configuration files of skiff run; starts nothing.",
    subcommands = {
      ConfigCommand.Check.class,
      ConfigCommand.Show.class,
      ConfigCommand.Example.class
    })
final class ConfigCommand implements Runnable {
  private static final int USAGE = 2;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to do: check, show or example");
  }

  /** What is about one file. */
  abstract static class OfFile implements Callable<Integer> {
    @Parameters(
        paramLabel = "FILE",
        arity = "0..1",
        description = "The file; by default /etc/skiff/skiff.toml.")
    private Path file = Config.STANDARD;

    @Spec private @Nullable CommandSpec spec;

    Path file() {
      return file;
    }

    /** Does it with a file with which nothing is wrong. */
    abstract void with(Config config) throws IOException;

    @Override
    public final Integer call() throws IOException {
      Config config;
      try {
        config = Config.of(file, Flags.NONE);
      } catch (ConfigException e) {
        wrong(e);
        return USAGE;
      }
      with(config);
      return 0;
    }

    /** Says all that is wrong. */
    void wrong(ConfigException mistakes) throws IOException {
      var err = Objects.requireNonNull(spec).commandLine().getErr();
      mistakes.lines().forEach(err::println);
      err.flush();
    }
  }

  /** {@code skiff config check}. */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description =
          "Says all that is wrong with a file, a line each, and ends with 2 if something is.")
  static final class Check extends OfFile {
    @Option(names = "--json", description = "As one line of JSON on standard output.")
    private boolean json;

    @Override
    void with(Config config) throws IOException {
      int devices = config.run().devices().size();
      if (json) {
        print(Map.of("devices", devices), List.of());
        return;
      }
      System.out.println(
          file() + ": all is well, " + devices + (devices == 1 ? " device" : " devices"));
    }

    @Override
    void wrong(ConfigException mistakes) throws IOException {
      if (json) {
        print(Map.of(), mistakes.lines());
      } else {
        super.wrong(mistakes);
      }
    }

    private void print(Map<String, Object> found, List<String> mistakes) throws IOException {
      Map<String, Object> check = new LinkedHashMap<>();
      check.put("file", file().toString());
      check.putAll(found);
      check.put("errors", mistakes);
      System.out.println(JSON.std.asString(Map.of("check", check)));
    }
  }

  /** {@code skiff config show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows what a file comes to, all defaults included, and where each was said.")
  static final class Show extends OfFile {
    @Option(names = "--json", description = "As one line of JSON.")
    private boolean json;

    @Override
    void with(Config config) throws IOException {
      if (json) {
        System.out.println(JSON.std.asString(config.json()));
      } else {
        System.out.print(config.toml());
      }
      System.out.flush();
    }
  }

  /** {@code skiff config example}. */
  @Command(
      name = "example",
      mixinStandardHelpOptions = true,
      description = "Prints a file to begin with: every key, what it means, and its default.")
  static final class Example implements Callable<Integer> {
    @Option(names = "--json", description = "As one line of JSON with the file's text in it.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
      System.out.print(
          json
              ? JSON.std.asString(Map.of("example", ExampleFile.text())) + "\n"
              : ExampleFile.text());
      System.out.flush();
      return 0;
    }
  }
}
