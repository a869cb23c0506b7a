package dev.skiff.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each mistake gets one line that says what to do, the right exit code, and leaves nothing behind.
 */
@Tag("netns")
class BadInputIT {
  private static final String GOOD = "--tap skiff0 --ip 198.51.100.2/24";
  private static final String DEV = "tap=skiff0,ip=198.51.100.2/24";

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

  /** Runs it; it must end by itself with this code and one line on stderr that has this part. */
  private void refused(int exitCode, String part, List<String> launcher, String arguments)
      throws Exception {
    String linksBefore = links();
    Path errors = directory.resolve("stderr");
    List<String> command = new ArrayList<>(launcher);
    command.addAll(Stream.of(arguments.split(" ", -1)).filter(word -> !word.isEmpty()).toList());
    Process process =
        new ProcessBuilder(command)
            .redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertTrue(process.waitFor(10, java.util.concurrent.TimeUnit.SECONDS), "it does not end");
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(errors);
    assertEquals(exitCode, process.exitValue(), lines.toString());
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(lines.getFirst().contains(part), lines.getFirst());
    assertEquals(linksBefore, links(), "interfaces and addresses are as they were");
    assertFalse(Files.exists(socket()), "no socket is left");
  }

  private void refused(int exitCode, String part, String arguments) throws Exception {
    refused(exitCode, part, netns.inside(SkiffProcess.SKIFF), arguments);
  }

  /** What interfaces there are, with their addresses; without counters and timers. */
  private String links() {
    return netns.exec("ip", "-o", "-4", "addr") + netns.exec("ip", "-o", "-br", "link");
  }

  private Path socket() {
    return directory.resolve("skiff.sock");
  }

  private String withSocket(String arguments) {
    return "run " + arguments + " --socket " + socket();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--tap sixteen-bytes-16 --ip 198.51.100.2/24 | cannot be a device's name",
        "--tap a/b --ip 198.51.100.2/24 | cannot be a device's name",
        "--tap tap%d --ip 198.51.100.2/24 | cannot be a device's name",
        "--tap skiff0 | Missing required option: '--ip=ADDR/PREFIX'",
        "--ip 198.51.100.2/24 | Missing required option: '--tap=NAME'",
        "--tap skiff0 --ip 198.51.100.2 | has no prefix",
        "--tap skiff0 --ip 198.51.100/24 | is not an IPv4 address",
        "--tap skiff0 --ip 198.51.100.256/24 | is not an IPv4 address",
        "--tap skiff0 --ip 198.051.100.2/24 | is not an IPv4 address",
        "--tap skiff0 --ip 198.51.100.2/0 | prefix /0 is out of range",
        "--tap skiff0 --ip 198.51.100.2/33 | prefix /33 is out of range",
        "--tap skiff0 --ip 198.51.100.2/x | is not a prefix length",
        "--tap skiff0 --ip 198.51.100.0/24 | is the number of its own network",
        "--tap skiff0 --ip 198.51.100.255/24 | is the broadcast address of its own network",
        "--tap skiff0 --ip 127.0.0.2/8 | is no host's address",
        "--tap skiff0 --ip 224.0.0.5/4 | is no host's address",
        GOOD + " --mac 01:00:5e:10:00:01 | is multicast",
        GOOD + " --mac 00:00:00:00:00:00 | is zero",
        GOOD + " --mac 02:00:5e:10:00 | is not a MAC address",
        GOOD + " --mac zz:00:5e:10:00:01 | is not a MAC address",
        GOOD + " --mtu 67 | MTU 67 is out of range",
        GOOD + " --mtu 65522 | MTU 65522 is out of range",
        GOOD + " --mtu x | Invalid value for option '--mtu'",
        GOOD + " --gateway 203.0.113.1 | is not another host in the network",
        GOOD + " --gateway 198.51.100.2 | is not another host in the network",
        GOOD + " --route default | --route 'default': say via a gateway or dev NAME",
        GOOD + " --route defualt | --route: 'defualt': 'defualt' is no word of route: did you mean",
        GOOD + " --route blackhole | --route: 'blackhole': the destination is missing",
        GOOD
            + " --route 203.0.113.1/24 | --route: '203.0.113.1/24': 203.0.113.1/24 has host bits set: say",
        GOOD + " --host-ip 203.0.113.1/24 | are not in one network",
        GOOD + " --host-ip 198.51.100.2/24 | are both 198.51.100.2",
        GOOD + " --ip 198.51.100.3/24 --host-ip 198.51.100.3/24 | are both 198.51.100.3",
        GOOD + " --fault los=3% | --fault: at column 1: unknown key",
        GOOD + " --rx-copybreak -1 | --rx-copybreak -1 is out of range: use 0 to 65521",
        GOOD + " --rx-copybreak 65522 | --rx-copybreak 65522 is out of range",
        GOOD + " --buffer-memory lots | --buffer-memory: 'lots' is no amount of memory",
        GOOD + " --buffer-memory 1K | is out of range: use 1M to 64G",
        GOOD + " --txqueuelen 0 | would lose every frame: use 1 or more",
        GOOD + " --sndbuf 0 | sndbuf",
        GOOD + " --acd prbe | --acd: 'prbe' is no way to detect conflicts: did you mean 'probe'?",
        GOOD + " --arp ignore=3 | ignore=3: use 0, 1, 2 or 8",
        GOOD + " --arp acept=on | --arp: 'acept'",
        GOOD + " --neigh gc_thresh1=2000 | none may be greater than the next",
        GOOD + " --neigh retrans_time=10ms | --neigh: retrans_time",
        GOOD + " --sndbuf lots | --sndbuf: 'lots' is no amount of memory",
        "--dev "
            + DEV
            + ",gatway=198.51.100.1 | --dev: 'gatway' is no setting of a device: did you",
        "--dev , | --dev: '' is no setting of a device",
        "--dev " + DEV + ",tap=skiff1 | --dev: 'tap' is said twice: say it once",
        "--dev tap=skiff0,ip= | --dev: 'ip' has no value: say ip=198.51.100.2/24",
        "--dev tap,ip=198.51.100.2/24 | --dev: 'tap' has no value: say tap=skiff0",
        "--dev ip=198.51.100.2/24 | --dev: tap is missing: say tap=skiff0",
        "--dev tap=skiff0 | --dev: ip is missing: say ip=198.51.100.2/24",
        "--dev tap=skiff0,ip=198.51.100.2 | --dev: ip: '198.51.100.2' has no prefix",
        "--dev " + DEV + ",mtu=x | --dev: mtu: 'x' is not a number",
        "--dev " + DEV + ",txqueuelen=0 | would lose every frame: use 1 or more",
        "--dev " + DEV + ",sndbuf=0 | sndbuf",
        "--dev " + DEV + " --tap skiff1 | leave out --tap, --ip and what belongs to them",
        "--dev " + DEV + " --mtu 1400 | leave out --tap, --ip and what belongs to them",
        "--dev " + DEV + " --dev tap=skiff0,ip=203.0.113.2/24 | two devices are called skiff0",
        "--dev " + DEV + " --dev tap=skiff1,ip=198.51.100.3/25 | are in one network",
        GOOD + " --frobnicate | Unknown option: '--frobnicate'",
        GOOD + " extra | Unmatched argument",
      })
  void mistakesOfUsageEndWithTwo(String arguments, String part) throws Exception {
    refused(2, part, withSocket(arguments));
  }

  @Test
  void unknownAndMissingCommandsEndWithTwo() throws Exception {
    refused(2, "frobnicate", "frobnicate");
    refused(2, "say what to do", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "capture icpm | at column 1: unknown word 'icpm': did you mean 'icmp'?",
        "capture host 198.51.100 | at column 6: ",
        "capture -c 0 | -c 0: give 1 or more",
        "capture -w x --json | contradict each other",
        "trace (arp | is never closed",
        "trace -c 1001 | give 1 to 1000",
        "fault los=3% | at column 1: unknown key",
        "fault loss=3%,delay=20 | at column 17: ",
        "fault loss=101% | at column 6: ",
        "fault --dev | Expected parameter for option '--dev'",
        "link shwo | 'shwo' is nothing that link does: did you mean 'show'?",
        "link show skiff0 extra | 'extra' is too much",
        "link set | a device's name is missing",
        "link set skiff0 | say what of skiff0 is to be set: up, down, mtu",
        "link set skiff0 mut 1400 | 'mut' cannot be set: did you mean 'mtu'?",
        "link set skiff0 mtu | a number behind mtu is missing",
        "link set skiff0 mtu x | mtu: 'x' is not a number",
        "link set skiff0 mtu 67 | MTU 67 is out of range: use 68 to 65521",
        "link set skiff0 mtu 65522 | MTU 65522 is out of range",
        "link set skiff0 promisc maybe | promisc: say on or off, not 'maybe'",
        "link set skiff0 address 02:00:5e | '02:00:5e' is not a MAC address",
        "link set skiff0 mtu 1400 mtu 1300 | 'mtu' is set twice",
        "neigh shwo | 'shwo' is nothing that neigh does: did you mean 'show'?",
        "neigh del | whose entry is missing: say neigh del",
        "neigh add 198.51.100.9 | its MAC address is missing",
        "neigh add 198.51.100.9 lladdr 02:00:5e | '02:00:5e' is not a MAC address",
        "neigh add 198.51.100.9 ladr 02:00:5e:10:00:09 | did you mean 'lladdr'?",
        "neigh add 198.51.100.9 lladdr 02:00:5e:10:00:09 nud failed | nud failed cannot be set",
        "neigh show nud stael | 'stael' is no state: did you mean 'stale'?",
        "neigh flush 198.51.100.9 | flush is for many",
      })
  void mistakesOfACommandEndWithTwoAndNeedNoDaemon(String arguments, String part) throws Exception {
    refused(2, part, arguments + " --socket " + socket());
  }

  @Test
  void aLinkSettingThatTheDaemonRefusesEndsWithOneAndChangesNothing() throws Exception {
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      String before = skiff.ask("link").lines().limit(3).toList().toString();
      skiff.refuses("there must be room", "link", "set", "skiff0", "txqueuelen", "0", "mtu", "70");
      skiff.refuses(
          "is not one station's", "link", "set", "skiff0", "address", "01:00:5e:00:00:01", "live");
      skiff.refuses("no device is called 'skiff9'", "link", "set", "skiff9", "up");
      assertEquals(before, skiff.ask("link").lines().limit(3).toList().toString());
      assertEquals("", skiff.stderr());
    }
  }

  @Test
  void aNamespaceThatDoesNotExistIsRefused() throws Exception {
    String part = "network namespace no-such-one does not exist: see 'ip netns list'";
    refused(1, part, withSocket(GOOD + " --netns no-such-one"));
    refused(
        1,
        part,
        withSocket("--dev " + DEV + " --dev tap=skiff1,ip=203.0.113.2/24,netns=no-such-one"));
    refused(1, "that is no network namespace", withSocket(GOOD + " --netns /proc/self/ns/uts"));
  }

  @Test
  void aCaptureFileThatCannotBeWrittenIsRefused() throws Exception {
    refused(1, "its directory does not exist", withSocket(GOOD + " --pcap /nonexistent/x.pcapng"));
    refused(1, "Is a directory", withSocket(GOOD + " --pcap " + directory));
    Path fifo = directory.resolve("fifo");
    netns.exec("mkfifo", fifo.toString());
    refused(1, "is a FIFO: name a file to write", withSocket(GOOD + " --pcap " + fifo));
    Path listening = directory.resolve("listening");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(listening));
      refused(1, "is a socket: name a file to write", withSocket(GOOD + " --pcap " + listening));
    }
    try (SkiffProcess first = SkiffProcess.usual(netns, directory)) {
      Path file = directory.resolve("mine.pcapng");
      Netns.Result second =
          netns.run(
              SkiffProcess.SKIFF,
              "run",
              "--tap",
              "skiff0",
              "--ip",
              "198.51.100.3/24",
              "--pcap",
              file.toString());
      assertEquals(1, second.exitCode(), second.output());
      assertFalse(Files.exists(file), "a daemon that did not start leaves no file");
      Netns.Result third =
          netns.run(
              SkiffProcess.SKIFF,
              "capture",
              "-w",
              "/nonexistent/x.pcapng",
              "--socket",
              first.socket().toString());
      assertEquals(1, third.exitCode(), third.output());
      assertEquals(1, third.output().lines().count(), third.output());
    }
  }

  @Test
  void aStartThatIsRefusedLeavesAnEarlierCaptureAsItIs() throws Exception {
    Path earlier = Files.writeString(directory.resolve("earlier.pcapng"), "precious");
    try (SkiffProcess first = SkiffProcess.usual(netns, directory)) {
      for (String start :
          List.of("--tap skiff0 --ip 198.51.100.3", "--tap other --ip 203.0.113.3")) {
        List<String> command = new ArrayList<>(List.of(SkiffProcess.SKIFF, "run"));
        command.addAll(List.of((start + "/24").split(" ", -1)));
        command.addAll(List.of("--socket", first.socket().toString()));
        command.addAll(List.of("--pcap", earlier.toString()));
        Netns.Result second = netns.run(command.toArray(String[]::new));
        assertEquals(1, second.exitCode(), second.output());
        assertEquals(1, second.output().lines().count(), second.output());
        assertEquals("precious", Files.readString(earlier), second.output());
      }
    }
  }

  @Test
  void aBusyTapIsRefused() throws Exception {
    try (SkiffProcess first =
        SkiffProcess.start(
            netns, Files.createDirectory(directory.resolve("first")), GOOD.split(" ", -1))) {
      refused(1, "busy", withSocket(GOOD));
      assertTrue(first.ask("status").contains("UP"), "the first is not disturbed");
    }
  }

  @Test
  void aSocketWhereADaemonAnswersIsRefused() throws Exception {
    try (SkiffProcess first = SkiffProcess.usual(netns, directory)) {
      String before = links();
      Netns.Result second =
          netns.run(
              SkiffProcess.SKIFF,
              "run",
              "--tap",
              "other",
              "--ip",
              "203.0.113.2/24",
              "--socket",
              first.socket().toString());
      assertEquals(1, second.exitCode(), second.output());
      assertTrue(
          second
              .output()
              .contains("a daemon is there already, process " + first.pid() + ": stop it"),
          second.output());
      assertEquals(before, links());
      assertTrue(first.ask("status").contains("UP"), "the first is not disturbed");
    }
  }

  @Test
  void anInterfaceThatIsNoTapIsRefused() throws Exception {
    netns.exec("ip", "link", "add", "veth9", "type", "veth", "peer", "name", "veth8");
    refused(1, "veth9 is a veth, no TAP", withSocket("--tap veth9 --ip 198.51.100.2/24"));
    refused(1, "lo is no TAP", withSocket("--tap lo --ip 198.51.100.2/24"));
    refused(
        1, "lo is no TAP", withSocket("--tap lo --ip 198.51.100.2/24 --host-ip 198.51.100.1/24"));
    refused(1, "choose another name", withSocket("--tap all --ip 198.51.100.2/24"));
  }

  @Test
  void anAddressThatTheHostHasIsRefused() throws Exception {
    netns.exec("ip", "addr", "add", "198.51.100.2/32", "dev", "lo");
    refused(1, "is in use on this host (lo has it)", withSocket(GOOD));
    refused(
        1,
        "198.51.100.2 is in use on this host",
        withSocket("--tap skiff0 --ip 198.51.100.3/24 --ip 198.51.100.2/24"));
  }

  @Test
  void aHostAddressThatOverlapsIsRefused() throws Exception {
    netns.exec("ip", "link", "add", "veth9", "type", "veth", "peer", "name", "veth8");
    netns.exec("ip", "addr", "add", "198.51.100.65/26", "dev", "veth9");
    refused(
        1, "overlaps 198.51.100.65/26 on veth9", withSocket(GOOD + " --host-ip 198.51.100.1/24"));
    netns.exec("ip", "addr", "flush", "dev", "veth9");
    netns.exec("ip", "link", "set", "veth9", "up");
    netns.exec("ip", "link", "set", "veth8", "up");
    netns.exec("ip", "route", "add", "198.51.0.0/16", "dev", "veth9");
    refused(
        1,
        "overlaps the route to 198.51.0.0/16 by veth9",
        withSocket(GOOD + " --host-ip 198.51.100.1/24"));
    netns.exec("ip", "route", "del", "198.51.0.0/16");
    netns.exec("ip", "route", "add", "default", "dev", "veth9");
    try (SkiffProcess skiff = SkiffProcess.usual(netns, directory)) {
      assertTrue(skiff.startLine().contains("ping 198.51.100.2"), "a default route is no overlap");
    }
  }

  @Test
  void anotherAddressOnTheTapIsNotReplaced() throws Exception {
    netns.exec("ip", "tuntap", "add", "dev", "skiff0", "mode", "tap");
    netns.exec("ip", "addr", "add", "203.0.113.9/24", "dev", "skiff0");
    refused(
        1,
        "has the address 203.0.113.9/24 already",
        withSocket(GOOD + " --host-ip 198.51.100.1/24"));
  }

  @Test
  void withoutTheDeviceItSaysHowToGetIt() throws Exception {
    List<String> hidden =
        netns.inside(
            "unshare",
            "-m",
            "sh",
            "-c",
            "mount -t tmpfs none /dev/net && exec \"$@\"",
            "sh",
            SkiffProcess.SKIFF);
    refused(1, "there is no TUN/TAP here", hidden, withSocket(GOOD));
  }

  @Test
  void withoutPermissionItSaysWhatToDo() throws Exception {
    List<String> powerless =
        netns.inside("setpriv", "--bounding-set=-net_admin", "--inh-caps=-all", SkiffProcess.SKIFF);
    refused(1, "no permission to create it", powerless, withSocket(GOOD));
  }

  @Test
  void anotherSystemThanLinuxIsRefused() throws Exception {
    List<String> elsewhere =
        netns.inside("env", "SKIFF_JVM_OPTIONS=-Dos.name=Darwin", SkiffProcess.SKIFF);
    refused(1, "Skiff runs on Linux", elsewhere, withSocket(GOOD));
  }

  @Test
  void commandsWithoutADaemonSaySo() throws IOException, Exception {
    for (String command : new String[] {"status", "stat", "drops", "neigh"}) {
      refused(1, "no daemon at", command + " --socket " + socket());
    }
  }
}
