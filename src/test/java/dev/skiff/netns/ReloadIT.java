package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code skiff run --config}, and SIGHUP. */
@Tag("netns")
class ReloadIT {
  private static final String DEVICE =
      """
      [[device]]
      tap = "skiff0"
      host-ip = "198.51.100.1/24"
      """;

  private static final String ONE = DEVICE + "ip = \"198.51.100.2/24\"\n";

  private static final String TWO =
      "route = [\"203.0.113.0/24 via 198.51.100.9\"]\nbuffer-memory = \"32M\"\n"
          + DEVICE
          + "ip = [\"198.51.100.3/24\", \"198.51.100.2/24\"]\nmtu = 1400\n"
          + "[ipv4]\nip_default_ttl = 33\n";

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("skiff.toml");
  }

  /** As root for good: who sets the host's side of a TAP must be. */
  private SkiffProcess start(Netns netns, String text) throws IOException {
    return start(netns, text, "root");
  }

  private SkiffProcess start(Netns netns, String text, String user) throws IOException {
    var _ = Files.writeString(file(), text);
    return SkiffProcess.start(netns, directory, "--config", file().toString(), "--user", user);
  }

  /** Has it read this, and waits until it has said so: all that it has said. */
  private String reload(SkiffProcess skiff, String text) throws Exception {
    int before = skiff.stderr().length();
    var _ = Files.writeString(file(), text);
    Netns.Result.of(java.util.List.of("kill", "-HUP", Long.toString(skiff.pid())));
    Await.until("it has said what came of it", () -> skiff.stderr().length() > before);
    return skiff.stderr().substring(before);
  }

  @Test
  void whatCanChangeChangesWithoutALostPing() throws Exception {
    try (Netns netns = new Netns();
        SkiffProcess skiff = start(netns, ONE)) {
      Process ping =
          new ProcessBuilder(
                  netns.inside(
                      "ping", "-q", "-i", "0.005", "-c", "600", "-W", "5", SkiffProcess.IP))
              .redirectErrorStream(true)
              .start();
      Await.until("pings are answered", () -> skiff.now("Icmp", "OutEchoReps") > 20);
      for (int i = 0; i < 5; i++) {
        String said = reload(skiff, TWO);
        assertTrue(said.contains("route, ipv4.ip_default_ttl, skiff0: ip, "), said);
        assertTrue(netns.exec("ping", "-c", "1", "198.51.100.3").contains("ttl=33"));
        reload(skiff, ONE + "mtu = 1500\n");
      }
      String summary =
          new String(ping.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertTrue(summary.contains(" 0% packet loss"), summary);
      assertEquals(0, skiff.now("Loop", "Faults"));
    }
  }

  @Test
  void whatNeedsAStartIsNamedAndABadFileChangesNothing() throws Exception {
    try (Netns netns = new Netns();
        SkiffProcess skiff = start(netns, ONE)) {
      String said = reload(skiff, TWO);
      Await.until(
          "what waits is named",
          () -> skiff.stderr().contains("reload: buffer-memory changes at the next start"));
      assertTrue(netns.exec("ip", "link", "show", "skiff0").contains("mtu 1400"));
      String bad = reload(skiff, TWO.replace("= 33", "= 300"));
      assertTrue(bad.contains(file() + ":9:1: ip_default_ttl=300: use 1 to 255"), bad);
      assertTrue(bad.contains("; nothing has changed"), bad);
      bad = reload(skiff, ONE.replace("skiff.toml", "") + "gateway = \"203.0.113.1\"\n");
      assertTrue(bad.contains("; nothing has changed"), bad);
      assertTrue(netns.exec("ping", "-c", "1", "198.51.100.3").contains("ttl=33"));
      bad = reload(skiff, TWO.replace("= 1400", "= 1300").replace("via 198", "via 192"));
      assertTrue(bad.contains("; nothing has changed"), bad);
      assertTrue(netns.exec("ip", "link", "show", "skiff0").contains("mtu 1400"), "the host's too");
      assertFalse(said.isEmpty());
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void whoIsRootNoMoreReadsWhatHisUserMayRead() throws Exception {
    try (Netns netns = new Netns();
        SkiffProcess skiff = start(netns, ONE, "nobody")) {
      String said = reload(skiff, TWO.replace("mtu = 1400\n", ""));
      assertTrue(said.contains("route, ipv4.ip_default_ttl, skiff0: ip"), said);
      assertTrue(netns.exec("ping", "-c", "1", "198.51.100.3").contains("ttl=33"));
      Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
      said = reload(skiff, ONE);
      assertTrue(said.contains("permission denied: let the user that Skiff runs as read it"), said);
      assertTrue(netns.exec("ping", "-c", "1", "198.51.100.3").contains("ttl=33"));
      skiff.refuses("permission denied", "reload");
      Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
      assertTrue(skiff.ask("reload").startsWith("reloaded " + file() + ": "));
    }
  }

  @Test
  void withoutAFileAHangUpIsTheEnd() throws Exception {
    try (Netns netns = new Netns();
        SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      assertEquals(0, skiff.stop("HUP"));
    }
  }
}
