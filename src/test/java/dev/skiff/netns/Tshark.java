package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Wireshark's own reader: what it makes of a capture, and that it has nothing to complain of. */
final class Tshark {
  private static final String WRONG =
      "_ws.malformed or _ws.expert.severity == error"
          + " or ip.checksum.status == Bad or icmp.checksum.status == Bad"
          + " or udp.checksum.status == Bad or igmp.checksum.status == Bad";

  /** Checksums are looked at; fragments are looked at one by one. */
  private static final List<String> PREFERENCES =
      List.of("-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE");

  private Tshark() {}

  /**
   * The frames of a capture that match a display filter, each as the values of these fields.
   *
   * @throws AssertionError if tshark says anything about the file
   */
  static List<List<String>> read(Path file, String displayFilter, String... fields)
      throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/tshark")), "no tshark (Debian: tshark)");
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString()));
    command.addAll(PREFERENCES);
    if (!displayFilter.isEmpty()) {
      command.addAll(List.of("-Y", displayFilter));
    }
    command.addAll(List.of("-T", "fields"));
    for (String field : fields) {
      command.addAll(List.of("-e", field));
    }
    Path errors = Files.createTempFile("skiff-tshark", "");
    try {
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      List<List<String>> frames =
          process.inputReader().lines().map(line -> List.of(line.split("\t", -1))).toList();
      assertEquals(0, process.waitFor());
      List<String> complaints =
          Files.readAllLines(errors).stream()
              .filter(l -> !l.startsWith("Running as user"))
              .toList();
      assertEquals(List.of(), complaints);
      return frames;
    } finally {
      Files.delete(errors);
    }
  }

  /**
   * What it finds wrong in a capture: what it calls malformed or an error, and wrong checksums,
   * each with the number of the frame.
   */
  static List<List<String>> complaints(Path file) throws IOException, InterruptedException {
    return read(file, WRONG, "frame.number", "_ws.col.Info", "_ws.expert.message");
  }

  /** How many frames match. */
  static int count(Path file, String displayFilter) throws IOException, InterruptedException {
    return read(file, displayFilter, "frame.number").size();
  }
}
