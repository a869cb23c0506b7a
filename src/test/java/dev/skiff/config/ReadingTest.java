package dev.skiff.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.skiff.daemon.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is read again. */
class ReadingTest {
  private static final String DEVICE = "[[device]]\ntap = \"a\"\nip = \"198.51.100.7/24\"\n";

  @TempDir Path directory;

  private Path file = Path.of("");
  private Reading reading = new Reading(file, Flags.NONE);

  @BeforeEach
  void begin() {
    file = directory.resolve("skiff.toml");
    reading = new Reading(file, new Flags(Map.of("--idle", List.of("spin"))));
  }

  private RunConfig first(String text) throws IOException {
    var _ = Files.writeString(file, text);
    return Config.of(file, new Flags(Map.of("--idle", List.of("spin")))).run();
  }

  private RunConfig then(RunConfig now, String text) throws IOException {
    var _ = Files.writeString(file, text);
    return reading.read(now);
  }

  @Test
  void aFifoIsNotWaitedFor() throws Exception {
    RunConfig before = first(DEVICE);
    Files.delete(file);
    assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
    IllegalArgumentException e =
        assertTimeoutPreemptively(
            Duration.ofSeconds(10),
            () -> assertThrows(IllegalArgumentException.class, () -> reading.read(before)));
    assertEquals(file + " is no file that can be read again", e.getMessage());
  }

  @Test
  void flagsAreSaidAgain() throws IOException {
    RunConfig before = first(DEVICE);
    assertEquals(before, then(before, "idle = \"adaptive\"\n" + DEVICE));
  }

  @Test
  void aSeedThatWasChosenStaysTheSameAsLongAsTheFaultDoes() throws IOException {
    RunConfig before = first(DEVICE + "[fault]\nloss = \"3%\"\n");
    assertNotEquals(0, before.fault().seed());
    assertEquals(before, then(before, DEVICE + "[fault]\nloss = \"3.0%\"\n"));
    assertNotEquals(before, then(before, DEVICE + "[fault]\nloss = \"4%\"\n"));
    assertEquals(5, then(before, DEVICE + "[fault]\nloss = \"3%\"\nseed = 5\n").fault().seed());
  }

  @Test
  void whatDiffersIsNamedByItsKey() throws IOException {
    RunConfig before = first(DEVICE);
    String other = DEVICE.replace(".7/", ".8/") + "mac = \"02:00:5e:10:00:01\"\n";
    RunConfig after =
        then(
            before,
            "io = \"syscall\"\nroute = \"blackhole 203.0.113.0/24\"\n"
                + other
                + "[arp]\nignore = 1\n");
    assertEquals(List.of("route", "arp.ignore", "a: ip"), reading.changed(before, after, true));
    assertEquals(List.of("io", "a: mac"), reading.changed(before, after, false));
  }

  @Test
  void devicesComeAndGoAtTheNextStart() throws IOException {
    RunConfig before = first(DEVICE);
    RunConfig after = then(before, DEVICE.replace("\"a\"", "\"b\""));
    assertEquals(List.of(), reading.changed(before, after, true));
    assertEquals(
        List.of("device b, which is new,", "device a, which is no longer there,"),
        reading.changed(before, after, false));
  }
}
