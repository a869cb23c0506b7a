package dev.skiff.doctor;

import dev.skiff.daemon.HostSide.HostAddress;
import dev.skiff.daemon.HostSide.HostRoute;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is said of a network namespace: good, bad and unknown. */
class NetworkChecksTest extends CheckCase {
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
    return AddressCheck.judge(patient, HOST, ROUTES).stream().map(CheckCase::line).toList();
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
}
