package dev.skiff.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a file says, and what is wrong with it. */
class ConfigTest {
  private static final String DEVICE = "[[device]]\ntap = \"skiff9\"\nip = \"198.51.100.7/24\"\n";

  @TempDir Path directory;

  private static Config read(String text) {
    return Config.of(text, "f");
  }

  private static List<String> wrong(String text) {
    return assertThrows(ConfigException.class, () -> read(text)).lines();
  }

  static Stream<Key> keys() {
    return Keys.list().stream();
  }

  /** A file in which a key, with what it cannot be without, has the value of its example. */
  private static String fileWith(Key key) {
    String value = key.name() + " = " + key.kind().toml(List.of(key.example())) + "\n";
    return switch (key.table()) {
      case TOP -> value + DEVICE;
      case DEVICE -> {
        String others =
            DEVICE
                .lines()
                .filter(line -> !line.startsWith(key.name() + " "))
                .reduce("", (all, line) -> all + line + "\n");
        yield others + value;
      }
      case FAULT ->
          DEVICE + "[fault]\n" + (key.name().equals("jitter") ? "delay = \"9ms\"\n" : "") + value;
      default -> DEVICE + key.table().head() + "\n" + value;
    };
  }

  // ---- Keys -------------------------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyDoesSomethingAndIsShownAsItWasRead(Key key) {
    Config config = read(fileWith(key));
    Config without = read(DEVICE);
    boolean same = config.run().equals(without.run()) && config.warmUp() == without.warmUp();
    assertFalse(same, key + " does nothing");
    String shown =
        "(?m)^"
            + key.name()
            + " = \\Q"
            + key.kind().toml(List.of(key.example()))
            + "\\E +# line \\d+$";
    assertTrue(config.toml().lines().anyMatch(line -> line.matches(shown)), config.toml());
    assertEquals(config.run(), read(config.toml()).run());
    assertEquals(config.warmUp(), read(config.toml()).warmUp());
  }

  @ParameterizedTest
  @MethodSource("keys")
  void aFlagSaysTheSameAsItsKey(Key key) {
    Config file = read(fileWith(key));
    String text = key.example();
    if (key.name().equals("seed")) {
      text = "loss=1%,seed=" + text;
      file = read(DEVICE + "[fault]\nloss = \"1%\"\nseed = " + key.example());
    } else if (key.table() == Table.FAULT) {
      String delay = key.name().equals("jitter") ? "delay=9ms," : "";
      text = delay + key.name() + "=" + text + ",seed=1";
      file = read(fileWith(key) + "seed = 1\n");
    } else if (!key.hasFlag()) {
      text = key.name() + "=" + text;
    }
    var given = new java.util.LinkedHashMap<String, List<String>>();
    given.put("--tap", List.of("skiff9"));
    given.put("--ip", List.of("198.51.100.7/24"));
    boolean off = key.hasFlag() && key.kind() == Kind.SWITCH;
    given.put(off ? key.noFlag() : key.flag(), List.of(text));
    Config flags = Config.of(null, new Flags(given));
    assertEquals(file.run(), flags.run());
    assertEquals(file.warmUp(), flags.warmUp());
  }

  @ParameterizedTest
  @MethodSource("keys")
  void aValueOfAnotherTypeIsRefusedWithAnExample(Key key) {
    String line = key.name() + " = " + key.kind().toml(List.of(key.example()));
    String other = fileWith(key).replace(line, key.name() + " = 1979-05-27");
    String message = wrong(other).getFirst();
    assertTrue(message.matches("f:\\d+:1: .*"), message);
    assertTrue(message.endsWith("write " + line), message);
  }

  @Test
  void numbersAndWordsMayStandForMemoryAndTimes() {
    String file = "buffer-memory = 33554432\n" + DEVICE + "[neigh]\ngc_stale_time = 90\n";
    assertEquals(32 << 20, read(file).run().bufferMemory());
    assertEquals(90_000_000_000L, read(file).run().neighbours().gcStaleNs());
  }

  @Test
  void whatIsShownAsJsonHasTheTypesOfTheFile() throws IOException {
    String json =
        JSON.std.asString(read("rx-copybreak = 9\n" + DEVICE + "[arp]\naccept = true\n").json());
    Map<String, Object> all = JSON.std.mapFrom(json);
    assertEquals(9, all.get("rx-copybreak"));
    assertEquals(true, JSON.std.mapFrom(JSON.std.asString(all.get("arp"))).get("accept"));
    assertTrue(
        json.contains("\"device\":[{\"tap\":\"skiff9\",\"ip\":[\"198.51.100.7/24\"]}]"), json);
  }

  // ---- Mistakes ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sokcet = 'x' | f:1:1: unknown key 'sokcet': did you mean 'socket'?",
        "mtu = 1400 | f:1:1: unknown key 'mtu': it belongs to [[device]]",
        "[neighb] | f:1:1: unknown key 'neighb': did you mean 'neigh'?",
        "[neigh];  gc_tresh3 = 4 | f:2:3: unknown key 'gc_tresh3' in [neigh]: did you mean 'gc_thresh3'?",
        "[neigh];gc_thresh3 = 0 | f:2:1: gc_thresh3=0: use 1 to 65536, as gc_thresh3=1024",
        "[neigh];gc_thresh1 = 5000 | f:2:1: gc_thresh1=5000,gc_thresh2=512,gc_thresh3=1024: none may",
        "[neigh];locktime = '1s,gc_thresh3=4' | f:2:1: locktime = '1s,gc_thresh3=4': write it as \"0s\"",
        "[neigh];locktime = '' | f:2:1: locktime = '': write it as",
        "[fault];dup = '1%';loss = '3' | f:3:1: loss: '3' has no percent sign: say 3%",
        "[fault];jitter = '5ms' | f:2:1: jitter needs a delay",
        "neigh = 3 | f:1:1: 'neigh' is a table: write [neigh]",
        "device = 3 | f:1:1: there is one 'device' table for each device: write [[device]]",
        "device = [3] | f:1:11: a device is a table: write [[device]]",
        "[device];tap = 'a' | f:1:1: there is one 'device' table for each device: write [[device]]",
        "[[device]];ip = '198.51.100.2/24' | f:1:1: a device needs tap: write tap = \"skiff0\"",
        "[[device]];tap = 'a' | f:1:1: a device needs ip: write ip = [\"198.51.100.2/24\"]",
        "[[device]];tap = 'a/b';ip = '198.51.100.2/24' | f:2:1: 'a/b' cannot be a device's name",
        "[[device]];tap = 'a';ip = [] | f:3:1: ip has no address",
        "[[device]];tap = 'a';ip = ['198.51.100.2/24', 'x'] | f:3:1: 'x' ",
        "[[device]];tap = 'a';ip = '198.51.100.2/24';mtu = 5 | f:4:1: MTU 5 is out of range",
        "[[device]];tap = 'a';ip = '198.51.100.2/24';mtu = 5000000000 | f:4:1: '5000000000' is not",
        "[[device]];host-ip = '203.0.113.1/24';tap = 'a';ip = '198.51.100.2/24' | f:2:1: host-ip 203.",
        "rx-copybreak = 70000 | f:1:1: rx-copybreak 70000 is out of range",
        "socket = '' | f:1:1: socket is empty",
        "user = '' | f:1:1: user is empty",
        "metrics = 'skiff.example:80' | f:1:1: 'skiff.example:80' is no place to listen",
        "route = ['203.0.113.0/24 via x'] | f:1:1: '203.0.113.0/24 via x': ",
        "group = '10.0.0.1' | f:1:1: group 10.0.0.1 is no group",
        "x = | f:1:4: Unexpected end of line",
        "acd = 'off';acd = 'off' | f:2:1: acd previously defined at line 1",
      })
  void eachMistakeIsOneLineWithItsPlace(String file, String expected) {
    String text = file.replace(";", "\n") + "\n";
    text = text.contains("device") ? text : text + DEVICE;
    String first = wrong(text).getFirst();
    assertTrue(first.startsWith(expected), first);
  }

  @Test
  void twoDevicesInOneNetworkAreAMistakeOfTheSecond() {
    String two = DEVICE + DEVICE.replace("skiff9", "b").replace(".7/", ".8/");
    assertTrue(wrong(two).getFirst().startsWith("f:4:1: skiff9 (198.51.100.7/24) and b"));
    assertTrue(wrong(DEVICE + DEVICE).getFirst().startsWith("f:4:1: two devices are called"));
  }

  @Test
  void allMistakesAreFoundAtOnceInTheirOrder() {
    String file =
        """
        sokcet = "x"
        io = "x"
        [[device]]
        tap = "a"
        ip = "198.51.100.2/24"
        mtu = 5
        mac = "x"
        [neigh]
        gc_stale_time = "5x"
        locktime = "y"
        """;
    ConfigException e = assertThrows(ConfigException.class, () -> read(file));
    assertEquals(
        List.of("f:1", "f:2", "f:6", "f:7", "f:9", "f:10"),
        e.lines().stream().map(line -> line.replaceFirst("(f:\\d+).*", "$1")).toList());
    assertEquals(
        e.lines().getFirst() + " (and 5 more: skiff config check shows all)", e.getMessage());
  }

  @Test
  void aDeviceWithAWrongNameOrAddressHidesNoOtherMistake() {
    String rest = "mtu = 5\ngateway = \"198.51.100.1\"\nsndbuf = \"x\"\n";
    List<String> expected = List.of("f:2", "f:3", "f:4", "f:6");
    String wrong = "[[device]]\ntap = \"a/b\"\nip = [\"198.51.100.2\", \"x\"]\n" + rest;
    assertEquals(expected, places(wrong));
    assertEquals(List.of("f:1", "f:1", "f:2", "f:4"), places("[[device]]\n" + rest));
  }

  private List<String> places(String file) {
    return wrong(file).stream().map(line -> line.replaceFirst("(f:\\d+).*", "$1")).toList();
  }

  @Test
  void bytesThatAreNoTextDoNotReachTheTerminal() {
    String message = wrong("\"a\\u001b[31m\\u202e\" = 1\n" + DEVICE).getFirst();
    assertTrue(message.contains("unknown key 'a?[31m?'"), message);
  }

  @Test
  void thereMustBeADevice() {
    assertEquals(
        "f:1:1: there is no device: write [[device]], and below it tap and ip",
        wrong("").getFirst());
  }

  // ---- Files ------------------------------------------------------------------------------------

  private String unreadable(byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve("x.toml"), bytes);
    ConfigException e = assertThrows(ConfigException.class, () -> Config.of(file, Flags.NONE));
    assertEquals(1, e.lines().size());
    return e.lines().getFirst().replace(file.toString(), "f");
  }

  @Test
  void whatIsNoFileOfTomlIsRefused() throws IOException {
    assertEquals("f cannot be read: it is no UTF-8", unreadable(new byte[] {(byte) 0xC3, 0x28}));
    byte[] nested = ("acd = " + "[".repeat(50_000)).getBytes(StandardCharsets.UTF_8);
    assertEquals("f:1:1: it is nested too deeply", unreadable(nested));
    byte[] dotted =
        ("acd = \"on\"\n" + "a.".repeat(100) + "b = 1").getBytes(StandardCharsets.UTF_8);
    assertEquals("f:2:1: it is nested too deeply", unreadable(dotted));
    String harmless =
        "# " + ".".repeat(200) + "\nroute = [\"" + "1.2.3.4\", \"".repeat(100) + "\"]\n";
    assertFalse(unreadable(harmless.getBytes(StandardCharsets.UTF_8)).contains("nested"));
    byte[] tooLong = "#".repeat(TomlFile.MOST_BYTES + 1).getBytes(StandardCharsets.UTF_8);
    assertEquals("f cannot be read: it is longer than 256 KiB", unreadable(tooLong));
    ConfigException e = assertThrows(ConfigException.class, () -> Config.of(directory, Flags.NONE));
    assertTrue(e.lines().getFirst().contains(" cannot be read: "), e.getMessage());
  }

  @Test
  void theStandardFileIsReadOnlyIfItIsThereAndNoDeviceIsNamed() throws IOException {
    Path standard = directory.resolve("standard.toml");
    Path named = directory.resolve("named.toml");
    Flags tap = new Flags(Map.of("--tap", List.of("a")));
    assertNull(Config.file(null, Flags.NONE, standard));
    var _ = Files.createFile(standard);
    assertEquals(standard, Config.file(null, Flags.NONE, standard));
    assertNull(Config.file(null, tap, standard));
    assertEquals(named, Config.file(named, tap, standard));
  }

  // ---- The example ------------------------------------------------------------------------------

  @Test
  void theExampleFileIsTheOneThatIsShipped() throws IOException {
    Path file = Path.of("native-config/skiff.toml");
    if (Boolean.getBoolean("skiff.golden.update")) {
      var _ = Files.writeString(file, ExampleFile.text());
    }
    assertEquals(
        Files.readString(file), ExampleFile.text(), "-Dskiff.golden.update=true writes it anew");
  }

  @Test
  void theExampleFileSaysNothingButWhatIsUsual() {
    Config config = read(ExampleFile.text());
    assertEquals(Usual.CONFIG, config.run().withDevices(List.of()));
    assertEquals("skiff0", config.run().devices().getFirst().tap());
  }

  @Test
  void everyKeyOfTheExampleFileCanBeUncommentedAsItStands() {
    String all = ExampleFile.text().replaceAll("(?m)^#([a-z])", "$1");
    // One of these two alone.
    Config config = read(all.replaceFirst("(?m)^uplink = .*$", ""));
    assertNotEquals(Usual.CONFIG, read(all.replaceFirst("(?m)^host-ip = .*$", "")).run());
    for (Key key : Keys.list()) {
      assertTrue(all.contains("\n" + key.name() + " = "), key.path());
    }
    assertNotEquals(Usual.CONFIG, config.run());
  }
}
