package dev.skiff.daemon;

import dev.skiff.control.Answers;
import dev.skiff.control.ControlPath;
import dev.skiff.control.ControlServer;
import dev.skiff.control.Reply;
import dev.skiff.control.Streams;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.dev.Iff;
import dev.skiff.dev.NetDevice;
import dev.skiff.dev.NetdevEvent;
import dev.skiff.ip.RouteSpec;
import dev.skiff.ip.Routes;
import dev.skiff.loop.PollLoop;
import dev.skiff.metrics.MetricsServer;
import dev.skiff.metrics.StackMetrics;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.PoolConfig;
import dev.skiff.stack.StackConfig;
import dev.skiff.stats.Faults;
import dev.skiff.sys.Platform;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon: everything between {@code skiff run} and its end.
 *
 * <p>What it opened it closes, in reverse order, whatever happens. Thread: the main thread.
 */
public final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(DaemonLog.OPERATOR);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final RunConfig config;
  private final String version;
  private final PrintStream out;
  private final boolean warm;
  private final @Nullable ConfigSource source;

  private @Nullable PollLoop loop;

  /** What the main thread is to do, from any thread. */
  private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();

  private final Reloading reloading = new Reloading(events);

  /** Main thread. */
  private boolean ended;

  private volatile boolean askedToEnd;
  private volatile @Nullable WarmUp warmUp;
  private volatile String lastFailure = "";

  /**
   * A daemon that does not run yet.
   *
   * @param version Skiff's own
   * @param out where its start line goes
   * @param warm whether its code is exercised before that: see {@link WarmUp}
   * @param source what SIGHUP has it read again; null if that is to end it
   */
  public Daemon(
      RunConfig config,
      String version,
      PrintStream out,
      boolean warm,
      @Nullable ConfigSource source) {
    this.config = config;
    this.version = version;
    this.out = out;
    this.warm = warm;
    this.source = source;
  }

  /**
   * Runs until SIGTERM or SIGINT, or SIGHUP if there is nothing that it could read again.
   *
   * @throws IOException if it could not start, or its last device failed: one line that says what
   *     to do
   */
  public void run() throws IOException, InterruptedException {
    try (DaemonLog log = DaemonLog.open(config.service().logLevel())) {
      run(log);
    }
  }

  private void run(DaemonLog log) throws IOException, InterruptedException {
    Platform.check();
    // One that was ignored when we were started, as by nohup, stays ignored: the JVM sees to it.
    Signals.onSignal("TERM", this::askedToEnd);
    Signals.onSignal("INT", this::askedToEnd);
    Signals.onSignal("HUP", source == null ? this::askedToEnd : reloading::hangUp);
    warmUp = warm ? WarmUp.start() : null;
    try (AsService service = AsService.open(config.service())) {
      run(log, service);
    }
  }

  private void run(DaemonLog log, AsService service) throws IOException, InterruptedException {
    List<TapSide> sides = new ArrayList<>();
    try {
      for (DeviceSpec device : config.devices()) {
        sides.add(TapSide.open(device, config.io()));
      }
      serve(sides, log, service);
    } finally {
      PollLoop started = loop;
      boolean stuck = started != null && started.isRunning();
      for (TapSide side : sides.reversed()) {
        if (!stuck) {
          side.closeWire();
        }
        side.close();
      }
    }
  }

  private void askedToEnd() {
    askedToEnd = true;
    end();
    giveUpWarmUpIfAsked();
  }

  /** The end, ours or the loop's. */
  private void end() {
    events.add(() -> ended = true);
  }

  /** Who is told to end while it still starts has no use for quick first packets. */
  private void giveUpWarmUpIfAsked() {
    WarmUp exercise = warmUp;
    if (exercise != null && askedToEnd) {
      exercise.giveUp();
    }
  }

  private void serve(List<TapSide> sides, DaemonLog log, AsService service)
      throws IOException, InterruptedException {
    TimerQueue timers = new TimerQueue();
    Faults faults = new Faults();
    List<DeviceConfig> devices =
        sides.stream().map(side -> side.config().withArp(config.arp())).toList();
    StackConfig made =
        StackConfig.usual()
            .withMemory(PoolConfig.usual().withBytes(config.bufferMemory()))
            .withNeighbours(config.neighbours())
            .withIpv4(config.ipv4());
    try (NetStack stack = new NetStack(devices, made, timers, faults)) {
      addRoutes(stack.routes());
      Clock clock = Clock.system();
      for (NetDevice dev : stack.devices()) {
        dev.setFault(config.fault(), clock.nowNs());
        dev.setRxCopybreak(config.rxCopybreak());
        if ((dev.flags() & Iff.MULTICAST) != 0) {
          config.groups().forEach(group -> stack.igmp().join(dev, group));
        }
      }
      stack.netDevices().addNotifier(new LinkLog());
      stack.netDevices().addNotifier((event, dev) -> tellOfFailure(event, dev, stack, sides, log));
      stack
          .netDevices()
          .addNotifier((event, dev) -> events.add(() -> service.changed(stack.devices())));
      PollLoop loop =
          new PollLoop(clock, timers, stack, faults, config.idle(), stack.netDevices()::received);
      this.loop = loop;
      StackMetrics metrics = watch(stack, loop, clock, log);
      stack.open();
      String application = "Skiff " + version;
      // Opened before the loop starts and closed after it has ended: the file has every frame.
      try (PcapFile pcap = openPcap(stack, loop, clock, application);
          Running running = Running.start(loop, this::end);
          NetnsWatch watch =
              NetnsWatch.start(namespaces(sides), name -> deleted(name, stack, loop));
          ControlServer control =
              openControl(
                  new Answers(stack, loop, version)
                      .withLog(log)
                      .withCounters("Log", log::counters)
                      .withCredentials(service::credentials)
                      .withUplinks(uplinks(sides))
                      .with("reload", reloading::answer),
                  new LiveStreams(stack, loop, clock, application).withLog(log),
                  devices.getFirst().name());
          MetricsServer server = openMetrics(metrics)) {
        if (pcap != null) {
          pcap.started();
        }
        if (!config.fault().isOff()) {
          LOG.warn("the wire is broken on purpose: --fault {}", config.fault());
        }
        Preload.all(control == null ? null : control.path());
        WarmUp exercise = warmUp;
        if (exercise != null) {
          giveUpWarmUpIfAsked(); // The signal may have come before there was one.
          exercise.await();
        }
        String aside = service.settle(control == null ? List.of() : control.made());
        for (TapSide side : sides) {
          out.println(side.startLine(config.arp().acd(), aside));
          aside = ""; // Once will do.
        }
        if (server != null) {
          out.println("skiff: metrics are at " + server.url());
        }
        out.flush();
        if (source != null) {
          reloading.begin(new Reload(source, config, stack, loop, sides, log::setLevel), service);
        }
        service.ready(stack.devices(), loop, timers);
        while (!ended && !askedToEnd) { // What else waits then need not be done any more.
          carryOut(events.take());
        }
        service.stopping();
      }
      sayHowItEnded(stack);
    }
  }

  /** A bug of the service's own work is no reason to take the network away. */
  static void carryOut(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      LOG.error("a bug: the main thread goes on", e);
    }
  }

  /** Those of one prefix and metric are used in the order in which they were said. */
  private void addRoutes(Routes routes) {
    for (RouteSpec route : config.routes()) {
      try {
        routes.append(route);
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw new IllegalArgumentException("--route '" + route + "': " + e.getMessage(), e);
      }
    }
  }

  private static Map<String, Reply.Uplink> uplinks(List<TapSide> sides) {
    Map<String, Reply.Uplink> all = new HashMap<>();
    for (TapSide side : sides) {
      Uplink uplink = side.uplink();
      if (uplink != null) {
        all.put(side.name(), new Reply.Uplink(uplink.name(), uplink.bridge()));
      }
    }
    return all;
  }

  private Map<String, NetnsId> namespaces(List<TapSide> sides) {
    Map<String, NetnsId> names = new HashMap<>();
    for (int i = 0; i < sides.size(); i++) {
      String netns = config.devices().get(i).netns();
      if (netns != null) {
        names.put(netns, sides.get(i).netns());
      }
    }
    return names;
  }

  /** Nobody can reach a TAP any more whose namespace has lost its name: it goes. */
  private void deleted(String netns, NetStack stack, PollLoop loop) {
    loop.execute(
        () -> {
          for (DeviceSpec device : config.devices()) {
            NetDevice dev = stack.netDevices().get(device.tap());
            if (netns.equals(device.netns()) && dev != null && dev.failure().isEmpty()) {
              dev.fail(
                  "TAP " + dev.name() + " is gone: network namespace " + netns + " was deleted");
            }
          }
        });
  }

  /** One of several devices has failed; of the last one the end itself tells. */
  private void tellOfFailure(
      NetdevEvent event, NetDevice dev, NetStack stack, List<TapSide> sides, DaemonLog log) {
    if (event == NetdevEvent.DOWN && !dev.failure().isEmpty()) {
      lastFailure = dev.failure();
      if (stack.isDone()) {
        // The last line of the program, on standard error, will be this.
        log.sayToReaders(Level.SEVERE, dev.name() + " is down: " + dev.failure());
      } else {
        LOG.error("{} is down: {}", dev.name(), dev.failure());
        events.add(() -> closeHostSidesOfFailed(stack, sides));
      }
    }
  }

  /** Else a network namespace that was deleted would live on, held by us, until the end. */
  private static void closeHostSidesOfFailed(NetStack stack, List<TapSide> sides) {
    List<NetDevice> devices = stack.devices(); // In the order of sides.
    for (int i = 0; i < sides.size(); i++) {
      if (!devices.get(i).failure().isEmpty()) {
        sides.get(i).closeHostSide();
      }
    }
  }

  private void sayHowItEnded(NetStack stack) throws IOException {
    if (stack.isDone()) {
      String first = stack.devices().getFirst().failure();
      throw new IOException(lastFailure.isEmpty() ? first : lastFailure);
    }
    if (!askedToEnd) {
      throw new IOException("the loop ended by itself, a bug: the lines above this one say where");
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

  /** Null if nobody is to have metrics, so that nothing is timed. */
  private @Nullable StackMetrics watch(NetStack stack, PollLoop loop, Clock clock, DaemonLog log) {
    return config.service().metrics() == null
        ? null
        : StackMetrics.of(stack, loop, clock, version).withLog(log::counters);
  }

  private @Nullable MetricsServer openMetrics(@Nullable StackMetrics metrics) throws IOException {
    InetSocketAddress address = config.service().metrics();
    if (address == null || metrics == null) {
      return null;
    }
    MetricsServer server = MetricsServer.open(address, metrics);
    if (!server.isLoopback()) {
      LOG.warn(
          "{} is not loopback: whoever reaches it reads all metrics; a firewall should say who",
          server.url());
    }
    return server;
  }

  private @Nullable ControlServer openControl(Answers answers, Streams streams, String tapName)
      throws IOException {
    Path path = config.socket() != null ? config.socket() : ControlPath.of(tapName);
    if (path == null) {
      LOG.warn("no control socket: XDG_RUNTIME_DIR is not set; give a place with --socket");
      return null;
    }
    return ControlServer.open(path, answers, streams);
  }
}
