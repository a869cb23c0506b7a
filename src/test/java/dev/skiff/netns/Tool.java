package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What people look at a network with, and what is found in its words. */
final class Tool {
  /** The tools that not every system has, and what Debian has them in. */
  private static final Map<String, String> PACKAGES =
      Map.of(
          "fping", "fping",
          "traceroute", "traceroute",
          "mtr", "mtr-tiny",
          "nping", "nmap",
          "nmap", "nmap",
          "hping3", "hping3");

  private Tool() {}

  /** What a tool prints, whatever its exit code; the test is left out if there is no such tool. */
  static String say(Netns netns, String... command) {
    String debian = PACKAGES.get(command[0]);
    boolean isThere =
        debian == null
            || Stream.of("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/")
                .anyMatch(path -> Files.isExecutable(Path.of(path + command[0])));
    Assumptions.assumeTrue(isThere, "no " + command[0] + " (Debian: " + debian + ")");
    return netns.run(command).output();
  }

  static void has(String output, String part) {
    assertTrue(output.contains(part), () -> "no '" + part + "' in:\n" + output);
  }

  static void hasNot(String output, String part) {
    assertFalse(output.contains(part), () -> "'" + part + "' in:\n" + output);
  }

  static int count(String output, String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(output);
    int n = 0;
    while (matcher.find()) {
      n++;
    }
    return n;
  }
}
