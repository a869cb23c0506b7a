package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Fuzzing;
import dev.skiff.Mutator;
import dev.skiff.config.Config;
import dev.skiff.config.Flags;
import dev.skiff.trace.Filter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Command lines written wrong: they are taken, or one line says what is wrong, with exit code 2.
 * Nothing is started, asked or opened: only what comes before that is done.
 */
class CommandLineFuzzTest {
  private static final List<String> VALID =
      List.of(
          "run --tap skiff0 --ip 198.51.100.2/24 --host-ip 198.51.100.1/24 --mtu 1400",
          "run --dev tap=a,ip=198.51.100.2/24+198.51.100.3/24,mtu=1400 --dev tap=b,ip=203.0.113.2/24",
          "run --tap a --ip 198.51.100.2/24 --fault loss=3%,delay=20ms,seed=7 --acd probe --idle spin",
          "run --tap a --ip 198.51.100.2/24 --neigh gc_thresh1=64,locktime=0 --ipv4 ip_default_ttl=9",
          "run --tap a --ip 198.51.100.2/24 --metrics 9400 --log-level info --user 0 --no-warm-up",
          "run --tap a --ip 198.51.100.2/24 --route default_via_198.51.100.1 --group 239.1.2.3",
          "status --tap a",
          "stat --json",
          "drops --socket /nowhere/s",
          "neigh add 198.51.100.7 lladdr 02:00:5e:10:00:07 dev a nud stale",
          "neigh flush dev a nud failed",
          "route add 203.0.113.0/24 via 198.51.100.1 metric 10 src 198.51.100.2",
          "route get 203.0.113.9",
          "addr add 198.51.100.3/24 dev a",
          "link set a mtu 1400 address 02:00:5e:10:00:99 live up promisc on",
          "maddr add 239.1.2.3 dev a",
          "fault --dev a loss=3%,burst=1%/5,rate=10mbit,dir=in",
          "capture -c 5 icmp or src net 198.51.100.0/24 and not port 53",
          "trace -c 5 (arp or drop) and less 100",
          "ping -c 3 -i 0.2 -s 100 -t 9 -W 1 -w 5 -M do -Q 0x10 -p ff 198.51.100.1",
          "tap create skiff%d --user root --mtu 1400 --txqueuelen 100",
          "tap delete skiff0 --netns blue",
          "config check /nowhere/skiff.toml",
          "config show --json /nowhere/skiff.toml",
          "config example",
          "--version",
          "--help");

  /** Words for options and places of which the list above has no example. */
  private static final List<String> WORDS =
      List.of("a", "5", "100ms", "198.51.100.2", "198.51.100.2/24", "/nowhere/x", "on", "icmp");

  private static final Set<Integer> CODES = Set.of(0, 2);

  // ---- Without doing anything -------------------------------------------------------------------

  /** What a command looks at before it does anything. */
  private static int validate(ParseResult parsed) {
    if (CommandLine.printHelpIfRequested(parsed)) {
      return 0;
    }
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    try {
      validateOne(last);
    } catch (ParameterException e) {
      throw e;
    } catch (RuntimeException e) { // As picocli does with what a command throws.
      throw new ExecutionException(last.commandSpec().commandLine(), String.valueOf(e), e);
    }
    return 0;
  }

  private static void validateOne(ParseResult last) {
    switch (last.commandSpec().userObject()) {
      case AskCommand ask -> {
        var _ = ask.command();
      }
      case RunCommand run -> {
        var _ = run.config(Path.of("/nowhere/skiff.toml"));
      }
      case PingCommand ping -> {
        var _ = ping.request();
      }
      case TapCommand.OnDevice tap -> tap.checkAll();
      case ConfigCommand.OfFile file -> {
        var _ = Config.of(file.file(), Flags.NONE);
      }
      case CaptureCommand capture -> filter(last);
      case TraceCommand trace -> filter(last);
      case Main main -> main.run();
      case TapCommand tap -> tap.run();
      case ConfigCommand config -> config.run();
      default -> {} // Parsed, which is all that is common to commands.
    }
  }

  private static void filter(ParseResult parsed) {
    List<String> words =
        parsed.matchedPositionals().isEmpty()
            ? List.of()
            : parsed.matchedPositionals().getFirst().stringValues();
    var _ = Filter.parse(String.join(" ", words));
  }

  /** Exit code 0, or 2 and one line. */
  private static int run(String... words) {
    return run(Main.commandLine(), words);
  }

  private static int run(CommandLine commandLine, String... words) {
    StringWriter err = new StringWriter();
    StringWriter out = new StringWriter();
    int exitCode =
        commandLine
            .setExecutionStrategy(CommandLineFuzzTest::validate)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(words);
    assertTrue(CODES.contains(exitCode), exitCode + ": " + err);
    assertEquals(exitCode == 2, !err.toString().isEmpty(), err.toString());
    if (exitCode == 2) {
      Fuzzing.assertOneLine(err.toString().stripTrailing());
    }
    return exitCode;
  }

  private static String[] words(String line) {
    return line.split(" ", -1);
  }

  // ---- Mutated ----------------------------------------------------------------------------------

  @Test
  void mutatedCommandLinesAreTakenOrRefusedInOneLine() {
    long seed = Fuzzing.seed();
    Mutator mutator = new Mutator(seed);
    List<String> valid = new ArrayList<>(VALID);
    valid.addAll(made());
    int inputs = Fuzzing.inputs();
    int taken = 0;
    CommandLine commandLine = Main.commandLine(); // One for all: to make one takes long.
    for (int i = 0; i < inputs; i++) {
      String line = mutator.mutate(mutator.any(valid));
      int[] exitCode = new int[1];
      Fuzzing.attempt(seed, i, line, () -> exitCode[0] = run(commandLine, words(line)));
      taken += exitCode[0] == 0 ? 1 : 0;
    }
    assertTrue(taken > inputs / 20, "only " + taken + " of " + inputs + " were taken");
    assertTrue(taken < inputs * 19 / 20, taken + " of " + inputs + " were taken");
  }

  /** A line for each option of each command, whatever commands there are. */
  private static List<String> made() {
    List<String> lines = new ArrayList<>();
    made("", Main.commandLine(), lines);
    return lines;
  }

  private static void made(String before, CommandLine command, List<String> lines) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      for (String word : option.arity().max() == 0 ? List.of("") : WORDS) {
        lines.add((before + option.longestName() + " " + word).strip());
      }
    }
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              lines.add(before + name);
              made(before + name + " ", sub, lines);
            });
  }

  @Test
  void whatIsValidIsTaken() {
    for (String line : VALID) {
      int expected = line.contains("_via_") || line.contains("/nowhere/skiff.toml") ? 2 : 0;
      assertEquals(expected, run(words(line)), line);
    }
  }

  @Test
  void everyCommandIsAmongTheValidLines() {
    Set<String> missing = new TreeSet<>(Main.commandLine().getSubcommands().keySet());
    made().forEach(line -> missing.remove(line.split(" ", -1)[0]));
    assertTrue(missing.isEmpty(), "no line for " + missing);
  }

  /** What was found, or was near. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "run @/dev/zero",
        "run --config",
        "run --tap \u0000 --ip 198.51.100.2/24",
        "run --tap a --ip 198.51.100.2/24 --pcap \u0000",
        "run --tap a --ip 198.51.100.2/24 --socket a\u0000b",
        "run --config \u0000",
        "run --tap a --ip 198.51.100.2/24 --mtu 99999999999",
        "run --tap a --ip 198.51.100.2/24 --fault ,",
        "run --tap a --ip 198.51.100.2/24 --neigh ,",
        "run\u001b[31m",
        "config check \u0000",
        "tap create %d%d",
        "ping -c 0 198.51.100.1",
        "ping -i 1e999 198.51.100.1",
        "capture (",
        "nonsense",
      })
  void whatIsRefusedIsRefusedInOneLine(String line) {
    assertEquals(2, run(words(line)), Arrays.toString(words(line)));
  }
}
