package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.config.Config;
import dev.skiff.config.Key;
import dev.skiff.config.Keys;
import dev.skiff.config.Kind;
import dev.skiff.config.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The flags of {@code skiff run}, beside a file or without one. */
class RunOptionsTest {
  /** About the command line itself. */
  private static final Set<String> WITHOUT_KEY =
      Set.of("--config", "--help", "-h", "--version", "-V");

  private static final String FILE =
      """
      acd = "probe"
      [[device]]
      tap = "a"
      ip = "198.51.100.2/24"
      mtu = 1400
      [neigh]
      gc_stale_time = 90
      [fault]
      loss = "3%"
      seed = 7
      """;

  @TempDir Path directory;

  private static CommandLine run() {
    return Objects.requireNonNull(Main.commandLine().getSubcommands().get("run"));
  }

  @Test
  void everyFlagHasAKeyAndEveryKeyAFlag() {
    Set<String> flags = new TreeSet<>();
    for (OptionSpec option : run().getCommandSpec().options()) {
      flags.addAll(Arrays.asList(option.names()));
    }
    flags.removeAll(WITHOUT_KEY);
    Set<String> ofKeys = new TreeSet<>();
    for (Key key : Keys.list()) {
      ofKeys.add(key.flag());
      if (key.hasFlag() && key.kind() == Kind.SWITCH) {
        ofKeys.add(key.noFlag());
      }
    }
    ofKeys.add(Table.DEVICE.flag());
    assertEquals(ofKeys, flags);
  }

  @Test
  void everyFlagSaysInItsHelpWhatItsKeyMeans() {
    CommandSpec run = run().getCommandSpec();
    for (Key key : Keys.list()) {
      String flag = key.hasFlag() && key.kind() == Kind.SWITCH ? key.noFlag() : key.flag();
      String help = String.join(" ", run.findOption(flag).description());
      assertTrue(!key.hasFlag() || help.equals(key.meaning()), key.path());
      assertFalse(help.isEmpty(), flag);
    }
  }

  private Config config(String... words) throws IOException {
    Path file = Files.writeString(directory.resolve("skiff.toml"), FILE);
    CommandLine main = Main.commandLine();
    var _ =
        main.parseArgs(Stream.concat(Stream.of("run"), Stream.of(words)).toArray(String[]::new));
    RunCommand run = Objects.requireNonNull(main.getSubcommands().get("run")).getCommand();
    return run.config(file);
  }

  @Test
  void theStandardFileIsReadIfNoDeviceIsNamed() throws IOException {
    Config config = config();
    assertEquals("a", config.run().devices().getFirst().tap());
    assertEquals("probe", config.run().arp().acd().word());
  }

  @Test
  void whoNamesADeviceNeedsNoFile() throws IOException {
    Config config = config("--tap", "b", "--ip", "203.0.113.2/24");
    assertEquals("b", config.run().devices().getFirst().tap());
    assertEquals("defend", config.run().arp().acd().word());
    config = config("--dev", "tap=b,ip=203.0.113.2/24");
    assertEquals("defend", config.run().arp().acd().word());
  }

  @Test
  void flagsHaveTheLastWord() throws IOException {
    Config config = config("--acd", "off", "--ip", "198.51.100.9/24", "--neigh", "locktime=0");
    assertEquals("off", config.run().arp().acd().word());
    assertEquals("198.51.100.9/24", config.run().devices().getFirst().ip().toString());
    assertEquals(1400, config.run().devices().getFirst().mtu());
    assertEquals(90_000_000_000L, config.run().neighbours().gcStaleNs());
    assertEquals(0, config.run().neighbours().locktimeNs());
    assertEquals("loss=3%,seed=7", config.run().fault().toString());
  }

  @Test
  void aFaultOnTheCommandLineTakesThePlaceOfTheWholeTable() throws IOException {
    assertEquals("dup=1%,seed=1", config("--fault", "dup=1%,seed=1").run().fault().toString());
    assertEquals("off", config("--fault", "off").run().fault().toString());
  }

  @Test
  void devicesOnTheCommandLineTakeThePlaceOfTheFiles() throws IOException {
    String file = directory.resolve("skiff.toml").toString();
    Config config = config("--config", file, "--dev", "tap=b,ip=203.0.113.2/24,mtu=1300");
    assertEquals(1, config.run().devices().size());
    assertEquals("b", config.run().devices().getFirst().tap());
    assertEquals(1300, config.run().devices().getFirst().mtu());
    assertEquals("probe", config.run().arp().acd().word());
  }

  @Test
  void warmUpIsLeftOutByAFlagOrAKey() throws IOException {
    assertTrue(config().warmUp());
    assertTrue(!config("--no-warm-up").warmUp());
    assertTrue(config("--warm-up").warmUp());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run --tap a | skiff run: Missing required option: '--ip=ADDR/PREFIX'",
        "run --ip 198.51.100.2/24 --tap a --mtu x | Invalid value for option '--mtu'",
        "run --tap a --ip 198.51.100.2/24 --mtu 5 | skiff run: --mtu: MTU 5 is out of range",
        "run --tap a --ip 198.51.100.2/24 --socket '' | skiff run: --socket is empty",
        "run --tap a --ip 198.51.100.2/24 --metrics x | skiff run: --metrics: 'x' is no place",
        "run --tap a --ip 198.51.100.2/24 --log-level x | skiff run: --log-level: 'x' is no level",
        "run --tap a --ip 198.51.100.2/24 --arp x=1 | skiff run: --arp: 'x' is no setting of ARP",
        "run --tap a --ip 198.51.100.2/24 --arp ignore=5 | ignore=5: use 0, 1, 2 or 8",
        "run --tap a --ip 198.51.100.2/24 --fault loss=3 | --fault: at column 7: '3' has no percent",
        "run --tap a --ip 198.51.100.2/24 --neigh gc_thresh1=5000 | --neigh: gc_thresh1=5000,gc_",
        "run --tap a --ip 198.51.100.2/24 --route x | --route: 'x': 'x' is no word of route",
        "run --tap a --dev tap=a,ip=198.51.100.2/24 | skiff run: --dev says all about its device",
        "run --dev tap=a | skiff run: --dev: ip is missing",
        "run --tap a --ip 198.51.100.2/24 --warm-up --no-warm-up | contradict each other",
        "run --config /nowhere/x.toml | skiff run: /nowhere/x.toml cannot be read: there is no such",
        "config check /nowhere/x.toml | /nowhere/x.toml cannot be read: there is no such file",
        "config | say what to do: check, show or example",
      })
  void whatIsWrongIsOneLineAndExitCode2(String words, String part) {
    StringWriter err = new StringWriter();
    int exitCode = Main.commandLine().setErr(new PrintWriter(err)).execute(words(words));
    assertEquals(2, exitCode, err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(part), err.toString());
  }

  @Test
  void withoutACommandThoseForPeopleAreNamed() {
    StringWriter err = new StringWriter();
    assertEquals(2, Main.commandLine().setErr(new PrintWriter(err)).execute());
    assertTrue(err.toString().contains("say what to do: run, status"), err.toString());
    assertFalse(err.toString().contains("train"), err.toString());
  }

  @Test
  void whatMayHaveBeenMeantIsNamed() {
    assertTrue(complaint("statsu").contains(": did you mean 'status'?"), complaint("statsu"));
    String option = complaint("run", "--tpa", "x");
    assertTrue(option.contains(": did you mean '--tap'?"), option);
    String hidden = complaint("trian");
    assertFalse(hidden.contains("'train'"), hidden);
  }

  private static String complaint(String... args) {
    StringWriter err = new StringWriter();
    assertEquals(2, Main.commandLine().setErr(new PrintWriter(err)).execute(args));
    assertEquals(1, err.toString().lines().count(), err.toString());
    return err.toString();
  }

  private static String[] words(String line) {
    return Arrays.stream(line.split(" ", -1))
        .map(word -> word.equals("''") ? "" : word)
        .toArray(String[]::new);
  }
}
