package dev.skiff.cli;

import dev.skiff.daemon.Daemon;
import dev.skiff.daemon.DeviceSpec;
import dev.skiff.daemon.ListenAddress;
import dev.skiff.daemon.LogLevel;
import dev.skiff.daemon.RunConfig;
import dev.skiff.daemon.Service;
import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.ip.IpParms;
import dev.skiff.ip.RouteSpec;
import dev.skiff.loop.IdleStrategy;
import dev.skiff.neigh.NeighbourParms;
import dev.skiff.stack.PoolConfig;
import dev.skiff.text.ByteSize;
import dev.skiff.wire.FaultSpec;
import dev.skiff.wire.IoMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code skiff run}: the daemon, in the foreground. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Answers ARP and ping on a TAP device until SIGTERM, SIGINT or SIGHUP.")
final class RunCommand implements Callable<Integer> {
  @Option(
      names = "--tap",
      paramLabel = "NAME",
      description = "The TAP device: attached to if it is there, created if not.")
  private @Nullable String tap;

  @Option(
      names = "--ip",
      paramLabel = "ADDR/PREFIX",
      description =
          "The address to answer as, /1 to /32; once for each of several, the primary one first.")
  private List<String> ips = new ArrayList<>();

  @Option(
      names = "--mac",
      paramLabel = "MAC",
      description = "The MAC address; by default a stable one made from this machine and NAME.")
  private @Nullable String mac;

  @Option(
      names = "--gateway",
      paramLabel = "ADDR",
      description = "The default gateway; --route tells of more.")
  private @Nullable String gateway;

  @Option(
      names = "--route",
      paramLabel = "ROUTE",
      description =
          "A route, in the words of skiff route add, as '203.0.113.0/24 via 198.51.100.1 metric 10';"
              + " once for each of several. For one prefix the least metric is used, of one metric"
              + " the first that is said.")
  private List<String> routes = new ArrayList<>();

  @Option(
      names = "--host-ip",
      paramLabel = "ADDR/PREFIX",
      description = "Give the host's side of the TAP this address and bring it up.")
  private @Nullable String hostIp;

  @Option(
      names = "--mtu",
      paramLabel = "N",
      description = "The MTU, 68 to 65521; by default the TAP's.")
  private @Nullable Integer mtu;

  @Option(
      names = "--netns",
      paramLabel = "NAME",
      description = "The network namespace that the TAP is in, or is to be created in.")
  private @Nullable String netns;

  @Option(
      names = "--txqueuelen",
      paramLabel = "N",
      description = "How many frames the host keeps for us; by default the TAP's.")
  private @Nullable Integer txQueueLen;

  @Option(
      names = "--sndbuf",
      paramLabel = "SIZE",
      description =
          "How much of what we sent may wait inside the host, as in 1M; by default any amount.")
  private @Nullable String sndbuf;

  @Option(
      names = "--dev",
      paramLabel = "SPEC",
      description =
          "A device, in place of all options above, as tap=NAME,ip=ADDR/PREFIX[+ADDR/PREFIX...], and"
              + " if need be mac=, gateway=, host-ip=, mtu=, netns=, txqueuelen=, sndbuf=. Once for"
              + " each of several.")
  private List<String> devices = new ArrayList<>();

  @Option(
      names = "--acd",
      paramLabel = "off|defend|probe",
      description =
          "Other stations with our address (RFC 5227): defend, the default, announces and defends"
              + " it; probe asks before it is used, and gives it up to one that defends it too.")
  private @Nullable String acd;

  @Option(
      names = "--arp",
      paramLabel = "SPEC",
      description =
          "Linux's switches arp_ignore, arp_announce and arp_accept, as ignore=1,announce=2,"
              + "accept=on; 0, 0 and off by default.")
  private @Nullable String arp;

  @Option(
      names = "--neigh",
      paramLabel = "SPEC",
      description =
          "Times and bounds of the neighbour table under Linux's names, as"
              + " base_reachable_time=10s,gc_thresh3=4096.")
  private @Nullable String neigh;

  @Option(
      names = "--ipv4",
      paramLabel = "SPEC",
      description =
          "Switches of IPv4 and ICMP under Linux's names, as"
              + " ip_default_ttl=32,icmp_echo_ignore_all=on,ipfrag_time=10s.")
  private @Nullable String ipv4;

  @Option(
      names = "--group",
      paramLabel = "GROUP",
      description =
          "Be a member of this group, as 239.1.2.3, and tell routers by IGMP; may be there several"
              + " times. skiff maddr joins and leaves more.")
  private List<String> groups = new ArrayList<>();

  @Option(
      names = "--idle",
      paramLabel = "block|adaptive|spin",
      description =
          "While there is nothing to do: block, the default, sleeps; adaptive looks for more a short"
              + " time that it learns, and sleeps then; spin never sleeps, for a processor of its"
              + " own.")
  private @Nullable String idle;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description =
          "The control socket; by default /run/skiff/NAME.sock, or $XDG_RUNTIME_DIR/skiff/NAME.sock"
              + " for an ordinary user.")
  private @Nullable Path socket;

  @Option(
      names = "--pcap",
      paramLabel = "FILE",
      description =
          "Write all frames and how each ended to FILE, as pcapng; one there is replaced.")
  private @Nullable Path pcap;

  @Option(
      names = "--io",
      paramLabel = "auto|uring|syscall",
      description =
          "How frames get to the kernel and back: through an io_uring, many with one call; or with"
              + " a system call for each. auto, the default, takes an io_uring where it gets one.")
  private @Nullable String io;

  @Option(
      names = "--fault",
      paramLabel = "SPEC",
      description =
          "Break the wire on purpose: " + FaultCommand.SPEC_HELP + " skiff fault changes it.")
  private @Nullable String fault;

  @Option(
      names = "--rx-copybreak",
      paramLabel = "BYTES",
      defaultValue = "0",
      description =
          "Copy received frames of up to so many bytes into buffers of their size, and take their"
              + " checksum on the way; 0, the default, copies none.")
  private int rxCopybreak;

  @Option(
      names = "--buffer-memory",
      paramLabel = "SIZE",
      description = "The most memory for packet buffers, as in 16M; taken as needed. Default: 16M.")
  private @Nullable String bufferMemory;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "Whom it becomes once all is open, where it is root: a name or a number. Default: skiff if"
              + " there is such a user, else nobody.")
  private @Nullable String user;

  @Option(
      names = "--pid-file",
      paramLabel = "PATH",
      description = "Where its process number is written; by default nowhere.")
  private @Nullable Path pidFile;

  @Option(
      names = "--metrics",
      paramLabel = "ADDR:PORT|off",
      description =
          "Where metrics are served for Prometheus, as 127.0.0.1:9400; a port alone is on"
              + " 127.0.0.1. Default: off.")
  private @Nullable String metrics;

  @Option(
      names = "--log-level",
      paramLabel = "error|warn|info|debug|trace",
      description = "How much is logged to standard error; by default warn.")
  private @Nullable String logLevel;

  @Option(
      names = "--no-warm-up",
      description =
          "Start at once. Without it Skiff exercises its own code for some tenths of a second, so"
              + " that the first packets are not slower than those that follow.")
  private boolean noWarmUp;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    RunConfig config =
        new RunConfig(
            devices.isEmpty() ? List.of(oneDevice()) : severalDevices(),
            socket,
            pcap,
            io == null ? IoMode.AUTO : named("--io", io, IoMode::parse),
            fault == null ? FaultSpec.OFF : named("--fault", fault, FaultSpec::parse),
            rxCopybreak,
            bufferMemory == null
                ? PoolConfig.USUAL_BYTES
                : named("--buffer-memory", bufferMemory, ByteSize::parse),
            arpConf(),
            neigh == null
                ? NeighbourParms.USUAL
                : named("--neigh", neigh, NeighbourParms.USUAL::with),
            ipv4 == null ? IpParms.USUAL : named("--ipv4", ipv4, IpParms.USUAL::with),
            routes.stream().map(text -> named("--route", text, RouteSpec::parse)).toList(),
            idle == null ? IdleStrategy.BLOCK : named("--idle", idle, IdleStrategy::parse),
            groups.stream().map(text -> named("--group", text, Ip4Addr::parse)).toList(),
            service());
    new Daemon(config, Main.Version.version(), System.out, !noWarmUp).run();
    return 0;
  }

  private Service service() {
    return new Service(
        user,
        pidFile,
        metrics == null ? null : named("--metrics", metrics, ListenAddress::parse),
        logLevel == null ? LogLevel.WARN : named("--log-level", logLevel, LogLevel::parse));
  }

  private DeviceSpec oneDevice() {
    return new DeviceSpec(
        required(tap, "--tap=NAME"),
        netns,
        addresses(),
        mac == null ? null : named("--mac", mac, MacAddr::parse),
        gateway == null ? null : named("--gateway", gateway, Ip4Addr::parse),
        hostIp == null ? null : named("--host-ip", hostIp, Ip4Prefix::parse),
        mtu,
        txQueueLen,
        sndbuf == null ? null : named("--sndbuf", sndbuf, DeviceSpec::bytes));
  }

  private ArpConf arpConf() {
    ArpConf conf = ArpConf.USUAL;
    if (acd != null) {
      conf = conf.withAcd(named("--acd", acd, Acd::parse));
    }
    return arp == null ? conf : named("--arp", arp, conf::with);
  }

  private List<Ip4Prefix> addresses() {
    var _ = required(ips.isEmpty() ? null : ips, "--ip=ADDR/PREFIX");
    return ips.stream().map(text -> named("--ip", text, Ip4Prefix::parse)).toList();
  }

  private <T> T required(@Nullable T value, String option) {
    if (value == null) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "Missing required option: '" + option + "'");
    }
    return value;
  }

  private List<DeviceSpec> severalDevices() {
    String ip = ips.isEmpty() ? null : ips.getFirst();
    Object[] alone = {tap, ip, mac, gateway, hostIp, mtu, netns, txQueueLen, sndbuf};
    if (Arrays.stream(alone).anyMatch(Objects::nonNull)) {
      throw new IllegalArgumentException(
          "--dev says all about its device: leave out --tap, --ip and what belongs to them");
    }
    return devices.stream().map(text -> named("--dev", text, DeviceSpec::parse)).toList();
  }

  private static <T extends @Nullable Object> T named(
      String option, String text, java.util.function.Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }
}
