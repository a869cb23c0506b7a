package dev.skiff.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.skiff.control.Command;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The words of {@code skiff maddr}, and what it prints: X125. */
class MaddrCommandTest {
  private static MaddrCommand command(String words) {
    MaddrCommand command = new MaddrCommand();
    var _ = new CommandLine(command).parseArgs(words.isEmpty() ? new String[0] : words.split(" "));
    return command;
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "'', -, -, -",
        "show, -, -, -",
        "dev a, a, -, -",
        "show dev a, a, -, -",
        "add 239.1.2.3, -, 239.1.2.3, -",
        "add 239.1.2.3 dev a, a, 239.1.2.3, -",
        "del 239.1.2.3 dev a, a, -, 239.1.2.3"
      })
  void wordsAreRead(String words, String dev, String add, String del) {
    assertEquals(new Command.Maddr(dev, add, del), command(words).command());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "join 239.1.2.3",
        "add",
        "del",
        "add 239.1.2",
        "add 239.1.2.3 dev",
        "add 239.1.2.3 239.1.2.4",
        "show a",
        "show dev a b"
      })
  void whatIsWrongIsSaidInOneLine(String words) {
    IllegalArgumentException wrong =
        assertThrows(IllegalArgumentException.class, () -> command(words).command());
    assertEquals(1, String.valueOf(wrong.getMessage()).lines().count());
  }

  @Test
  void groupsArePrintedAsByIpMaddr() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Map<String, Object> reply =
        Map.of(
            "maddr",
            List.of(
                Map.of(
                    "ifindex",
                    1,
                    "ifname",
                    "skiff0",
                    "maddr",
                    List.of(
                        Map.of("family", "inet", "address", "224.0.0.1"),
                        Map.of("family", "inet", "address", "239.1.2.3", "users", 2)))));
    command("").print(reply, new PrintStream(out, true, StandardCharsets.UTF_8));
    assertEquals(
        "1:\tskiff0\n\tinet  224.0.0.1\n\tinet  239.1.2.3 users 2\n",
        out.toString(StandardCharsets.UTF_8));
    out.reset();
    command("add 239.1.2.3").print(reply, new PrintStream(out, true, StandardCharsets.UTF_8));
    assertTrue(out.toString(StandardCharsets.UTF_8).isEmpty());
  }
}
