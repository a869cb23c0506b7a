package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code skiff run --uplink}: Skiff in A is a host on the network of A's eth0, where B is too. */
@Tag("netns")
class UplinkIT {
  private static final String A_IP = "198.51.100.10";
  private static final String B_IP = "198.51.100.20";

  @TempDir Path directory;
  private Netns a;
  private Netns b;

  @BeforeEach
  void makeNamespaces() {
    a = new Netns();
    b = new Netns();
    for (Netns netns : List.of(a, b)) {
      netns.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
      netns.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    }
    // Where a bridge's frames pass iptables they may be lost there.
    a.exec(
        "sh", "-c", "f=/proc/sys/net/bridge/bridge-nf-call-iptables; [ ! -e $f ] || echo 0 > $f");
    a.exec(
        "ip", "link", "add", "eth0", "mtu", "1450", "type", "veth", "peer", "name", "eth0", "mtu",
        "1450", "netns", b.name());
    b.exec("ip", "addr", "add", B_IP + "/24", "dev", "eth0");
    a.exec("ip", "link", "set", "eth0", "up");
    b.exec("ip", "link", "set", "eth0", "up");
  }

  @AfterEach
  void deleteNamespaces() {
    b.close();
    a.close();
  }

  private SkiffProcess start(String... more) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of("--tap", "skiff0", "--ip", SkiffProcess.IP + "/24", "--uplink", "eth0"));
    args.addAll(List.of(more));
    return SkiffProcess.start(a, directory, args.toArray(String[]::new));
  }

  private void assertPinged() throws Exception {
    Await.until(
        "B pings Skiff",
        () -> b.run("ping", "-c", "1", "-W", "1", SkiffProcess.IP).exitCode() == 0);
  }

  /** As Docker's bridge does without its userland proxy. */
  @Test
  void aNetworkThatSendsItsOwnBroadcastsBackKeepsNobodyFromIt() throws Exception {
    b.exec("ip", "addr", "del", B_IP + "/24", "dev", "eth0");
    b.exec("ip", "link", "add", "switch", "type", "bridge");
    b.exec("ip", "link", "set", "eth0", "master", "switch");
    b.exec("ip", "link", "set", "eth0", "type", "bridge_slave", "hairpin", "on");
    b.exec("ip", "link", "set", "switch", "up");
    b.exec("ip", "addr", "add", B_IP + "/24", "dev", "switch");
    // Without ARP: of a reply the bridge would learn better, until the next broadcast.
    String mac = "02:00:5e:10:00:99";
    b.exec("ip", "neigh", "add", SkiffProcess.IP, "lladdr", mac, "dev", "switch");
    try (SkiffProcess skiff = start("--mac", mac)) {
      Await.until("its announcement comes back", () -> skiff.ask("drops").contains("ARP_LOOPED"));
      assertPinged();
    }
  }

  /** The name of what an interface of A is a port of; empty for nothing. */
  private String master(String device) {
    String shown = a.exec("ip", "-o", "link", "show", device);
    return shown.contains(" master ") ? shown.replaceFirst("(?s).* master (\\S+) .*", "$1") : "";
  }

  private String address(String device) {
    return a.exec("cat", "/sys/class/net/" + device + "/address").strip();
  }

  private void refused(String expected, int exitCode, String... args) {
    List<String> all = new ArrayList<>(List.of(SkiffProcess.SKIFF, "run", "--no-warm-up"));
    all.addAll(List.of(args));
    all.addAll(List.of("--socket", directory.resolve("refused.sock").toString()));
    String before = a.exec("ip", "-o", "link").replaceAll("qlen \\d+", "");
    Netns.Result result = a.run(all.toArray(String[]::new));
    assertTrue(result.output().contains(expected), result.output());
    assertEquals(exitCode, result.exitCode(), result.output());
    assertEquals(1, result.output().lines().count(), result.output());
    assertEquals(before, a.exec("ip", "-o", "link").replaceAll("qlen \\d+", ""));
  }

  private void refusedUplink(String uplink, String expected) {
    refused(expected, 1, "--tap", "skiff0", "--ip", "198.51.100.2/24", "--uplink", uplink);
  }

  @Test
  void aNeighbourOfTheUplinkPingsSkiffAndNothingIsLeft() throws Exception {
    a.exec("ip", "link", "set", "eth0", "down");
    try (SkiffProcess skiff = start("--user", "root")) {
      assertTrue(
          skiff
              .startLine()
              .endsWith(
                  "answers as 198.51.100.2/24, on the network of eth0 by br-skiff0; try: ping"
                      + " 198.51.100.2 from another host there"),
          skiff.startLine());
      assertPinged();
      assertTrue(
          b.exec("ip", "neigh", "show", SkiffProcess.IP).contains("lladdr " + skiff.mac() + " "));
      assertEquals("br-skiff0", master("eth0"));
      assertEquals("br-skiff0", master("skiff0"));
      assertEquals("0", a.exec("cat", "/sys/class/net/br-skiff0/bridge/stp_state").strip());
      assertTrue(
          skiff.ask("status").contains("mtu 1450 ")
              && skiff.ask("status").contains(" uplink eth0 by br-skiff0\n"),
          skiff.ask("status"));
      Object status = skiff.json("status").get("status");
      Object dev =
          SkiffProcess.member(status, "devices") instanceof List<?> all ? all.getFirst() : "";
      assertEquals(
          Map.of("dev", "eth0", "bridge", "br-skiff0"), SkiffProcess.member(dev, "uplink"));
      // The longest that fits, and one in fragments.
      b.exec("ping", "-c", "1", "-W", "2", "-M", "do", "-s", "1422", SkiffProcess.IP);
      b.exec("ping", "-c", "1", "-W", "2", "-s", "4000", SkiffProcess.IP);
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertFalse(a.has("br-skiff0"));
      assertFalse(a.has("skiff0"));
      assertEquals("", master("eth0"));
      assertFalse(a.exec("ip", "link", "show", "eth0").contains(",UP"), "as it was");
    }
  }

  @Test
  void whoIsRootNoMoreNamesTheCommandsAndTheyWork() throws Exception {
    try (SkiffProcess skiff = start()) {
      assertPinged();
      assertEquals(0, skiff.stop("TERM"));
      skiff.assertOneLine("to put it back: ip link del br-skiff0");
      assertTrue(a.has("br-skiff0"));
      String line = skiff.stderr().strip();
      a.exec("sh", "-c", line.substring(line.indexOf("put it back: ") + 13));
      assertFalse(a.has("br-skiff0"));
      assertEquals("", master("eth0"));
    }
  }

  @Test
  void aTapThatStaysIsPutBack() throws Exception {
    a.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    a.exec("ip", "link", "add", "br9", "type", "bridge");
    a.exec("ip", "link", "set", "eth0", "master", "br9");
    try (SkiffProcess skiff = start("--user", "root")) {
      assertPinged();
      assertEquals("br9", master("skiff0"));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertEquals("", master("skiff0"));
      assertFalse(a.exec("ip", "link", "show", "skiff0").contains(",UP"));
    }
    try (SkiffProcess skiff = start()) {
      assertPinged();
      assertEquals(0, skiff.stop("TERM"));
      skiff.assertOneLine("to put it back: ip link set skiff0 down && ip link set skiff0 nomaster");
    }
  }

  @Test
  void aBridgeThatIsThereIsUsedAndLeft() throws Exception {
    a.exec("ip", "link", "add", "br9", "type", "bridge");
    a.exec("ip", "link", "set", "eth0", "master", "br9");
    a.exec("ip", "addr", "add", A_IP + "/24", "dev", "br9");
    a.exec("ip", "link", "set", "br9", "up");
    b.exec("ping", "-c", "1", "-W", "2", A_IP);
    String mac = address("br9");
    try (SkiffProcess skiff = start()) {
      assertTrue(skiff.startLine().contains("eth0 by br9; "), skiff.startLine());
      assertFalse(a.has("br-skiff0"));
      assertPinged();
      // Else who knows the bridge would lose it now, or at the end.
      assertEquals(mac, address("br9"));
      assertTrue(address("skiff0").startsWith("fe:"), address("skiff0"));
      // The host itself, by the address that the bridge has; and from there to Skiff.
      b.exec("ping", "-c", "1", "-W", "2", A_IP);
      a.exec("ping", "-c", "1", "-W", "2", SkiffProcess.IP);
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertEquals("br9", master("eth0"));
      b.exec("ping", "-c", "1", "-W", "2", A_IP);
    }
  }

  /** As the page says: what eth0 has is out of reach, and what the bridge has is not. */
  @Test
  void theHostIsReachedByTheAddressOfTheBridge() throws Exception {
    a.exec("ip", "addr", "add", A_IP + "/24", "dev", "eth0");
    try (SkiffProcess skiff = start("--user", "root")) {
      assertPinged();
      assertFalse(b.run("ping", "-c", "2", "-W", "1", A_IP).exitCode() == 0, "eth0 is a port");
      a.exec("ip", "addr", "del", A_IP + "/24", "dev", "eth0");
      a.exec("ip", "addr", "add", A_IP + "/24", "dev", "br-skiff0");
      Await.until(
          "B pings A's kernel", () -> b.run("ping", "-c", "1", "-W", "1", A_IP).exitCode() == 0);
      assertPinged();
      a.exec("ping", "-c", "1", "-W", "2", SkiffProcess.IP);
      assertEquals(0, skiff.stop("TERM"));
    }
  }

  @Test
  void afterAKillTheNextOneTakesTheBridgeAndRemovesIt() throws Exception {
    try (SkiffProcess skiff = start("--user", "root")) {
      assertPinged();
      skiff.stop("KILL");
    }
    assertEquals("br-skiff0", master("eth0"));
    try (SkiffProcess skiff = start("--user", "root")) {
      assertPinged();
      a.exec("ip", "tuntap", "add", "dev", "more", "mode", "tap");
      a.exec("ip", "link", "set", "more", "master", "br-skiff0");
      assertEquals(0, skiff.stop("TERM"));
      skiff.assertOneLine(
          "br-skiff0 stays, since it has other ports; to remove it: ip link del br-skiff0");
    }
    a.exec("ip", "link", "del", "more");
    a.exec("ip", "link", "set", "eth0", "nomaster");
    try (SkiffProcess skiff = start("--user", "root")) {
      assertPinged();
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertFalse(a.has("br-skiff0"));
    }
  }

  /** Somebody made it, and put nothing in yet. */
  @Test
  void anEmptyBridgeOfThatNameIsUsedAndLeftEmpty() throws Exception {
    a.exec("ip", "link", "add", "br-skiff0", "type", "bridge");
    try (SkiffProcess skiff = start("--user", "root")) {
      assertPinged();
      assertEquals("br-skiff0", master("eth0"));
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertTrue(a.has("br-skiff0"));
      assertEquals("", master("eth0"));
    }
  }

  /** Its own: it need not be that of a port. */
  @Test
  void theMacAddressOfTheBridgeIsRefused() {
    String mac = "02:00:5e:10:00:55";
    a.exec("ip", "link", "add", "br9", "address", mac, "type", "bridge");
    a.exec("ip", "link", "set", "eth0", "master", "br9");
    refused(
        mac + " is the MAC address of br9: choose another --mac",
        1,
        "--dev",
        "tap=skiff0,ip=198.51.100.2/24,uplink=eth0,mac=" + mac);
  }

  @Test
  void inANamespaceThatIsNamedItWorksTheSame() throws Exception {
    try (Netns outside = new Netns();
        SkiffProcess skiff =
            SkiffProcess.start(
                outside,
                directory,
                "--dev",
                "tap=a-tap-of-15-byt,ip=198.51.100.2/24,uplink=eth0,netns=" + a.name())) {
      assertPinged();
      String bridge = master("eth0");
      assertTrue(bridge.matches("br_[0-9a-f]{12}"), bridge);
      assertEquals(0, skiff.stop("TERM"));
      skiff.assertOneLine("to put it back: ip netns exec " + a.name() + " ip link del " + bridge);
    }
  }

  @Test
  void whatCannotBeIsRefusedAndNothingChanges() throws Exception {
    refusedUplink("eth7", "--uplink eth7: there is no such interface: see 'ip link'");
    refusedUplink("lo", "--uplink lo: the loopback has no network");
    a.exec("ip", "link", "add", "br9", "type", "bridge");
    refusedUplink(
        "br9", "--uplink br9: that is a bridge itself: leave out --uplink, and put skiff0");
    a.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    a.exec("ip", "link", "set", "skiff0", "master", "br9");
    refusedUplink("eth0", "skiff0 is a port of br9: take it out (ip link set skiff0 nomaster)");
    a.exec("ip", "link", "del", "skiff0");
    a.exec("ip", "tuntap", "add", "dev", "more", "mode", "tun");
    refusedUplink("more", "--uplink more: it cannot be a port of a bridge");
    a.exec("ip", "link", "set", "br9", "name", "br-skiff0");
    refusedUplink("more", "--uplink more: it cannot be a port of a bridge");
    a.exec("ip", "link", "del", "more");
    a.exec("ip", "tuntap", "add", "dev", "more", "mode", "tap");
    a.exec("ip", "link", "set", "more", "master", "br-skiff0");
    refusedUplink("eth0", "br-skiff0 is there already and has other ports: remove it (ip link del");
    a.exec("ip", "link", "del", "br-skiff0");
    a.exec("ip", "link", "set", "more", "name", "br-skiff0");
    refusedUplink("eth0", "br-skiff0 is there already and no bridge");
    String mac = address("eth0");
    refused(
        mac + " is the MAC address of eth0: choose another --mac",
        1,
        "--dev",
        "tap=a,ip=198.51.100.2/24,uplink=eth0,mac=" + mac);
    refused("--uplink a is the TAP itself", 2, "--dev", "tap=a,ip=198.51.100.2/24,uplink=a");
    refused(
        "--uplink and --host-ip do not go together",
        2,
        "--dev",
        "tap=a,ip=198.51.100.2/24,uplink=eth0,host-ip=198.51.100.1/24");
  }

  @Test
  void aContainersRightsAreEnough() throws Exception {
    List<String> launcher =
        a.inside(
            "setpriv", "--bounding-set", "-all,+net_admin,+setuid,+setgid", SkiffProcess.SKIFF);
    try (SkiffProcess skiff =
        SkiffProcess.start(
            a, directory, launcher, "--dev", "tap=skiff0,ip=198.51.100.2/24,uplink=eth0")) {
      assertPinged();
      assertTrue(skiff.ask("status").contains("no capabilities"), skiff.ask("status"));
    }
  }

  @Test
  void twoOfOneDaemonAreOnOneNetwork() throws Exception {
    b.exec("ip", "addr", "add", "203.0.113.20/24", "dev", "eth0");
    try (SkiffProcess skiff =
        SkiffProcess.start(
            a,
            directory,
            "--dev",
            "tap=skiff0,ip=198.51.100.2/24,uplink=eth0",
            "--dev",
            "tap=skiff1,ip=203.0.113.2/24,uplink=eth0",
            "--user",
            "root")) {
      assertTrue(skiff.nextLine().contains("eth0 by br-skiff0; "));
      assertPinged();
      b.exec("ping", "-c", "1", "-W", "2", "203.0.113.2");
      assertEquals(0, skiff.stop("TERM"));
      assertEquals("", skiff.stderr());
      assertFalse(a.has("br-skiff0"));
    }
  }

  @Test
  void anUplinkThatWasDownStaysUpForTheOtherDevice() throws Exception {
    a.exec("ip", "link", "set", "eth0", "down");
    b.exec("ip", "addr", "add", "203.0.113.20/24", "dev", "eth0");
    try (SkiffProcess skiff =
        SkiffProcess.start(
            a,
            directory,
            "--dev",
            "tap=skiff0,ip=203.0.113.2/24,uplink=eth0",
            "--dev",
            "tap=skiff1,ip=198.51.100.2/24,uplink=eth0",
            "--user",
            "root")) {
      assertPinged();
      a.exec("ip", "link", "del", "skiff0");
      Await.until("skiff0 is given up", () -> skiff.stderr().contains("br-skiff0 stays"));
      assertTrue(a.exec("ip", "link", "show", "eth0").contains(",UP"), "skiff1 needs it");
      assertPinged();
    }
  }

  @Test
  void anUplinkThatWasDownStaysUpForAnotherDaemon() throws Exception {
    a.exec("ip", "link", "set", "eth0", "down");
    Path other = Files.createDirectory(directory.resolve("other"));
    try (SkiffProcess first =
            SkiffProcess.start(
                a, other, "--dev", "tap=skiff1,ip=198.51.100.3/24,uplink=eth0", "--user", "root");
        SkiffProcess second = start("--user", "root")) {
      assertPinged();
      assertEquals(0, first.stop("TERM"));
      assertTrue(a.exec("ip", "link", "show", "eth0").contains(",UP"), "skiff0 needs it");
      assertPinged();
      assertEquals(0, second.stop("TERM"));
    }
  }

  /** As with an IPv4 address: somebody uses it by now. */
  @Test
  void aBridgeOfThatNameWithAnIpv6AddressStays() throws Exception {
    a.exec("ip", "link", "add", "br-skiff0", "type", "bridge");
    a.exec("sysctl", "-qw", "net.ipv6.conf.br-skiff0.disable_ipv6=0");
    a.exec("ip", "-6", "addr", "add", "2001:db8::1/64", "dev", "br-skiff0");
    a.exec("ip", "link", "set", "eth0", "master", "br-skiff0");
    a.exec("ip", "link", "set", "br-skiff0", "up");
    try (SkiffProcess skiff = start("--user", "root")) {
      assertPinged();
      assertEquals(0, skiff.stop("TERM"));
      assertTrue(a.has("br-skiff0"), "it was there before");
    }
  }

  /** The address that was moved to the bridge, as the guide says, is not lost without a word. */
  @Test
  void theAddressOfTheBridgeIsNotLostAtTheEnd() throws Exception {
    try (SkiffProcess skiff = start("--user", "root")) {
      assertPinged();
      a.exec("ip", "addr", "add", A_IP + "/24", "dev", "br-skiff0");
      assertEquals(0, skiff.stop("TERM"));
      assertTrue(
          a.exec("ip", "-o", "addr").contains(A_IP) || skiff.stderr().contains(A_IP),
          "the address is gone: " + skiff.stderr());
    }
  }

  @Test
  void whoMayNotIsToldWhatItNeeds() throws Exception {
    a.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    List<String> command =
        a.inside("setpriv", "--bounding-set", "-all", SkiffProcess.SKIFF, "run", "--no-warm-up");
    command.addAll(List.of("--tap", "skiff0", "--ip", "198.51.100.2/24", "--uplink", "eth0"));
    command.addAll(List.of("--socket", directory.resolve("refused.sock").toString()));
    Netns.Result result = Netns.Result.of(command);
    assertEquals(
        "skiff: --uplink eth0: no permission: it needs root or CAP_NET_ADMIN\n", result.output());
    assertEquals(1, result.exitCode());
    assertFalse(a.has("br-skiff0"));
  }

  @Test
  void aChangeOfItWaitsForTheNextStart() throws Exception {
    Path file = directory.resolve("skiff.toml");
    String text = "[[device]]\ntap = \"skiff0\"\nip = \"198.51.100.2/24\"\n";
    var _ = Files.writeString(file, text + "uplink = \"eth0\"\n");
    try (SkiffProcess skiff = SkiffProcess.start(a, directory, "--config", file.toString())) {
      assertPinged();
      assertTrue(
          a.exec(SkiffProcess.SKIFF, "config", "show", file.toString())
              .contains("uplink = \"eth0\""));
      var _ = Files.writeString(file, text);
      assertTrue(skiff.ask("reload").contains("uplink changes at the next start"));
      assertPinged();
    }
  }
}
