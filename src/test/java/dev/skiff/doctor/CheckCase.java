package dev.skiff.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.skiff.header.Ip4Prefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;

/** What a test of a check is made of: machines, and what must be said of them. */
abstract class CheckCase {
  static final Asked NOTHING = new Asked(null, List.of(), null, null);
  static final Asked USUAL =
      new Asked("skiff0", List.of(Ip4Prefix.parse("198.51.100.2/24")), null, null);
  static final String NO_CAPABILITY = "0000000000000000";
  static final String NET_ADMIN_ALONE = "0000000000001000";
  static final Path SOCKET = Path.of("/run/skiff/skiff0.sock");

  /** A machine, how it differs from a healthy one, and what must be said of it. */
  record Row(String name, Check check, Asked asked, Consumer<FakeMachine> change, String... said) {
    DynamicTest test(RunningDaemon daemon) {
      return DynamicTest.dynamicTest(
          name,
          () -> {
            FakeMachine machine = new FakeMachine();
            change.accept(machine);
            List<String> found =
                check.look(machine.patient(asked, daemon)).stream().map(CheckCase::line).toList();
            for (String part : said) {
              assertTrue(
                  found.stream().anyMatch(line -> matches(line, part)), () -> part + "\n" + found);
            }
            boolean fails = Arrays.stream(said).anyMatch(part -> part.startsWith("FAIL"));
            boolean failed = found.stream().anyMatch(line -> line.startsWith("FAIL"));
            assertEquals(fails, failed, found.toString());
          });
    }

    /** Begins with the first word, and has each part between "|" after that. */
    static boolean matches(String line, String wanted) {
      String[] parts = wanted.split("\\|", -1);
      return line.startsWith(parts[0])
          && Arrays.stream(parts).skip(1).allMatch(part -> line.contains(part));
    }
  }

  static String line(Finding finding) {
    return finding.verdict()
        + " "
        + finding.topic()
        + ": "
        + finding.found()
        + " -> "
        + finding.cure();
  }

  static Row row(Check check, String name, Consumer<FakeMachine> change, String... said) {
    return new Row(name, check, USUAL, change, said);
  }

  static RunningDaemon daemon(String status, String drops, String stat, String link)
      throws IOException {
    return new RunningDaemon(
        List.of(SOCKET),
        "",
        RunningDaemon.map(JSON.std.anyFrom(status)),
        RunningDaemon.list(JSON.std.anyFrom(drops)),
        RunningDaemon.map(JSON.std.anyFrom(stat)),
        RunningDaemon.list(JSON.std.anyFrom(link)));
  }

  static RunningDaemon healthy() throws IOException {
    return daemon(
        "{\"version\":\"0.1\",\"pid\":77,\"uptime_s\":5,\"faults\":0,\"devices\":[{\"name\":"
            + "\"skiff0\",\"up\":true,\"addresses\":[{\"local\":\"198.51.100.2/24\"}]}]}",
        "[]",
        "{}",
        "[]");
  }

  static void assertSays(List<String> found, String begin, String part) {
    assertTrue(
        found.stream().anyMatch(line -> line.startsWith(begin) && line.contains(part)),
        found.toString());
  }
}
