package dev.skiff.daemon;

import dev.skiff.control.Answers;
import dev.skiff.control.ControlServer;
import dev.skiff.dev.Acd;
import dev.skiff.dev.ArpConf;
import dev.skiff.dev.DeviceConfig;
import dev.skiff.header.Ip4Prefix;
import dev.skiff.loop.PollLoop;
import dev.skiff.stack.NetStack;
import dev.skiff.stack.StackConfig;
import dev.skiff.stats.Faults;
import dev.skiff.sys.NetIf;
import dev.skiff.sys.RtLink;
import dev.skiff.time.Clock;
import dev.skiff.time.TimerQueue;
import java.io.Closeable;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * What {@code scripts/package} records an AOT cache from: a daemon without a TAP, on a wire in
 * memory, whose control socket is asked what an operator asks. It needs no privilege and no device,
 * ends by itself and leaves nothing. Thread: the main thread.
 */
public final class Training {
  private static final String OURS = "dev/skiff/";
  private static final String CLASS = ".class";
  private static final int REPLIES = 5_000;
  private static final int PREFIX = 24;
  private static final Duration MOST = Duration.ofSeconds(60);

  private Training() {}

  /** What is done to a daemon that runs. */
  @FunctionalInterface
  public interface Client {
    /** Asks the daemon at {@code socket}. */
    void use(Path socket) throws IOException, InterruptedException;
  }

  /**
   * Does all of it once.
   *
   * @param version Skiff's own
   * @throws IOException with one line, if a part of it failed: then a cache would lack something
   */
  public static void run(String version, Client client) throws IOException, InterruptedException {
    loadOurClasses();
    lookAtHost();
    WarmUp exercise = WarmUp.start();
    exercise.await();
    if (!exercise.failure().isEmpty()) {
      throw new IOException("the warm-up failed: " + exercise.failure());
    }
    Path directory = Files.createTempDirectory("skiff-train");
    try {
      serve(directory.resolve("train.sock"), version, client);
    } finally {
      Files.delete(directory);
    }
  }

  /** Which of them a daemon loads depends on what there is to do: the cache has all. */
  private static void loadOurClasses() throws IOException {
    CodeSource source = Training.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return;
    }
    try {
      Path path = Path.of(source.getLocation().toURI());
      if (!Files.isRegularFile(path)) {
        return; // A directory of classes, from which no cache can be made.
      }
      try (JarFile jar = new JarFile(path.toFile())) {
        for (ZipEntry entry : jar.stream().toList()) {
          String name = entry.getName();
          if (name.startsWith(OURS) && name.endsWith(CLASS) && !name.contains("-info")) {
            String type = name.substring(0, name.length() - CLASS.length()).replace('/', '.');
            var _ = Class.forName(type, false, Training.class.getClassLoader());
          }
        }
      }
    } catch (URISyntaxException | ClassNotFoundException e) {
      throw new IOException("Skiff's own jar cannot be read: " + e.getMessage(), e);
    }
  }

  /** As a start does, but of the loopback interface, which every namespace has. */
  private static void lookAtHost() throws IOException {
    try (NetIf lo = NetIf.open("lo");
        RtLink link = RtLink.open()) {
      var _ = link.query(lo.index());
      var _ = NetIf.addresses();
    }
  }

  private static void serve(Path socket, String version, Client client)
      throws IOException, InterruptedException {
    WarmUpWire wire = new WarmUpWire(REPLIES);
    DeviceConfig device =
        DeviceConfig.of("train0", wire)
            .withMac(WarmUpWire.OUR_MAC)
            .withAddress(new Ip4Prefix(WarmUpWire.OUR_IP, PREFIX))
            .withArp(ArpConf.USUAL.withAcd(Acd.OFF));
    TimerQueue timers = new TimerQueue();
    Faults faults = new Faults();
    Clock clock = Clock.system();
    try (NetStack stack = new NetStack(List.of(device), StackConfig.usual(), timers, faults)) {
      PollLoop loop = new PollLoop(clock, timers, stack, faults);
      stack.open();
      loop.start("skiff-train", () -> {});
      try (Closeable _ = () -> end(loop);
          ControlServer _ =
              ControlServer.open(
                  socket,
                  new Answers(stack, loop, version),
                  new LiveStreams(stack, loop, clock, "Skiff " + version))) {
        wire.begin();
        client.use(socket);
        if (!wire.enough().await(MOST.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IOException("only " + wire.replies() + " pings were answered in " + MOST);
        }
      }
    }
    if (faults.count() > 0) {
      throw new IOException(faults.count() + " turns threw: the lines above say where");
    }
  }

  private static void end(PollLoop loop) throws IOException {
    loop.stop();
    try {
      if (!loop.join(MOST)) {
        throw new IOException("the loop does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
