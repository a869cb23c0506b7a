package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who the daemon is to the kernel, in each of its threads, and what it can no longer do. */
@Tag("netns")
class PrivilegesIT {
  /** net_admin, net_bind_service, setuid, setgid, chown, dac_override, sys_admin, sys_ptrace. */
  private static final String LAUNCHERS = "00000000002814c3";

  private static final String NONE = "0000000000000000";
  private static final String NOBODY = "65534";

  @TempDir Path directory;
  private Netns netns;

  @BeforeEach
  void makeNamespace() {
    netns = new Netns();
  }

  @AfterEach
  void deleteNamespace() {
    netns.close();
  }

  private SkiffProcess start(List<String> launcher, String... more) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--tap",
                "skiff0",
                "--ip",
                SkiffProcess.IP + "/24",
                "--host-ip",
                SkiffProcess.HOST_IP + "/24"));
    args.addAll(List.of(more));
    return SkiffProcess.start(netns, directory, launcher, args.toArray(String[]::new));
  }

  private SkiffProcess start(String... more) throws IOException {
    return start(netns.inside(SkiffProcess.SKIFF), more);
  }

  /** One line of /proc/PID/task/TID/status of every thread: what is there, without repetition. */
  private static Set<String> ofAllThreads(SkiffProcess skiff, String name) throws IOException {
    Set<String> all = new TreeSet<>();
    int threads = 0;
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + skiff.pid() + "/task"))) {
      for (Path task : tasks.toList()) {
        threads++;
        for (String line : Files.readAllLines(task.resolve("status"))) {
          if (line.startsWith(name + ":")) {
            all.add(line.substring(name.length() + 1).strip().replaceAll("\\s+", " "));
          }
        }
      }
    }
    assertTrue(threads > 10, "the JVM's own too: " + threads);
    return all;
  }

  private static void assertThreads(SkiffProcess skiff, String name, String value)
      throws IOException {
    assertEquals(Set.of(value), ofAllThreads(skiff, name), name);
  }

  private static String four(String id) {
    return String.join(" ", id, id, id, id);
  }

  private static Map<?, ?> credentials(SkiffProcess skiff) throws IOException {
    Object status = skiff.json("status").get("status");
    return SkiffProcess.member(status, "credentials") instanceof Map<?, ?> map ? map : Map.of();
  }

  @Test
  void everyThreadOfRootsDaemonIsNobodyAndMayNothing() throws Exception {
    try (SkiffProcess skiff = start()) {
      assertFalse(skiff.startLine().contains("runs on as"), skiff.startLine());
      assertThreads(skiff, "Uid", four(NOBODY));
      assertThreads(skiff, "Gid", four(NOBODY));
      assertThreads(skiff, "Groups", "");
      assertThreads(skiff, "CapEff", NONE);
      assertThreads(skiff, "CapPrm", NONE);
      assertThreads(skiff, "CapInh", NONE);
      assertThreads(skiff, "CapBnd", LAUNCHERS);
      assertThreads(skiff, "NoNewPrivs", "1");
      netns.exec("ping", "-q", "-f", "-c", "5000", "-w", "20", SkiffProcess.IP);
      assertThreads(skiff, "Uid", four(NOBODY));
      assertTrue(
          skiff
              .ask("status")
              .contains("runs as nobody (65534:65534), no capabilities, no_new_privs"));
      Map<?, ?> credentials = credentials(skiff);
      assertEquals(true, credentials.get("dropped"));
      assertEquals(List.of(), credentials.get("capabilities"));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertFalse(Files.exists(skiff.socket()), "the socket");
      assertFalse(netns.has("skiff0"), "the TAP");
    }
  }

  @Test
  void anotherUserMayBeNamedEvenByANumberWithoutAnAccount() throws Exception {
    try (SkiffProcess skiff = start("--user", "54321")) {
      assertThreads(skiff, "Uid", four("54321"));
      assertThreads(skiff, "Gid", four("54321"));
      assertThreads(skiff, "CapPrm", NONE);
      assertEquals("54321", credentials(skiff).get("user"));
    }
  }

  @Test
  void asToldItStaysRootWithoutReproach() throws Exception {
    try (SkiffProcess skiff = start("--user", "root")) {
      assertFalse(skiff.startLine().contains("runs on as"), skiff.startLine());
      assertThreads(skiff, "Uid", four("0"));
      assertThreads(skiff, "CapEff", LAUNCHERS);
      assertEquals("--user root", credentials(skiff).get("kept"));
      assertEquals(false, credentials(skiff).get("dropped"));
    }
  }

  @Test
  void withoutCapSetuidItStaysRootAndSaysWhy() throws Exception {
    List<String> launcher =
        netns.inside("setpriv", "--bounding-set", "-all,+net_admin", SkiffProcess.SKIFF);
    try (SkiffProcess skiff = start(launcher)) {
      assertTrue(
          skiff.startLine().contains("; runs on as root (no CAP_SETUID); try: ping"),
          skiff.startLine());
      assertThreads(skiff, "Uid", four("0"));
      assertThreads(skiff, "CapEff", "0000000000001000");
      assertThreads(skiff, "NoNewPrivs", "0"); // For want of CAP_SETPCAP.
      assertTrue(
          skiff
              .ask("status")
              .contains(
                  "runs as root (0:0) as at the start: no CAP_SETUID, capabilities net_admin"));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
    }
  }

  /** What was given to nobody would be shut to a root who may not overrule modes. */
  @Test
  void withoutCapDacOverrideRootCanAskItAndStartItAgain() throws Exception {
    String few = "-all,+net_admin,+setuid,+setgid,+chown";
    List<String> launcher = netns.inside("setpriv", "--bounding-set", few, SkiffProcess.SKIFF);
    for (int i = 0; i < 2; i++) {
      try (SkiffProcess skiff = start(launcher)) {
        assertThreads(skiff, "Uid", four(NOBODY));
        assertTrue(
            netns
                .exec(
                    "setpriv",
                    "--bounding-set",
                    few,
                    SkiffProcess.SKIFF,
                    "status",
                    "--socket",
                    skiff.socket().toString())
                .contains("runs as nobody"));
        skiff.stop("KILL");
      }
    }
  }

  @Test
  void inAUserNamespaceWithoutNobodyItStaysRootAndSaysWhy() throws Exception {
    List<String> launcher = netns.inside("unshare", "-Urn", SkiffProcess.SKIFF);
    try (SkiffProcess skiff = start(launcher)) {
      assertTrue(
          skiff.startLine().contains("; runs on as root (this user namespace has no user 65534)"),
          skiff.startLine());
      assertThreads(skiff, "CapEff", LAUNCHERS);
      assertEquals("this user namespace has no user 65534", credentials(skiff).get("kept"));
    }
  }

  @Test
  void aUserThatIsNotThereEndsItBeforeAnythingIsOpened() {
    Netns.Result result =
        netns.run(
            SkiffProcess.SKIFF,
            "run",
            "--tap",
            "skiff0",
            "--ip",
            SkiffProcess.IP + "/24",
            "--user",
            "nosuchuser");
    assertEquals(2, result.exitCode(), result.output());
    assertEquals(
        "skiff run: --user: there is no user 'nosuchuser': give a name or a number\n",
        result.output());
    assertFalse(netns.has("skiff0"));
  }

  /** What it names at its end works when it is typed, and then all is as before. */
  @Test
  void whatItCannotPutBackAnyMoreItNamesWithTheCommand() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    netns.exec("ip", "link", "set", "skiff0", "mtu", "1400", "txqueuelen", "500");
    String before = shown();
    String errors;
    try (SkiffProcess skiff = start("--mtu", "1500", "--txqueuelen", "7")) {
      assertEquals(0, skiff.stop("TERM"));
      errors = skiff.stderr();
    }
    List<String> commands =
        errors.lines().filter(line -> line.contains("to put it back: ")).toList();
    assertEquals(2, commands.size(), errors);
    for (String line : commands) {
      netns.exec("sh", "-c", line.replaceFirst(".*to put it back: ", ""));
    }
    assertEquals(before, shown(), errors);
  }

  /** All but the qdisc, which an interface gets when it is up for the first time. */
  private String shown() {
    return netns.exec("ip", "addr", "show", "skiff0").replaceFirst(" qdisc [a-z_]+", "");
  }

  @Test
  void aSocketInADirectoryThatIsNotOursIsNamed() throws Exception {
    try (SkiffProcess skiff = start()) {
      var _ =
          Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      assertEquals(0, skiff.stop("TERM"));
      assertTrue(Files.exists(skiff.socket()));
      assertTrue(skiff.stderr().contains("rm '" + skiff.socket() + "'"), skiff.stderr());
    }
    try (SkiffProcess skiff = start()) {
      assertTrue(skiff.ask("status").contains(SkiffProcess.IP), "the next start does not mind");
    }
  }

  /** In a mount namespace of its own, since /run/skiff is everybody's; without --socket. */
  @Test
  void theUsualDirectoryIsGivenToTheUserAndNamedAtTheEnd() throws Exception {
    String script =
        "mount -t tmpfs -o mode=755 skiff-it /run && exec "
            + SkiffProcess.SKIFF
            + " run --tap skiff0 --ip 198.51.100.2/24";
    List<String> launcher = netns.inside("unshare", "-m", "sh", "-c", script, "sh");
    try (SkiffProcess skiff = SkiffProcess.start(netns, directory, launcher)) {
      Path run = Path.of("/proc/" + skiff.pid() + "/root/run/skiff");
      assertEquals(65534, Files.getAttribute(run, "unix:uid"));
      assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(run)));
      assertEquals(65534, Files.getAttribute(run.resolve("skiff0.sock"), "unix:uid"));
      assertEquals(0, skiff.stop("TERM"));
      assertTrue(skiff.stderr().contains("rmdir '/run/skiff'"), skiff.stderr());
      assertFalse(skiff.stderr().contains("skiff0.sock"), skiff.stderr());
    }
  }

  /** What Java reads late from its own directory was read before. */
  @Test
  void javaMayStandWhereOnlyRootMayGo() throws Exception {
    Path closed = Files.createDirectory(directory.resolve("closed"));
    var _ = Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Path java = Files.createDirectory(closed.resolve("java"));
    Path home = Files.createDirectory(closed.resolve("home"));
    String script =
        "mount --bind "
            + System.getProperty("java.home")
            + " "
            + java
            + " && mount --bind "
            + SkiffProcess.HOME
            + " "
            + home
            + " && JAVA_HOME="
            + java
            + " exec "
            + home
            + "/scripts/skiff \"$@\"";
    List<String> launcher = netns.inside("unshare", "-m", "sh", "-c", script, "sh");
    try (SkiffProcess skiff =
        start(launcher, "--pcap", directory.resolve("all.pcapng").toString())) {
      assertThreads(skiff, "Uid", four(NOBODY));
      netns.exec("ping", "-c", "1", "-W", "2", SkiffProcess.IP);
      assertTrue(skiff.ask("status").contains("runs as nobody"));
      assertTrue(skiff.ask("stat").contains("AllocatedBytes"));
      skiff.set("skiff0", Map.of("up", false));
      skiff.set("skiff0", Map.of("up", true, "mtu", 1400));
      assertTrue(skiff.ask("ping", "-c", "1", SkiffProcess.HOST_IP).contains("1 received"));
      var _ = skiff.ask("addr", "add", "198.51.100.3/24");
      var _ = skiff.ask("route", "add", "203.0.113.0/24", "via", SkiffProcess.HOST_IP);
      var _ = skiff.ask("maddr", "add", "239.1.2.3");
      var _ = skiff.ask("fault", "dup=1%");
      var _ = skiff.ask("neigh");
      var _ = skiff.ask("drops");
      var _ = skiff.ask("link");
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertTrue(Files.size(directory.resolve("all.pcapng")) > 500);
    }
  }
}
