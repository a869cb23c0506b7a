package dev.skiff.cli;

import dev.skiff.daemon.Daemon;
import dev.skiff.daemon.RunConfig;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.stack.PoolConfig;
import dev.skiff.text.ByteSize;
import dev.skiff.wire.FaultSpec;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code skiff run}: the daemon, in the foreground. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = "Answers ARP and ping on a TAP device until SIGTERM, SIGINT or SIGHUP.")
final class RunCommand implements Callable<Integer> {
  @Option(
      names = "--tap",
      paramLabel = "NAME",
      required = true,
      description = "The TAP device: attached to if it is there, created if not.")
  private String tap = "";

  @Option(
      names = "--ip",
      paramLabel = "ADDR/PREFIX",
      required = true,
      description = "The address to answer as, /1 to /32.")
  private String ip = "";

  @Option(
      names = "--mac",
      paramLabel = "MAC",
      description = "The MAC address; by default a stable one made from this machine and NAME.")
  private @Nullable String mac;

  @Option(names = "--gateway", paramLabel = "ADDR", description = "The default gateway.")
  private @Nullable String gateway;

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

  @Override
  public Integer call() throws Exception {
    RunConfig config =
        new RunConfig(
            tap,
            named("--ip", ip, Ip4Prefix::parse),
            mac == null ? null : named("--mac", mac, MacAddr::parse),
            gateway == null ? null : named("--gateway", gateway, Ip4Addr::parse),
            hostIp == null ? null : named("--host-ip", hostIp, Ip4Prefix::parse),
            mtu,
            socket,
            pcap,
            fault == null ? FaultSpec.OFF : named("--fault", fault, FaultSpec::parse),
            rxCopybreak,
            bufferMemory == null
                ? PoolConfig.USUAL_BYTES
                : named("--buffer-memory", bufferMemory, ByteSize::parse));
    new Daemon(config, Main.Version.version(), System.out).run();
    return 0;
  }

  private static <T> T named(
      String option, String text, java.util.function.Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }
}
