package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One daemon with two TAPs in two network namespaces, itself in a third. */
@Tag("netns")
class SeveralDevicesIT {
  private static final String RED_IP = "198.51.100.2";
  private static final String BLUE_IP = "203.0.113.2";
  private static final int ENDLESS = 1_000_000;

  @TempDir Path directory;
  private Netns home;
  private Netns red;
  private Netns blue;

  @BeforeEach
  void makeNamespaces() {
    home = new Netns();
    red = new Netns();
    blue = new Netns();
  }

  @AfterEach
  void deleteNamespaces() {
    blue.close();
    red.close();
    home.close();
  }

  private String redSpec() {
    return "tap=skiff0,netns=" + red.name() + ",ip=" + RED_IP + "/24,host-ip=198.51.100.1/24";
  }

  private String blueSpec() {
    return "tap=skiff1,netns=" + blue.name() + ",ip=" + BLUE_IP + "/24,host-ip=203.0.113.1/24";
  }

  private SkiffProcess start() throws IOException {
    return SkiffProcess.start(home, directory, "--dev", redSpec(), "--dev", blueSpec());
  }

  private void ping(Netns from, int count, String ip) throws Exception {
    try (Flood flood = Flood.start(from, directory, ip, count)) {
      flood.assertNothingLost();
    }
  }

  private void assertNothingIsLeft(SkiffProcess skiff) {
    assertFalse(Files.exists(skiff.socket()), "the socket");
    assertFalse(blue.has("skiff1"), "the TAP");
    assertFalse(blue.exec("ip", "addr").contains("203.0.113.1"), "the host's address");
  }

  @Test
  void eachAnswersInItsOwnNamespaceAndKeepsItsOwnBooks() throws Exception {
    try (SkiffProcess skiff = start()) {
      assertTrue(
          skiff.startLine().endsWith("ip netns exec " + red.name() + " ping " + RED_IP),
          skiff.startLine());
      assertFalse(home.has("skiff0") || home.has("skiff1") || red.has("skiff1"));
      try (Listening capture =
          Listening.start(home, skiff, directory, "capture", "-c", "8", "icmp")) {
        ping(red, 2, RED_IP);
        ping(blue, 2, BLUE_IP);
        assertEquals(0, capture.exitCode());
        String frames = String.join("\n", capture.lines());
        assertTrue(frames.contains(" skiff0 In  IP 198.51.100.1 > " + RED_IP), frames);
        assertTrue(frames.contains(" skiff1 Out IP " + BLUE_IP + " > 203.0.113.1"), frames);
      }
      String neighbours = skiff.ask("neigh");
      assertTrue(neighbours.contains("198.51.100.1 dev skiff0 lladdr"), neighbours);
      assertTrue(neighbours.contains("203.0.113.1 dev skiff1 lladdr"), neighbours);
      assertEquals(2, neighbours.lines().count(), neighbours);

      long others = skiff.now("skiff0", "tx_packets");
      ping(blue, 100, BLUE_IP);
      // An announcement may go out meanwhile, and a question to its host.
      assertTrue(skiff.now("skiff0", "tx_packets") <= others + 2);
      assertTrue(skiff.now("skiff1", "tx_packets") >= 102);
      assertTrue(skiff.now("host_skiff1", "rx_packets") >= 102);
      String shown = skiff.ask("link");
      assertTrue(shown.contains("1: skiff0: <") && shown.contains("2: skiff1: <"), shown);
      // Neither is a router: what is the other's address is nobody's here.
      String lost = red.run("ping", "-q", "-c", "1", "-W", "0.3", BLUE_IP).output();
      assertFalse(lost.contains(" 1 received"), lost);

      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertFalse(red.has("skiff0"));
      assertNothingIsLeft(skiff);
    }
  }

  @Test
  void oneDeletedUnderLoadIsDownAndTheOtherLosesNothing() throws Exception {
    try (SkiffProcess skiff = start()) {
      try (Flood _ = Flood.start(red, directory, RED_IP, ENDLESS);
          Flood flood = startWhenFlooded("skiff0", skiff)) {
        awaitFlood("skiff1", skiff);
        red.exec("ip", "link", "del", "skiff0");
        Await.until("skiff0 is down", () -> !skiff.hasFlag("skiff0", "UP"));
        assertTrue(flood.isRunning(), "the flood ran across the deletion");
        flood.end();
        flood.assertNothingLost();
      }
      assertDown(skiff, "TAP skiff0 is gone");
      skiff.assertOneLine("skiff0 is down: TAP skiff0 is gone");
      skiff.refuses("has failed for good: TAP skiff0 is gone", "link", "set", "skiff0", "up");
      skiff.assertBooksAddUp(1);

      blue.exec("ip", "link", "del", "skiff1");
      assertEquals(1, skiff.exitCode());
      List<String> lines = skiff.stderr().lines().toList();
      assertEquals(2, lines.size(), lines.toString());
      assertTrue(lines.getLast().contains("TAP skiff1 is gone"), lines.toString());
      assertNothingIsLeft(skiff);
    }
  }

  private static void awaitFlood(String device, SkiffProcess skiff) throws Exception {
    Await.until(device + " is flooded", () -> skiff.now(device, "rx_packets") > 500);
  }

  /** A flood of blue that begins when that of another device is there already. */
  private Flood startWhenFlooded(String other, SkiffProcess skiff) throws Exception {
    awaitFlood(other, skiff);
    return Flood.start(blue, directory, BLUE_IP, ENDLESS);
  }

  private static void assertDown(SkiffProcess skiff, String reason) {
    String status = skiff.ask("status");
    assertTrue(status.contains("skiff0: DOWN") && status.contains(reason), status);
    assertTrue(status.contains("skiff1: UP"), status);
    String link = skiff.ask("link", "show", "skiff0");
    assertTrue(link.contains("failed: " + reason), link);
  }

  @Test
  void aNamespaceDeletedUnderLoadIsGoneAndTheOtherLosesNothing() throws Exception {
    // The far end of this cable exists as long as the namespace does, whatever its name.
    home.exec(
        "ip", "link", "add", "veth9", "type", "veth", "peer", "name", "veth8", "netns", red.name());
    try (SkiffProcess skiff = start()) {
      try (Flood _ = Flood.start(red, directory, RED_IP, ENDLESS);
          Flood flood = startWhenFlooded("skiff0", skiff)) {
        awaitFlood("skiff1", skiff);
        red.close();
        Await.until("skiff0 is down", () -> !skiff.hasFlag("skiff0", "UP"));
        assertTrue(flood.isRunning(), "the flood ran across the deletion");
        flood.end();
        flood.assertNothingLost();
      }
      String reason = "TAP skiff0 is gone: network namespace " + red.name() + " was deleted";
      assertDown(skiff, reason);
      skiff.assertOneLine("skiff0 is down: " + reason);
      Await.until("nothing of ours keeps the namespace", () -> !home.has("veth9"));
      skiff.assertBooksAddUp(1);
      ping(blue, 20, BLUE_IP);
      assertEquals(0, skiff.stop("TERM"));
      assertNothingIsLeft(skiff);
    }
  }

  @Test
  void aNamespaceDeletedWhileItsDeviceIsDownIsToldAndGone() throws Exception {
    home.exec(
        "ip", "link", "add", "veth9", "type", "veth", "peer", "name", "veth8", "netns", red.name());
    try (SkiffProcess skiff = start()) {
      skiff.set("skiff0", Map.of("up", false));
      red.close();
      Await.until("nothing of ours keeps the namespace", () -> !home.has("veth9"));
      skiff.assertOneLine("skiff0 is down: TAP skiff0 is gone: network namespace");
      ping(blue, 5, BLUE_IP);
      skiff.assertBooksAddUp(1);
    }
  }

  /** The name is there again at once, and is another's. */
  @Test
  void aNamespaceDeletedAndMadeAnewIsNoLongerTheSame() throws Exception {
    try (SkiffProcess skiff = start()) {
      for (String[] command : new String[][] {{"del", red.name()}, {"add", red.name()}}) {
        Netns.Result.of(List.of("ip", "netns", command[0], command[1]));
      }
      Await.until("skiff0 is down", () -> !skiff.hasFlag("skiff0", "UP"));
      assertDown(skiff, "TAP skiff0 is gone: network namespace " + red.name() + " was deleted");
      ping(blue, 5, BLUE_IP);
    }
  }

  /** By its file: what to type is another command, and its deletion is noticed all the same. */
  @Test
  void aNamespaceMayBeNamedByItsFile() throws Exception {
    String file = "/run/netns/" + red.name();
    try (SkiffProcess skiff =
        SkiffProcess.start(
            home, directory, "--dev", redSpec().replace(red.name(), file), "--dev", blueSpec())) {
      String hint = skiff.startLine().replaceFirst(".*; try: ", "");
      assertEquals("nsenter --net=" + file + " ping " + RED_IP, hint);
      Netns.Result typed = Netns.Result.of(List.of(hint.replace("ping", "ping -c 1").split(" ")));
      assertEquals(0, typed.exitCode(), typed.output());
      red.close();
      Await.until("skiff0 is down", () -> !skiff.hasFlag("skiff0", "UP"));
    }
  }

  @Test
  void theLastNamespaceDeletedEndsIt() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.start(home, directory, "--dev", redSpec())) {
      ping(red, 1, RED_IP);
      red.close();
      assertEquals(1, skiff.exitCode());
      skiff.assertOneLine("network namespace " + red.name() + " was deleted");
      assertFalse(Files.exists(skiff.socket()), "the socket");
    }
  }

  @Test
  void atTheEndAPersistentTapIsPutBackInItsNamespace() throws Exception {
    red.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    red.exec("ip", "link", "set", "skiff0", "mtu", "1400");
    try (SkiffProcess skiff =
        SkiffProcess.start(
            home,
            directory,
            "--dev",
            redSpec() + ",mtu=1500",
            "--dev",
            blueSpec(),
            "--user",
            "root")) {
      try (Flood one = Flood.start(red, directory, RED_IP, ENDLESS);
          Flood other = Flood.start(blue, directory, BLUE_IP, ENDLESS)) {
        awaitFlood("skiff0", skiff);
        awaitFlood("skiff1", skiff);
        assertTrue(one.isRunning() && other.isRunning());
        assertEquals(0, skiff.stop("TERM"));
      }
      assertEquals("", skiff.stderr());
      assertNothingIsLeft(skiff);
      String link = red.exec("ip", "addr", "show", "dev", "skiff0");
      assertTrue(link.contains("mtu 1400"), link);
      assertFalse(link.contains("inet ") || link.contains("UP"), link);
    }
  }

  @Test
  void oneThatCannotBeOpenedLeavesNothingOfTheOthers() throws Exception {
    blue.exec("ip", "link", "add", "skiff1", "type", "veth", "peer", "name", "veth8");
    Netns.Result result =
        home.run(
            SkiffProcess.SKIFF,
            "run",
            "--dev",
            redSpec(),
            "--dev",
            blueSpec(),
            "--socket",
            directory.resolve("skiff.sock").toString());
    assertEquals(1, result.exitCode(), result.output());
    assertEquals(1, result.output().lines().count(), result.output());
    assertTrue(result.output().contains("skiff1 is a veth, no TAP"), result.output());
    assertFalse(red.has("skiff0"));
  }

  @Test
  void aFaultIsOfOneWireThatMustBeNamed() throws Exception {
    try (SkiffProcess skiff = start()) {
      skiff.refuses("name one: skiff0, skiff1", "fault", "loss=100%");
      skiff.refuses("there are skiff0, skiff1", "fault", "--dev", "skiff9", "loss=100%");
      assertTrue(
          skiff.ask("fault", "--dev", "skiff1", "loss=100%").startsWith("skiff1: loss=100%"));
      ping(red, 50, RED_IP);
      String lost = blue.run("ping", "-q", "-c", "3", "-i", "0.01", "-W", "0.3", BLUE_IP).output();
      assertTrue(lost.contains(" 0 received"), lost);
      assertTrue(skiff.ask("fault", "--dev", "skiff1", "off").startsWith("skiff1: off"));
      ping(blue, 50, BLUE_IP);
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void aSingleDeviceMayBeInAnotherNamespaceToo() throws Exception {
    try (SkiffProcess skiff =
        SkiffProcess.start(
            home,
            directory,
            "--tap",
            "skiff1",
            "--netns",
            blue.name(),
            "--ip",
            BLUE_IP + "/24",
            "--host-ip",
            "203.0.113.1/24")) {
      assertFalse(home.has("skiff1"));
      ping(blue, 5, BLUE_IP);
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertNothingIsLeft(skiff);
    }
  }
}
