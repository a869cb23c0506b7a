package dev.skiff.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The files for systemd and udev in native-config: systemd itself reads them. It need not run for
 * that; it must be installed.
 */
class ServiceFilesTest {
  private static final Path NATIVE = Path.of("native-config");
  private static final String SKIFF = "/usr/local/bin/skiff";
  private static final Pattern BOUNDING = Pattern.compile("--bounding-set -all,(\\S+)\"");

  /** A match or an assignment, as in udev(7). */
  private static final Pattern UDEV_PAIR =
      Pattern.compile("[A-Z]+(\\{[A-Za-z_]+})?(==|!=|=|\\+=|:=)\"[^\"]*\"");

  @TempDir Path directory;

  private record Result(int exitCode, String output) {}

  /** Runs a command; the test is left out if there is no such program. */
  private static Result run(String... command) throws IOException, InterruptedException {
    assumeTrue(
        Stream.of("/usr/bin/", "/bin/")
            .anyMatch(dir -> Files.isExecutable(Path.of(dir + command[0]))),
        "no " + command[0] + " (Debian: systemd)");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  /** A copy that systemd can check, since what it starts is there. */
  private Path unit(String name, String as) throws IOException {
    Path program = Files.writeString(directory.resolve("skiff"), "#!/bin/sh\n");
    var _ = Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    String text = Files.readString(NATIVE.resolve("systemd").resolve(name));
    assertTrue(text.contains("=" + SKIFF + " run --config "), name);
    return Files.writeString(directory.resolve(as), text.replace(SKIFF, program.toString()));
  }

  @ParameterizedTest
  @CsvSource({
    "skiff.service, skiff.service, 31",
    "skiff-unprivileged@.service, skiff-unprivileged@skiff0.service, 18"
  })
  void systemdFindsNoFaultWithTheUnitAndLittleExposed(String name, String as, String tenths)
      throws Exception {
    Path unit = unit(name, as);
    Result verified = run("systemd-analyze", "verify", "--man=no", unit.toString());
    assertEquals(0, verified.exitCode(), verified.output());
    assertFalse(verified.output().contains("skiff"), verified.output());
    Result security =
        run(
            "systemd-analyze",
            "security",
            "--offline=true",
            "--no-pager",
            "--threshold=" + tenths,
            unit.toString());
    assertEquals(0, security.exitCode(), security.output());
    assertTrue(security.output().contains("Overall exposure level"), security.output());
  }

  private static List<String> values(String unit, String key) throws IOException {
    try (Stream<String> lines = Files.lines(NATIVE.resolve("systemd").resolve(unit))) {
      return lines
          .filter(line -> line.startsWith(key + "="))
          .map(line -> line.substring(key.length() + 1))
          .toList();
    }
  }

  /** The launcher's list says what each is for; a unit has no more. */
  @Test
  void noUnitHasACapabilityThatTheLauncherWouldNotLeave() throws IOException {
    Matcher bounding = BOUNDING.matcher(Files.readString(Path.of("scripts/lib/launch.sh")));
    assertTrue(bounding.find());
    Set<String> launchers = new TreeSet<>();
    for (String one : bounding.group(1).split(",", -1)) {
      launchers.add("CAP_" + one.substring(1).toUpperCase(java.util.Locale.ROOT));
    }
    List<String> bound = values("skiff.service", "CapabilityBoundingSet");
    assertEquals(1, bound.size());
    Set<String> units = new TreeSet<>(Arrays.asList(bound.getFirst().split(" ", -1)));
    assertTrue(units.contains("CAP_NET_ADMIN") && units.contains("CAP_SETUID"), units.toString());
    assertTrue(launchers.containsAll(units), units + " against " + launchers);
    assertEquals(List.of(""), values("skiff-unprivileged@.service", "CapabilityBoundingSet"));
    for (String unit : List.of("skiff.service", "skiff-unprivileged@.service")) {
      assertEquals(List.of(), values(unit, "AmbientCapabilities"), unit);
      assertEquals(List.of("notify"), values(unit, "Type"), unit);
      assertEquals(List.of("/dev/net/tun rw"), values(unit, "DeviceAllow"), unit);
      assertEquals(List.of("yes"), values(unit, "NoNewPrivileges"), unit);
    }
  }

  @Test
  void theUserAndTheDirectoryAreMade() throws Exception {
    Path root = directory.toRealPath();
    Path users = Files.createDirectories(root.resolve("usr/lib/sysusers.d/skiff.conf"));
    Path files = Files.createDirectories(root.resolve("usr/lib/tmpfiles.d/skiff.conf"));
    Files.delete(users);
    Files.delete(files);
    var _ = Files.copy(NATIVE.resolve("sysusers/skiff.conf"), users);
    var _ = Files.copy(NATIVE.resolve("tmpfiles/skiff.conf"), files);
    var _ = Files.createDirectories(root.resolve("etc"));
    Result made = run("systemd-sysusers", "--root=" + root);
    assertEquals(0, made.exitCode(), made.output());
    String passwd = Files.readString(root.resolve("etc/passwd"));
    assertTrue(
        passwd.matches("(?s)skiff:x:[0-9]+:[0-9]+:.*:/nonexistent?:/usr/sbin/nologin\n"), passwd);
    assumeTrue(
        Files.getAttribute(root, "unix:uid").equals(0), "not root: no directory is given away");
    Result created = run("systemd-tmpfiles", "--create", "--root=" + root, "skiff.conf");
    assertEquals(0, created.exitCode(), created.output());
    Path run = root.resolve("run/skiff");
    assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(run)));
    assertEquals(
        passwd.split(":", -1)[2], String.valueOf(Files.getAttribute(run, "unix:uid")), passwd);
  }

  /** (systemd 252 has no udevadm verify yet.) */
  @Test
  void theRulesOfUdevAreWellFormed() throws IOException {
    int rules = 0;
    for (String line : Files.readAllLines(NATIVE.resolve("udev/60-skiff.rules"))) {
      String rule = line.replaceFirst("^# (?=[A-Z]+[={])", ""); // Those switched off too.
      if (!rule.isEmpty() && !rule.startsWith("#")) {
        rules++;
        for (String pair : rule.split(", ", -1)) {
          assertTrue(UDEV_PAIR.matcher(pair).matches(), pair);
        }
      }
    }
    assertEquals(2, rules);
  }

  @Test
  void theSysctlsAreNotesAlone() throws IOException {
    int settings = 0;
    for (String line : Files.readAllLines(NATIVE.resolve("sysctl/60-skiff.conf"))) {
      assertTrue(line.isEmpty() || line.startsWith("# "), line);
      settings += line.matches("# [a-z0-9_.-]+ = [0-9]+") ? 1 : 0;
    }
    assertEquals(4, settings);
  }
}
