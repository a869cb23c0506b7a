package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code skiff doctor} finds what really is in the way. */
@Tag("netns")
class DoctorIT {
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

  /**
   * Runs it in a mount namespace that this command has changed, where no daemon is found, and where
   * an ordinary user can read the checkout wherever it stands.
   */
  private Netns.Result doctor(String before, String... args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o mode=755 skiff-it /run && mkdir /run/home && mount --bind "
                    + SkiffProcess.HOME
                    + " /run/home && "
                    + before
                    + " \"$@\"",
                "sh",
                "/run/home/scripts/skiff",
                "doctor"));
    command.addAll(List.of(args));
    return netns.run(command.toArray(String[]::new));
  }

  private static void assertSays(Netns.Result result, int exitCode, String verdict, String part) {
    assertEquals(exitCode, result.exitCode(), result.output());
    assertTrue(
        result.output().lines().anyMatch(line -> line.startsWith(verdict) && line.contains(part)),
        result.output());
  }

  private String links() {
    return netns.exec("sh", "-c", "ip -o link; ip -o addr; nft list ruleset");
  }

  @Test
  void onAMachineThatIsWellNothingFailsAndNothingIsChanged() {
    String before = links();
    Netns.Result result = doctor("exec", "--tap", "skiff0", "--ip", "198.51.100.2/24");
    assertSays(result, 0, "OK    /dev/net/tun", "character device 10:200");
    assertSays(result, 0, "OK    a TAP", "can be made");
    assertSays(result, 0, "OK    skiff0", "is not there yet");
    assertSays(result, 0, "OK    addresses", "198.51.100.2/24 clashes with none");
    assertSays(result, 0, "OK    firewall", "nft");
    assertEquals(before, links());
  }

  @Test
  void anotherFileInPlaceOfTheCloneDevice() {
    Netns.Result result = doctor("mount --bind /dev/null /dev/net/tun && exec");
    assertSays(result, 1, "FAIL  /dev/net/tun", "is character device 1:3, not 10:200");
  }

  @Test
  void aCloneDeviceThatAnOrdinaryUserMayNotOpen() {
    Netns.Result result =
        doctor(
            "mknod -m 600 /run/tun c 10 200 && mount --bind /run/tun /dev/net/tun && exec setpriv"
                + " --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all"
                + " --bounding-set=-all sh -c 'exec \"$@\"' sh");
    assertSays(result, 1, "FAIL  /dev/net/tun", "mode 600, which does not let this user open it");
    assertSays(result, 1, "WARN  capabilities", "user 65534 without NET_ADMIN");
    // Where root has one, this user has one too, though he can make no TAP to try it on.
    assertSays(doctor("exec"), 0, "OK    io_uring", "works");
    assertSays(result, 1, "OK    io_uring", "works");
  }

  @Test
  void aDaemonWhoseDirectoryIsClosedToUsIsNotSaidToBeNone() {
    List<String> command =
        List.of(
            "unshare",
            "-m",
            "sh",
            "-c",
            "mount -t tmpfs -o mode=755 skiff-it /run && mkdir /run/home && mkdir -m 700 /run/skiff"
                + " && mount --bind "
                + SkiffProcess.HOME
                + " /run/home && exec setpriv --reuid 65534 --regid 65534 --clear-groups"
                + " --inh-caps=-all --bounding-set=-all /run/home/scripts/skiff status --socket"
                + " /run/skiff/skiff0.sock");
    assertSays(
        netns.run(command.toArray(String[]::new)),
        1,
        "skiff: /run/skiff is closed to you: ask as the user that the daemon runs as",
        "sudo");
  }

  @Test
  void rootWithoutNetAdmin() {
    Netns.Result result =
        doctor(
            "exec setpriv --inh-caps=-net_admin --bounding-set=-net_admin sh -c 'exec \"$@\"' sh");
    assertSays(result, 1, "FAIL  capabilities", "without NET_ADMIN");
    assertSays(result, 1, "SKIP  firewall", "root");
  }

  @Test
  void aPlaceWhereNothingMayBeExecuted() {
    Netns.Result result =
        doctor(
            "mkdir /run/t && mount -t tmpfs -o noexec,mode=1777 x /run/t && cd /run/t && SKIFF_JVM_OPTIONS="
                + "-Djava.io.tmpdir=/run/t exec");
    assertSays(result, 1, "FAIL  native code", "does not load");
    assertTrue(result.output().contains("-> /run/t is mounted noexec"), result.output());
  }

  @Test
  void addressesAndRulesOfTheHostsThatAreInTheWay() {
    netns.exec("ip", "link", "add", "br9", "type", "bridge");
    netns.exec("ip", "addr", "add", "198.51.100.7/24", "dev", "br9");
    netns.exec("nft", "add table inet t");
    netns.exec("nft", "add chain inet t c { type filter hook input priority 0; }");
    netns.exec("nft", "add rule inet t c meta l4proto icmp drop");
    Netns.Result result =
        doctor("exec", "--tap", "skiff0", "--ip", "198.51.100.2/24", "--ip", "198.51.100.7/24");
    assertSays(result, 1, "FAIL  addresses", "198.51.100.2/24 overlaps 198.51.100.7/24 on br9");
    assertSays(result, 1, "FAIL  addresses", "198.51.100.7 is the host's own (br9 has it)");
    assertSays(result, 1, "WARN  firewall", "a rule of chain inet t c drops ICMP");
  }

  @Test
  void aTapThatIsBusyAndOneThatIsNone() throws Exception {
    netns.exec("ip", "link", "add", "skiff8", "type", "bridge");
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      Netns.Result busy = doctor("exec", "--tap", "skiff0");
      assertSays(busy, 1, "FAIL  skiff0", "busy: pid " + skiff.pid() + " (java) holds it");
      assertSays(doctor("exec", "--tap", "skiff8"), 1, "FAIL  skiff8", "is a bridge, no TAP");
    }
  }

  @Test
  void aRunningDaemonAndItsHostSideThatIsDown() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      Netns.Result well = skiff.run("doctor");
      assertSays(well, 0, "OK    daemon", "pid " + skiff.pid() + ", up ");
      assertSays(well, 0, "OK    skiff0", "held by the running daemon");
      assertSays(well, 0, "OK    addresses", "the host's way to 198.51.100.2 is skiff0");
      netns.exec("ip", "link", "set", "skiff0", "down");
      Await.until("the daemon knows", () -> skiff.hasFlag("skiff0", "NO-CARRIER"));
      Netns.Result down = skiff.run("doctor");
      assertSays(down, 1, "FAIL  skiff0", "DOWN, mtu 1500");
      assertSays(down, 1, "FAIL  skiff0", "has no carrier: the host has it down");
      assertSays(down, 1, "WARN  addresses", "the host's way to 198.51.100.2 is none");
    }
  }

  @Test
  void aSocketThatAKilledDaemonHasLeft() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      skiff.stop("KILL");
      Netns.Result result = skiff.run("doctor");
      assertSays(result, 0, "WARN  daemon", "is left from a daemon that was killed");
    }
  }

  @Test
  void mistakesOfUsage() {
    for (String[] args :
        new String[][] {{"--ip", "x"}, {"--tap", "a/b"}, {"--netns", ""}, {"--unknown"}}) {
      Netns.Result result = doctor("exec", args);
      assertEquals(2, result.exitCode(), result.output());
      assertEquals(1, result.output().lines().count(), result.output());
    }
    assertSays(doctor("exec", "--netns", "none"), 1, "FAIL  --netns", "does not exist");
  }
}
