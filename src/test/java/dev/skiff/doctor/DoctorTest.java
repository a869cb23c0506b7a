package dev.skiff.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.skiff.daemon.HostSide.HostAddress;
import dev.skiff.daemon.HostSide.HostRoute;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.sys.Errno;
import dev.skiff.sys.SysException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What each check thinks of each machine: good, bad and unknown. */
class DoctorTest {
  private static final Asked NOTHING = new Asked(null, List.of(), null, null);
  private static final Asked USUAL =
      new Asked("skiff0", List.of(Ip4Prefix.parse("198.51.100.2/24")), null, null);
  private static final String NO_CAPABILITY = "0000000000000000";
  private static final String NET_ADMIN_ALONE = "0000000000001000";
  private static final Path SOCKET = Path.of("/run/skiff/skiff0.sock");

  /** A machine, how it differs from a healthy one, and what must be said of it. */
  private record Row(
      String name, Check check, Asked asked, Consumer<FakeMachine> change, String... said) {
    DynamicTest test(RunningDaemon daemon) {
      return DynamicTest.dynamicTest(
          name,
          () -> {
            FakeMachine machine = new FakeMachine();
            change.accept(machine);
            List<String> found =
                check.look(machine.patient(asked, daemon)).stream().map(DoctorTest::line).toList();
            for (String part : said) {
              assertTrue(
                  found.stream().anyMatch(line -> matches(line, part)), () -> part + "\n" + found);
            }
            boolean fails = Arrays.stream(said).anyMatch(part -> part.startsWith("FAIL"));
            boolean failed = found.stream().anyMatch(line -> line.startsWith("FAIL"));
            assertEquals(fails, failed, found.toString());
          });
    }

    /** Begins with the first word, and has each part between "|" after that. */
    private static boolean matches(String line, String wanted) {
      String[] parts = wanted.split("\\|", -1);
      return line.startsWith(parts[0])
          && Arrays.stream(parts).skip(1).allMatch(part -> line.contains(part));
    }
  }

  private static String line(Finding finding) {
    return finding.verdict()
        + " "
        + finding.topic()
        + ": "
        + finding.found()
        + " -> "
        + finding.cure();
  }

  private static Row row(Check check, String name, Consumer<FakeMachine> change, String... said) {
    return new Row(name, check, USUAL, change, said);
  }

  private static RunningDaemon daemon(String status, String drops, String stat, String link)
      throws IOException {
    return new RunningDaemon(
        List.of(SOCKET),
        "",
        RunningDaemon.map(JSON.std.anyFrom(status)),
        RunningDaemon.list(JSON.std.anyFrom(drops)),
        RunningDaemon.map(JSON.std.anyFrom(stat)),
        RunningDaemon.list(JSON.std.anyFrom(link)));
  }

  private static RunningDaemon healthy() throws IOException {
    return daemon(
        "{\"version\":\"0.1\",\"pid\":77,\"uptime_s\":5,\"faults\":0,\"devices\":[{\"name\":"
            + "\"skiff0\",\"up\":true,\"addresses\":[{\"local\":\"198.51.100.2/24\"}]}]}",
        "[]",
        "{}",
        "[]");
  }

  // ---- The machine ------------------------------------------------------------------------------

  @TestFactory
  Stream<DynamicTest> theMachine() {
    Check check = new PlatformCheck();
    return Stream.of(
            row(check, "good", m -> {}, "OK system", "OK java", "OK native code"),
            row(check, "macOS", m -> m.properties.put("os.name", "Mac OS X"), "FAIL system"),
            row(check, "aarch64", m -> m.properties.put("os.arch", "aarch64"), "WARN system"),
            row(check, "riscv", m -> m.properties.put("os.arch", "riscv64"), "FAIL system"),
            row(
                check,
                "Java 21",
                m -> m.properties.put("java.version", "21.0.2"),
                "FAIL java|21.0.2|JAVA_HOME"),
            row(
                check,
                "an early access Java",
                m -> m.properties.put("java.version", "26-ea"),
                "OK java"),
            row(
                check,
                "no flag",
                m -> m.nativeAccess = false,
                "WARN java|--enable-native-access=ALL-UNNAMED"),
            row(check, "noexec /tmp", m -> library(m, "rw,noexec"), "FAIL native code|noexec"),
            row(check, "read-only", m -> library(m, "ro"), "FAIL native code|read-only"),
            row(
                check,
                "/tmp of others",
                m -> {
                  library(m, "rw");
                  m.writable.clear();
                },
                "FAIL native code|chmod 1777"),
            row(
                check,
                "something else",
                m -> library(m, "rw"),
                "FAIL native code|boot.library.path"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  private static void library(FakeMachine machine, String options) {
    machine.libraryError = new UnsatisfiedLinkError("failed to map segment");
    machine.files.put(
        "/proc/self/mountinfo",
        "21 1 0:1 / / rw,relatime - ext4 /dev/vda rw\n22 21 0:2 / /tmp "
            + options
            + " - tmpfs none rw");
  }

  // ---- /dev/net/tun -----------------------------------------------------------------------------

  private static void opensWith(FakeMachine machine, int errno) {
    machine.openError = new SysException("error " + errno, errno);
  }

  @TestFactory
  Stream<DynamicTest> theCloneDevice() {
    Check check = new TunCheck();
    Machine.Stat nullDevice = new Machine.Stat(0020666, 1, 3, 0, 0);
    Machine.Stat rootsOwn = new Machine.Stat(0020600, 10, 200, 0, 0);
    return Stream.of(
            row(check, "good", m -> {}, "OK /dev/net/tun|10:200|0x7173", "OK a TAP"),
            row(check, "missing", m -> m.stats.clear(), "FAIL /dev/net/tun|modprobe tun"),
            row(
                check,
                "missing in a container",
                m -> {
                  m.stats.clear();
                  m.docker();
                },
                "FAIL /dev/net/tun|--device /dev/net/tun"),
            row(
                check,
                "another device",
                m -> m.stats.put(TunCheck.PATH, nullDevice),
                "FAIL /dev/net/tun|character device 1:3, not 10:200|mknod"),
            row(
                check,
                "a file",
                m -> m.stats.put(TunCheck.PATH, new Machine.Stat(0100666, 0, 0, 0, 0)),
                "FAIL /dev/net/tun|no character device"),
            row(
                check,
                "no driver",
                m -> opensWith(m, Errno.ENODEV),
                "FAIL /dev/net/tun|no driver behind it|modprobe tun"),
            row(
                check,
                "no driver, in a container",
                m -> opensWith(m.docker(), Errno.ENODEV),
                "FAIL /dev/net/tun|on the host"),
            row(
                check,
                "a device rule",
                m -> opensWith(m.docker(), Errno.EPERM),
                "FAIL /dev/net/tun|EPERM|--device /dev/net/tun|-v"),
            row(
                check,
                "the file's mode",
                m -> {
                  m.become(1000, NO_CAPABILITY).stats.put(TunCheck.PATH, rootsOwn);
                  opensWith(m, Errno.EACCES);
                },
                "FAIL /dev/net/tun|mode 600|chmod 0666"),
            row(
                check,
                "neither mode nor rule",
                m -> opensWith(m.become(1000, NO_CAPABILITY), Errno.EACCES),
                "FAIL /dev/net/tun|nodev"),
            row(check, "no TAPs", m -> m.features = 1, "FAIL /dev/net/tun|gVisor"),
            row(
                check,
                "an ordinary user",
                m -> m.become(1000, NO_CAPABILITY),
                "OK /dev/net/tun",
                "SKIP a TAP"),
            row(
                check,
                "no TAP to be had",
                m -> m.tapError = new SysException("TAP: no", Errno.EINVAL),
                "FAIL a TAP|TAP: no"),
            row(
                check,
                "no namespace to be had",
                m -> m.tapError = new SysException("no namespace", Errno.EPERM),
                "SKIP a TAP|no namespace"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  // ---- Privileges -------------------------------------------------------------------------------

  @TestFactory
  Stream<DynamicTest> privileges() {
    Check check = new PrivilegeCheck();
    Asked netns = new Asked(null, List.of(), "lab", null);
    return Stream.of(
            row(check, "root", m -> {}, "OK capabilities", "OK privileges", "OK confinement: none"),
            row(
                check,
                "an ordinary user",
                m -> m.become(1000, NO_CAPABILITY),
                "WARN capabilities|user 1000|skiff tap create skiff0 --user 1000"),
            row(
                check,
                "root of a bare container",
                m -> m.docker().become(0, NO_CAPABILITY),
                "FAIL capabilities|--cap-add NET_ADMIN",
                "OK confinement|docker"),
            row(
                check,
                "root without it",
                m -> m.become(0, NO_CAPABILITY),
                "FAIL capabilities|CAP_NET_ADMIN"),
            row(
                check,
                "NET_ADMIN alone",
                m -> m.docker().become(0, NET_ADMIN_ALONE),
                "OK capabilities",
                "WARN privileges|--cap-add SETUID"),
            new Row(
                "no way into a namespace",
                check,
                netns,
                m -> m.become(0, NET_ADMIN_ALONE),
                "FAIL --netns|SYS_ADMIN"),
            new Row("a way into a namespace", check, netns, m -> {}, "OK --netns"),
            row(
                check,
                "a user namespace",
                m -> m.files.put("/proc/self/uid_map", "0 1000 1"),
                "OK capabilities|of a user namespace",
                "OK confinement|user namespace"),
            row(
                check,
                "confined",
                m ->
                    m.files.merge(
                        "/proc/self/status",
                        "",
                        (old, none) ->
                            old.replace("Privs:\t0", "Privs:\t1").replace("comp:\t0", "comp:\t2")),
                "OK confinement|no_new_privs, a seccomp filter"),
            row(
                check,
                "podman",
                m -> m.stats.put("/run/.containerenv", new Machine.Stat(0100644, 0, 0, 0, 0)),
                "OK confinement|podman"),
            row(
                check,
                "a container by its cgroup",
                m -> m.files.put("/proc/1/cgroup", "12:cpu:/kubepods/burstable/pod1"),
                "OK confinement|kubepods"),
            row(check, "no /proc", m -> m.files.clear(), "WARN capabilities|user -1"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  @TestFactory
  Stream<DynamicTest> theRing() {
    Check check = new IoUringCheck();
    String disabled = "/proc/sys/kernel/io_uring_disabled";
    return Stream.of(
            row(check, "good", m -> {}, "OK io_uring"),
            row(
                check,
                "switched off",
                m -> {
                  m.noRing = "io_uring_setup: Operation not permitted";
                  m.files.put(disabled, "2");
                },
                "WARN io_uring|not permitted|kernel.io_uring_disabled=0"),
            row(
                check,
                "a filter",
                m -> {
                  m.noRing = "io_uring_setup: Function not implemented";
                  m.files.merge(
                      "/proc/self/status", "", (old, none) -> old.replace("comp:\t0", "comp:\t2"));
                },
                "WARN io_uring|seccomp profile"),
            row(check, "old", m -> m.noRing = "no RWF_NOWAIT", "WARN io_uring|Linux 6.4"),
            row(
                check,
                "no TAP to try it on",
                m -> {
                  m.tapError = new SysException("no namespace", Errno.EPERM);
                  m.noRing = "no ring";
                },
                "WARN io_uring|no ring"),
            row(
                check,
                "no library",
                m -> m.libraryError = new UnsatisfiedLinkError("x"),
                "SKIP io_uring"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  @TestFactory
  Stream<DynamicTest> directories() {
    Check check = new DirectoryCheck();
    Machine.Stat directory = new Machine.Stat(0040750, 0, 0, 0, 0);
    return Stream.of(
            row(check, "root", m -> {}, "OK directory|/run/skiff can be made"),
            row(check, "read-only", m -> m.writable.clear(), "FAIL directory|--tmpfs /run"),
            row(
                check,
                "somebody else's",
                m -> m.stats.put("/run/skiff", directory),
                "FAIL directory|/run/skiff is not to be written to"),
            row(
                check,
                "a user without one",
                m -> m.become(1000, NO_CAPABILITY),
                "WARN directory|XDG_RUNTIME_DIR|--socket"),
            row(
                check,
                "a user with one",
                m -> {
                  m.become(1000, NO_CAPABILITY).environment.put("XDG_RUNTIME_DIR", "/run/user/1");
                  m.writable.add("/run/user/1");
                },
                "OK directory|/run/user/1/skiff"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  // ---- The network ------------------------------------------------------------------------------

  @TestFactory
  Stream<DynamicTest> settings() {
    Check check = new SysctlCheck();
    String ipv4 = "/proc/sys/net/ipv4/";
    return Stream.of(
            row(check, "good", m -> {}, "OK sysctl: nothing"),
            row(
                check,
                "no echo",
                m -> m.files.put(ipv4 + "icmp_echo_ignore_all", "1"),
                "WARN sysctl|icmp_echo_ignore_all"),
            row(
                check,
                "the host ignores ARP",
                m -> m.files.put(ipv4 + "conf/skiff0/arp_ignore", "8"),
                "WARN sysctl|arp_ignore is 8"),
            row(
                check,
                "a little",
                m -> m.files.put(ipv4 + "conf/all/arp_ignore", "1"),
                "OK sysctl"),
            row(
                check,
                "arp_filter",
                m -> m.files.put(ipv4 + "conf/all/arp_filter", "1"),
                "WARN sysctl|arp_filter|ip route get 198.51.100.2"),
            row(
                check,
                "a bridge that filters",
                m -> {
                  m.tap("\"master\":\"br0\",\"flags\":[\"UP\"]", "\"persist\":true");
                  m.files.put("/proc/sys/net/bridge/bridge-nf-call-iptables", "1");
                },
                "WARN sysctl|bridge br0"),
            row(
                check,
                "a bridge that filters, not ours",
                m -> m.files.put("/proc/sys/net/bridge/bridge-nf-call-iptables", "1"),
                "OK sysctl: nothing"),
            row(
                check,
                "IPv6",
                m -> m.files.put("/proc/sys/net/ipv6/conf/skiff0/disable_ipv6", "0"),
                "OK sysctl|IPV6DISABLED"),
            row(
                check,
                "a user's ping",
                m -> m.become(1000, NO_CAPABILITY).files.put(ipv4 + "ping_group_range", "1\t0"),
                "WARN sysctl|ping_group_range is 1 to 0"),
            row(
                check,
                "a user whose ping works",
                m ->
                    m.become(1000, NO_CAPABILITY)
                        .files
                        .put(ipv4 + "ping_group_range", "0\t2147483647"),
                "OK sysctl: nothing"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  private static final List<HostAddress> HOST =
      List.of(
          new HostAddress("lo", Ip4Prefix.parse("127.0.0.1/8")),
          new HostAddress("skiff0", Ip4Prefix.parse("198.51.100.1/24")),
          new HostAddress("eth0", Ip4Prefix.parse("203.0.113.5/24")));

  private static final List<HostRoute> ROUTES =
      List.of(
          route("eth0", "0.0.0.0", 0),
          route("skiff0", "198.51.100.0", 24),
          route("tun9", "198.18.0.0", 15));

  private static HostRoute route(String dev, String network, int prefix) {
    return new HostRoute(dev, Ip4Addr.parse(network), prefix);
  }

  private static List<String> addresses(String ip, RunningDaemon daemon) {
    Asked asked = new Asked("skiff0", List.of(Ip4Prefix.parse(ip)), null, null);
    Patient patient = new FakeMachine().patient(asked, daemon);
    return AddressCheck.judge(patient, HOST, ROUTES).stream().map(DoctorTest::line).toList();
  }

  private static void assertSays(List<String> found, String begin, String part) {
    assertTrue(
        found.stream().anyMatch(line -> line.startsWith(begin) && line.contains(part)),
        found.toString());
  }

  @Test
  void addressesThatClash() {
    RunningDaemon none = RunningDaemon.NONE;
    assertSays(addresses("198.51.100.2/24", none), "OK", "clashes with none");
    assertSays(addresses("203.0.113.5/24", none), "FAIL", "the host's own (eth0 has it)");
    assertSays(addresses("203.0.113.9/25", none), "FAIL", "overlaps 203.0.113.5/24 on eth0");
    assertSays(addresses("198.19.1.2/24", none), "FAIL", "the route to 198.18.0.0/15 by tun9");
    assertSays(addresses("198.51.100.1/24", none), "FAIL", "skiff0 has it");
  }

  @Test
  void theHostsWayToARunningDaemon() throws IOException {
    assertSays(addresses("198.51.100.2/24", healthy()), "OK", "way to 198.51.100.2 is skiff0");
    List<String> astray = addresses("192.0.2.2/24", healthy());
    assertSays(astray, "WARN", "is eth0, not skiff0");
    assertSays(astray, "WARN", "ip link set skiff0 up");
  }

  @TestFactory
  Stream<DynamicTest> theTap() {
    Check check = new TapCheck();
    String up = "\"flags\":[\"UP\",\"NO-CARRIER\"]";
    String persistent = "\"persist\":true";
    return Stream.of(
            row(check, "not there", m -> {}, "OK skiff0|is not there yet"),
            new Row("none named", check, NOTHING, m -> {}, "SKIP the TAP"),
            row(
                check,
                "good",
                m -> m.tap(up, persistent),
                "OK skiff0: a persistent TAP",
                "OK skiff0|held by nobody",
                "OK skiff0: UP, NO-CARRIER"),
            row(
                check,
                "no ip",
                m -> m.tap(up, persistent).programs.clear(),
                "SKIP skiff0|iproute2"),
            row(
                check,
                "a veth",
                m ->
                    m.tap(up, persistent)
                        .program(
                            "[{\"linkinfo\":{\"info_kind\":\"veth\"}}]",
                            "ip -j -d link show dev skiff0"),
                "FAIL skiff0: is a veth"),
            row(check, "a TUN device", m -> m.tap(up, "\"type\":\"tun\""), "FAIL skiff0: is a TUN"),
            row(
                check,
                "many queues",
                m -> m.tap(up, "\"multi_queue\":true"),
                "FAIL skiff0|multi-queue"),
            row(
                check,
                "one's own",
                m -> {
                  m.become(1000, NO_CAPABILITY).properties.put("user.name", "ann");
                  m.tap(up, "\"persist\":true,\"user\":\"ann\"");
                },
                "OK skiff0|of user ann"),
            row(
                check,
                "another's",
                m -> m.become(1000, NO_CAPABILITY).tap(up, "\"persist\":true,\"user\":\"ann\""),
                "FAIL skiff0|of user ann, which you may not|run as ann"),
            row(
                check,
                "busy",
                m -> {
                  m.tap("\"flags\":[\"UP\",\"LOWER_UP\"]", persistent);
                  m.links.put("/proc/42/fd/7", "/dev/net/tun");
                  m.files.put("/proc/42/fdinfo/7", "pos:\t0\niff:\tskiff0");
                  m.files.put("/proc/42/comm", "qemu\n");
                },
                "FAIL skiff0|busy: pid 42 (qemu)"),
            row(
                check,
                "busy, by whom is not to be seen",
                m -> m.tap("\"flags\":[\"UP\",\"LOWER_UP\"]", persistent),
                "FAIL skiff0|busy"),
            row(
                check,
                "down",
                m -> m.tap("\"flags\":[]", persistent),
                "WARN skiff0: DOWN|ip link set skiff0 up"),
            row(
                check,
                "short queue",
                m -> m.tap("\"txqlen\":5," + up, persistent),
                "WARN skiff0|txqueuelen 1000"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  @TestFactory
  Stream<DynamicTest> theTapOfARunningDaemon() throws IOException {
    Check check = new TapCheck();
    RunningDaemon daemon = healthy();
    Consumer<FakeMachine> held =
        m -> {
          m.links.put("/proc/77/fd/7", "/dev/net/tun");
          m.files.put("/proc/77/fdinfo/7", "iff:\tskiff0");
        };
    return Stream.of(
            row(
                check,
                "good",
                held.andThen(m -> m.tap("\"flags\":[\"UP\",\"LOWER_UP\"]", "\"persist\":false")),
                "OK skiff0|pid 77",
                "OK skiff0: UP"),
            row(
                check,
                "down",
                held.andThen(m -> m.tap("\"flags\":[]", "\"persist\":false")),
                "FAIL skiff0: DOWN|no frame passes"),
            row(
                check,
                "no carrier",
                held.andThen(m -> m.tap("\"flags\":[\"UP\",\"NO-CARRIER\"]", "\"persist\":false")),
                "FAIL skiff0|NO-CARRIER|skiff link set skiff0 up"),
            row(check, "elsewhere", m -> {}, "SKIP skiff0|--netns"))
        .map(row -> row.test(daemon));
  }

  // ---- The firewall -----------------------------------------------------------------------------

  private static String nft(String... items) {
    return "{\"nftables\":[" + String.join(",", items) + "]}";
  }

  private static String chain(String family, String name, String hook, String policy) {
    return "{\"chain\":{\"family\":\""
        + family
        + "\",\"table\":\"t\",\"name\":\""
        + name
        + "\",\"hook\":\""
        + hook
        + "\",\"policy\":\""
        + policy
        + "\"}}";
  }

  private static String rule(String family, String chain, String expr) {
    return "{\"rule\":{\"family\":\""
        + family
        + "\",\"table\":\"t\",\"chain\":\""
        + chain
        + "\",\"handle\":5,\"expr\":["
        + expr
        + "]}}";
  }

  private static String on(String key, String device) {
    return "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\""
        + key
        + "\"}},\"right\":\""
        + device
        + "\"}},";
  }

  @Test
  void rulesOfNftThatAreInTheWay() {
    String input = chain("ip", "in", "input", "accept");
    String icmp =
        "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":\"ip\",\"field\":"
            + "\"protocol\"}},\"right\":\"icmp\"}},";
    String drop = "{\"drop\":null}";
    assertObstacle(0, nft(input, rule("ip", "in", icmp + "{\"accept\":null}")));
    assertObstacle(1, nft(chain("ip", "in", "input", "drop")));
    assertObstacle(0, nft(chain("ip", "fwd", "forward", "drop")));
    assertObstacle(1, nft(input, rule("ip", "in", icmp + drop)));
    assertObstacle(1, nft(input, rule("ip", "in", icmp + "{\"reject\":{}}")));
    assertObstacle(1, nft(input, rule("ip", "in", drop)));
    assertObstacle(0, nft(input, rule("ip", "jumped-to", drop)));
    assertObstacle(1, nft(input, rule("ip", "in", on("iifname", "skiff0") + drop)));
    assertObstacle(0, nft(input, rule("ip", "in", on("iifname", "eth0") + icmp + drop)));
    assertObstacle(1, nft(input, rule("ip", "in", on("iifname", "skiff0") + icmp + drop)));
    assertObstacle(1, nft(rule("arp", "in", on("iifname", "skiff0") + drop)));
    String icmpv6 = icmp.replace("\"right\":\"icmp\"", "\"right\":\"ipv6-icmp\"");
    assertObstacle(0, nft(input, rule("ip6", "in", icmpv6 + drop)));
    assertObstacle(1, "{not json");
  }

  private static void assertObstacle(int n, String json) {
    List<String> found = NftRules.obstacles(json, "skiff0");
    assertEquals(n, found.size(), () -> json + "\n" + found);
  }

  @Test
  void rulesOfIptablesThatAreInTheWay() {
    String save =
        String.join(
            "\n",
            "*filter",
            ":INPUT DROP [0:0]",
            ":FORWARD DROP [0:0]",
            ":OUTPUT ACCEPT [0:0]",
            "-A INPUT -i eth0 -p icmp -j DROP",
            "-A INPUT ! -i eth0 -p icmp -j DROP",
            "-A INPUT -p tcp -j DROP",
            "-A INPUT -i skiff0 -j REJECT --reject-with icmp-port-unreachable",
            "-A OUTPUT -j DROP",
            "-A logged -j DROP",
            "-A INPUT -p icmp -j ACCEPT");
    List<String> found = IptablesRules.obstacles(save, "skiff0");
    assertEquals(
        List.of(
            "chain INPUT drops what no rule of it accepts",
            "a rule drops ICMP or all: -A INPUT ! -i eth0 -p icmp -j DROP",
            "a rule drops ICMP or all: -A INPUT -i skiff0 -j REJECT --reject-with"
                + " icmp-port-unreachable",
            "a rule drops ICMP or all: -A OUTPUT -j DROP"),
        found);
  }

  @TestFactory
  Stream<DynamicTest> theFirewall() {
    Check check = new FirewallCheck();
    String list = "nft -j list ruleset";
    return Stream.of(
            row(check, "no program", m -> {}, "SKIP firewall|neither"),
            row(check, "no rules", m -> m.program(nft(), list), "OK firewall|nft"),
            row(
                check,
                "not root",
                m -> m.programs.put(list, new Machine.Ran(1, "not permitted")),
                "SKIP firewall|root"),
            row(
                check,
                "iptables alone",
                m -> m.program("", "iptables-save"),
                "OK firewall|iptables"),
            row(
                check,
                "a rule",
                m -> m.program(nft(chain("ip", "in", "input", "drop")), list),
                "WARN firewall|chain ip t in"),
            row(
                check,
                "ufw",
                m -> m.files.put("/etc/ufw/ufw.conf", "# x\nENABLED=yes\n"),
                "WARN firewall|ufw"),
            row(
                check,
                "firewalld",
                m -> m.stats.put("/run/firewalld", new Machine.Stat(0040755, 0, 0, 0, 0)),
                "WARN firewall|firewalld"))
        .map(row -> row.test(RunningDaemon.NONE));
  }

  // ---- The daemon -------------------------------------------------------------------------------

  private static List<String> daemonSays(RunningDaemon daemon) {
    Patient patient = new FakeMachine().patient(NOTHING, daemon);
    return new DaemonCheck().look(patient).stream().map(DoctorTest::line).toList();
  }

  private static List<String> silent(String error) {
    return daemonSays(RunningDaemon.silent(List.of(SOCKET), error));
  }

  @Test
  void daemonsThatDoNotAnswer() {
    assertSays(daemonSays(RunningDaemon.NONE), "OK", "none of yours runs");
    assertSays(silent("asked (Connection refused)"), "WARN", "killed");
    assertSays(silent("asked (Permission denied)"), "FAIL", "is not yours");
    assertSays(silent("asked (No such file or directory)"), "FAIL", "there is no socket");
    assertSays(silent("did not answer within 5 s"), "FAIL", "jstack");
    RunningDaemon two = RunningDaemon.silent(List.of(SOCKET, Path.of("/run/skiff/b.sock")), "");
    assertSays(daemonSays(two), "SKIP", "b.sock");
  }

  @Test
  void aDaemonThatAnswers() throws IOException {
    List<String> good = daemonSays(healthy());
    assertEquals(1, good.size(), good.toString());
    assertSays(good, "OK", "pid 77, up 5 s, faults 0");
  }

  @Test
  void aDaemonInTrouble() throws IOException {
    List<String> found =
        daemonSays(
            daemon(
                "{\"pid\":77,\"faults\":2,\"devices\":[{\"name\":\"a\",\"up\":true},{\"name\":\"b\","
                    + "\"up\":false},{\"name\":\"c\",\"up\":false,\"failure\":\"TAP c is gone\"}]}",
                "[{\"reason\":\"NOMEM\",\"count\":3},{\"reason\":\"IPV6DISABLED\",\"count\":9}]",
                "{\"host_a\":{\"tx_dropped\":7}}",
                "[{\"ifname\":\"a\",\"flags\":[\"UP\",\"NO-CARRIER\"]}]"));
    assertSays(found, "WARN daemon", "faults 2");
    assertSays(found, "FAIL a", "no carrier");
    assertSays(found, "WARN a", "7 frames were lost in the host's queue");
    assertSays(found, "FAIL b", "is down in Skiff");
    assertSays(found, "FAIL c", "TAP c is gone");
    assertSays(found, "WARN drops", "NOMEM 3");
    assertFalse(found.toString().contains("IPV6DISABLED"));
  }

  // ---- All together -----------------------------------------------------------------------------

  @Test
  void aNativeLibraryThatDoesNotLoadIsAFindingAndStopsNoOtherCheck() {
    FakeMachine machine = new FakeMachine();
    machine.libraryError = new UnsatisfiedLinkError("failed to map segment\nand more");
    Map<String, Verdict> found = new java.util.HashMap<>();
    for (Finding finding : new Doctor(machine, machine).look(USUAL, RunningDaemon.NONE)) {
      found.put(finding.topic(), finding.verdict());
      assertFalse(finding.found().contains("\n"), finding.found());
    }
    assertEquals(Verdict.FAIL, found.get("native code"));
    assertEquals(Verdict.SKIP, found.get("addresses"));
    assertEquals(Verdict.OK, found.get("daemon"));
  }
}
