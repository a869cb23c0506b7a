package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code skiff ping} at the kernel, beside the system's own ping at Skiff: what both print is the
 * same but for times and addresses. One daemon for all, which none of it may change. X113.
 */
@Tag("netns")
class PingWordsIT {
  private static final String NOBODY = "198.51.100.77";

  @TempDir static Path directory;
  private static Netns netns;
  private static SkiffProcess skiff;

  @BeforeAll
  static void start() throws IOException {
    netns = new Netns();
    skiff =
        SkiffProcess.start(
            netns,
            directory,
            "--tap",
            "skiff0",
            "--ip",
            SkiffProcess.IP + "/24",
            "--host-ip",
            SkiffProcess.HOST_IP + "/24",
            "--gateway",
            SkiffProcess.HOST_IP);
  }

  @AfterEach
  void assertNothingIsLeft() throws Exception {
    skiff.assertBooksAddUp(1);
    assertEquals("", skiff.stderr());
  }

  @AfterAll
  static void end() {
    skiff.close();
    netns.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-c 3 -i 0.2 PEER",
        "-n -c 2 -i 0.2 -q PEER",
        "-c 2 -i 0.2 -s 0 PEER",
        "-c 2 -i 0.2 -s 15 PEER",
        "-c 2 -i 0.2 -s 16 PEER",
        "-c 2 -i 0.2 -s 1472 -M do PEER",
        "-c 2 -i 0.2 -s 1473 PEER",
        "-c 2 -i 0.2 -s 8000 -M dont PEER",
        "-c 1 -M dont -s 100 PEER",
        "-c 2 -i 0.2 -D -p a55a3c -s 100 PEER",
        "-c 2 -i 0.2 -I SELF PEER",
        "-c 2 -i 0.2 -I skiff0 PEER",
        "-c 2 -i 0.2 -t 9 -Q 0x10 PEER",
        "-c 1 -M do -s 1473 PEER",
        "-c 1 -W 5 " + NOBODY,
        "-c 300 -f -q PEER",
      })
  void whatBothPrintIsAlike(String arguments) {
    new BothPings(netns, skiff).assertAlike(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "198.51.100.2|ping: 198.51.100.2 is our own address, and there is no loopback",
        "198.51.100.255|ping: 198.51.100.255 is a broadcast address",
        "-I 198.51.100.9 198.51.100.1|ping: bind: Cannot assign requested address",
        "-I eth7 198.51.100.1|ping: SO_BINDTODEVICE eth7: No such device",
        "example.com|skiff ping: example.com: names are not resolved: give an IPv4 address",
        "198.51.100|skiff ping: '198.51.100' is not an IPv4 address",
        "-c 0 198.51.100.1|skiff ping: -c 0: give 1 or more",
        "-f 198.51.100.1|skiff ping: a flood needs an end",
        "-s 65508 198.51.100.1|skiff ping: size 65508: must be 0 to 65507",
        "-M maybe 198.51.100.1|skiff ping: 'maybe' is not do, want or dont",
      })
  void whatCannotBeTriedIsOneLineAndTwo(String both) {
    List<String> parts = List.of(both.split("\\|", -1));
    Netns.Result result = new BothPings(netns, skiff).ours(parts.getFirst());
    assertEquals(2, result.exitCode(), result.output());
    assertEquals(1, result.output().lines().count(), result.output());
    assertTrue(result.output().startsWith(parts.get(1)), result.output());
  }
}
