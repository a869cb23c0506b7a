package dev.skiff.daemon;

import dev.skiff.control.Answers;
import dev.skiff.control.ControlPath;
import dev.skiff.control.ControlServer;
import dev.skiff.control.Streams;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.NetDevice;
import dev.skiff.header.Ip4Addr;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.header.MacAddr;
import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.PoolConfig;
import dev.skiff.stats.Faults;
import dev.skiff.sys.NetIf;
import dev.skiff.sys.Platform;
import dev.skiff.sys.TunTap;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import dev.skiff.wire.TapWire;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The daemon: everything between {@code skiff run} and its end.
 *
 * <p>What it opened it closes, in reverse order, whatever happens. Thread: the main thread.
 */
public final class Daemon {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final RunConfig config;
  private final String version;
  private final PrintStream out;
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile boolean askedToEnd;

  /**
   * A daemon that does not run yet.
   *
   * @param version Skiff's own
   * @param out where its start line goes
   */
  public Daemon(RunConfig config, String version, PrintStream out) {
    this.config = config;
    this.version = version;
    this.out = out;
  }

  /**
   * Runs until SIGTERM, SIGINT or SIGHUP.
   *
   * @throws IOException if it could not start, or its device failed: one line that says what to do
   */
  public void run() throws IOException, InterruptedException {
    Platform.check();
    for (String signal : new String[] {"TERM", "INT", "HUP"}) {
      // One that was ignored when we were started, as by nohup, stays ignored: the JVM sees to it.
      Signals.onSignal(signal, this::askedToEnd);
    }
    HostSide.refuseOwnAddress(config.ip());
    Ip4Prefix hostIp = config.hostIp();
    try (TunTap tap = TunTap.open(config.tap())) {
      // Only now: of an interface that is no TAP there is something else to be said.
      if (hostIp != null) {
        HostSide.refuseOverlap(tap.name(), hostIp, HostSide.addresses(), HostSide.routes());
      }
      try (NetIf netIf = NetIf.open(tap.name())) {
        runOn(tap, netIf, hostIp);
      }
    }
  }

  private void askedToEnd() {
    askedToEnd = true;
    end.countDown();
  }

  private void runOn(TunTap tap, NetIf netIf, @Nullable Ip4Prefix hostIp)
      throws IOException, InterruptedException {
    int mtu = mtu(tap, netIf);
    Long wanted = config.mac();
    long mac = wanted != null ? wanted : StableMac.of(tap.name());
    if (mac == netIf.macAddress()) {
      throw new IOException(
          MacAddr.format(mac)
              + " is the MAC address of the host's side of "
              + tap.name()
              + ": choose another --mac");
    }
    try (HostSide side = hostIp == null ? null : HostSide.configure(tap.name(), hostIp, mtu)) {
      try {
        serve(tap, mac, mtu, netIf);
      } finally {
        if (side != null && tap.persistent()) {
          side.restore();
        }
      }
    }
  }

  private int mtu(TunTap tap, NetIf netIf) throws IOException {
    Integer wanted = config.mtu();
    if (wanted == null) {
      return Math.clamp(netIf.mtu(), DeviceConfig.MIN_MTU, DeviceConfig.MAX_MTU);
    }
    if (tap.created()) {
      netIf.setMtu(wanted);
    } else if (config.hostIp() == null && netIf.mtu() > wanted) {
      System.err.println(
          "skiff: the host's side of "
              + tap.name()
              + " has MTU "
              + netIf.mtu()
              + ", so that it may send frames too long for us: ip link set "
              + tap.name()
              + " mtu "
              + wanted);
    }
    return wanted;
  }

  private void serve(TunTap tap, long mac, int mtu, NetIf netIf)
      throws IOException, InterruptedException {
    TimerQueue timers = new TimerQueue();
    Faults faults = new Faults();
    DeviceConfig device =
        new DeviceConfig(
            tap.name(), new TapWire(tap), mac, config.ip(), config.gateway(), mtu, null);
    PoolConfig memory = PoolConfig.usual().withBytes(config.bufferMemory());
    try (NetStack stack = new NetStack(List.of(device), memory, timers, faults)) {
      Clock clock = Clock.system();
      NetDevice dev = stack.devices().getFirst();
      dev.setFault(config.fault(), clock.nowNs());
      dev.setRxCopybreak(config.rxCopybreak());
      stack.open();
      PollLoop loop = new PollLoop(clock, timers, stack, faults);
      String application = "Skiff " + version;
      // Opened before the loop starts and closed after it has ended: the file has every frame.
      try (PcapFile pcap = openPcap(stack, loop, clock, application);
          Running running = Running.start(loop, end::countDown);
          ControlServer control =
              openControl(
                  new Answers(stack, loop, version),
                  new LiveStreams(stack, loop, clock, application),
                  tap.name())) {
        if (pcap != null) {
          pcap.started();
        }
        if (!config.fault().isOff()) {
          System.err.println("skiff: the wire is broken on purpose: --fault " + config.fault());
        }
        out.println(startLine(stack.devices().getFirst(), netIf));
        out.flush();
        end.await();
      }
      String failure = stack.devices().getFirst().failure();
      if (!failure.isEmpty()) {
        throw new IOException(failure);
      }
      if (!askedToEnd) {
        throw new IOException(
            "the loop ended by itself, a bug: the lines above this one say where");
      }
    }
  }

  /** A loop that is stopped, and waited for, when it is closed. */
  private record Running(PollLoop loop) implements Closeable {
    static Running start(PollLoop loop, Runnable onEnd) throws IOException {
      loop.start("skiff-loop", onEnd);
      return new Running(loop);
    }

    @Override
    public void close() throws IOException {
      loop.stop();
      try {
        if (!loop.join(STOP_TIMEOUT)) {
          throw new IOException("the loop did not end within " + STOP_TIMEOUT.toSeconds() + " s");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private @Nullable PcapFile openPcap(
      NetStack stack, PollLoop loop, Clock clock, String application)
      throws IOException, InterruptedException {
    Path path = config.pcap();
    return path == null ? null : PcapFile.open(path, stack, loop, clock, application);
  }

  private @Nullable ControlServer openControl(Answers answers, Streams streams, String tapName)
      throws IOException {
    Path path = config.socket() != null ? config.socket() : ControlPath.of(tapName);
    if (path == null) {
      System.err.println(
          "skiff: no control socket: XDG_RUNTIME_DIR is not set; give a place with --socket");
      return null;
    }
    return ControlServer.open(path, answers, streams);
  }

  /** What it is, and what to type to see it work. */
  private static String startLine(NetDevice dev, NetIf netIf) throws IOException {
    String ip = Ip4Addr.format(dev.address().address());
    int hostIp = netIf.address();
    boolean ready = netIf.isUp() && dev.address().contains(hostIp) && hostIp != 0;
    String start =
        "skiff: "
            + dev.name()
            + " "
            + MacAddr.format(dev.macAddress())
            + " answers as "
            + dev.address();
    if (dev.address().prefix() == 32) {
      return start
          + "; nobody is in one network with a /32: give --ip a shorter prefix to be pinged";
    }
    String todo =
        ready
            ? ""
            : "ip addr add "
                + suggestedHostIp(dev.address())
                + " dev "
                + dev.name()
                + " && ip link set "
                + dev.name()
                + " up && ";
    return start
        + (ready ? ", the host is " + Ip4Addr.format(hostIp) : "")
        + "; try: "
        + todo
        + "ping "
        + ip;
  }

  private static Ip4Prefix suggestedHostIp(Ip4Prefix ip) {
    int first = ip.hasBroadcast() ? ip.network() + 1 : ip.network();
    int other = first == ip.address() ? first + 1 : first;
    return new Ip4Prefix(other, ip.prefix());
  }
}
