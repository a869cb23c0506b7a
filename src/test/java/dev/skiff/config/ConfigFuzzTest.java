package dev.skiff.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.Fuzzing;
import dev.skiff.Mutator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configuration files written wrong: a configuration comes of them, or lines that say what is. */
class ConfigFuzzTest {
  private static final String SMALL =
      """
      acd = "probe"
      route = ["203.0.113.0/24 via 198.51.100.1 metric 10", "blackhole 198.18.0.0/15"]
      neigh.gc_thresh1 = 64
      [[device]]
      tap = "a"
      ip = ["198.51.100.2/24", "198.51.100.3/24"]
      gateway = "198.51.100.1"
      [[device]]
      tap = 'b'
      ip = "203.0.113.2/24"
      mtu = 1_400
      [fault]
      loss = "3%"
      delay = "20ms"
      """;

  private static final String INLINE =
      "device = [{tap = \"a\", ip = \"198.51.100.2/24\"}, {tap = \"b\", ip = [\"203.0.113.2/24\"]}]\n"
          + "fault = {burst = \"1%/5\", rate = \"10mbit\", dir = \"in\", seed = 7}\n"
          + "metrics = \"[::1]:9400\" # not off\n";

  @TempDir Path directory;

  /** Whole, and with all keys said: mutations of comments alone would find little. */
  private static List<String> valid() {
    String all = ExampleFile.text().replaceAll("(?m)^#([a-z])", "$1").replaceAll("(?m)^#.*\n", "");
    return List.of(SMALL, INLINE, all, ExampleFile.text(), SMALL, INLINE);
  }

  @Test
  void mutatedFilesAreReadOrRefusedInLines() {
    long seed = Fuzzing.seed();
    Mutator mutator = new Mutator(seed);
    List<String> valid = valid();
    int read = 0;
    int inputs = Fuzzing.inputs();
    for (int i = 0; i < inputs; i++) {
      String text = mutator.mutate(mutator.any(valid));
      boolean[] good = new boolean[1];
      Fuzzing.attempt(seed, i, text, () -> good[0] = isRead(text));
      read += good[0] ? 1 : 0;
    }
    assertTrue(read > inputs / 20, "only " + read + " of " + inputs + " were good");
    assertTrue(read < inputs * 19 / 20, read + " of " + inputs + " were good");
  }

  /** Whether it was; what is read is shown as what reads back to the same. */
  private static boolean isRead(String text) {
    Config config;
    try {
      config = Config.of(text, "skiff.toml");
    } catch (ConfigException e) {
      check(e);
      return false;
    }
    Config again = Config.of(config.toml(), "shown");
    assertEquals(config.run(), again.run());
    assertEquals(config.warmUp(), again.warmUp());
    return true;
  }

  private static void check(ConfigException e) {
    assertFalse(e.lines().isEmpty());
    e.lines().forEach(Fuzzing::assertOneLine);
    e.lines().forEach(line -> assertTrue(line.matches("skiff\\.toml:\\d+:\\d+: .+"), line));
    Fuzzing.assertOneLine(String.valueOf(e.getMessage()));
  }

  @Test
  void mutatedBytesOfAFileAreReadOrRefusedInLines() throws IOException {
    long seed = Fuzzing.seed();
    Mutator mutator = new Mutator(seed);
    Path file = directory.resolve("skiff.toml");
    byte[] valid = SMALL.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (int i = 0; i < Fuzzing.inputs() / 20; i++) {
      byte[] bytes = mutator.mutate(valid);
      var _ = Files.write(file, bytes);
      Fuzzing.attempt(
          seed,
          i,
          new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1),
          () -> {
            try {
              var _ = Config.of(file, Flags.NONE);
            } catch (ConfigException e) {
              e.lines().forEach(Fuzzing::assertOneLine);
            }
          });
    }
  }

  /** What was found, or was near. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "acd = [[[[",
        "device = [[]]",
        "device = [1, {}]",
        "\"\" = 1",
        "acd = \"\\u0000\"",
        "socket = \"a\\u0000b\"",
        "fault.loss = \"3%,dup=1%\"",
        "[fault]\nseed = 9223372036854775807",
        "[neigh]\nretrans_time = \"999999999ms\"",
        "buffer-memory = 999999999999",
        "buffer-memory = \"999999999999G\"",
        "rx-copybreak = -1",
        "route = [\"\"]",
        "group = [\"\"]",
        "acd = 1e999",
        "x = \"\"\"",
        "[\"\\uD800\"]", // Its parser threw.
        "socket = \"/run/\uD83D\"", // It could not be shown as what reads back.
        "device = [{tap = \"198.\\U0000\"B\", ip = 1}]", // An assertion of its parser failed.
      })
  void whatIsRefusedIsRefusedInLines(String text) {
    check(
        assertThrows(
            ConfigException.class,
            () -> Config.of(text + "\n[[device]]\ntap = \"a\"\nip = 1\n", "skiff.toml")));
  }

  /** A key of many letters must not take long to find a better one for. */
  @Test
  void wordsWithoutAnEndAreRefusedSoon() {
    Fuzzing.attempt(0, 0, "", () -> assertFalse(isRead("k".repeat(100_000) + " = 1\n" + SMALL)));
  }
}
